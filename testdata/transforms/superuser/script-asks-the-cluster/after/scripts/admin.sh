#!/bin/sh
set -eu
docker compose exec db psql -U postgres -d shopbot -c "\du"
docker compose exec -T db psql -U "postgres" -d shopbot -tAc 'SELECT 1'
PGUSER=postgres psql -h db -l
docker compose exec -e PGUSER=postgres db psql -d shopbot -c "SHOW max_connections"
