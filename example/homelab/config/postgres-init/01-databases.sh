#!/bin/sh
# Runs once, on an empty data directory: a role and a database for each program
# besides the ticket bot, which the image itself has made by now.
set -eu

create() {
  psql -v ON_ERROR_STOP=1 -v role="$1" -v password="$2" -v database="$3" \
    --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<-'SQL'
	CREATE ROLE :"role" LOGIN PASSWORD :'password';
	CREATE DATABASE :"database" OWNER :"role";
SQL
}

create streambot "$STREAMBOT_DB_PASSWORD" streambot
create dashboard "$DASHBOARD_DB_PASSWORD" homelab_dashboard
