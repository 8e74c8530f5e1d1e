#!/bin/sh
docker compose exec db mysqldump blog > blog.sql
