#!/bin/sh
# Step 2 by hand: a root directory of its own. (chroot(8))
#
#   sudo steps/02-chroot/by-hand.sh busybox /bin/ls /
set -eu

case ${1--} in -*) set -- ;; esac
[ $# -ge 2 ] || { echo 'by-hand: ROOTFS or COMMAND is missing' >&2 && exit 125; }
rootfs=$(cd "$1" && pwd -P) || exit 125
[ "$rootfs" != / ] || { echo "by-hand: / is the host's own root" >&2 && exit 125; }
shift

# A shell handles signals only while it waits for a job, not while it runs a command. A job in the
# background has no stdin and ignores ^C: both are restored. --pdeathsig: it dies with this shell.
exec 3<&0
setpriv --pdeathsig KILL -- env --default-signal chroot "$rootfs" "$@" <&3 3<&- &
job=$!
trap 'kill -TERM $job && again=1' TERM
trap again=1 INT QUIT  # the terminal sends it to the job, too
until
  again='' status=0
  wait $job || status=$?
  [ -z "$again" ]
do :; done
exit $status
