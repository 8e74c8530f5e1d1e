#!/bin/sh
docker compose build api
docker tag shop-api registry.example.org/shop/api:latest
docker push registry.example.org/shop/api:latest
