#!/bin/sh
docker exec app-db psql
docker compose restart app-db
