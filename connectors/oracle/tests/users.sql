-- Written by a test. Random digits are left out.

-- Oracle 23: what is asked about a user
SELECT 'user', u.account_status, u.authentication_type FROM dba_users u WHERE u.username = 'O''DD "U" OF `X` [Y]\';
SELECT 'system', p.privilege, p.admin_option FROM dba_sys_privs p WHERE p.grantee = 'O''DD "U" OF `X` [Y]\';
SELECT 'role', p.granted_role FROM dba_role_privs p WHERE p.grantee = 'O''DD "U" OF `X` [Y]\';
SELECT 'object', p.privilege, p.owner, p.table_name, p.grantable, CASE WHEN p.grantor IN (p.owner, USER) THEN NULL ELSE p.grantor END, (SELECT MIN(o.object_type) FROM dba_objects o WHERE o.owner = p.owner AND o.object_name = p.table_name AND o.object_type IN ('DIRECTORY', 'EDITION', 'JAVA SOURCE', 'JAVA RESOURCE', 'MINING MODEL', 'SQL TRANSLATION PROFILE')), (SELECT MIN(u.username) FROM dba_users u WHERE p.owner = 'SYS' AND u.username = p.table_name) FROM dba_tab_privs p WHERE p.grantee = 'O''DD "U" OF `X` [Y]\';
SELECT DISTINCT 'object', p.privilege, p.owner, p.table_name, NULL, CASE WHEN p.grantor IN (p.owner, USER) THEN NULL ELSE p.grantor END FROM dba_col_privs p WHERE p.grantee = 'O''DD "U" OF `X` [Y]\';
SELECT 'proxy', p.client FROM proxy_users p WHERE p.proxy = 'O''DD "U" OF `X` [Y]\';
SELECT 'client', p.proxy FROM proxy_users p WHERE p.client = 'O''DD "U" OF `X` [Y]\';
SELECT 'owns', o.object_type, TO_CHAR(COUNT(*)) FROM dba_objects o WHERE o.owner = 'O''DD "U" OF `X` [Y]\' GROUP BY o.object_type ORDER BY o.object_type;
SELECT 'file', f.username FROM v$pwfile_users f WHERE f.username = 'O''DD "U" OF `X` [Y]\';
SELECT 'schema', p.privilege, p.schema FROM dba_schema_privs p WHERE p.grantee = 'O''DD "U" OF `X` [Y]\';

-- Oracle 23: one that is not there is let in
CREATE USER "O'DD ""U"" OF `X` [Y]\" IDENTIFIED BY "Pass-1_word";
GRANT CREATE SESSION TO "O'DD ""U"" OF `X` [Y]\";

-- Oracle 23: the same, and nobody knows its password
CREATE USER "O'DD ""U"" OF `X` [Y]\" IDENTIFIED BY "Az_…";
GRANT CREATE SESSION TO "O'DD ""U"" OF `X` [Y]\";

-- Oracle 23: another password
ALTER USER "O'DD ""U"" OF `X` [Y]\" IDENTIFIED BY "Pass-2_word" ACCOUNT UNLOCK;

-- Oracle 23: one that is let in already
-- nothing

-- Oracle 23: one that is locked is let in
ALTER USER "O'DD ""U"" OF `X` [Y]\" ACCOUNT UNLOCK;

-- Oracle 23: first rights
GRANT READ ON "s'""`[]\"."order" TO "O'DD ""U"" OF `X` [Y]\";
GRANT READ ON "s'""`[]\"."plain" TO "O'DD ""U"" OF `X` [Y]\";

-- Oracle 23: another table
GRANT READ ON "s'""`[]\"."order" TO "O'DD ""U"" OF `X` [Y]\";

-- Oracle 23: the same rights
-- nothing

-- Oracle 23: columns in place of the whole
-- declined: Oracle gives the right to read a whole table only: nobody can be given columns a,b, c]"`d of "s'\"`[]\\"."plain"

-- Oracle 23: no right any more
REVOKE READ ON "s'""`[]\"."plain" FROM "O'DD ""U"" OF `X` [Y]\";

