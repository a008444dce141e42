#!/bin/sh
# layers DIRECTORY LAYER.tar...: the tree that the layers make, the lowest first. (tar(1))
#
# The task: steps/07-unionfs/challenges/layers/README.md
set -eu

# Yours.
