#!/bin/sh
# duck [PROC]: says whether this process is in a container, and by which clues. (proc(5))
#
# The task: steps/07-unionfs/challenges/duck/README.md
set -eu

# Yours. It may use no more than busybox has.
