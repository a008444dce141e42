#!/bin/sh
# dry DIRECTORY COMMAND...: runs it on an overlay, and says what it would have changed. (mount(8))
set -eu

# Inside, in a mount namespace of our own: all these mounts end with it.
inside() {
  scratch=$1 directory=$2
  shift 2
  mount -t tmpfs dry "$scratch"
  mkdir "$scratch/upper" "$scratch/work" "$scratch/before"
  mount --bind "$directory" "$scratch/before"  # what the overlay is going to hide
  mount -t overlay -o "lowerdir=$directory,upperdir=$scratch/upper,workdir=$scratch/work" \
    overlay "$directory"
  status=0
  (cd "$here" 2>/dev/null && exec "$@") || status=$?

  export LC_ALL=C  # sort(1) and comm(1) must have the same order in mind
  names "$scratch/before" >"$scratch/old"
  names "$directory" >"$scratch/new"
  {
    comm -13 "$scratch/old" "$scratch/new" | sed 's/^/A /'
    comm -23 "$scratch/old" "$scratch/new" | sed 's/^/D /'
    # Written: in the upper layer, no directory, and there before.
    names "$scratch/upper" ! -type d | comm -12 - "$scratch/old" |
      comm -12 - "$scratch/new" | sed 's/^/C /'
  } | sort -k 2 >&2
  exit "$status"
}

# names DIRECTORY [TEST...]: of all that is below it.
names() { (cd "$1" && shift && find . -mindepth 1 "$@" -printf '%P\n' | sort); }

if [ "${1-}" = --inside ]; then
  here=$2
  shift 2
  inside "$@"
fi

fail() {
  echo "dry: $*" >&2
  exit 1
}
[ $# -ge 2 ] || fail 'DIRECTORY COMMAND [ARG...]'
[ -d "$1" ] || fail "no such directory: $1"
directory=$(realpath "$1")
shift
scratch=$(mktemp -d)
status=0
unshare --mount "$0" --inside "$PWD" "$scratch" "$directory" "$@" || status=$?
rmdir "$scratch"
exit "$status"
