#!/bin/sh
# mirror KIND SRC DST: SRC appears at DST too; KIND is private, slave or shared. (mount(8))
set -eu

fail() {
  echo "mirror: $*" >&2
  exit 1
}

[ $# = 3 ] || fail 'KIND SRC DST'
case $1 in
  private) ;;
  slave | shared)
    # A private mount has no peers: its copy would be alone, whatever we called it.
    case $(findmnt -n -o PROPAGATION -T "$2") in
      shared*) ;;
      *) fail "$2 is on a mount that is not shared: no news comes from there" ;;
    esac
    ;;
  *) fail "no such kind: $1" ;;
esac
for directory in "$2" "$3"; do
  [ -d "$directory" ] || fail "no such directory: $directory"
done

mount --rbind "$2" "$3"  # a copy is a peer of its original
mount "--make-r$1" "$3"
