#!/bin/sh
docker exec -i pg pg_dump -U postgres shop_db > shop_db.sql
docker compose restart pg
