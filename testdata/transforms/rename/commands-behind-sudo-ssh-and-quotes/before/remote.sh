#!/bin/bash
sudo docker compose restart db
sudo -u deploy docker-compose logs db
COMPOSE_PROJECT_NAME=db docker compose up -d db
docker --context db compose exec db true
ssh deploy@db.example.org "cd /srv/db && docker compose exec -T db psql -U db"
bash -c 'docker compose stop db'
count=$(docker compose ps -q db | wc -l)
if ! docker compose exec -T "db" pg_isready; then
  echo "the database does not answer" >&2
fi
docker compose \
  --file compose.yaml \
  exec \
  -T db \
  psql -U db db
