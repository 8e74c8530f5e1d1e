CREATE DATABASE shop_db;
GRANT ALL ON DATABASE shop_db TO shop_db;
\connect shop_db
