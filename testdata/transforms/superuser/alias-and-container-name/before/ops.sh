docker exec pg-main pg_dumpall -U shopbot
PGUSER=shopbot PGHOST=maindb psql -c "\l"
