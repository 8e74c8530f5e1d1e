#!/bin/bash
sudo docker compose restart app-db
sudo -u deploy docker-compose logs app-db
COMPOSE_PROJECT_NAME=db docker compose up -d app-db
docker --context db compose exec app-db true
ssh deploy@db.example.org "cd /srv/db && docker compose exec -T app-db psql -U db"
bash -c 'docker compose stop app-db'
count=$(docker compose ps -q app-db | wc -l)
if ! docker compose exec -T "app-db" pg_isready; then
  echo "the database does not answer" >&2
fi
docker compose \
  --file compose.yaml \
  exec \
  -T app-db \
  psql -U db db
