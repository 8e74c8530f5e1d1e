#!/bin/sh
set -eu
docker compose exec -T db pg_dumpall -U shopbot --clean | gzip > all.sql.gz
docker exec db pg_dumpall --username=shopbot -f /tmp/x
