@echo off
rem nightly
docker compose exec -T app-db pg_dump -U db db > db.sql
