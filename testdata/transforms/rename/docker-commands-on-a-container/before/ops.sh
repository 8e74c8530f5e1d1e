#!/bin/bash
docker exec -it shop_db psql -U shop_db -d shop_db
docker logs --since 1h shop_db 2>&1 | tail
docker inspect -f '{{.State.Health.Status}}' shop_db
docker cp shop_db.sql shop_db:/tmp/shop_db.sql
docker cp shop_db:/tmp/shop_db.sql .
docker stop shop_db && docker start shop_db
docker restart -t 5 shop_db
docker stats --no-stream shop_db
docker top shop_db
docker port shop_db 5432
docker wait shop_db
docker update --memory 1g shop_db
docker commit shop_db example/shop_db:snapshot
docker kill shop_db
docker pause shop_db
docker rm -f shop_db
docker run --rm --network container:shop_db nicolaka/netshoot
docker run --rm --pid=container:shop_db --ipc container:shop_db alpine
docker run --rm --volumes-from shop_db alpine ls
docker run --rm --link shop_db:shop_db example/web
docker ps -q --filter name=shop_db
docker ps --filter "name=^/shop_db$"
docker volume rm shop_db
docker network inspect shop_db
