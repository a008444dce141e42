#!/bin/sh
# dry DIRECTORY COMMAND...: runs it on an overlay, and says what it would have changed. (mount(8))
#
# The task: steps/07-unionfs/challenges/dry/README.md
set -eu

# Yours.
