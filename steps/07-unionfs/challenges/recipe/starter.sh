#!/bin/sh
# recipe FILE NAME: makes the image NAME as FILE says: FROM, RUN and COPY. (step7 commit)
#
# The task is in the README.md beside the reference: steps/07-unionfs/challenges/recipe.
set -eu

# Yours.
