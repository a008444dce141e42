#!/bin/sh
# shape DEVICE RATE|off: how fast this host sends through the device. (tc-tbf(8))
#
# The task is in the README.md beside the reference: steps/06-network/challenges/shape.
set -eu

# Yours.
