#!/bin/sh
. bin/lib.sh
if [ "$1" = shell ]; then
  shift
  stack run --rm web "$@"
else
  stack "$@"
fi
