#!/bin/sh
# networks up NAME A.B.C | join NAME PID N | down NAME: bridges apart. (ip(8), nft(8))
#
# The task is in the README.md beside the reference: steps/06-network/challenges/networks.
set -eu

# Yours.
