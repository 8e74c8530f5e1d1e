-- shopbot owns the shop
CREATE DATABASE blog OWNER shopbot;
GRANT ALL ON SCHEMA public TO shopbot;
