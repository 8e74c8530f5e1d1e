$out = "db.sql"
docker compose exec -T app-db pg_dump -U db db | Out-File $out
