#!/bin/sh
# rootfs DIRECTORY PROGRAM...: a root directory in which the programs run. (ldd(1), ld.so(8))
#
# The task: steps/02-chroot/challenges/rootfs/README.md
set -eu

# Yours.
