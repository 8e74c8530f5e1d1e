CREATE DATABASE shopbot;
ALTER DATABASE shopbot SET timezone TO 'UTC';
