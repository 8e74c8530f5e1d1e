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
