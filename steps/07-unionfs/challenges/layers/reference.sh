#!/bin/sh
# layers DIRECTORY LAYER.tar...: the tree that the layers make, the lowest first. (tar(1))
set -eu

fail() {
  echo "layers: $*" >&2
  exit 1
}

# folder_of NAME: the directory that it goes to, as it really is; empty if that is not there yet.
folder_of() {
  folder=$(realpath -e -- "$root/$(dirname "$1")" 2>/dev/null) || return 0
  case $folder/ in
    "$root"/*) echo "$folder" ;;
    *) fail "$1 leads out of $root" ;;
  esac
}

# hide NAME: what a whiteout stands for.
hide() {
  folder=$(folder_of "$1")
  hidden=${1##*/.wh.}
  case ${hidden#.wh.} in
    '' | . | ..) fail "no name for a whiteout: $1" ;;
  esac
  [ -n "$folder" ] || return 0
  if [ "$hidden" = .wh..opq ]; then
    find "$folder" -mindepth 1 -delete
  else
    rm -rf -- "${folder:?}/$hidden"
  fi
}

is_directory() { [ -d "$1" ] && [ ! -L "$1" ]; }

# make_room NAME: nothing of another kind may be where it goes. A link there is not followed.
make_room() {
  folder=$(folder_of "${1%/}")
  [ -n "$folder" ] || return 0
  there=$folder/$(basename "$1")
  case $1 in
    */) is_directory "$there" || rm -f -- "$there" ;;
    *) ! is_directory "$there" || rm -rf -- "$there" ;;
  esac
}

[ $# -ge 2 ] || fail 'DIRECTORY LAYER.tar...'
[ ! -e "$1" ] || fail "$1 is there already"
mkdir "$1"
root=$(realpath "$1")
shift
for layer; do
  names=$(tar --warning=no-unknown-keyword -tf "$layer") || fail "cannot read $layer"
  names=$(echo "$names" | sed 's,^\./,,; /^$/d; s,^,/,')
  echo "$names" | grep '/\.wh\.' | while read -r name; do hide "$name"; done
  echo "$names" | grep -v '/\.wh\.' | while read -r name; do make_room "$name"; done
  tar --warning=no-unknown-keyword -xpf "$layer" -C "$root" --exclude='.wh.*'
done
