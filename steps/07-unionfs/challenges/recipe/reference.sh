#!/bin/sh
# recipe FILE NAME: makes the image NAME as FILE says: FROM, RUN and COPY. (step7 commit)
set -eu

fail() {
  echo "recipe: $*" >&2
  exit 1
}

container=recipe-$$ image='' number=0

# However it ends: no container of ours stays, and of the images only the last, under its new name.
tidy_up() {
  step7 rm --force "$container" >/dev/null 2>&1 || true
  while [ "$number" -gt 0 ]; do
    step7 rmi "$container:$number" >/dev/null 2>&1 || true
    number=$((number - 1))
  done
}
trap tidy_up EXIT

# What is in the container is a new image, the next instruction's first.
photograph() {
  number=$((number + 1))
  image=$container:$number
  step7 commit "$container" "$image" >/dev/null
  step7 rm "$container" >/dev/null
}

# obey LINE-NUMBER INSTRUCTION REST
obey() {
  case $2 in
    '' | '#'*) return ;;
    FROM) [ -z "$image" ] || fail "line $1: a second FROM" ;;
    *) [ -n "$image" ] || fail "line $1: FROM comes first" ;;
  esac
  case $2 in
    FROM) image=$3 ;;
    RUN)
      step7 run --name "$container" "$image" /bin/sh -c "$3" >&2 </dev/null ||
        fail "line $1: status $? of: $3"
      photograph
      ;;
    COPY)
      step7 create --name "$container" "$image" /bin/true >/dev/null
      step7 cp "$folder/${3% *}" "$container:${3##* }" >&2 || fail "line $1: cannot copy: $3"
      photograph
      ;;
    *) fail "line $1: no such instruction: $2" ;;
  esac
}

[ $# = 2 ] || fail 'FILE NAME'
[ -r "$1" ] || fail "cannot read $1"
folder=$(dirname "$1")
line=0
while read -r instruction rest || [ -n "$instruction" ]; do
  line=$((line + 1))
  obey "$line" "$instruction" "$rest"
done <"$1"
[ "$number" -gt 0 ] || fail "$1 has no RUN and no COPY: nothing new"
step7 tag "$image" "$2"
