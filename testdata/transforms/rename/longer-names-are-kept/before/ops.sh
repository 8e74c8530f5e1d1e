#!/bin/sh
docker compose restart db-backup my_db
docker compose logs db2 db
