#!/usr/bin/env bash
# Dumps every database of the server into backups/, and keeps two weeks of them.
set -euo pipefail
cd "$(dirname "$0")/.."

CONTAINER=${POSTGRES_CONTAINER:-discord-bot-db}
STAMP=$(date +%Y-%m-%d_%H%M)
mkdir -p backups

for database in ticketbot streambot homelab_dashboard; do
  docker exec "$CONTAINER" pg_dump -U ticketbot -Fc "$database" > "backups/$database-$STAMP.dump"
done

# Roles and their passwords are in no database's dump.
docker exec discord-bot-db pg_dumpall -U ticketbot --roles-only > "backups/discord-bot-db-roles-$STAMP.sql"
docker cp discord-bot-db:/var/lib/postgresql/data/pg_hba.conf "backups/pg_hba-$STAMP.conf"

find backups -type f -mtime +14 -delete
echo "To restore one: docker exec -i discord-bot-db pg_restore -U ticketbot -d ticketbot --clean < backups/ticketbot-$STAMP.dump"
