pg_dump -h old-db app
