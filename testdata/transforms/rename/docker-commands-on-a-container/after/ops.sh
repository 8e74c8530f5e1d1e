#!/bin/bash
docker exec -it pg psql -U shop_db -d shop_db
docker logs --since 1h pg 2>&1 | tail
docker inspect -f '{{.State.Health.Status}}' pg
docker cp shop_db.sql pg:/tmp/shop_db.sql
docker cp pg:/tmp/shop_db.sql .
docker stop pg && docker start pg
docker restart -t 5 pg
docker stats --no-stream pg
docker top pg
docker port pg 5432
docker wait pg
docker update --memory 1g pg
docker commit pg example/shop_db:snapshot
docker kill pg
docker pause pg
docker rm -f pg
docker run --rm --network container:pg nicolaka/netshoot
docker run --rm --pid=container:pg --ipc container:pg alpine
docker run --rm --volumes-from pg alpine ls
docker run --rm --link pg:shop_db example/web
docker ps -q --filter name=pg
docker ps --filter "name=^/pg$"
docker volume rm shop_db
docker network inspect shop_db
