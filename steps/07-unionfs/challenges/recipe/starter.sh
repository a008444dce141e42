#!/bin/sh
# recipe FILE NAME: makes the image NAME as FILE says: FROM, RUN and COPY. (step7 commit)
#
# The task: steps/07-unionfs/challenges/recipe/README.md
set -eu

# Yours.
