#!/bin/sh
docker ps -q --filter "label=com.docker.compose.service=db" --filter label=com.docker.compose.project=db
