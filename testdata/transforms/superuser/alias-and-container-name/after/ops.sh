docker exec pg-main pg_dumpall -U postgres
PGUSER=postgres PGHOST=maindb psql -d shopbot -c "\l"
