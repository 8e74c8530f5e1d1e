#!/bin/sh
docker compose exec -T db pg_dumpall -U postgres > all.sql
