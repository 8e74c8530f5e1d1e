#!/bin/sh
docker compose exec db pg_dump -U shop shop > shop.sql
