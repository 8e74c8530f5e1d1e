#!/bin/sh
set -eu
PGPASSWORD="$APP_PASSWORD" pg_dumpall -h db -U shopbot > all.sql
PGPASSWORD="$APP_PASSWORD" docker exec -e PGPASSWORD db pg_dumpall -U shopbot > all.sql
