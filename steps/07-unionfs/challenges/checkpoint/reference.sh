#!/bin/sh
# checkpoint save CONTAINER FILE | restore FILE IMAGE NAME COMMAND...: the upper layer, as a tar.
set -eu

fail() {
  echo "checkpoint: $*" >&2
  exit 1
}

# upper_of CONTAINER: its directory.
upper_of() {
  about=$(step7 inspect --type container "$1") || exit 1
  echo "$about" | sed -n 's/.*"UpperDir": "\(.*\)".*/\1/p'
}

# What overlayfs says by attributes, tar would leave out.
archive() { tar --xattrs --xattrs-include='trusted.overlay.*' "$@"; }

# save CONTAINER FILE
save() {
  upper=$(upper_of "$1")
  paused=''
  ! step7 pause "$1" >/dev/null 2>&1 || paused=yes  # it may be paused already, or have ended
  status=0
  archive -C "$upper" -cf "$2" . || status=$?
  [ -z "$paused" ] || step7 unpause "$1" >/dev/null
  [ "$status" = 0 ] || { rm -f "$2"; fail "cannot save $1"; }
}

# restore FILE IMAGE NAME COMMAND...
restore() {
  file=$1 image=$2 name=$3
  shift 3
  step7 create --name "$name" "$image" "$@" >/dev/null
  upper=$(upper_of "$name")
  mkdir -p "$upper"  # there is none before the first start
  archive -C "$upper" -xpf "$file" || {
    step7 rm "$name" >/dev/null
    fail "cannot restore $file"
  }
}

case $#-${1-} in
  3-save) save "$2" "$3" ;;
  [5-9]-restore | [1-9]?-restore) shift && restore "$@" ;;
  *) fail 'save CONTAINER FILE, or restore FILE IMAGE NAME COMMAND [ARG...]' ;;
esac
