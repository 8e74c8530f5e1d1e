#!/bin/sh
docker exec shop_pg pg_dump -U postgres shop > shop.sql
