#!/bin/sh
# mirror KIND SRC DST: SRC appears at DST too; KIND is private, slave or shared. (mount(8))
#
# The task is in the README.md beside the reference: steps/03-mount/challenges/mirror.
set -eu

# Yours.
