docker compose up -d db
