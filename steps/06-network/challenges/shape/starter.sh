#!/bin/sh
# shape DEVICE RATE|off: how fast this host sends through the device. (tc-tbf(8))
#
# The task: steps/06-network/challenges/shape/README.md
set -eu

# Yours.