-- Oracle 23: what it holds beyond
-- the password before the last
-- CREATE SESSION
-- SELECT ANY TABLE
-- role "DBA"
-- READ on "s'\"`[]\\"."plain" with the right to give it on
-- SELECT on "s'\"`[]\\"."order"
-- READ on "s'\"`[]\\"."other", given by "BOB" (a person's to take)
-- REFERENCES on "s'\"`[]\\"."order"
-- UPDATE on "s'\"`[]\\"."order"
-- UPDATE on "s'\"`[]\\"."order"
-- READ on "SYS"."DIR"
-- INHERIT PRIVILEGES on "SYS"."BOB"
-- EXECUTE on "A"."J"
-- entering as "BOB"
-- being entered by "ALICE"
-- ownership of 2 TABLE (a person's to take)
-- a right of the server's password file (a person's to take)
-- SELECT ANY TABLE on schema "s'\"`[]\\"

-- Oracle 23: only its rights are left of that
ALTER USER "O'DD ""U"" OF `X` [Y]\" EXPIRE PASSWORD ROLLOVER PERIOD;
REVOKE CREATE SESSION FROM "O'DD ""U"" OF `X` [Y]\";
REVOKE SELECT ANY TABLE FROM "O'DD ""U"" OF `X` [Y]\";
REVOKE "DBA" FROM "O'DD ""U"" OF `X` [Y]\";
REVOKE READ ON "s'""`[]\"."plain" FROM "O'DD ""U"" OF `X` [Y]\";
REVOKE SELECT ON "s'""`[]\"."order" FROM "O'DD ""U"" OF `X` [Y]\";
REVOKE REFERENCES ON "s'""`[]\"."order" FROM "O'DD ""U"" OF `X` [Y]\" CASCADE CONSTRAINTS;
REVOKE UPDATE ON "s'""`[]\"."order" FROM "O'DD ""U"" OF `X` [Y]\";
REVOKE READ ON DIRECTORY "DIR" FROM "O'DD ""U"" OF `X` [Y]\";
REVOKE INHERIT PRIVILEGES ON USER "BOB" FROM "O'DD ""U"" OF `X` [Y]\";
REVOKE EXECUTE ON JAVA SOURCE "A"."J" FROM "O'DD ""U"" OF `X` [Y]\";
ALTER USER "BOB" REVOKE CONNECT THROUGH "O'DD ""U"" OF `X` [Y]\";
ALTER USER "O'DD ""U"" OF `X` [Y]\" REVOKE CONNECT THROUGH "ALICE";
REVOKE SELECT ANY TABLE ON SCHEMA "s'""`[]\" FROM "O'DD ""U"" OF `X` [Y]\";
GRANT CREATE SESSION TO "O'DD ""U"" OF `X` [Y]\";
GRANT READ ON "s'""`[]\"."order" TO "O'DD ""U"" OF `X` [Y]\";
GRANT READ ON "s'""`[]\"."plain" TO "O'DD ""U"" OF `X` [Y]\";

-- Oracle 23: nobody is let in any more
ALTER USER "O'DD ""U"" OF `X` [Y]\" ACCOUNT LOCK;

-- Oracle 23: its sessions
SELECT s.sid || ',' || s.serial# || ',@' || s.inst_id FROM gv$session s WHERE s.username = 'O''DD "U" OF `X` [Y]\' AND s.status <> 'KILLED';

-- Oracle 23: one of them is ended
ALTER SYSTEM KILL SESSION '77,5,@1' IMMEDIATE;

-- Oracle 23: what it holds in another database
-- nothing

-- Oracle 23: it is removed
ALTER USER "O'DD ""U"" OF `X` [Y]\" ACCOUNT LOCK;
BEGIN FOR s IN (SELECT s.sid, s.serial#, s.inst_id FROM gv$session s WHERE s.username = 'O''DD "U" OF `X` [Y]\' AND s.status <> 'KILLED') LOOP BEGIN EXECUTE IMMEDIATE 'ALTER SYSTEM KILL SESSION ''' || s.sid || ',' || s.serial# || ',@' || s.inst_id || ''' IMMEDIATE'; EXCEPTION WHEN OTHERS THEN NULL; END; END LOOP; END;
DROP USER "O'DD ""U"" OF `X` [Y]\";

-- Oracle 23: one that is not there is removed
-- nothing

-- Amazon RDS: what is asked about a user
SELECT 'user', u.account_status, u.authentication_type FROM dba_users u WHERE u.username = 'O''DD "U" OF `X` [Y]\';
SELECT 'system', p.privilege, p.admin_option FROM dba_sys_privs p WHERE p.grantee = 'O''DD "U" OF `X` [Y]\';
SELECT 'role', p.granted_role FROM dba_role_privs p WHERE p.grantee = 'O''DD "U" OF `X` [Y]\';
SELECT 'object', p.privilege, p.owner, p.table_name, p.grantable, CASE WHEN p.grantor IN (p.owner, USER) THEN NULL ELSE p.grantor END, (SELECT MIN(o.object_type) FROM dba_objects o WHERE o.owner = p.owner AND o.object_name = p.table_name AND o.object_type IN ('DIRECTORY', 'EDITION', 'JAVA SOURCE', 'JAVA RESOURCE', 'MINING MODEL', 'SQL TRANSLATION PROFILE')), (SELECT MIN(u.username) FROM dba_users u WHERE p.owner = 'SYS' AND u.username = p.table_name) FROM dba_tab_privs p WHERE p.grantee = 'O''DD "U" OF `X` [Y]\';
SELECT DISTINCT 'object', p.privilege, p.owner, p.table_name, NULL, CASE WHEN p.grantor IN (p.owner, USER) THEN NULL ELSE p.grantor END FROM dba_col_privs p WHERE p.grantee = 'O''DD "U" OF `X` [Y]\';
SELECT 'proxy', p.client FROM proxy_users p WHERE p.proxy = 'O''DD "U" OF `X` [Y]\';
SELECT 'client', p.proxy FROM proxy_users p WHERE p.client = 'O''DD "U" OF `X` [Y]\';
SELECT 'owns', o.object_type, TO_CHAR(COUNT(*)) FROM dba_objects o WHERE o.owner = 'O''DD "U" OF `X` [Y]\' GROUP BY o.object_type ORDER BY o.object_type;
SELECT 'file', f.username FROM v$pwfile_users f WHERE f.username = 'O''DD "U" OF `X` [Y]\';

-- Amazon RDS: one that is not there is let in
CREATE USER "O'DD ""U"" OF `X` [Y]\" IDENTIFIED BY "Pass-1_word";
GRANT CREATE SESSION TO "O'DD ""U"" OF `X` [Y]\";

-- Amazon RDS: the same, and nobody knows its password
CREATE USER "O'DD ""U"" OF `X` [Y]\" IDENTIFIED BY "Az_…";
GRANT CREATE SESSION TO "O'DD ""U"" OF `X` [Y]\";

-- Amazon RDS: another password
ALTER USER "O'DD ""U"" OF `X` [Y]\" IDENTIFIED BY "Pass-2_word" ACCOUNT UNLOCK;

-- Amazon RDS: one that is let in already
-- nothing

-- Amazon RDS: one that is locked is let in
ALTER USER "O'DD ""U"" OF `X` [Y]\" ACCOUNT UNLOCK;

-- Amazon RDS: first rights
GRANT READ ON "s'""`[]\"."order" TO "O'DD ""U"" OF `X` [Y]\";
GRANT READ ON "s'""`[]\"."plain" TO "O'DD ""U"" OF `X` [Y]\";

-- Amazon RDS: another table
GRANT READ ON "s'""`[]\"."order" TO "O'DD ""U"" OF `X` [Y]\";

-- Amazon RDS: the same rights
-- nothing

-- Amazon RDS: columns in place of the whole
-- declined: Oracle gives the right to read a whole table only: nobody can be given columns a,b, c]"`d of "s'\"`[]\\"."plain"

-- Amazon RDS: no right any more
REVOKE READ ON "s'""`[]\"."plain" FROM "O'DD ""U"" OF `X` [Y]\";

-- Amazon RDS: what it holds beyond
-- the password before the last
-- CREATE SESSION
-- SELECT ANY TABLE
-- role "DBA"
-- READ on "s'\"`[]\\"."plain" with the right to give it on
-- SELECT on "s'\"`[]\\"."order"
-- READ on "s'\"`[]\\"."other", given by "BOB" (a person's to take)
-- REFERENCES on "s'\"`[]\\"."order"
-- UPDATE on "s'\"`[]\\"."order"
-- UPDATE on "s'\"`[]\\"."order"
-- READ on "SYS"."DIR"
-- INHERIT PRIVILEGES on "SYS"."BOB"
-- EXECUTE on "A"."J"
-- entering as "BOB"
-- being entered by "ALICE"
-- ownership of 2 TABLE (a person's to take)
-- a right of the server's password file (a person's to take)
-- SELECT ANY TABLE on schema "s'\"`[]\\"

-- Amazon RDS: only its rights are left of that
ALTER USER "O'DD ""U"" OF `X` [Y]\" EXPIRE PASSWORD ROLLOVER PERIOD;
REVOKE CREATE SESSION FROM "O'DD ""U"" OF `X` [Y]\";
REVOKE SELECT ANY TABLE FROM "O'DD ""U"" OF `X` [Y]\";
REVOKE "DBA" FROM "O'DD ""U"" OF `X` [Y]\";
REVOKE READ ON "s'""`[]\"."plain" FROM "O'DD ""U"" OF `X` [Y]\";
REVOKE SELECT ON "s'""`[]\"."order" FROM "O'DD ""U"" OF `X` [Y]\";
REVOKE REFERENCES ON "s'""`[]\"."order" FROM "O'DD ""U"" OF `X` [Y]\" CASCADE CONSTRAINTS;
REVOKE UPDATE ON "s'""`[]\"."order" FROM "O'DD ""U"" OF `X` [Y]\";
REVOKE READ ON DIRECTORY "DIR" FROM "O'DD ""U"" OF `X` [Y]\";
REVOKE INHERIT PRIVILEGES ON USER "BOB" FROM "O'DD ""U"" OF `X` [Y]\";
REVOKE EXECUTE ON JAVA SOURCE "A"."J" FROM "O'DD ""U"" OF `X` [Y]\";
ALTER USER "BOB" REVOKE CONNECT THROUGH "O'DD ""U"" OF `X` [Y]\";
ALTER USER "O'DD ""U"" OF `X` [Y]\" REVOKE CONNECT THROUGH "ALICE";
REVOKE SELECT ANY TABLE ON SCHEMA "s'""`[]\" FROM "O'DD ""U"" OF `X` [Y]\";
GRANT CREATE SESSION TO "O'DD ""U"" OF `X` [Y]\";
GRANT READ ON "s'""`[]\"."order" TO "O'DD ""U"" OF `X` [Y]\";
GRANT READ ON "s'""`[]\"."plain" TO "O'DD ""U"" OF `X` [Y]\";

-- Amazon RDS: nobody is let in any more
ALTER USER "O'DD ""U"" OF `X` [Y]\" ACCOUNT LOCK;

-- Amazon RDS: its sessions
SELECT s.sid || ',' || s.serial# || ',@' || s.inst_id FROM gv$session s WHERE s.username = 'O''DD "U" OF `X` [Y]\' AND s.status <> 'KILLED';

-- Amazon RDS: one of them is ended
BEGIN rdsadmin.rdsadmin_util.kill(sid => 77, serial => 5, method => 'IMMEDIATE'); END;

-- Amazon RDS: what it holds in another database
-- nothing

-- Amazon RDS: it is removed
ALTER USER "O'DD ""U"" OF `X` [Y]\" ACCOUNT LOCK;
BEGIN FOR s IN (SELECT s.sid, s.serial#, s.inst_id FROM gv$session s WHERE s.username = 'O''DD "U" OF `X` [Y]\' AND s.status <> 'KILLED') LOOP BEGIN rdsadmin.rdsadmin_util.kill(sid => s.sid, serial => s.serial#, method => 'IMMEDIATE'); EXCEPTION WHEN OTHERS THEN NULL; END; END LOOP; END;
DROP USER "O'DD ""U"" OF `X` [Y]\";

-- Amazon RDS: one that is not there is removed
-- nothing

-- Oracle 12.1.0.1: what is asked about a user
SELECT 'user', u.account_status, u.authentication_type FROM dba_users u WHERE u.username = 'O''DD "U" OF `X` [Y]\';
SELECT 'system', p.privilege, p.admin_option FROM dba_sys_privs p WHERE p.grantee = 'O''DD "U" OF `X` [Y]\';
SELECT 'role', p.granted_role FROM dba_role_privs p WHERE p.grantee = 'O''DD "U" OF `X` [Y]\';
SELECT 'object', p.privilege, p.owner, p.table_name, p.grantable, CASE WHEN p.grantor IN (p.owner, USER) THEN NULL ELSE p.grantor END, (SELECT MIN(o.object_type) FROM dba_objects o WHERE o.owner = p.owner AND o.object_name = p.table_name AND o.object_type IN ('DIRECTORY', 'EDITION', 'JAVA SOURCE', 'JAVA RESOURCE', 'MINING MODEL', 'SQL TRANSLATION PROFILE')), (SELECT MIN(u.username) FROM dba_users u WHERE p.owner = 'SYS' AND u.username = p.table_name) FROM dba_tab_privs p WHERE p.grantee = 'O''DD "U" OF `X` [Y]\';
SELECT DISTINCT 'object', p.privilege, p.owner, p.table_name, NULL, CASE WHEN p.grantor IN (p.owner, USER) THEN NULL ELSE p.grantor END FROM dba_col_privs p WHERE p.grantee = 'O''DD "U" OF `X` [Y]\';
SELECT 'proxy', p.client FROM proxy_users p WHERE p.proxy = 'O''DD "U" OF `X` [Y]\';
SELECT 'client', p.proxy FROM proxy_users p WHERE p.client = 'O''DD "U" OF `X` [Y]\';
SELECT 'owns', o.object_type, TO_CHAR(COUNT(*)) FROM dba_objects o WHERE o.owner = 'O''DD "U" OF `X` [Y]\' GROUP BY o.object_type ORDER BY o.object_type;
SELECT 'file', f.username FROM v$pwfile_users f WHERE f.username = 'O''DD "U" OF `X` [Y]\';

-- Oracle 12.1.0.1: one that is not there is let in
CREATE USER "O'DD ""U"" OF `X` [Y]\" IDENTIFIED BY "Pass-1_word";
GRANT CREATE SESSION TO "O'DD ""U"" OF `X` [Y]\";

-- Oracle 12.1.0.1: the same, and nobody knows its password
CREATE USER "O'DD ""U"" OF `X` [Y]\" IDENTIFIED BY "Az_…";
GRANT CREATE SESSION TO "O'DD ""U"" OF `X` [Y]\";

-- Oracle 12.1.0.1: another password
ALTER USER "O'DD ""U"" OF `X` [Y]\" IDENTIFIED BY "Pass-2_word" ACCOUNT UNLOCK;

-- Oracle 12.1.0.1: one that is let in already
-- nothing

-- Oracle 12.1.0.1: one that is locked is let in
ALTER USER "O'DD ""U"" OF `X` [Y]\" ACCOUNT UNLOCK;

-- Oracle 12.1.0.1: first rights
GRANT SELECT ON "s'""`[]\"."order" TO "O'DD ""U"" OF `X` [Y]\";
GRANT SELECT ON "s'""`[]\"."plain" TO "O'DD ""U"" OF `X` [Y]\";

-- Oracle 12.1.0.1: another table
GRANT SELECT ON "s'""`[]\"."order" TO "O'DD ""U"" OF `X` [Y]\";

-- Oracle 12.1.0.1: the same rights
-- nothing

-- Oracle 12.1.0.1: columns in place of the whole
-- declined: Oracle gives the right to read a whole table only: nobody can be given columns a,b, c]"`d of "s'\"`[]\\"."plain"

-- Oracle 12.1.0.1: no right any more
REVOKE SELECT ON "s'""`[]\"."plain" FROM "O'DD ""U"" OF `X` [Y]\";

-- Oracle 12.1.0.1: what it holds beyond
-- the password before the last
-- CREATE SESSION
-- SELECT ANY TABLE
-- role "DBA"
-- READ on "s'\"`[]\\"."plain" with the right to give it on
-- READ on "s'\"`[]\\"."other", given by "BOB" (a person's to take)
-- REFERENCES on "s'\"`[]\\"."order"
-- UPDATE on "s'\"`[]\\"."order"
-- UPDATE on "s'\"`[]\\"."order"
-- READ on "SYS"."DIR"
-- INHERIT PRIVILEGES on "SYS"."BOB"
-- EXECUTE on "A"."J"
-- entering as "BOB"
-- being entered by "ALICE"
-- ownership of 2 TABLE (a person's to take)
-- a right of the server's password file (a person's to take)
-- SELECT ANY TABLE on schema "s'\"`[]\\"

-- Oracle 12.1.0.1: only its rights are left of that
ALTER USER "O'DD ""U"" OF `X` [Y]\" EXPIRE PASSWORD ROLLOVER PERIOD;
REVOKE CREATE SESSION FROM "O'DD ""U"" OF `X` [Y]\";
REVOKE SELECT ANY TABLE FROM "O'DD ""U"" OF `X` [Y]\";
REVOKE "DBA" FROM "O'DD ""U"" OF `X` [Y]\";
REVOKE READ ON "s'""`[]\"."plain" FROM "O'DD ""U"" OF `X` [Y]\";
REVOKE REFERENCES ON "s'""`[]\"."order" FROM "O'DD ""U"" OF `X` [Y]\" CASCADE CONSTRAINTS;
REVOKE UPDATE ON "s'""`[]\"."order" FROM "O'DD ""U"" OF `X` [Y]\";
REVOKE READ ON DIRECTORY "DIR" FROM "O'DD ""U"" OF `X` [Y]\";
REVOKE INHERIT PRIVILEGES ON USER "BOB" FROM "O'DD ""U"" OF `X` [Y]\";
REVOKE EXECUTE ON JAVA SOURCE "A"."J" FROM "O'DD ""U"" OF `X` [Y]\";
ALTER USER "BOB" REVOKE CONNECT THROUGH "O'DD ""U"" OF `X` [Y]\";
ALTER USER "O'DD ""U"" OF `X` [Y]\" REVOKE CONNECT THROUGH "ALICE";
REVOKE SELECT ANY TABLE ON SCHEMA "s'""`[]\" FROM "O'DD ""U"" OF `X` [Y]\";
GRANT CREATE SESSION TO "O'DD ""U"" OF `X` [Y]\";
GRANT SELECT ON "s'""`[]\"."plain" TO "O'DD ""U"" OF `X` [Y]\";

-- Oracle 12.1.0.1: nobody is let in any more
ALTER USER "O'DD ""U"" OF `X` [Y]\" ACCOUNT LOCK;

-- Oracle 12.1.0.1: its sessions
SELECT s.sid || ',' || s.serial# || ',@' || s.inst_id FROM gv$session s WHERE s.username = 'O''DD "U" OF `X` [Y]\' AND s.status <> 'KILLED';

-- Oracle 12.1.0.1: one of them is ended
ALTER SYSTEM KILL SESSION '77,5,@1' IMMEDIATE;

-- Oracle 12.1.0.1: what it holds in another database
-- nothing

-- Oracle 12.1.0.1: it is removed
ALTER USER "O'DD ""U"" OF `X` [Y]\" ACCOUNT LOCK;
BEGIN FOR s IN (SELECT s.sid, s.serial#, s.inst_id FROM gv$session s WHERE s.username = 'O''DD "U" OF `X` [Y]\' AND s.status <> 'KILLED') LOOP BEGIN EXECUTE IMMEDIATE 'ALTER SYSTEM KILL SESSION ''' || s.sid || ',' || s.serial# || ',@' || s.inst_id || ''' IMMEDIATE'; EXCEPTION WHEN OTHERS THEN NULL; END; END LOOP; END;
DROP USER "O'DD ""U"" OF `X` [Y]\";

-- Oracle 12.1.0.1: one that is not there is removed
-- nothing
