#!/bin/sh
set -eu
docker exec -i db psql -U postgres -d postgres -c "CREATE DATABASE blog OWNER blog"
