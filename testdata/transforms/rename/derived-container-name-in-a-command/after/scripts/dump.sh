#!/bin/sh
docker exec shop-app-db-1 pg_dump -U postgres shop > shop.sql
