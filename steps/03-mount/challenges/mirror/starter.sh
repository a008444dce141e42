#!/bin/sh
# mirror KIND SRC DST: SRC appears at DST too; KIND is private, slave or shared. (mount(8))
#
# The task: steps/03-mount/challenges/mirror/README.md
set -eu

# Yours.
