#!/bin/sh
set -eu
docker compose exec -T db pg_dump -U shopbot shop > shop.sql
docker compose exec -T db psql -U shopbot -d shop -f /x.sql
docker compose exec -T db psql -U shopbot < shop.sql
docker compose exec -T db psql -U shopbot -c "DELETE FROM carts"
