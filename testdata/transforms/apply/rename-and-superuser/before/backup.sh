#!/bin/sh
# Everything in shop-db.
docker exec shop-db pg_dumpall -U shop > all.sql
docker exec shop-db pg_dump -U shop shop > shop.sql
