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
    --type) echo container image network volume ;;
    --cap-add | --cap-drop)
      echo ALL AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN \
        DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE \
        MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON \
        SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE \
        SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM
      ;;
    --cgroupns) echo private host ;;
    --ipc) echo private shareable host none container: ;;
    --log-opt) echo max-size= max-file= ;;
    --pid) echo host container: ;;
    --signal | -s | --stop-signal) compgen -A signal SIG ;;
    --uts) echo host ;;
    --security-opt) echo no-new-privileges seccomp=unconfined ;;
  esac
}

# The keys of --filter, which its help names: status=
_step7_filter_keys() { # HELP
  sed -n '/--filter/,/^  [^ ]* *-/p' <<<"$1" | grep -oE '\b[a-z]+=' | sort -u
}

# Files of a running container that begin with CONTAINER:PATH, directories with a slash.
_step7_paths() { # CONTAINER:PATH STEP7...
  local name=${1%%:*} path=${1#*:}
  local folder=${path%"${path##*/}"}
  "${@:2}" exec "$name" ls -1Ap "${folder:-/}" 2>/dev/null </dev/null | sed "s|^|${folder:-/}|"
}

# cp: names of containers with a colon, and behind it their paths. A colon separates words for bash
# (COMP_WORDBREAKS), so that only what is behind it is replaced.
_step7_cp() { # STEP7...
  local typed=${COMP_LINE:0:COMP_POINT}
  typed=${typed##* }
  compopt -o nospace 2>/dev/null
  if [[ $typed == *:* && $typed != */*:* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_step7_paths "$typed" "$@")" -- "${typed#*:}")
    return
  fi
  mapfile -t COMPREPLY < <(compgen -W "$(_step7_containers cp "$@" | sed 's/$/:/')" -- "$typed"
    compgen -f -- "$typed")
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

  if [[ $option == --filter || ($option == -f && $help == *--filter*) ]]; then
    compopt -o nospace 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -W "$(_step7_filter_keys "$help")" -- "$word")
    return
  fi
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
  if [[ $verb == cp ]]; then
    _step7_cp "${step7[@]}"
    return
  fi
  # The word of `Usage: step7 VERB [OPTIONS] CONTAINER COMMAND` at this place; the last one repeats.
  read -ra usage < <(sed -n '1{s/\[OPTIONS\] \?//;s/^Usage: [^ ]* [^ ]* \?//p}' <<<"$help")
  ((place < ${#usage[@]})) || place=$((${#usage[@]} - 1))
  ((place >= 0)) || return
  case ${usage[place]} in
    VERB) mapfile -t reply < <(sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' <<<"$help") ;;
    VOLUME...) mapfile -t reply < <("${step7[@]}" volume ls -q 2>/dev/null) ;;
    *CONTAINER*) mapfile -t reply < <(_step7_containers "$verb" "${step7[@]}") ;;
    *IMAGE*) mapfile -t reply < <(_step7_images "${step7[@]}"; compgen -d -- "$word") ;;
    NAME...) mapfile -t reply < <(_step7_containers "$verb" "${step7[@]}"; _step7_images "${step7[@]}") ;;
    *FILE* | *DIR* | *SOURCE*) compopt -o default 2>/dev/null ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "${reply[*]}" -- "$word")
}

complete -F _step7 step7 stepbox stepbox7
