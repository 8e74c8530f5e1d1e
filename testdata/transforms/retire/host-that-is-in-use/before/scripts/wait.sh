#!/bin/sh
pg_isready -h old-db
docker exec old-db true
