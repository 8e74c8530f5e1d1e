#!/bin/sh
set -eu
psql -h db.example.org -U shopbot -l
docker exec other-db pg_dumpall -U shopbot
pg_dumpall -U shopbot
