BEGIN;
SET LOCAL lock_timeout = '5s';
SELECT pg_advisory_xact_lock(hashtext('composemod superuser'));
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
    SELECT 'operators' AS what, count(*) AS number FROM pg_operator WHERE oprowner = 10 AND oid >= 16384
      AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_operator'::regclass AND objid = pg_operator.oid AND deptype = 'e')
    UNION ALL SELECT 'operator classes', count(*) FROM pg_opclass WHERE opcowner = 10 AND oid >= 16384
      AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_opclass'::regclass AND objid = pg_opclass.oid AND deptype = 'e')
    UNION ALL SELECT 'operator families', count(*) FROM pg_opfamily WHERE opfowner = 10 AND oid >= 16384
      AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_opfamily'::regclass AND objid = pg_opfamily.oid AND deptype = 'e')
    UNION ALL SELECT 'collations', count(*) FROM pg_collation WHERE collowner = 10 AND oid >= 16384
      AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_collation'::regclass AND objid = pg_collation.oid AND deptype = 'e')
    UNION ALL SELECT 'conversions', count(*) FROM pg_conversion WHERE conowner = 10 AND oid >= 16384
    UNION ALL SELECT 'text search dictionaries', count(*) FROM pg_ts_dict WHERE dictowner = 10 AND oid >= 16384
      AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_ts_dict'::regclass AND objid = pg_ts_dict.oid AND deptype = 'e')
    UNION ALL SELECT 'text search configurations', count(*) FROM pg_ts_config WHERE cfgowner = 10 AND oid >= 16384
      AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_ts_config'::regclass AND objid = pg_ts_config.oid AND deptype = 'e')
    UNION ALL SELECT 'extended statistics', count(*) FROM pg_statistic_ext WHERE stxowner = 10
    UNION ALL SELECT 'foreign-data wrappers', count(*) FROM pg_foreign_data_wrapper WHERE fdwowner = 10 AND oid >= 16384
      AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_foreign_data_wrapper'::regclass AND objid = pg_foreign_data_wrapper.oid AND deptype = 'e')
    UNION ALL SELECT 'foreign servers', count(*) FROM pg_foreign_server WHERE srvowner = 10
    UNION ALL SELECT 'user mappings', count(*) FROM pg_user_mapping WHERE umuser = 10
    UNION ALL SELECT 'publications', count(*) FROM pg_publication WHERE pubowner = 10
    UNION ALL SELECT 'subscriptions', count(*) FROM pg_subscription WHERE subowner = 10
    UNION ALL SELECT 'event triggers', count(*) FROM pg_event_trigger WHERE evtowner = 10 AND oid >= 16384
      AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_event_trigger'::regclass AND objid = pg_event_trigger.oid AND deptype = 'e')
    UNION ALL SELECT 'default privileges', count(*) FROM pg_default_acl WHERE defaclrole = 10
    UNION ALL SELECT 'policies that name it', count(*) FROM pg_policy WHERE 10 = ANY (polroles)
    UNION ALL SELECT 'memberships', count(*) FROM pg_auth_members WHERE 10 IN (member, roleid)
    UNION ALL SELECT 'rights on relations of others', count(*) FROM pg_class, aclexplode(relacl) AS right_of
      WHERE right_of.grantee = 10 AND relowner <> 10
    UNION ALL SELECT 'rights on schemas of others', count(*) FROM pg_namespace, aclexplode(nspacl) AS right_of
      WHERE right_of.grantee = 10 AND nspowner <> 10
    UNION ALL SELECT 'rights on functions of others', count(*) FROM pg_proc, aclexplode(proacl) AS right_of
      WHERE right_of.grantee = 10 AND proowner <> 10
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
COMMIT;
