#!/usr/bin/env bash
# Says what is wrong, and what to type against it.
set -uo pipefail
cd "$(dirname "$0")/.."

problems=0
problem() { echo "✗ $1"; problems=$((problems + 1)); }

for container in caddy homelab-redis homelab-minio discord-bot-db discord-bot stream-bot homelab-dashboard; do
  state=$(docker inspect -f '{{.State.Status}}' "$container" 2>/dev/null || echo missing)
  [ "$state" = running ] || problem "$container is $state"
done

if ! docker ps | grep -q discord-bot-db; then
  problem "Postgres is not running"
  echo "  Fix: docker compose --env-file .env up -d discord-bot-db"
fi

# The exact name: discord-bot-db-backup alone would satisfy the pattern above.
if ! docker ps --format '{{.Names}}' | grep -q '^discord-bot-db$'; then
  problem "only the backup is running"
fi

if docker ps --filter name=discord-bot-db --filter status=running -q | grep -q .; then
  docker exec discord-bot-db psql -U ticketbot -d ticketbot -Atc 'SELECT 1' > /dev/null \
    || problem "Postgres runs, but takes no connection: docker logs discord-bot-db"
  databases=$(docker exec discord-bot-db psql -U ticketbot -d postgres -Atc 'SELECT datname FROM pg_database')
  for database in ticketbot streambot homelab_dashboard; do
    grep -qx "$database" <<< "$databases" || problem "database $database is missing"
  done
fi

docker exec discord-bot getent hosts discord-bot-db > /dev/null \
  || problem "the ticket bot can't find the database by name"

echo "$problems problems"
[ "$problems" -eq 0 ]
