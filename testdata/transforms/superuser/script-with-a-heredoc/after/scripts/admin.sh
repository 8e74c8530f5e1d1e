#!/bin/sh
set -eu
docker compose exec -T db psql -U shopbot <<EOF
CREATE ROLE blog LOGIN;
GRANT CONNECT ON DATABASE shop TO blog;
EOF
docker compose exec -T db psql -U postgres -d postgres <<EOF
CREATE ROLE wiki LOGIN;
EOF
