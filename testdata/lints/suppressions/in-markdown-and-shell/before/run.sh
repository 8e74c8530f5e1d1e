#!/bin/sh
# composemod: allow(image-tag-missing)
docker compose logs old-web
