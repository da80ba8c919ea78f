-- Written by a test. Random digits are left out.

-- MySQL: what is asked about a user
SELECT 'schema', Db, NULL, NULL, NULL FROM mysql.db WHERE Host = '%' AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'table', Db, Table_name, Table_priv, NULL FROM mysql.tables_priv WHERE Host = '%' AND Table_priv <> '' AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'column', Db, Table_name, Column_name, Column_priv FROM mysql.columns_priv WHERE Host = '%' AND Column_priv <> '' AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'routine', Db, Routine_name, Routine_type, Proc_priv FROM mysql.procs_priv WHERE Host = '%' AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'proxy', Proxied_user, Proxied_host, NULL, NULL FROM mysql.proxies_priv WHERE Host = '%' AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'account', Host, IF(account_locked = 'Y' OR password_expired = 'Y', 'shut', 'open'), IF(ssl_type = '', 'clear', 'tls'), IF(JSON_EXTRACT(User_attributes, '$.additional_password') IS NULL, 'one', 'two') FROM mysql.user WHERE CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'role', FROM_USER, FROM_HOST, NULL, NULL FROM mysql.role_edges WHERE TO_HOST = '%' AND CAST(TO_USER AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'global', PRIVILEGE_TYPE, NULL, NULL, NULL FROM information_schema.USER_PRIVILEGES WHERE NOT (PRIVILEGE_TYPE = 'USAGE' AND IS_GRANTABLE = 'NO') AND CAST(GRANTEE AS BINARY) = X'276F27646420227522206F6620607860205B795D5C2740272527';

-- MySQL: one that is not there is let in
CREATE USER `o'dd "u" of ``x`` [y]\`@`%` IDENTIFIED WITH caching_sha2_password AS 0x… REQUIRE SSL PASSWORD EXPIRE NEVER ACCOUNT UNLOCK COMMENT 'it''s somebody';

-- MySQL: the same, and nobody knows its password
CREATE USER `o'dd "u" of ``x`` [y]\`@`%` IDENTIFIED WITH caching_sha2_password AS 0x… REQUIRE SSL PASSWORD EXPIRE NEVER ACCOUNT UNLOCK COMMENT 'it''s somebody';

-- MySQL: another password
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` IDENTIFIED WITH caching_sha2_password AS 0x… REQUIRE SSL PASSWORD EXPIRE NEVER ACCOUNT UNLOCK;

-- MySQL: one that is let in already
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` REQUIRE SSL PASSWORD EXPIRE NEVER ACCOUNT UNLOCK;

-- MySQL: one that is locked is let in
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` REQUIRE SSL PASSWORD EXPIRE NEVER ACCOUNT UNLOCK;

-- MySQL: first rights
GRANT SELECT ON `s'"``[]\`.`order` TO `o'dd "u" of ``x`` [y]\`@`%`;
GRANT SELECT ON `s'"``[]\`.`plain` TO `o'dd "u" of ``x`` [y]\`@`%`;

-- MySQL: another table
GRANT SELECT ON `s'"``[]\`.`order` TO `o'dd "u" of ``x`` [y]\`@`%`;

-- MySQL: the same rights
-- nothing

-- MySQL: columns in place of the whole
GRANT SELECT ON `s'"``[]\`.`order` TO `o'dd "u" of ``x`` [y]\`@`%`;
REVOKE SELECT ON `s'"``[]\`.`plain` FROM `o'dd "u" of ``x`` [y]\`@`%`;
GRANT SELECT (`a,b`, `c]"``d`) ON `s'"``[]\`.`plain` TO `o'dd "u" of ``x`` [y]\`@`%`;

-- MySQL: no right any more
REVOKE SELECT ON `s'"``[]\`.`plain` FROM `o'dd "u" of ``x`` [y]\`@`%`;

