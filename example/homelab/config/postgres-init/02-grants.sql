-- The dashboard's page shows every database's size.
GRANT pg_monitor TO dashboard;
ALTER DATABASE ticketbot SET timezone TO 'UTC';
