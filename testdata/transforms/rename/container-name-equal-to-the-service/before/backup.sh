#!/bin/sh
docker exec -i shop_db pg_dump -U postgres shop_db > shop_db.sql
docker compose restart shop_db
