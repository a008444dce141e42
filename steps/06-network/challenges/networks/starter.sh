#!/bin/sh
# networks up NAME A.B.C | join NAME PID N | down NAME: bridges apart. (ip(8), nft(8))
#
# The task: steps/06-network/challenges/networks/README.md
set -eu

# Yours.