-- MySQL: what it holds beyond
-- entry without TLS
-- a second password
-- an account at host "10.`%"
-- rights on all of schema "s'\"`[]\\"
-- Grant on table "s'\"`[]\\"."plain"
-- Insert on table "s'\"`[]\\"."order"
-- Update on column "c]d" of "s'\"`[]\\"."order"
-- Execute,Alter Routine on function "s'\"`[]\\"."counted"
-- proxy of "bo`b"
-- role "some `role`"
-- PROCESS on the server

-- MySQL: only its rights are left of that
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` REQUIRE SSL;
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` DISCARD OLD PASSWORD;
DROP USER IF EXISTS `o'dd "u" of ``x`` [y]\`@`10.``%`;
REVOKE ALL PRIVILEGES, GRANT OPTION FROM `o'dd "u" of ``x`` [y]\`@`%`;
GRANT SELECT ON `s'"``[]\`.`order` TO `o'dd "u" of ``x`` [y]\`@`%`;
GRANT SELECT ON `s'"``[]\`.`plain` TO `o'dd "u" of ``x`` [y]\`@`%`;
REVOKE PROXY ON `bo``b`@`%` FROM `o'dd "u" of ``x`` [y]\`@`%`;
REVOKE `some ``role```@`%` FROM `o'dd "u" of ``x`` [y]\`@`%`;

-- MySQL: nobody is let in any more
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` ACCOUNT LOCK;

-- MySQL: its sessions
SELECT CAST(ID AS CHAR) FROM information_schema.PROCESSLIST WHERE CAST(USER AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';

-- MySQL: one of them is ended
KILL CONNECTION 77;

-- MySQL: what it holds in another database
-- nothing

-- MySQL: it is removed
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` ACCOUNT LOCK;
REVOKE ALL PRIVILEGES, GRANT OPTION FROM `o'dd "u" of ``x`` [y]\`@`%`;
DROP USER IF EXISTS `o'dd "u" of ``x`` [y]\`@`%`;

-- MySQL: one that is not there is removed
-- nothing

-- Amazon RDS: what is asked about a user
SELECT 'schema', Db, NULL, NULL, NULL FROM mysql.db WHERE Host = '%' AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'table', Db, Table_name, Table_priv, NULL FROM mysql.tables_priv WHERE Host = '%' AND Table_priv <> '' AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'column', Db, Table_name, Column_name, Column_priv FROM mysql.columns_priv WHERE Host = '%' AND Column_priv <> '' AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'routine', Db, Routine_name, Routine_type, Proc_priv FROM mysql.procs_priv WHERE Host = '%' AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'proxy', Proxied_user, Proxied_host, NULL, NULL FROM mysql.proxies_priv WHERE Host = '%' AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'account', Host, IF(account_locked = 'Y' OR password_expired = 'Y', 'shut', 'open'), IF(ssl_type = '', 'clear', 'tls'), IF(JSON_EXTRACT(User_attributes, '$.additional_password') IS NULL, 'one', 'two') FROM mysql.user WHERE CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'role', FROM_USER, FROM_HOST, NULL, NULL FROM mysql.role_edges WHERE TO_HOST = '%' AND CAST(TO_USER AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'global', PRIVILEGE_TYPE, NULL, NULL, NULL FROM information_schema.USER_PRIVILEGES WHERE NOT (PRIVILEGE_TYPE = 'USAGE' AND IS_GRANTABLE = 'NO') AND CAST(GRANTEE AS BINARY) = X'276F27646420227522206F6620607860205B795D5C2740272527';

-- Amazon RDS: one that is not there is let in
CREATE USER `o'dd "u" of ``x`` [y]\`@`%` IDENTIFIED WITH caching_sha2_password AS 0x… REQUIRE SSL PASSWORD EXPIRE NEVER ACCOUNT UNLOCK COMMENT 'it''s somebody';

-- Amazon RDS: the same, and nobody knows its password
CREATE USER `o'dd "u" of ``x`` [y]\`@`%` IDENTIFIED WITH caching_sha2_password AS 0x… REQUIRE SSL PASSWORD EXPIRE NEVER ACCOUNT UNLOCK COMMENT 'it''s somebody';

-- Amazon RDS: another password
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` IDENTIFIED WITH caching_sha2_password AS 0x… REQUIRE SSL PASSWORD EXPIRE NEVER ACCOUNT UNLOCK;

-- Amazon RDS: one that is let in already
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` REQUIRE SSL PASSWORD EXPIRE NEVER ACCOUNT UNLOCK;

-- Amazon RDS: one that is locked is let in
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` REQUIRE SSL PASSWORD EXPIRE NEVER ACCOUNT UNLOCK;

-- Amazon RDS: first rights
GRANT SELECT ON `s'"``[]\`.`order` TO `o'dd "u" of ``x`` [y]\`@`%`;
GRANT SELECT ON `s'"``[]\`.`plain` TO `o'dd "u" of ``x`` [y]\`@`%`;

-- Amazon RDS: another table
GRANT SELECT ON `s'"``[]\`.`order` TO `o'dd "u" of ``x`` [y]\`@`%`;

-- Amazon RDS: the same rights
-- nothing

-- Amazon RDS: columns in place of the whole
GRANT SELECT ON `s'"``[]\`.`order` TO `o'dd "u" of ``x`` [y]\`@`%`;
REVOKE SELECT ON `s'"``[]\`.`plain` FROM `o'dd "u" of ``x`` [y]\`@`%`;
GRANT SELECT (`a,b`, `c]"``d`) ON `s'"``[]\`.`plain` TO `o'dd "u" of ``x`` [y]\`@`%`;

