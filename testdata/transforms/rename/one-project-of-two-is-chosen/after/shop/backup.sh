#!/bin/sh
docker compose exec app-db pg_dump -U shop shop > shop.sql
