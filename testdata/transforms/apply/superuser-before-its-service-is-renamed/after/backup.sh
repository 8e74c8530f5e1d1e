#!/bin/sh
# Everything in main-postgres.
docker exec main-postgres pg_dumpall -U shop > all.sql
docker exec main-postgres pg_dump -U shop shop > shop.sql
