#!/bin/sh
docker compose up -d ticket-db ticket-cache
docker exec ticket-db pg_isready
