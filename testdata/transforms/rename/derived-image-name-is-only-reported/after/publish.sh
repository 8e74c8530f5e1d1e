#!/bin/sh
docker compose build backend
docker tag shop-api registry.example.org/shop/api:latest
docker push registry.example.org/shop/api:latest
