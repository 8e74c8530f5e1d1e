#!/bin/sh
set -eu
docker exec -i db psql -U shopbot -d postgres -c "CREATE DATABASE blog OWNER blog"
