#!/bin/sh
# rootfs DIRECTORY PROGRAM...: a root directory in which the programs run. (ldd(1), ld.so(8))
#
# The task is in the README.md beside the reference: steps/02-chroot/challenges/rootfs.
set -eu

# Yours.
