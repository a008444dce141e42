#!/bin/sh
# keep save PID TYPE FILE: PID's namespace of TYPE outlives it.  keep drop FILE: lets it go.
# (namespaces(7), mount(8))
set -eu

fail() {
  echo "keep: $*" >&2
  exit 1
}

# save PID TYPE FILE
save() {
  [ -e "/proc/$1/ns" ] || fail "no such process: $1"
  [ -L "/proc/$1/ns/$2" ] || fail "no such type of namespace: $2"
  [ ! -e "$3" ] || fail "$3 is there already"
  : >"$3"  # a file, for a file to be mounted on
  mount --bind "/proc/$1/ns/$2" "$3" || {
    rm "$3"
    exit 1
  }
}

# drop FILE
drop() {
  [ "$(findmnt -n -o FSTYPE "$1")" = nsfs ] || fail "$1 keeps no namespace"
  umount "$1"
  rm "$1"
}

case $#-${1-} in
  4-save) save "$2" "$3" "$4" ;;
  2-drop) drop "$2" ;;
  *) fail 'save PID TYPE FILE, or drop FILE' ;;
esac
