@echo off
rem nightly
docker compose exec -T db pg_dump -U db db > db.sql
