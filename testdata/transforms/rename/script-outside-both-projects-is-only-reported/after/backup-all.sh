#!/bin/sh
for stack in blog shop; do
  (cd "$stack" && docker compose exec -T db ./dump.sh)
done
