#!/bin/bash
dc="docker compose -f compose.yaml"
$dc stop db
for service in web db; do
  $dc restart "$service"
done
