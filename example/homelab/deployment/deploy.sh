#!/usr/bin/env bash
# Brings everything up, the database first.
set -euo pipefail
cd "$(dirname "$0")/.."

# In the order in which they must start.
SERVICES=(
  discord-bot-db
  redis
  minio
  homelab-dashboard
  homelab-celery-worker
  discord-bot
  stream-bot
  caddy
)

[ -f .env ] || { echo "Copy .env.template to .env first."; exit 1; }

docker compose --env-file .env build --pull
docker compose --env-file .env up -d discord-bot-db

for attempt in $(seq 1 30); do
  if docker exec discord-bot-db pg_isready -q -U ticketbot -d ticketbot; then
    break
  fi
  if [ "$attempt" -eq 30 ]; then
    echo "The database did not get ready in a minute. Its log:"
    echo "  docker logs --tail 50 discord-bot-db"
    exit 1
  fi
  sleep 2
done

for service in "${SERVICES[@]}"; do
  docker compose --env-file .env up -d --no-deps "$service"
done

docker compose ps
