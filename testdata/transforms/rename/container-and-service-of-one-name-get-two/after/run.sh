#!/bin/sh
docker exec pgc psql
docker compose restart store
