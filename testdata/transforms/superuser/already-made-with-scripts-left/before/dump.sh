#!/bin/sh
docker compose exec -T db pg_dumpall -U app > all.sql
