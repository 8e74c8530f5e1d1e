#!/usr/bin/env bash
set -euo pipefail

docker compose pull db
docker compose build --no-cache db
docker compose create db
docker compose up -d --no-deps db web
docker compose exec -T -e PGPASSWORD=db db psql -U db -d db
docker compose run --rm db psql -h db -U db db
docker compose logs -f --tail=100 db
docker compose port db 5432
docker compose kill -s SIGINT db
docker compose stop -t 30 db && docker compose start db
docker compose restart db;docker compose rm -fsv db
docker compose pause db
docker compose unpause db
docker compose ps -q db
docker compose top db
docker compose stats --no-stream db
docker compose events --json db
docker compose images db
docker compose attach db
docker compose wait db
docker compose watch --quiet db
docker compose push db
docker compose volumes db
docker compose export -o db.tar db
docker compose commit db example/db:latest
docker compose down db
docker-compose -f compose.yaml exec db sh
docker compose -p db --profile db --env-file db ps
