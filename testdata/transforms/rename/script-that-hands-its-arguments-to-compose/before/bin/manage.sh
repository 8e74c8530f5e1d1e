#!/bin/sh
docker compose run --rm web python manage.py "$@"
