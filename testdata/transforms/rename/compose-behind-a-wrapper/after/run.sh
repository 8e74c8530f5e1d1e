#!/bin/bash
dc="docker compose -f compose.yaml"
$dc stop app-db
for service in web app-db; do
  $dc restart "$service"
done