-- Amazon RDS: no right any more
REVOKE SELECT ON `s'"``[]\`.`plain` FROM `o'dd "u" of ``x`` [y]\`@`%`;

-- Amazon RDS: what it holds beyond
-- entry without TLS
-- a second password
-- an account at host "10.`%"
-- rights on all of schema "s'\"`[]\\"
-- Grant on table "s'\"`[]\\"."plain"
-- Insert on table "s'\"`[]\\"."order"
-- Update on column "c]d" of "s'\"`[]\\"."order"
-- Execute,Alter Routine on function "s'\"`[]\\"."counted"
-- proxy of "bo`b"
-- role "some `role`"
-- PROCESS on the server

-- Amazon RDS: only its rights are left of that
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` REQUIRE SSL;
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` DISCARD OLD PASSWORD;
DROP USER IF EXISTS `o'dd "u" of ``x`` [y]\`@`10.``%`;
REVOKE ALL PRIVILEGES, GRANT OPTION FROM `o'dd "u" of ``x`` [y]\`@`%`;
GRANT SELECT ON `s'"``[]\`.`order` TO `o'dd "u" of ``x`` [y]\`@`%`;
GRANT SELECT ON `s'"``[]\`.`plain` TO `o'dd "u" of ``x`` [y]\`@`%`;
REVOKE PROXY ON `bo``b`@`%` FROM `o'dd "u" of ``x`` [y]\`@`%`;
REVOKE `some ``role```@`%` FROM `o'dd "u" of ``x`` [y]\`@`%`;

-- Amazon RDS: nobody is let in any more
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` ACCOUNT LOCK;

-- Amazon RDS: its sessions
SELECT CAST(ID AS CHAR) FROM information_schema.PROCESSLIST WHERE CAST(USER AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';

-- Amazon RDS: one of them is ended
CALL mysql.rds_kill(77);

-- Amazon RDS: what it holds in another database
-- nothing

-- Amazon RDS: it is removed
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` ACCOUNT LOCK;
REVOKE ALL PRIVILEGES, GRANT OPTION FROM `o'dd "u" of ``x`` [y]\`@`%`;
DROP USER IF EXISTS `o'dd "u" of ``x`` [y]\`@`%`;

-- Amazon RDS: one that is not there is removed
-- nothing

