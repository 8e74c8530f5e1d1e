#!/bin/sh
docker exec pg pg_dump -U postgres shop
docker compose restart db
