#!/bin/sh
# layers DIRECTORY LAYER.tar...: the tree that the layers make, the lowest first. (tar(1))
#
# The task is in the README.md beside the reference: steps/07-unionfs/challenges/layers.
set -eu

# Yours.