-- MariaDB: what is asked about a user
SELECT 'schema', Db, NULL, NULL, NULL FROM mysql.db WHERE Host = '%' AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'table', Db, Table_name, Table_priv, NULL FROM mysql.tables_priv WHERE Host = '%' AND Table_priv <> '' AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'column', Db, Table_name, Column_name, Column_priv FROM mysql.columns_priv WHERE Host = '%' AND Column_priv <> '' AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'routine', Db, Routine_name, Routine_type, Proc_priv FROM mysql.procs_priv WHERE Host = '%' AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'proxy', Proxied_user, Proxied_host, NULL, NULL FROM mysql.proxies_priv WHERE Host = '%' AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'account', Host, IF(JSON_VALUE(Priv, '$.account_locked') IN ('1', 'true') OR JSON_VALUE(Priv, '$.password_last_changed') = 0, 'shut', 'open'), IF(COALESCE(JSON_VALUE(Priv, '$.ssl_type'), 0) = 0, 'clear', 'tls'), 'one' FROM mysql.global_priv WHERE COALESCE(JSON_VALUE(Priv, '$.is_role'), 'false') NOT IN ('1', 'true') AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'role', Role, NULL, NULL, NULL FROM mysql.roles_mapping WHERE Host = '%' AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'global', PRIVILEGE_TYPE, NULL, NULL, NULL FROM information_schema.USER_PRIVILEGES WHERE NOT (PRIVILEGE_TYPE = 'USAGE' AND IS_GRANTABLE = 'NO') AND CAST(GRANTEE AS BINARY) = X'276F27646420227522206F6620607860205B795D5C2740272527';

-- MariaDB: one that is not there is let in
CREATE USER `o'dd "u" of ``x`` [y]\`@`%` IDENTIFIED VIA mysql_native_password USING '*…' REQUIRE SSL PASSWORD EXPIRE NEVER ACCOUNT UNLOCK;

-- MariaDB: the same, and nobody knows its password
CREATE USER `o'dd "u" of ``x`` [y]\`@`%` IDENTIFIED VIA mysql_native_password USING '*…' REQUIRE SSL PASSWORD EXPIRE NEVER ACCOUNT UNLOCK;

-- MariaDB: another password
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` IDENTIFIED VIA mysql_native_password USING '*…' REQUIRE SSL PASSWORD EXPIRE NEVER ACCOUNT UNLOCK;

-- MariaDB: one that is let in already
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` REQUIRE SSL PASSWORD EXPIRE NEVER ACCOUNT UNLOCK;

-- MariaDB: one that is locked is let in
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` REQUIRE SSL PASSWORD EXPIRE NEVER ACCOUNT UNLOCK;

-- MariaDB: first rights
GRANT SELECT ON `s'"``[]\`.`order` TO `o'dd "u" of ``x`` [y]\`@`%`;
GRANT SELECT ON `s'"``[]\`.`plain` TO `o'dd "u" of ``x`` [y]\`@`%`;

-- MariaDB: another table
GRANT SELECT ON `s'"``[]\`.`order` TO `o'dd "u" of ``x`` [y]\`@`%`;

-- MariaDB: the same rights
-- nothing

-- MariaDB: columns in place of the whole
GRANT SELECT ON `s'"``[]\`.`order` TO `o'dd "u" of ``x`` [y]\`@`%`;
REVOKE SELECT ON `s'"``[]\`.`plain` FROM `o'dd "u" of ``x`` [y]\`@`%`;
GRANT SELECT (`a,b`, `c]"``d`) ON `s'"``[]\`.`plain` TO `o'dd "u" of ``x`` [y]\`@`%`;

-- MariaDB: no right any more
REVOKE SELECT ON `s'"``[]\`.`plain` FROM `o'dd "u" of ``x`` [y]\`@`%`;

-- MariaDB: what it holds beyond
-- entry without TLS
-- a second password
-- an account at host "10.`%"
-- rights on all of schema "s'\"`[]\\"
-- Grant on table "s'\"`[]\\"."plain"
-- Insert on table "s'\"`[]\\"."order"
-- Update on column "c]d" of "s'\"`[]\\"."order"
-- Execute,Alter Routine on function "s'\"`[]\\"."counted"
-- proxy of "bo`b"
-- role "some `role`"
-- PROCESS on the server

