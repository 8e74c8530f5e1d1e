#!/bin/sh
set -eu
DB=db
DB_USER=shopbot
docker compose exec -T "$DB" pg_dumpall -U shopbot
docker compose exec -T "$DB" pg_dumpall -U "$DB_USER"
