#!/bin/sh
# old-db is gone
docker compose up -d db
