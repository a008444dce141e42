#!/bin/sh
# Step 5 by hand: limits. A cgroup is a directory; echo sets its limits. (cgroups(7))
#
#   sudo steps/05-cgroup/by-hand.sh --pids-limit 8 busybox /bin/sh
set -eu

volumes='' hostname=stepbox cpus=0.2 memory=128m pids=64
while [ $# -gt 0 ]; do
  case $1 in
    -v | --volume) volumes="$volumes $2" ;;
    --hostname) hostname=$2 ;;
    --cpus) cpus=$2 ;;
    -m | --memory) memory=$2 ;;
    --pids-limit) pids=$2 ;;
    -*) echo "by-hand: no such option: $1" >&2 && exit 125 ;;
    *) break ;;
  esac
  shift 2
done
[ $# -ge 2 ] || { echo 'usage: by-hand.sh [OPTION...] ROOTFS COMMAND [ARG...]' >&2 && exit 125; }
rootfs=$(cd "$1" && pwd -P) || exit 125
[ "$rootfs" != / ] || { echo "by-hand: / is the host's own root" >&2 && exit 125; }
shift

# shellcheck disable=SC2016  # expanded by the child
# [child] The shell confines itself, then becomes the command.
inside='
rootfs=$1 hostname=$2 volumes=$3
shift 3
mount --make-rprivate /
mount --bind "$rootfs" "$rootfs"
cd "$rootfs"
mount -t proc -o nosuid,nodev,noexec proc proc
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
mount -t tmpfs -o nosuid,nodev,mode=755 tmpfs dev
for node in null zero full random urandom tty; do
  touch dev/$node
  mount -o bind,ro /dev/$node dev/$node
done
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for i in 0=stdin 1=stdout 2=stderr; do ln -s /proc/self/fd/${i%=*} dev/${i#*=}; done
mkdir dev/pts dev/shm dev/mqueue
mount -t devpts -o nosuid,noexec,newinstance,ptmxmode=0666,mode=0620 devpts dev/pts
mount -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs dev/shm
mount -t mqueue -o nosuid,nodev,noexec mqueue dev/mqueue
for volume in $volumes; do
  target=${volume#*:}
  mount --rbind "${volume%%:*}" ".${target%:ro}"
  mount --make-rprivate ".${target%:ro}"
  [ "$target" = "${target%:ro}" ] || mount -o remount,bind,ro ".${target%:ro}"
done
hostname "$hostname"
pivot_root . .
umount -l .
cd /
exec "$@"
'

# [parent] A group in each controller's tree on v1, one group in the only tree on v2.
microseconds=$(awk "BEGIN { printf \"%d\", $cpus * 100000 }")  # in each 100 ms
bytes=$(numfmt --from=iec "$(echo "$memory" | tr bkmg BKMG)")
group=stepbox/hand-$$
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  groups=/sys/fs/cgroup/$group
  mkdir -p "$groups"
  for above in /sys/fs/cgroup /sys/fs/cgroup/stepbox; do
    echo '+cpu +memory +pids' >$above/cgroup.subtree_control
  done
  limits="cpu.max=$microseconds memory.max=$bytes pids.max=$pids"
else
  groups="/sys/fs/cgroup/cpu/$group /sys/fs/cgroup/memory/$group /sys/fs/cgroup/pids/$group"
  # shellcheck disable=SC2086  # these are lists of words, as are the limits
  mkdir -p $groups
  limits="cpu.cfs_quota_us=$microseconds memory.limit_in_bytes=$bytes pids.max=$pids"
fi
# shellcheck disable=SC2317  # the trap calls it
clean_up() {
  for directory in $groups; do
    until rmdir "$directory" 2>/dev/null; do sleep 0.01; done  # the last process has ended
  done
}
trap clean_up EXIT
for directory in $groups; do
  for limit in $limits; do
    if [ -e "$directory/${limit%=*}" ] && [ "${limit#*=}" != 0 ]; then
      echo "${limit#*=}" >"$directory/${limit%=*}"
    fi
  done
done

# A shell handles signals only while it waits for a job, not while it runs a command. A job in the
# background has no stdin and ignores ^C: both are restored. --pdeathsig: it dies with this shell.
exec 3<&0
# The subshell joins the groups before it executes the container: limits hold from the start.
(
  for directory in $groups; do echo 0 >"$directory/cgroup.procs"; done
  exec setpriv --pdeathsig KILL -- env --default-signal \
    unshare --fork --kill-child --uts --pid --mount --ipc --net --cgroup \
    sh -euc "$inside" sh "$rootfs" "$hostname" "$volumes" "$@"
) <&3 3<&- &
job=$!
# Process 1 ignores signals other than KILL from the parent, unless it has handlers. A shell cannot
# tell, so KILL it is.
trap 'kill -KILL $job && killed=143 again=1' TERM
trap 'kill -KILL $job && killed=130 again=1' INT
until
  again='' status=0
  wait $job || status=$?
  [ -z "$again" ]
do :; done
exit "${killed:-$status}"
