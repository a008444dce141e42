#!/bin/sh
# Looks for signs of a container, and prints each that it finds. Exit status 1: none was found.
#
#   sh steps/07-unionfs/am-i-contained.sh
#   sudo ./step5 busybox /bin/sh <steps/07-unionfs/am-i-contained.sh
#
# It needs no privileges, and only tools that busybox has. The last chapter of labs.md tells how each
# clue can mislead, and how a runtime can hide it.
set -u

found=1
clue() { echo "$*" && found=0; }

if [ ! -e /proc/self/status ]; then
  clue 'there is no /proc'
  exit 0
fi

# LAB: root
# Fields 4 and 5 of mountinfo: what is mounted, and where; the type comes after the dash. On btrfs
# the root is in a directory on honest machines, too.
root=$(awk '$5 == "/" { sub(/.* - /, $4 " "); print $1, $2 }' /proc/self/mountinfo | tail -n 1)
case $root in
  '') clue 'the root directory is not in the table of mounts' ;;
  '/ overlay') clue 'the root directory is an overlay' ;;
  '/ '* | *' btrfs') ;;
  *) clue "the root directory is ${root% *} of a file system" ;;
esac

[ -e /dev/kmsg ] || clue 'in /dev there is no kmsg'
if [ -c /proc/keys ] || [ -c /proc/timer_list ]; then clue 'files of /proc are masked'; fi

# LAB: processes
[ "$(cat /proc/2/comm 2>/dev/null)" = kthreadd ] || clue 'process 2 is not one of the kernel'
# Field 22 of stat: ticks from the boot to the birth. Field 2, the name, may have blanks. (proc(5))
born=$(sed 's/.*) //' /proc/1/stat | cut -d ' ' -f 20)
[ "$born" -lt 1000 ] || clue 'process 1 is younger than the machine'

# LAB: namespaces
# The first namespaces have fixed numbers. (the kernel's include/linux/proc_ns.h)
others=''
for first in cgroup:4026531835 ipc:4026531839 pid:4026531836 user:4026531837 uts:4026531838; do
  name=${first%:*}
  [ "$(readlink "/proc/self/ns/$name")" = "$name:[${first#*:}]" ] || others="$others $name"
done
[ -z "$others" ] || clue "these namespaces are not the first:$others"

case $(hostname) in
  ????????????) hostname | grep -q '[^0-9a-f]' || clue 'the host name looks like an id' ;;
esac

# A veth whose peer is in another network namespace. On a host with containers it has a master, the
# bridge.
if [ "$(grep -c : /proc/net/dev)" = 1 ]; then
  clue 'there is no network but lo'
elif ip -o link | grep '@if' | grep -qv ' master '; then
  clue 'a network interface has its other end elsewhere'
fi

status() { sed -n "s/^$1:[[:space:]]*//p" /proc/self/status; }
[ "$(status Seccomp)" = 0 ] || clue 'a filter looks at system calls'
[ $((0x$(status CapBnd) >> 21 & 1)) = 1 ] || clue 'nobody may have CAP_SYS_ADMIN'

# Marks that runtimes leave on purpose.
for mark in /.dockerenv /run/.containerenv; do
  [ ! -e $mark ] || clue "there is $mark"
done
[ -z "${container-}" ] || clue "the environment says container=$container"

# Last, as they stay for ten seconds: with a limit of 0.2 CPUs their start takes seconds.
(i=0; while [ $i -lt 100 ]; do sleep 10 & i=$((i + 1)); done) >/dev/null 2>&1 ||
  clue 'a hundred processes are too many'
exit $found
