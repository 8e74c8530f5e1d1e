#!/bin/sh
docker compose up -d main-postgres main-redis
docker exec main-postgres pg_isready
