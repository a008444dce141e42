#!/bin/sh
# Step 1 by hand: a child process. A shell is fork, exec and wait, in a loop.
#
#   steps/01-clone/by-hand.sh /bin/ls /
set -eu

case ${1--} in -*) echo 'by-hand: COMMAND is missing' >&2 && exit 125 ;; esac

# A shell handles signals only while it waits for a job, not while it runs a command. A job in the
# background has no stdin and ignores ^C: both are restored. --pdeathsig: it dies with this shell.
exec 3<&0
setpriv --pdeathsig KILL -- env --default-signal "$@" <&3 3<&- &
job=$!
trap 'kill -TERM $job && again=1' TERM
trap again=1 INT QUIT  # the terminal sends it to the job, too
until
  again='' status=0
  wait $job || status=$?
  [ -z "$again" ]
do :; done
exit $status
