#!/bin/sh
docker exec shop-db-1 pg_dump -U postgres shop > shop.sql
