#!/bin/sh
docker push registry.example/shop-api
