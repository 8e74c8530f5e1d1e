#!/usr/bin/env bash
set -euo pipefail

docker compose pull app-db
docker compose build --no-cache app-db
docker compose create app-db
docker compose up -d --no-deps app-db web
docker compose exec -T -e PGPASSWORD=db app-db psql -U db -d db
docker compose run --rm app-db psql -h app-db -U db db
docker compose logs -f --tail=100 app-db
docker compose port app-db 5432
docker compose kill -s SIGINT app-db
docker compose stop -t 30 app-db && docker compose start app-db
docker compose restart app-db;docker compose rm -fsv app-db
docker compose pause app-db
docker compose unpause app-db
docker compose ps -q app-db
docker compose top app-db
docker compose stats --no-stream app-db
docker compose events --json app-db
docker compose images app-db
docker compose attach app-db
docker compose wait app-db
docker compose watch --quiet app-db
docker compose push app-db
docker compose volumes app-db
docker compose export -o db.tar app-db
docker compose commit app-db example/db:latest
docker compose down app-db
docker-compose -f compose.yaml exec app-db sh
docker compose -p db --profile db --env-file db ps
