#!/bin/sh
# duck [PROC]: says whether this process is in a container, and by which clues. (proc(5))
set -u

proc=${1-/proc}
if [ ! -e "$proc/self/mountinfo" ]; then
  echo "duck: $proc has no self/mountinfo: not a /proc" >&2
  exit 2
fi
clues=''

# What is mounted at / last: its directory and its type; nothing where / is no mount.
root=$(awk '$5 == "/" { sub(/.* - /, $4 " "); print $1, $2 }' "$proc/self/mountinfo" | tail -n 1)
case $root in
  '/ overlay') clues="$clues root" ;;
  '/ '*) ;;
  *) clues="$clues root" ;;
esac

# The name is anybody's; PF_KTHREAD, bit 21 of field 9, is the kernel's. After ")" comes field 3.
stat=$(cat "$proc/2/stat" 2>/dev/null)
flags=$(echo "${stat##*) }" | cut -d ' ' -f 7)
case $stat in
  '2 (kthreadd) '*) [ $((flags >> 21 & 1)) = 1 ] || clues="$clues processes" ;;
  *) clues="$clues processes" ;;
esac

# The first ones have fixed numbers. (the kernel's include/linux/proc_ns.h)
for link in 'cgroup:[4026531835]' 'ipc:[4026531839]' 'pid:[4026531836]' 'user:[4026531837]' \
  'uts:[4026531838]'; do
  [ "$(readlink "$proc/self/ns/${link%%:*}")" = "$link" ] && continue
  clues="$clues namespaces"
  break
done

# shellcheck disable=SC2086  # a clue a word
set -- $clues
if [ $# -ge 2 ]; then verdict=container status=0; else verdict=host status=1; fi
printf '%s\n' $verdict "$@"
exit $status
