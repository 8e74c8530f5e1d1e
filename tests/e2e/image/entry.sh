#!/bin/bash
# Starts Postgres as the official image's entry script does: the variables count on the first run only, when
# the data folder has no cluster yet. Another command than `postgres` is run as it is.
set -eu

[ "${1:-}" = postgres ] || exec "$@"

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /var/run/postgresql
  chown -R postgres:postgres "$PGDATA" /var/run/postgresql
  chmod 700 "$PGDATA"
  exec gosu postgres "$0" "$@"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  user=${POSTGRES_USER:-postgres}
  database=${POSTGRES_DB:-$user}
  password=${POSTGRES_PASSWORD:-}
  [ -z "${POSTGRES_PASSWORD_FILE:-}" ] || password=$(< "$POSTGRES_PASSWORD_FILE")
  method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
  if [ -z "$password" ] && [ "$method" != trust ]; then
    echo 'error: POSTGRES_PASSWORD is not set' >&2
    exit 1
  fi
  # shellcheck disable=SC2086  # These are several words, as in the official image.
  initdb --username="$user" --pwfile=<(printf '%s\n' "$password") --auth-local=trust ${POSTGRES_INITDB_ARGS:-}
  sed -i 's/^\(host.*\)scram-sha-256$/\1trust/' "$PGDATA/pg_hba.conf"
  printf 'host all all all %s\n' "$method" >> "$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"
  pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
  psql() { command psql -X -v ON_ERROR_STOP=1 -U "$user" "$@"; }
  [ "$database" = postgres ] || psql -d postgres -v name="$database" <<< 'CREATE DATABASE :"name"'
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh) . "$file" ;;
      *.sql) psql -d "$database" -f "$file" ;;
    esac
  done
  pg_ctl -D "$PGDATA" -m fast -w stop
fi
exec "$@"
