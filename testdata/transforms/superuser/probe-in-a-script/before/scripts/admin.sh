#!/bin/sh
set -eu
until docker compose exec -T db pg_isready -U shopbot; do sleep 1; done
until pg_isready -h db -U shopbot; do sleep 1; done
