#!/bin/sh
# Step 3 by hand: /proc, /sys, /dev and volumes. (mount(8))
#
#   sudo steps/03-mount/by-hand.sh busybox /bin/ps
set -eu

volumes=''
while [ $# -gt 0 ]; do
  case $1 in
    -v | --volume) volumes="$volumes $2" ;;
    -*) echo "by-hand: no such option: $1" >&2 && exit 125 ;;
    *) break ;;
  esac
  shift 2
done
[ $# -ge 2 ] || { echo 'by-hand: ROOTFS or COMMAND is missing' >&2 && exit 125; }
rootfs=$(cd "$1" && pwd -P) || exit 125
[ "$rootfs" != / ] || { echo "by-hand: / is the host's own root" >&2 && exit 125; }
shift

# On every exit, unmounts everything in reverse order.
# shellcheck disable=SC2317  # the trap calls it
unmount() {
  cd "$rootfs"
  for volume in $volumes; do
    target=${volume#*:}
    umount -R ".${target%:ro}" 2>/dev/null || true
  done
  umount -R dev sys proc 2>/dev/null || true
}
trap unmount EXIT

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

# A shell handles signals only while it waits for a job, not while it runs a command. A job in the
# background has no stdin and ignores ^C: both are restored. --pdeathsig: it dies with this shell.
exec 3<&0
setpriv --pdeathsig KILL -- env --default-signal chroot . "$@" <&3 3<&- &
job=$!
trap 'kill -TERM $job && again=1' TERM
trap again=1 INT QUIT  # the terminal sends it to the job, too
until
  again='' status=0
  wait $job || status=$?
  [ -z "$again" ]
do :; done
exit $status
