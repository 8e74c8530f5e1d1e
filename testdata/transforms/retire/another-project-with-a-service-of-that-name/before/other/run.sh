docker compose exec app psql -h old-db
