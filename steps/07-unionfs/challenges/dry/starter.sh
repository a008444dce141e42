#!/bin/sh
# dry DIRECTORY COMMAND...: runs it on an overlay, and says what it would have changed. (mount(8))
#
# The task is in the README.md beside the reference: steps/07-unionfs/challenges/dry.
set -eu

# Yours.
