#!/bin/sh
docker ps -q --filter "label=com.docker.compose.service=app-db" --filter label=com.docker.compose.project=db
