#!/bin/sh
docker exec shop_db pg_dump -U postgres shop > shop.sql
docker compose restart app-db
