-- Written by a test. Random digits are left out.

-- PostgreSQL: what is asked about a user

WITH u AS (SELECT * FROM pg_catalog.pg_roles WHERE rolname IN (E'o''dd "u" of `x` [y]\\')),
dep AS (SELECT d.* FROM u JOIN pg_catalog.pg_shdepend d
        ON d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND d.refobjid = u.oid)
SELECT 'user', rolcanlogin::text,
       to_char(NULLIF(rolvaliduntil, 'infinity') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), NULL, NULL FROM u
UNION ALL SELECT 'attribute', a.name, NULL, NULL, NULL FROM u, LATERAL (VALUES ('SUPERUSER', rolsuper),
       ('CREATEDB', rolcreatedb), ('CREATEROLE', rolcreaterole), ('REPLICATION', rolreplication),
       ('BYPASSRLS', rolbypassrls)) a(name, has) WHERE a.has
UNION ALL SELECT 'member', g.rolname, NULL, NULL, NULL FROM u JOIN pg_catalog.pg_auth_members m ON m.member = u.oid
       JOIN pg_catalog.pg_roles g ON g.oid = m.roleid
UNION ALL SELECT 'database', d.datname, x.privilege_type, x.is_grantable::text, NULL FROM u, pg_catalog.pg_database d,
       pg_catalog.aclexplode(d.datacl) x WHERE d.datname = pg_catalog.current_database() AND x.grantee = u.oid
UNION ALL SELECT 'schema', n.nspname, x.privilege_type, x.is_grantable::text, NULL FROM u, pg_catalog.pg_namespace n,
       pg_catalog.aclexplode(n.nspacl) x WHERE x.grantee = u.oid
UNION ALL SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END, n.nspname, c.relname, x.privilege_type,
       x.is_grantable::text FROM u, pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace,
       pg_catalog.aclexplode(c.relacl) x WHERE x.grantee = u.oid
UNION ALL SELECT 'column ' || x.privilege_type || CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END,
       n.nspname, c.relname, a.attname, NULL FROM u, pg_catalog.pg_attribute a
       JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace,
       pg_catalog.aclexplode(a.attacl) x WHERE x.grantee = u.oid
UNION ALL SELECT 'owns', dep.classid::pg_catalog.regclass::text, count(*)::text, NULL, NULL FROM dep
       WHERE deptype = 'o' AND dbid IN (0, (SELECT oid FROM pg_catalog.pg_database
       WHERE datname = pg_catalog.current_database())) GROUP BY 2
UNION ALL SELECT 'other', dep.classid::pg_catalog.regclass::text, count(*)::text, NULL, NULL FROM dep
       WHERE deptype IN ('a', 'r') AND dep.classid NOT IN ('pg_catalog.pg_class'::pg_catalog.regclass,
       'pg_catalog.pg_namespace'::pg_catalog.regclass, 'pg_catalog.pg_database'::pg_catalog.regclass,
       'pg_catalog.pg_auth_members'::pg_catalog.regclass) AND dbid IN (0, (SELECT oid FROM pg_catalog.pg_database
       WHERE datname = pg_catalog.current_database())) GROUP BY 2
UNION ALL SELECT DISTINCT 'elsewhere', d.datname, NULL, NULL, NULL FROM dep JOIN pg_catalog.pg_database d ON d.oid = dep.dbid
       WHERE d.datname <> pg_catalog.current_database()
UNION ALL SELECT 'elsewhere', d.datname, NULL, NULL, NULL FROM u, pg_catalog.pg_database d,
       pg_catalog.aclexplode(d.datacl) x WHERE d.datname <> pg_catalog.current_database() AND x.grantee = u.oid
ORDER BY 1, 2, 3, 4, 5;

-- PostgreSQL: one that is not there is let in
CREATE ROLE "o'dd ""u"" of `x` [y]\" LOGIN NOINHERIT PASSWORD 'SCRAM-SHA-256$4096:…$…:…' VALID UNTIL 'infinity';
GRANT "o'dd ""u"" of `x` [y]\" TO CURRENT_USER;
COMMENT ON ROLE "o'dd ""u"" of `x` [y]\" IS 'it''s somebody';

-- PostgreSQL: the same, and nobody knows its password
CREATE ROLE "o'dd ""u"" of `x` [y]\" LOGIN NOINHERIT VALID UNTIL 'infinity';
GRANT "o'dd ""u"" of `x` [y]\" TO CURRENT_USER;
COMMENT ON ROLE "o'dd ""u"" of `x` [y]\" IS 'it''s somebody';

-- PostgreSQL: another password
ALTER ROLE "o'dd ""u"" of `x` [y]\" LOGIN NOINHERIT PASSWORD 'SCRAM-SHA-256$4096:…$…:…' VALID UNTIL 'infinity';
GRANT "o'dd ""u"" of `x` [y]\" TO CURRENT_USER;

-- PostgreSQL: one that is let in already
ALTER ROLE "o'dd ""u"" of `x` [y]\" LOGIN NOINHERIT VALID UNTIL 'infinity';
GRANT "o'dd ""u"" of `x` [y]\" TO CURRENT_USER;

-- PostgreSQL: one that is locked is let in
ALTER ROLE "o'dd ""u"" of `x` [y]\" LOGIN NOINHERIT VALID UNTIL 'infinity';
GRANT "o'dd ""u"" of `x` [y]\" TO CURRENT_USER;

