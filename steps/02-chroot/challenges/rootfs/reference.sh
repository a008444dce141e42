#!/bin/sh
# rootfs DIRECTORY PROGRAM...: a root directory in which the programs run. (ldd(1), ld.so(8))
set -eu

fail() {
  echo "rootfs: $*" >&2
  exit 1
}

# where PROGRAM: its path. What the shell has built in, such as echo, is looked for too.
where() {
  case $1 in
    /*) path=$1 ;;
    */*) path=$PWD/$1 ;;
    *) path=$(which "$1") || fail "no such program: $1" ;;
  esac
  { [ -f "$path" ] && [ -x "$path" ]; } || fail "no such program: $1"
  echo "$path"
}

# put FILE: to the same path below the root. What a link leads to, under the link's name.
put() {
  mkdir -p "$root$(dirname "$1")"
  cp -L "$1" "$root$1"
}

# add PROGRAM-PATH: with all that it needs.
add() {
  [ ! -e "$root$1" ] || return 0
  put "$1"
  if [ "$(head -c 2 "$1" | tr -d '\0')" = '#!' ]; then
    # "#!/usr/bin/env python3": the first word is what the kernel starts
    interpreter=$(head -n 1 "$1" | sed 's/^#! *//; s/ .*//')
    add "$interpreter"
    return
  fi
  # "libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x7f…)", "/lib64/ld-linux-x86-64.so.2 (0x7f…)";
  # of a static program: nothing, and a status of 1
  for library in $(ldd "$1" 2>/dev/null | grep -o '/[^ ]*'); do
    put "$library"
  done
}

[ $# -ge 2 ] || fail 'DIRECTORY PROGRAM...'
root=$1
shift
[ ! -e "$root" ] || fail "$root is there already"
for program; do where "$program" >/dev/null; done  # all of them, before anything is made
for program; do add "$(where "$program")"; done
