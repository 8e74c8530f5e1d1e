#!/bin/sh
set -eu
docker compose exec -T db pg_dumpall -U postgres --clean | gzip > all.sql.gz
docker exec db pg_dumpall --username=postgres -f /tmp/x
