#!/bin/sh
set -eu
docker compose exec db psql -U shopbot -c "\du"
docker compose exec -T db psql -U "shopbot" -tAc 'SELECT 1'
PGUSER=shopbot psql -h db -l
docker compose exec -e PGUSER=shopbot db psql -c "SHOW max_connections"