-- MariaDB: only its rights are left of that
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` REQUIRE SSL;
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` DISCARD OLD PASSWORD;
DROP USER IF EXISTS `o'dd "u" of ``x`` [y]\`@`10.``%`;
REVOKE ALL PRIVILEGES, GRANT OPTION FROM `o'dd "u" of ``x`` [y]\`@`%`;
GRANT SELECT ON `s'"``[]\`.`order` TO `o'dd "u" of ``x`` [y]\`@`%`;
GRANT SELECT ON `s'"``[]\`.`plain` TO `o'dd "u" of ``x`` [y]\`@`%`;
REVOKE PROXY ON `bo``b`@`%` FROM `o'dd "u" of ``x`` [y]\`@`%`;
REVOKE `some ``role``` FROM `o'dd "u" of ``x`` [y]\`@`%`;

-- MariaDB: nobody is let in any more
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` ACCOUNT LOCK;

-- MariaDB: its sessions
SELECT CAST(ID AS CHAR) FROM information_schema.PROCESSLIST WHERE CAST(USER AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';

-- MariaDB: one of them is ended
KILL CONNECTION USER `o'dd "u" of ``x`` [y]\`;

-- MariaDB: what it holds in another database
-- nothing

-- MariaDB: it is removed
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` ACCOUNT LOCK;
REVOKE ALL PRIVILEGES, GRANT OPTION FROM `o'dd "u" of ``x`` [y]\`@`%`;
DROP USER IF EXISTS `o'dd "u" of ``x`` [y]\`@`%`;

-- MariaDB: one that is not there is removed
-- nothing

-- MariaDB that looks at passwords, without TLS: what is asked about a user
SELECT 'schema', Db, NULL, NULL, NULL FROM mysql.db WHERE Host = '%' AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'table', Db, Table_name, Table_priv, NULL FROM mysql.tables_priv WHERE Host = '%' AND Table_priv <> '' AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'column', Db, Table_name, Column_name, Column_priv FROM mysql.columns_priv WHERE Host = '%' AND Column_priv <> '' AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'routine', Db, Routine_name, Routine_type, Proc_priv FROM mysql.procs_priv WHERE Host = '%' AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'proxy', Proxied_user, Proxied_host, NULL, NULL FROM mysql.proxies_priv WHERE Host = '%' AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'account', Host, IF(JSON_VALUE(Priv, '$.account_locked') IN ('1', 'true') OR JSON_VALUE(Priv, '$.password_last_changed') = 0, 'shut', 'open'), IF(COALESCE(JSON_VALUE(Priv, '$.ssl_type'), 0) = 0, 'clear', 'tls'), 'one' FROM mysql.global_priv WHERE COALESCE(JSON_VALUE(Priv, '$.is_role'), 'false') NOT IN ('1', 'true') AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'role', Role, NULL, NULL, NULL FROM mysql.roles_mapping WHERE Host = '%' AND CAST(User AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';
SELECT 'global', PRIVILEGE_TYPE, NULL, NULL, NULL FROM information_schema.USER_PRIVILEGES WHERE NOT (PRIVILEGE_TYPE = 'USAGE' AND IS_GRANTABLE = 'NO') AND CAST(GRANTEE AS BINARY) = X'276F27646420227522206F6620607860205B795D5C2740272527';

-- MariaDB that looks at passwords, without TLS: one that is not there is let in
CREATE USER `o'dd "u" of ``x`` [y]\`@`%` IDENTIFIED VIA mysql_native_password USING PASSWORD('Pass-1_word') PASSWORD EXPIRE NEVER ACCOUNT UNLOCK;

-- MariaDB that looks at passwords, without TLS: the same, and nobody knows its password
CREATE USER `o'dd "u" of ``x`` [y]\`@`%` IDENTIFIED VIA mysql_native_password USING PASSWORD('…') PASSWORD EXPIRE NEVER ACCOUNT UNLOCK;

-- MariaDB that looks at passwords, without TLS: another password
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` IDENTIFIED VIA mysql_native_password USING PASSWORD('Pass-2_word') PASSWORD EXPIRE NEVER ACCOUNT UNLOCK;

