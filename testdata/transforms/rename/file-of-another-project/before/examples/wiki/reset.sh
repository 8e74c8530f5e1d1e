#!/bin/sh
docker compose exec db mysql -e 'drop database wiki'
