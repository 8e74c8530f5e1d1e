$out = "db.sql"
docker compose exec -T db pg_dump -U db db | Out-File $out
