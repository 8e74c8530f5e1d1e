CREATE TEMPORARY TABLE swap ON COMMIT DROP AS SELECT OLD::text AS old, NEW::text AS new;
DO $swap$
DECLARE
  names swap%ROWTYPE;
  first record;
  item record;
  setting text;
BEGIN
  SELECT * INTO STRICT names FROM swap;
  SELECT * INTO STRICT first FROM pg_authid WHERE oid = 10;

  -- The state: S0 goes on, S1 and S2 stop here.
  IF first.rolname = names.new THEN
    RAISE EXCEPTION 'S2: % is the first role already, nothing to do', names.new;
  ELSIF first.rolname <> names.old THEN
    RAISE EXCEPTION 'the first role is %, not %', first.rolname, names.old;
  ELSIF EXISTS (SELECT FROM pg_authid WHERE rolname = names.new) THEN
    RAISE EXCEPTION 'S1: there is a role % already (plan A ran?): plan B can''t be used', names.new;
  ELSIF first.rolpassword IS NULL OR first.rolpassword NOT LIKE 'SCRAM-SHA-256$%' THEN
    RAISE EXCEPTION 'the password of % is no SCRAM verifier: set it again first', names.old;
  ELSIF session_user = names.old OR NOT (SELECT rolsuper FROM pg_authid WHERE rolname = session_user) THEN
    RAISE EXCEPTION 'log in as a superuser other than %', names.old;
  END IF;

  -- What can't be handed over.
  FOR item IN SELECT * FROM (
    REFUSALS
  ) AS counted WHERE number > 0
  LOOP
    RAISE EXCEPTION 'plan B does not hand over %, and % has % of them', item.what, names.old, item.number;
  END LOOP;

  EXECUTE format('ALTER ROLE %I RENAME TO %I', names.old, names.new);
  EXECUTE format('CREATE ROLE %I LOGIN PASSWORD %L CONNECTION LIMIT %s', names.old, first.rolpassword, first.rolconnlimit);
  IF first.rolvaliduntil IS NOT NULL THEN
    EXECUTE format('ALTER ROLE %I VALID UNTIL %L', names.old, first.rolvaliduntil);
  END IF;

  -- The database and all in it that the first role owns and that is no part of an extension.
  EXECUTE format('ALTER DATABASE %I OWNER TO %I', current_database(), names.old);
  FOR item IN
    SELECT format('ALTER SCHEMA %I OWNER TO', nspname) AS command FROM pg_namespace
     WHERE nspowner = 10 AND oid >= 16384 AND nspname !~ '^pg_(toast_)?temp'
       AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_namespace'::regclass AND objid = pg_namespace.oid AND deptype = 'e')
    UNION ALL
    SELECT format('ALTER %s %s OWNER TO', CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
             WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, oid::regclass)
      FROM pg_class
     WHERE relowner = 10 AND oid >= 16384 AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND relpersistence <> 't'
       AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid
                          AND (deptype = 'e' OR relkind = 'S' AND deptype IN ('a', 'i') AND refobjsubid > 0))
    UNION ALL
    SELECT format('ALTER ROUTINE %s OWNER TO', oid::regprocedure) FROM pg_proc
     WHERE proowner = 10 AND oid >= 16384
       AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype IN ('e', 'i'))
    UNION ALL
    SELECT format('ALTER TYPE %s OWNER TO', oid::regtype) FROM pg_type
     WHERE typowner = 10 AND oid >= 16384 AND typtype IN ('b', 'c', 'd', 'e', 'r')
       AND (typrelid = 0 OR (SELECT relkind FROM pg_class WHERE pg_class.oid = typrelid) = 'c')
       AND NOT EXISTS (SELECT FROM pg_type AS element WHERE element.typarray = pg_type.oid)
       AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_type'::regclass AND objid = pg_type.oid AND deptype = 'e')
    UNION ALL
    SELECT format('ALTER LARGE OBJECT %s OWNER TO', oid) FROM pg_largeobject_metadata WHERE lomowner = 10
  LOOP
    EXECUTE format('%s %I', item.command, names.old);
  END LOOP;

  -- The role's settings. Lists are given as they are, or they would become one name.
  FOR item IN
    SELECT datname, setting.value FROM pg_db_role_setting
      LEFT JOIN pg_database ON pg_database.oid = setdatabase, unnest(setconfig) AS setting (value)
     WHERE setrole = 10
  LOOP
    setting := split_part(item.value, '=', 1);
    EXECUTE format('ALTER ROLE %I%s SET %I = %s', names.old,
      CASE WHEN item.datname IS NULL THEN '' ELSE format(' IN DATABASE %I', item.datname) END, setting,
      CASE WHEN setting IN ('search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries')
           THEN substr(item.value, length(setting) + 2) ELSE quote_literal(substr(item.value, length(setting) + 2)) END);
  END LOOP;
END
$swap$;
