#!/bin/sh
# firewall up FILE | down: this host forwards what FILE allows, FROM TO PORT a line. (nft(8))
#
# The task: steps/06-network/challenges/firewall/README.md
set -eu

# Yours.
