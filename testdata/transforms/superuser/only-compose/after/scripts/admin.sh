#!/bin/sh
set -eu
docker exec db pg_dumpall -U shopbot
