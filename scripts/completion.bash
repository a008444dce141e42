# completion.bash: bash completion for step7, and for stepbox, as it is installed.
#
#   source scripts/completion.bash
#
# The program itself provides the words: --help lists verbs, options and their values; ps and images
# list names. Only root sees the containers of root.
# shellcheck shell=bash

# Whether an option takes a value: the help text names the value after the option.
_step7_has_value() { # HELP OPTION
  grep -qE -- "^  ([^ ]+,)?$2(,[^ ]+)? [^ ]" <<<"$1"
}

_step7_values_of() { # OPTION
  case $1 in
    --format | -f) echo table json ;;
    --network) echo bridge none host slirp4netns pasta ;;
    --restart) echo no on-failure always unless-stopped ;;
    --storage) echo overlay copy ;;
    --type) echo container image ;;
    --cap-add | --cap-drop) echo ALL ;;
    --security-opt) echo no-new-privileges seccomp=unconfined ;;
  esac
}

# Names of the containers that VERB can act on.
_step7_containers() { # VERB PS...
  local -a filters=()
  case $1 in
    start) filters=(-f status=exited -f status=created) ;;
    unpause) filters=(-f status=paused) ;;
    attach | exec | kill | pause | port | stats | stop | top | update) filters=(-f status=running) ;;
  esac
  "${@:2}" ps -a "${filters[@]}" 2>/dev/null | awk 'NR > 1 { print $NF }'
}

_step7_images() { # STEP7...
  "$@" images 2>/dev/null |
    awk 'NR > 1 && $1 != "<none>" { print $2 == "latest" ? $1 : $1 ":" $2 }'
}

_step7() {
  local word=${COMP_WORDS[COMP_CWORD]} verb='' help='' option='' place=0 i
  local -a step7=("${COMP_WORDS[0]}") usage=() reply=()
  local verbs
  verbs=$("${step7[0]}" --help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p')
  # Finds the verb, the number of words after it (`place`), and the `option` whose value is typed now.
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case ${COMP_WORDS[i]} in
      -*)
        option=${COMP_WORDS[i]}
        if [[ $option == --root ]]; then
          step7+=(--root "${COMP_WORDS[i + 1]}")
        elif ! _step7_has_value "$help" "$option"; then
          option=''
          continue
        fi
        ((++i < COMP_CWORD)) && option=''
        ;;
      *)
        if [[ -z $verb ]]; then
          verb=${COMP_WORDS[i]}
          if ! grep -qx -- "$verb" <<<"$verbs"; then verb=run place=1; fi
          help=$("${step7[0]}" "$verb" --help 2>/dev/null)
        else
          ((++place))
          # A noun, as volume, has verbs of its own: they are the first word.
          if ((place == 1)) && [[ $help == *"$verb VERB --help"* ]]; then
            help=$("${step7[0]}" "$verb" "${COMP_WORDS[i]}" --help 2>/dev/null)
          fi
        fi
        ;;
    esac
  done

  if [[ -n $option ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_step7_values_of "$option")" -- "$word")
    [[ -n ${COMPREPLY[*]} ]] || compopt -o default 2>/dev/null  # a file, perhaps
    return
  fi
  if [[ -z $verb ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$verbs --root --explain --help" -- "$word")
    return
  fi
  # Options may stand anywhere before COMMAND; the words after it belong to the command.
  if [[ $word == -* ]] && { ((place == 0)) || [[ ${help%%$'\n'*} != *@(COMMAND|ps\ OPTIONS)* ]]; }; then
    mapfile -t reply < <(sed -nE 's/^  (-[^ ]+).*/\1/p' <<<"$help" | tr , '\n')
    mapfile -t COMPREPLY < <(compgen -W "${reply[*]}" -- "$word")
    return
  fi
  # The word of `Usage: step7 VERB [OPTIONS] CONTAINER COMMAND` at this place; the last one repeats.
  read -ra usage < <(sed -n '1{s/\[OPTIONS\] \?//;s/^Usage: [^ ]* [^ ]* \?//p}' <<<"$help")
  ((place < ${#usage[@]})) || place=$((${#usage[@]} - 1))
  ((place >= 0)) || return
  case ${usage[place]} in
    *'|'*) mapfile -t reply < <(tr '|' '\n' <<<"${usage[place]}") ;;
    VOLUME...) mapfile -t reply < <("${step7[@]}" volume ls -q 2>/dev/null) ;;
    *CONTAINER*) mapfile -t reply < <(_step7_containers "$verb" "${step7[@]}") ;;
    *IMAGE*) mapfile -t reply < <(_step7_images "${step7[@]}"; compgen -d -- "$word") ;;
    NAME...) mapfile -t reply < <(_step7_containers "$verb" "${step7[@]}"; _step7_images "${step7[@]}") ;;
    *FILE* | *DIR* | *SOURCE*) compopt -o default 2>/dev/null ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "${reply[*]}" -- "$word")
}

complete -F _step7 step7 stepbox stepbox7