-- PostgreSQL: first rights
BEGIN;
GRANT SELECT ON TABLE "s'""`[]\"."order" TO "o'dd ""u"" of `x` [y]\";
GRANT SELECT ON TABLE "s'""`[]\"."plain" TO "o'dd ""u"" of `x` [y]\";
COMMIT;

-- PostgreSQL: another table
BEGIN;
GRANT SELECT ON TABLE "s'""`[]\"."order" TO "o'dd ""u"" of `x` [y]\";
COMMIT;

-- PostgreSQL: the same rights
-- nothing

-- PostgreSQL: columns in place of the whole
BEGIN;
REVOKE SELECT ON TABLE "s'""`[]\"."plain" FROM "o'dd ""u"" of `x` [y]\" CASCADE;
GRANT SELECT ON TABLE "s'""`[]\"."order" TO "o'dd ""u"" of `x` [y]\";
GRANT SELECT ("a,b", "c]""`d") ON TABLE "s'""`[]\"."plain" TO "o'dd ""u"" of `x` [y]\";
COMMIT;

-- PostgreSQL: no right any more
BEGIN;
REVOKE SELECT ON TABLE "s'""`[]\"."plain" FROM "o'dd ""u"" of `x` [y]\" CASCADE;
REVOKE USAGE ON SCHEMA "s'""`[]\" FROM "o'dd ""u"" of `x` [y]\" CASCADE;
COMMIT;

-- PostgreSQL: what it holds beyond
-- CREATEROLE
-- SUPERUSER
-- UPDATE WITH GRANT OPTION on column "c]d" of "s'\"`[]\\"."order"
-- CREATE on the database
-- membership of "rds_iam"
-- membership of "some \"role\""
-- rights of 1 in pg_proc
-- ownership of 2 in pg_class
-- CREATE on schema "s'\"`[]\\"
-- USAGE on schema "s'\"`[]\\"
-- USAGE on sequence "s'\"`[]\\"."numbers"
-- UPDATE on table "s'\"`[]\\"."order"
-- SELECT on table "s'\"`[]\\"."plain"

-- PostgreSQL: only its rights are left of that
BEGIN;
REVOKE UPDATE ("c]d") ON TABLE "s'""`[]\"."order" FROM "o'dd ""u"" of `x` [y]\" CASCADE;
REVOKE ALL ON DATABASE "the ""db""" FROM "o'dd ""u"" of `x` [y]\";
REVOKE "rds_iam" FROM "o'dd ""u"" of `x` [y]\";
REVOKE "some ""role""" FROM "o'dd ""u"" of `x` [y]\";
GRANT "o'dd ""u"" of `x` [y]\" TO CURRENT_USER;
REASSIGN OWNED BY "o'dd ""u"" of `x` [y]\" TO CURRENT_USER;
DROP OWNED BY "o'dd ""u"" of `x` [y]\";
GRANT "o'dd ""u"" of `x` [y]\" TO CURRENT_USER;
REASSIGN OWNED BY "o'dd ""u"" of `x` [y]\" TO CURRENT_USER;
DROP OWNED BY "o'dd ""u"" of `x` [y]\";
REVOKE CREATE ON SCHEMA "s'""`[]\" FROM "o'dd ""u"" of `x` [y]\" CASCADE;
REVOKE GRANT OPTION FOR USAGE ON SCHEMA "s'""`[]\" FROM "o'dd ""u"" of `x` [y]\" CASCADE;
REVOKE USAGE ON SEQUENCE "s'""`[]\"."numbers" FROM "o'dd ""u"" of `x` [y]\" CASCADE;
REVOKE UPDATE ON TABLE "s'""`[]\"."order" FROM "o'dd ""u"" of `x` [y]\" CASCADE;
REVOKE GRANT OPTION FOR SELECT ON TABLE "s'""`[]\"."plain" FROM "o'dd ""u"" of `x` [y]\" CASCADE;
GRANT USAGE ON SCHEMA "s'""`[]\" TO "o'dd ""u"" of `x` [y]\";
GRANT SELECT ON TABLE "s'""`[]\"."order" TO "o'dd ""u"" of `x` [y]\";
GRANT SELECT ON TABLE "s'""`[]\"."plain" TO "o'dd ""u"" of `x` [y]\";
COMMIT;
ALTER ROLE "o'dd ""u"" of `x` [y]\" NOCREATEROLE;
ALTER ROLE "o'dd ""u"" of `x` [y]\" NOSUPERUSER;

-- PostgreSQL: nobody is let in any more
ALTER ROLE "o'dd ""u"" of `x` [y]\" NOLOGIN;

-- PostgreSQL: its sessions
SELECT pid::text FROM pg_catalog.pg_stat_activity WHERE usename IN (E'o''dd "u" of `x` [y]\\');

-- PostgreSQL: one of them is ended
SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE usename IN (E'o''dd "u" of `x` [y]\\') AND pid::text IN ('77');

-- PostgreSQL: what it holds in another database
GRANT "o'dd ""u"" of `x` [y]\" TO CURRENT_USER;
REASSIGN OWNED BY "o'dd ""u"" of `x` [y]\" TO CURRENT_USER;
DROP OWNED BY "o'dd ""u"" of `x` [y]\";

-- PostgreSQL: it is removed
GRANT "o'dd ""u"" of `x` [y]\" TO CURRENT_USER;
REASSIGN OWNED BY "o'dd ""u"" of `x` [y]\" TO CURRENT_USER;
DROP OWNED BY "o'dd ""u"" of `x` [y]\";
DROP ROLE IF EXISTS "o'dd ""u"" of `x` [y]\";

-- PostgreSQL: one that is not there is removed
-- nothing