-- MariaDB that looks at passwords, without TLS: one that is let in already
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` PASSWORD EXPIRE NEVER ACCOUNT UNLOCK;

-- MariaDB that looks at passwords, without TLS: one that is locked is let in
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` PASSWORD EXPIRE NEVER ACCOUNT UNLOCK;

-- MariaDB that looks at passwords, without TLS: first rights
GRANT SELECT ON `s'"``[]\`.`order` TO `o'dd "u" of ``x`` [y]\`@`%`;
GRANT SELECT ON `s'"``[]\`.`plain` TO `o'dd "u" of ``x`` [y]\`@`%`;

-- MariaDB that looks at passwords, without TLS: another table
GRANT SELECT ON `s'"``[]\`.`order` TO `o'dd "u" of ``x`` [y]\`@`%`;

-- MariaDB that looks at passwords, without TLS: the same rights
-- nothing

-- MariaDB that looks at passwords, without TLS: columns in place of the whole
GRANT SELECT ON `s'"``[]\`.`order` TO `o'dd "u" of ``x`` [y]\`@`%`;
REVOKE SELECT ON `s'"``[]\`.`plain` FROM `o'dd "u" of ``x`` [y]\`@`%`;
GRANT SELECT (`a,b`, `c]"``d`) ON `s'"``[]\`.`plain` TO `o'dd "u" of ``x`` [y]\`@`%`;

-- MariaDB that looks at passwords, without TLS: no right any more
REVOKE SELECT ON `s'"``[]\`.`plain` FROM `o'dd "u" of ``x`` [y]\`@`%`;

-- MariaDB that looks at passwords, without TLS: what it holds beyond
-- a second password
-- an account at host "10.`%"
-- rights on all of schema "s'\"`[]\\"
-- Grant on table "s'\"`[]\\"."plain"
-- Insert on table "s'\"`[]\\"."order"
-- Update on column "c]d" of "s'\"`[]\\"."order"
-- Execute,Alter Routine on function "s'\"`[]\\"."counted"
-- proxy of "bo`b"
-- role "some `role`"
-- PROCESS on the server

-- MariaDB that looks at passwords, without TLS: only its rights are left of that
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` DISCARD OLD PASSWORD;
DROP USER IF EXISTS `o'dd "u" of ``x`` [y]\`@`10.``%`;
REVOKE ALL PRIVILEGES, GRANT OPTION FROM `o'dd "u" of ``x`` [y]\`@`%`;
GRANT SELECT ON `s'"``[]\`.`order` TO `o'dd "u" of ``x`` [y]\`@`%`;
GRANT SELECT ON `s'"``[]\`.`plain` TO `o'dd "u" of ``x`` [y]\`@`%`;
REVOKE PROXY ON `bo``b`@`%` FROM `o'dd "u" of ``x`` [y]\`@`%`;
REVOKE `some ``role``` FROM `o'dd "u" of ``x`` [y]\`@`%`;

-- MariaDB that looks at passwords, without TLS: nobody is let in any more
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` ACCOUNT LOCK;

-- MariaDB that looks at passwords, without TLS: its sessions
SELECT CAST(ID AS CHAR) FROM information_schema.PROCESSLIST WHERE CAST(USER AS BINARY) = X'6F27646420227522206F6620607860205B795D5C';

-- MariaDB that looks at passwords, without TLS: one of them is ended
KILL CONNECTION USER `o'dd "u" of ``x`` [y]\`;

-- MariaDB that looks at passwords, without TLS: what it holds in another database
-- nothing

-- MariaDB that looks at passwords, without TLS: it is removed
ALTER USER `o'dd "u" of ``x`` [y]\`@`%` ACCOUNT LOCK;
REVOKE ALL PRIVILEGES, GRANT OPTION FROM `o'dd "u" of ``x`` [y]\`@`%`;
DROP USER IF EXISTS `o'dd "u" of ``x`` [y]\`@`%`;

-- MariaDB that looks at passwords, without TLS: one that is not there is removed
-- nothing
