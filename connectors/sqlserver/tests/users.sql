-- Written by a test. Random digits are left out.

-- SQL Server: what is asked about a user
SELECT N'login', p.type, p.is_disabled FROM sys.server_principals p WHERE p.name = N'o''dd "u" of `x` [y]\';
SELECT N'server role', r.name FROM sys.server_role_members m JOIN sys.server_principals p ON p.principal_id = m.member_principal_id JOIN sys.server_principals r ON r.principal_id = m.role_principal_id WHERE p.name = N'o''dd "u" of `x` [y]\';
SELECT N'server right', s.permission_name, s.state, s.class_desc, e.name, t.name, t.type FROM sys.server_permissions s JOIN sys.server_principals p ON p.principal_id = s.grantee_principal_id LEFT JOIN sys.endpoints e ON s.class_desc = N'ENDPOINT' AND e.endpoint_id = s.major_id LEFT JOIN sys.server_principals t ON s.class_desc = N'SERVER_PRINCIPAL' AND t.principal_id = s.major_id WHERE p.name = N'o''dd "u" of `x` [y]\';
SELECT N'owns', N'DATABASE', d.name FROM sys.databases d WHERE d.owner_sid = SUSER_SID(N'o''dd "u" of `x` [y]\');
SELECT N'owns', N'ENDPOINT', e.name FROM sys.endpoints e JOIN sys.server_principals p ON p.principal_id = e.principal_id WHERE p.name = N'o''dd "u" of `x` [y]\';
DECLARE @sql nvarchar(max) = N''; SELECT @sql += N' UNION ALL SELECT N''elsewhere'', N' COLLATE DATABASE_DEFAULT + QUOTENAME(d.name, N'''') + N' WHERE EXISTS (SELECT 1 FROM ' + QUOTENAME(d.name) + N'.sys.database_principals u WHERE u.principal_id > 4 AND (u.name = @name OR u.sid = SUSER_SID(@name)))' FROM sys.databases d WHERE d.database_id <> DB_ID() AND d.state = 0 AND HAS_DBACCESS(d.name) = 1 AND DATABASEPROPERTYEX(d.name, N'Updateability') = N'READ_WRITE'; SET @sql = STUFF(@sql, 1, LEN(N' UNION ALL '), N''); IF @sql <> N'' EXEC sys.sp_executesql @sql, N'@name sysname', @name = N'o''dd "u" of `x` [y]\';
SELECT N'user', u.name, u.type, u.authentication_type, CASE WHEN u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\') THEN 1 ELSE 0 END FROM sys.database_principals u WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT N'role', r.name FROM sys.database_role_members m JOIN sys.database_principals u ON u.principal_id = m.member_principal_id JOIN sys.database_principals r ON r.principal_id = m.role_principal_id WHERE u.name = N'o''dd "u" of `x` [y]\';
SELECT N'right', p.class_desc, p.state, p.permission_name, s.name, COALESCE(o.name, t.name, d.name), c.name, d.type, g.name FROM sys.database_permissions p JOIN sys.database_principals u ON u.principal_id = p.grantee_principal_id LEFT JOIN sys.all_objects o ON p.class = 1 AND o.object_id = p.major_id LEFT JOIN sys.types t ON p.class = 6 AND t.user_type_id = p.major_id LEFT JOIN sys.database_principals d ON p.class = 4 AND d.principal_id = p.major_id LEFT JOIN sys.schemas s ON s.schema_id = CASE p.class WHEN 1 THEN o.schema_id WHEN 3 THEN p.major_id WHEN 6 THEN t.schema_id END LEFT JOIN sys.all_columns c ON p.class = 1 AND p.minor_id > 0 AND c.object_id = p.major_id AND c.column_id = p.minor_id LEFT JOIN sys.database_principals g ON g.principal_id = p.grantor_principal_id AND g.principal_id NOT IN (1, COALESCE(o.principal_id, s.principal_id, 1)) WHERE u.name = N'o''dd "u" of `x` [y]\';
SELECT N'owns', N'SCHEMA', s.name FROM sys.schemas s JOIN sys.database_principals u ON u.principal_id = s.principal_id WHERE u.name = N'o''dd "u" of `x` [y]\';
SELECT N'owns', N'OBJECT', s.name, o.name FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id JOIN sys.database_principals u ON u.principal_id = o.principal_id WHERE u.name = N'o''dd "u" of `x` [y]\';
SELECT N'owns', N'ROLE', r.name FROM sys.database_principals r JOIN sys.database_principals u ON u.principal_id = r.owning_principal_id WHERE u.name = N'o''dd "u" of `x` [y]\';

-- SQL Server: one that is not there is let in
CREATE LOGIN [o'dd "u" of `x` [y]]\] WITH PASSWORD = 0x… HASHED, CHECK_POLICY = OFF, CHECK_EXPIRATION = OFF;
DECLARE @sql nvarchar(max) = N'';
SELECT @sql += N'REVOKE ' COLLATE DATABASE_DEFAULT + p.permission_name + CASE p.class WHEN 0 THEN N''
       WHEN 3 THEN N' ON SCHEMA::' + QUOTENAME(s.name) ELSE N' ON ' + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + COALESCE(N' (' + QUOTENAME(c.name) + N')', N'') END + N' FROM ' + QUOTENAME(e.name) + N' CASCADE AS ' + QUOTENAME(u.name) + N'; '
FROM sys.database_permissions p JOIN sys.database_principals u ON u.principal_id = p.grantor_principal_id
     JOIN sys.database_principals e ON e.principal_id = p.grantee_principal_id
     LEFT JOIN sys.all_objects o ON p.class = 1 AND o.object_id = p.major_id
     LEFT JOIN sys.all_columns c ON p.class = 1 AND c.object_id = p.major_id AND c.column_id = p.minor_id AND p.minor_id > 0
     LEFT JOIN sys.schemas s ON s.schema_id = CASE p.class WHEN 1 THEN o.schema_id ELSE p.major_id END
WHERE p.class IN (0, 1, 3) AND u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON OBJECT::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + N' TO SCHEMA OWNER; '
FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
     JOIN sys.database_principals u ON u.principal_id = o.principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON SCHEMA::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N' TO [dbo]; '
FROM sys.schemas s JOIN sys.database_principals u ON u.principal_id = s.principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON ROLE::' COLLATE DATABASE_DEFAULT + QUOTENAME(r.name) + N' TO [dbo]; '
FROM sys.database_principals r JOIN sys.database_principals u ON u.principal_id = r.owning_principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'DROP USER ' COLLATE DATABASE_DEFAULT + QUOTENAME(u.name) + N'; ' FROM sys.database_principals u WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
EXEC (@sql);
CREATE USER [o'dd "u" of `x` [y]]\] FOR LOGIN [o'dd "u" of `x` [y]]\];
EXEC sys.sp_addextendedproperty N'MS_Description', N'it''s somebody', N'USER', N'o''dd "u" of `x` [y]\';

-- SQL Server: the same, and nobody knows its password
CREATE LOGIN [o'dd "u" of `x` [y]]\] WITH PASSWORD = 0x… HASHED, CHECK_POLICY = OFF, CHECK_EXPIRATION = OFF;
DECLARE @sql nvarchar(max) = N'';
SELECT @sql += N'REVOKE ' COLLATE DATABASE_DEFAULT + p.permission_name + CASE p.class WHEN 0 THEN N''
       WHEN 3 THEN N' ON SCHEMA::' + QUOTENAME(s.name) ELSE N' ON ' + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + COALESCE(N' (' + QUOTENAME(c.name) + N')', N'') END + N' FROM ' + QUOTENAME(e.name) + N' CASCADE AS ' + QUOTENAME(u.name) + N'; '
FROM sys.database_permissions p JOIN sys.database_principals u ON u.principal_id = p.grantor_principal_id
     JOIN sys.database_principals e ON e.principal_id = p.grantee_principal_id
     LEFT JOIN sys.all_objects o ON p.class = 1 AND o.object_id = p.major_id
     LEFT JOIN sys.all_columns c ON p.class = 1 AND c.object_id = p.major_id AND c.column_id = p.minor_id AND p.minor_id > 0
     LEFT JOIN sys.schemas s ON s.schema_id = CASE p.class WHEN 1 THEN o.schema_id ELSE p.major_id END
WHERE p.class IN (0, 1, 3) AND u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON OBJECT::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + N' TO SCHEMA OWNER; '
FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
     JOIN sys.database_principals u ON u.principal_id = o.principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON SCHEMA::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N' TO [dbo]; '
FROM sys.schemas s JOIN sys.database_principals u ON u.principal_id = s.principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON ROLE::' COLLATE DATABASE_DEFAULT + QUOTENAME(r.name) + N' TO [dbo]; '
FROM sys.database_principals r JOIN sys.database_principals u ON u.principal_id = r.owning_principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'DROP USER ' COLLATE DATABASE_DEFAULT + QUOTENAME(u.name) + N'; ' FROM sys.database_principals u WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
EXEC (@sql);
CREATE USER [o'dd "u" of `x` [y]]\] FOR LOGIN [o'dd "u" of `x` [y]]\];
EXEC sys.sp_addextendedproperty N'MS_Description', N'it''s somebody', N'USER', N'o''dd "u" of `x` [y]\';

-- SQL Server: another password
ALTER LOGIN [o'dd "u" of `x` [y]]\] WITH CHECK_POLICY = OFF, CHECK_EXPIRATION = OFF;
ALTER LOGIN [o'dd "u" of `x` [y]]\] WITH PASSWORD = 0x… HASHED;

-- SQL Server: one that is let in already
-- nothing

-- SQL Server: one that is locked is let in
ALTER LOGIN [o'dd "u" of `x` [y]]\] ENABLE;
GRANT CONNECT TO [o'dd "u" of `x` [y]]\];

-- SQL Server: first rights
SET XACT_ABORT ON;
BEGIN TRANSACTION;
GRANT SELECT ON [s'"`[]]\].[order] TO [o'dd "u" of `x` [y]]\];
GRANT SELECT ON [s'"`[]]\].[plain] TO [o'dd "u" of `x` [y]]\];
COMMIT TRANSACTION;

-- SQL Server: another table
SET XACT_ABORT ON;
BEGIN TRANSACTION;
GRANT SELECT ON [s'"`[]]\].[order] TO [o'dd "u" of `x` [y]]\];
COMMIT TRANSACTION;

-- SQL Server: the same rights
-- nothing

-- SQL Server: columns in place of the whole
SET XACT_ABORT ON;
BEGIN TRANSACTION;
REVOKE SELECT ON [s'"`[]]\].[plain] FROM [o'dd "u" of `x` [y]]\] CASCADE;
GRANT SELECT ON [s'"`[]]\].[plain] ([a,b], [c]]"`d]) TO [o'dd "u" of `x` [y]]\];
GRANT SELECT ON [s'"`[]]\].[order] TO [o'dd "u" of `x` [y]]\];
COMMIT TRANSACTION;

-- SQL Server: no right any more
SET XACT_ABORT ON;
BEGIN TRANSACTION;
REVOKE SELECT ON [s'"`[]]\].[plain] FROM [o'dd "u" of `x` [y]]\] CASCADE;
COMMIT TRANSACTION;

-- SQL Server: what it holds beyond
-- membership of the server's role "sys]admin"
-- VIEW SERVER STATE of the server
-- denial of CONNECT of the server end'point
-- IMPERSONATE of the server sa
-- ALTER of the server some role
-- CONTROL of the server (a person's to take)
-- ownership of database [theirs] (a person's to take)
-- ownership of endpoint [theirs] (a person's to take)
-- membership of role "db_owner"
-- SELECT on "s'\"`[]\\"."plain" with the right to give it on
-- SELECT on "s'\"`[]\\"."plain"."a", left out
-- denial of SELECT on "s'\"`[]\\"."order"
-- SELECT on "s'\"`[]\\"."order", given by "gra]ntor"
-- UPDATE on "s'\"`[]\\"."order"."c]d"
-- SELECT on the database
-- INSERT on "s'\"`[]\\" with the right to give it on
-- IMPERSONATE on "dbo"
-- ALTER on "r"
-- EXECUTE on "dbo"."kind"
-- CONTROL on the database (a person's to take)
-- drop table x on the database (a person's to take)
-- ownership of schema [their]]s]
-- ownership of object [dbo].[their table]
-- ownership of role [their role]

-- SQL Server: only its rights are left of that
ALTER SERVER ROLE [sys]]admin] DROP MEMBER [o'dd "u" of `x` [y]]\];
EXEC master.sys.sp_executesql N'REVOKE VIEW SERVER STATE FROM [o''dd "u" of `x` [y]]\] CASCADE';
EXEC master.sys.sp_executesql N'REVOKE CONNECT ON ENDPOINT::[end''point] FROM [o''dd "u" of `x` [y]]\] CASCADE';
EXEC master.sys.sp_executesql N'REVOKE IMPERSONATE ON LOGIN::[sa] FROM [o''dd "u" of `x` [y]]\] CASCADE';
EXEC master.sys.sp_executesql N'REVOKE ALTER ON SERVER ROLE::[some role] FROM [o''dd "u" of `x` [y]]\] CASCADE';
SET XACT_ABORT ON;
BEGIN TRANSACTION;
ALTER ROLE [db_owner] DROP MEMBER [o'dd "u" of `x` [y]]\];
REVOKE GRANT OPTION FOR SELECT ON [s'"`[]]\].[plain] FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE SELECT ON [s'"`[]]\].[plain] FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE SELECT ON [s'"`[]]\].[order] FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE SELECT ON [s'"`[]]\].[order] FROM [o'dd "u" of `x` [y]]\] CASCADE AS [gra]]ntor];
REVOKE UPDATE ON [s'"`[]]\].[order] ([c]]d]) FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE SELECT FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE INSERT ON SCHEMA::[s'"`[]]\] FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE IMPERSONATE ON USER::[dbo] FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE ALTER ON ROLE::[r] FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE EXECUTE ON TYPE::[dbo].[kind] FROM [o'dd "u" of `x` [y]]\] CASCADE;
ALTER AUTHORIZATION ON SCHEMA::[their]]s] TO [dbo];
ALTER AUTHORIZATION ON OBJECT::[dbo].[their table] TO SCHEMA OWNER;
ALTER AUTHORIZATION ON ROLE::[their role] TO [dbo];
REVOKE SELECT ON [s'"`[]]\].[plain] FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE SELECT ON [s'"`[]]\].[plain] ([b]) FROM [o'dd "u" of `x` [y]]\] CASCADE;
GRANT SELECT ON [s'"`[]]\].[plain] TO [o'dd "u" of `x` [y]]\];
GRANT SELECT ON [s'"`[]]\].[order] TO [o'dd "u" of `x` [y]]\];
COMMIT TRANSACTION;

-- SQL Server: nobody is let in any more
IF SUSER_ID(N'o''dd "u" of `x` [y]\') IS NOT NULL ALTER LOGIN [o'dd "u" of `x` [y]]\] DISABLE;
IF USER_ID(N'o''dd "u" of `x` [y]\') IS NOT NULL DENY CONNECT TO [o'dd "u" of `x` [y]]\];

-- SQL Server: its sessions
SELECT CAST(s.session_id AS nvarchar(10)) FROM sys.dm_exec_sessions s WHERE (s.original_login_name = N'o''dd "u" of `x` [y]\' OR s.login_name = N'o''dd "u" of `x` [y]\');

-- SQL Server: one of them is ended
IF EXISTS (SELECT 1 FROM sys.dm_exec_sessions s WHERE (s.original_login_name = N'o''dd "u" of `x` [y]\' OR s.login_name = N'o''dd "u" of `x` [y]\') AND s.session_id = 77) KILL 77;

-- SQL Server: what it holds in another database
DECLARE @sql nvarchar(max) = N'';
SELECT @sql += N'REVOKE ' COLLATE DATABASE_DEFAULT + p.permission_name + CASE p.class WHEN 0 THEN N''
       WHEN 3 THEN N' ON SCHEMA::' + QUOTENAME(s.name) ELSE N' ON ' + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + COALESCE(N' (' + QUOTENAME(c.name) + N')', N'') END + N' FROM ' + QUOTENAME(e.name) + N' CASCADE AS ' + QUOTENAME(u.name) + N'; '
FROM sys.database_permissions p JOIN sys.database_principals u ON u.principal_id = p.grantor_principal_id
     JOIN sys.database_principals e ON e.principal_id = p.grantee_principal_id
     LEFT JOIN sys.all_objects o ON p.class = 1 AND o.object_id = p.major_id
     LEFT JOIN sys.all_columns c ON p.class = 1 AND c.object_id = p.major_id AND c.column_id = p.minor_id AND p.minor_id > 0
     LEFT JOIN sys.schemas s ON s.schema_id = CASE p.class WHEN 1 THEN o.schema_id ELSE p.major_id END
WHERE p.class IN (0, 1, 3) AND u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON OBJECT::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + N' TO SCHEMA OWNER; '
FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
     JOIN sys.database_principals u ON u.principal_id = o.principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON SCHEMA::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N' TO [dbo]; '
FROM sys.schemas s JOIN sys.database_principals u ON u.principal_id = s.principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON ROLE::' COLLATE DATABASE_DEFAULT + QUOTENAME(r.name) + N' TO [dbo]; '
FROM sys.database_principals r JOIN sys.database_principals u ON u.principal_id = r.owning_principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'DROP USER ' COLLATE DATABASE_DEFAULT + QUOTENAME(u.name) + N'; ' FROM sys.database_principals u WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
EXEC (@sql);

-- SQL Server: it is removed
IF SUSER_ID(N'o''dd "u" of `x` [y]\') IS NOT NULL ALTER LOGIN [o'dd "u" of `x` [y]]\] DISABLE;
IF USER_ID(N'o''dd "u" of `x` [y]\') IS NOT NULL DENY CONNECT TO [o'dd "u" of `x` [y]]\];
DECLARE @sql nvarchar(max) = N'', @tries int = 0;
SELECT @sql += N'BEGIN TRY KILL ' + CAST(s.session_id AS nvarchar(10)) + N' END TRY BEGIN CATCH END CATCH; ' FROM sys.dm_exec_sessions s WHERE (s.original_login_name = N'o''dd "u" of `x` [y]\' OR s.login_name = N'o''dd "u" of `x` [y]\');
EXEC (@sql);
WHILE @tries < 100 AND EXISTS (SELECT 1 FROM sys.dm_exec_sessions s WHERE (s.original_login_name = N'o''dd "u" of `x` [y]\' OR s.login_name = N'o''dd "u" of `x` [y]\')) BEGIN WAITFOR DELAY '00:00:00.1'; SET @tries += 1 END;
DECLARE @sql nvarchar(max) = N'';
SELECT @sql += N'REVOKE ' COLLATE DATABASE_DEFAULT + p.permission_name + CASE p.class WHEN 0 THEN N''
       WHEN 3 THEN N' ON SCHEMA::' + QUOTENAME(s.name) ELSE N' ON ' + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + COALESCE(N' (' + QUOTENAME(c.name) + N')', N'') END + N' FROM ' + QUOTENAME(e.name) + N' CASCADE AS ' + QUOTENAME(u.name) + N'; '
FROM sys.database_permissions p JOIN sys.database_principals u ON u.principal_id = p.grantor_principal_id
     JOIN sys.database_principals e ON e.principal_id = p.grantee_principal_id
     LEFT JOIN sys.all_objects o ON p.class = 1 AND o.object_id = p.major_id
     LEFT JOIN sys.all_columns c ON p.class = 1 AND c.object_id = p.major_id AND c.column_id = p.minor_id AND p.minor_id > 0
     LEFT JOIN sys.schemas s ON s.schema_id = CASE p.class WHEN 1 THEN o.schema_id ELSE p.major_id END
WHERE p.class IN (0, 1, 3) AND u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON OBJECT::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + N' TO SCHEMA OWNER; '
FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
     JOIN sys.database_principals u ON u.principal_id = o.principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON SCHEMA::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N' TO [dbo]; '
FROM sys.schemas s JOIN sys.database_principals u ON u.principal_id = s.principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON ROLE::' COLLATE DATABASE_DEFAULT + QUOTENAME(r.name) + N' TO [dbo]; '
FROM sys.database_principals r JOIN sys.database_principals u ON u.principal_id = r.owning_principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'DROP USER ' COLLATE DATABASE_DEFAULT + QUOTENAME(u.name) + N'; ' FROM sys.database_principals u WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
EXEC (@sql);
IF SUSER_ID(N'o''dd "u" of `x` [y]\') IS NOT NULL DROP LOGIN [o'dd "u" of `x` [y]]\];

-- SQL Server: one that is not there is removed
-- nothing

-- Amazon RDS: what is asked about a user
SELECT N'login', p.type, p.is_disabled FROM sys.server_principals p WHERE p.name = N'o''dd "u" of `x` [y]\';
SELECT N'server role', r.name FROM sys.server_role_members m JOIN sys.server_principals p ON p.principal_id = m.member_principal_id JOIN sys.server_principals r ON r.principal_id = m.role_principal_id WHERE p.name = N'o''dd "u" of `x` [y]\';
SELECT N'server right', s.permission_name, s.state, s.class_desc, e.name, t.name, t.type FROM sys.server_permissions s JOIN sys.server_principals p ON p.principal_id = s.grantee_principal_id LEFT JOIN sys.endpoints e ON s.class_desc = N'ENDPOINT' AND e.endpoint_id = s.major_id LEFT JOIN sys.server_principals t ON s.class_desc = N'SERVER_PRINCIPAL' AND t.principal_id = s.major_id WHERE p.name = N'o''dd "u" of `x` [y]\';
SELECT N'owns', N'DATABASE', d.name FROM sys.databases d WHERE d.owner_sid = SUSER_SID(N'o''dd "u" of `x` [y]\');
SELECT N'owns', N'ENDPOINT', e.name FROM sys.endpoints e JOIN sys.server_principals p ON p.principal_id = e.principal_id WHERE p.name = N'o''dd "u" of `x` [y]\';
DECLARE @sql nvarchar(max) = N''; SELECT @sql += N' UNION ALL SELECT N''elsewhere'', N' COLLATE DATABASE_DEFAULT + QUOTENAME(d.name, N'''') + N' WHERE EXISTS (SELECT 1 FROM ' + QUOTENAME(d.name) + N'.sys.database_principals u WHERE u.principal_id > 4 AND (u.name = @name OR u.sid = SUSER_SID(@name)))' FROM sys.databases d WHERE d.database_id <> DB_ID() AND d.state = 0 AND HAS_DBACCESS(d.name) = 1 AND DATABASEPROPERTYEX(d.name, N'Updateability') = N'READ_WRITE'; SET @sql = STUFF(@sql, 1, LEN(N' UNION ALL '), N''); IF @sql <> N'' EXEC sys.sp_executesql @sql, N'@name sysname', @name = N'o''dd "u" of `x` [y]\';
SELECT N'user', u.name, u.type, u.authentication_type, CASE WHEN u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\') THEN 1 ELSE 0 END FROM sys.database_principals u WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT N'role', r.name FROM sys.database_role_members m JOIN sys.database_principals u ON u.principal_id = m.member_principal_id JOIN sys.database_principals r ON r.principal_id = m.role_principal_id WHERE u.name = N'o''dd "u" of `x` [y]\';
SELECT N'right', p.class_desc, p.state, p.permission_name, s.name, COALESCE(o.name, t.name, d.name), c.name, d.type, g.name FROM sys.database_permissions p JOIN sys.database_principals u ON u.principal_id = p.grantee_principal_id LEFT JOIN sys.all_objects o ON p.class = 1 AND o.object_id = p.major_id LEFT JOIN sys.types t ON p.class = 6 AND t.user_type_id = p.major_id LEFT JOIN sys.database_principals d ON p.class = 4 AND d.principal_id = p.major_id LEFT JOIN sys.schemas s ON s.schema_id = CASE p.class WHEN 1 THEN o.schema_id WHEN 3 THEN p.major_id WHEN 6 THEN t.schema_id END LEFT JOIN sys.all_columns c ON p.class = 1 AND p.minor_id > 0 AND c.object_id = p.major_id AND c.column_id = p.minor_id LEFT JOIN sys.database_principals g ON g.principal_id = p.grantor_principal_id AND g.principal_id NOT IN (1, COALESCE(o.principal_id, s.principal_id, 1)) WHERE u.name = N'o''dd "u" of `x` [y]\';
SELECT N'owns', N'SCHEMA', s.name FROM sys.schemas s JOIN sys.database_principals u ON u.principal_id = s.principal_id WHERE u.name = N'o''dd "u" of `x` [y]\';
SELECT N'owns', N'OBJECT', s.name, o.name FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id JOIN sys.database_principals u ON u.principal_id = o.principal_id WHERE u.name = N'o''dd "u" of `x` [y]\';
SELECT N'owns', N'ROLE', r.name FROM sys.database_principals r JOIN sys.database_principals u ON u.principal_id = r.owning_principal_id WHERE u.name = N'o''dd "u" of `x` [y]\';

-- Amazon RDS: one that is not there is let in
CREATE LOGIN [o'dd "u" of `x` [y]]\] WITH PASSWORD = N'Pass-1_word', CHECK_POLICY = OFF, CHECK_EXPIRATION = OFF;
DECLARE @sql nvarchar(max) = N'';
SELECT @sql += N'REVOKE ' COLLATE DATABASE_DEFAULT + p.permission_name + CASE p.class WHEN 0 THEN N''
       WHEN 3 THEN N' ON SCHEMA::' + QUOTENAME(s.name) ELSE N' ON ' + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + COALESCE(N' (' + QUOTENAME(c.name) + N')', N'') END + N' FROM ' + QUOTENAME(e.name) + N' CASCADE AS ' + QUOTENAME(u.name) + N'; '
FROM sys.database_permissions p JOIN sys.database_principals u ON u.principal_id = p.grantor_principal_id
     JOIN sys.database_principals e ON e.principal_id = p.grantee_principal_id
     LEFT JOIN sys.all_objects o ON p.class = 1 AND o.object_id = p.major_id
     LEFT JOIN sys.all_columns c ON p.class = 1 AND c.object_id = p.major_id AND c.column_id = p.minor_id AND p.minor_id > 0
     LEFT JOIN sys.schemas s ON s.schema_id = CASE p.class WHEN 1 THEN o.schema_id ELSE p.major_id END
WHERE p.class IN (0, 1, 3) AND u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON OBJECT::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + N' TO SCHEMA OWNER; '
FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
     JOIN sys.database_principals u ON u.principal_id = o.principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON SCHEMA::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N' TO [dbo]; '
FROM sys.schemas s JOIN sys.database_principals u ON u.principal_id = s.principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON ROLE::' COLLATE DATABASE_DEFAULT + QUOTENAME(r.name) + N' TO [dbo]; '
FROM sys.database_principals r JOIN sys.database_principals u ON u.principal_id = r.owning_principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'DROP USER ' COLLATE DATABASE_DEFAULT + QUOTENAME(u.name) + N'; ' FROM sys.database_principals u WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
EXEC (@sql);
CREATE USER [o'dd "u" of `x` [y]]\] FOR LOGIN [o'dd "u" of `x` [y]]\];
EXEC sys.sp_addextendedproperty N'MS_Description', N'it''s somebody', N'USER', N'o''dd "u" of `x` [y]\';

-- Amazon RDS: the same, and nobody knows its password
CREATE LOGIN [o'dd "u" of `x` [y]]\] WITH PASSWORD = N'…-Az', CHECK_POLICY = OFF, CHECK_EXPIRATION = OFF;
DECLARE @sql nvarchar(max) = N'';
SELECT @sql += N'REVOKE ' COLLATE DATABASE_DEFAULT + p.permission_name + CASE p.class WHEN 0 THEN N''
       WHEN 3 THEN N' ON SCHEMA::' + QUOTENAME(s.name) ELSE N' ON ' + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + COALESCE(N' (' + QUOTENAME(c.name) + N')', N'') END + N' FROM ' + QUOTENAME(e.name) + N' CASCADE AS ' + QUOTENAME(u.name) + N'; '
FROM sys.database_permissions p JOIN sys.database_principals u ON u.principal_id = p.grantor_principal_id
     JOIN sys.database_principals e ON e.principal_id = p.grantee_principal_id
     LEFT JOIN sys.all_objects o ON p.class = 1 AND o.object_id = p.major_id
     LEFT JOIN sys.all_columns c ON p.class = 1 AND c.object_id = p.major_id AND c.column_id = p.minor_id AND p.minor_id > 0
     LEFT JOIN sys.schemas s ON s.schema_id = CASE p.class WHEN 1 THEN o.schema_id ELSE p.major_id END
WHERE p.class IN (0, 1, 3) AND u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON OBJECT::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + N' TO SCHEMA OWNER; '
FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
     JOIN sys.database_principals u ON u.principal_id = o.principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON SCHEMA::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N' TO [dbo]; '
FROM sys.schemas s JOIN sys.database_principals u ON u.principal_id = s.principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON ROLE::' COLLATE DATABASE_DEFAULT + QUOTENAME(r.name) + N' TO [dbo]; '
FROM sys.database_principals r JOIN sys.database_principals u ON u.principal_id = r.owning_principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'DROP USER ' COLLATE DATABASE_DEFAULT + QUOTENAME(u.name) + N'; ' FROM sys.database_principals u WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
EXEC (@sql);
CREATE USER [o'dd "u" of `x` [y]]\] FOR LOGIN [o'dd "u" of `x` [y]]\];
EXEC sys.sp_addextendedproperty N'MS_Description', N'it''s somebody', N'USER', N'o''dd "u" of `x` [y]\';

-- Amazon RDS: another password
ALTER LOGIN [o'dd "u" of `x` [y]]\] WITH CHECK_POLICY = OFF, CHECK_EXPIRATION = OFF;
ALTER LOGIN [o'dd "u" of `x` [y]]\] WITH PASSWORD = N'Pass-2_word';

-- Amazon RDS: one that is let in already
-- nothing

-- Amazon RDS: one that is locked is let in
ALTER LOGIN [o'dd "u" of `x` [y]]\] ENABLE;
GRANT CONNECT TO [o'dd "u" of `x` [y]]\];

-- Amazon RDS: first rights
SET XACT_ABORT ON;
BEGIN TRANSACTION;
GRANT SELECT ON [s'"`[]]\].[order] TO [o'dd "u" of `x` [y]]\];
GRANT SELECT ON [s'"`[]]\].[plain] TO [o'dd "u" of `x` [y]]\];
COMMIT TRANSACTION;

-- Amazon RDS: another table
SET XACT_ABORT ON;
BEGIN TRANSACTION;
GRANT SELECT ON [s'"`[]]\].[order] TO [o'dd "u" of `x` [y]]\];
COMMIT TRANSACTION;

-- Amazon RDS: the same rights
-- nothing

-- Amazon RDS: columns in place of the whole
SET XACT_ABORT ON;
BEGIN TRANSACTION;
REVOKE SELECT ON [s'"`[]]\].[plain] FROM [o'dd "u" of `x` [y]]\] CASCADE;
GRANT SELECT ON [s'"`[]]\].[plain] ([a,b], [c]]"`d]) TO [o'dd "u" of `x` [y]]\];
GRANT SELECT ON [s'"`[]]\].[order] TO [o'dd "u" of `x` [y]]\];
COMMIT TRANSACTION;

-- Amazon RDS: no right any more
SET XACT_ABORT ON;
BEGIN TRANSACTION;
REVOKE SELECT ON [s'"`[]]\].[plain] FROM [o'dd "u" of `x` [y]]\] CASCADE;
COMMIT TRANSACTION;

-- Amazon RDS: what it holds beyond
-- membership of the server's role "sys]admin"
-- VIEW SERVER STATE of the server
-- denial of CONNECT of the server end'point
-- IMPERSONATE of the server sa
-- ALTER of the server some role
-- CONTROL of the server (a person's to take)
-- ownership of database [theirs] (a person's to take)
-- ownership of endpoint [theirs] (a person's to take)
-- membership of role "db_owner"
-- SELECT on "s'\"`[]\\"."plain" with the right to give it on
-- SELECT on "s'\"`[]\\"."plain"."a", left out
-- denial of SELECT on "s'\"`[]\\"."order"
-- SELECT on "s'\"`[]\\"."order", given by "gra]ntor"
-- UPDATE on "s'\"`[]\\"."order"."c]d"
-- SELECT on the database
-- INSERT on "s'\"`[]\\" with the right to give it on
-- IMPERSONATE on "dbo"
-- ALTER on "r"
-- EXECUTE on "dbo"."kind"
-- CONTROL on the database (a person's to take)
-- drop table x on the database (a person's to take)
-- ownership of schema [their]]s]
-- ownership of object [dbo].[their table]
-- ownership of role [their role]

-- Amazon RDS: only its rights are left of that
ALTER SERVER ROLE [sys]]admin] DROP MEMBER [o'dd "u" of `x` [y]]\];
EXEC master.sys.sp_executesql N'REVOKE VIEW SERVER STATE FROM [o''dd "u" of `x` [y]]\] CASCADE';
EXEC master.sys.sp_executesql N'REVOKE CONNECT ON ENDPOINT::[end''point] FROM [o''dd "u" of `x` [y]]\] CASCADE';
EXEC master.sys.sp_executesql N'REVOKE IMPERSONATE ON LOGIN::[sa] FROM [o''dd "u" of `x` [y]]\] CASCADE';
EXEC master.sys.sp_executesql N'REVOKE ALTER ON SERVER ROLE::[some role] FROM [o''dd "u" of `x` [y]]\] CASCADE';
SET XACT_ABORT ON;
BEGIN TRANSACTION;
ALTER ROLE [db_owner] DROP MEMBER [o'dd "u" of `x` [y]]\];
REVOKE GRANT OPTION FOR SELECT ON [s'"`[]]\].[plain] FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE SELECT ON [s'"`[]]\].[plain] FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE SELECT ON [s'"`[]]\].[order] FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE SELECT ON [s'"`[]]\].[order] FROM [o'dd "u" of `x` [y]]\] CASCADE AS [gra]]ntor];
REVOKE UPDATE ON [s'"`[]]\].[order] ([c]]d]) FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE SELECT FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE INSERT ON SCHEMA::[s'"`[]]\] FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE IMPERSONATE ON USER::[dbo] FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE ALTER ON ROLE::[r] FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE EXECUTE ON TYPE::[dbo].[kind] FROM [o'dd "u" of `x` [y]]\] CASCADE;
ALTER AUTHORIZATION ON SCHEMA::[their]]s] TO [dbo];
ALTER AUTHORIZATION ON OBJECT::[dbo].[their table] TO SCHEMA OWNER;
ALTER AUTHORIZATION ON ROLE::[their role] TO [dbo];
REVOKE SELECT ON [s'"`[]]\].[plain] FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE SELECT ON [s'"`[]]\].[plain] ([b]) FROM [o'dd "u" of `x` [y]]\] CASCADE;
GRANT SELECT ON [s'"`[]]\].[plain] TO [o'dd "u" of `x` [y]]\];
GRANT SELECT ON [s'"`[]]\].[order] TO [o'dd "u" of `x` [y]]\];
COMMIT TRANSACTION;

-- Amazon RDS: nobody is let in any more
IF SUSER_ID(N'o''dd "u" of `x` [y]\') IS NOT NULL ALTER LOGIN [o'dd "u" of `x` [y]]\] DISABLE;
IF USER_ID(N'o''dd "u" of `x` [y]\') IS NOT NULL DENY CONNECT TO [o'dd "u" of `x` [y]]\];

-- Amazon RDS: its sessions
SELECT CAST(s.session_id AS nvarchar(10)) FROM sys.dm_exec_sessions s WHERE (s.original_login_name = N'o''dd "u" of `x` [y]\' OR s.login_name = N'o''dd "u" of `x` [y]\');

-- Amazon RDS: one of them is ended
IF EXISTS (SELECT 1 FROM sys.dm_exec_sessions s WHERE (s.original_login_name = N'o''dd "u" of `x` [y]\' OR s.login_name = N'o''dd "u" of `x` [y]\') AND s.session_id = 77) KILL 77;

-- Amazon RDS: what it holds in another database
DECLARE @sql nvarchar(max) = N'';
SELECT @sql += N'REVOKE ' COLLATE DATABASE_DEFAULT + p.permission_name + CASE p.class WHEN 0 THEN N''
       WHEN 3 THEN N' ON SCHEMA::' + QUOTENAME(s.name) ELSE N' ON ' + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + COALESCE(N' (' + QUOTENAME(c.name) + N')', N'') END + N' FROM ' + QUOTENAME(e.name) + N' CASCADE AS ' + QUOTENAME(u.name) + N'; '
FROM sys.database_permissions p JOIN sys.database_principals u ON u.principal_id = p.grantor_principal_id
     JOIN sys.database_principals e ON e.principal_id = p.grantee_principal_id
     LEFT JOIN sys.all_objects o ON p.class = 1 AND o.object_id = p.major_id
     LEFT JOIN sys.all_columns c ON p.class = 1 AND c.object_id = p.major_id AND c.column_id = p.minor_id AND p.minor_id > 0
     LEFT JOIN sys.schemas s ON s.schema_id = CASE p.class WHEN 1 THEN o.schema_id ELSE p.major_id END
WHERE p.class IN (0, 1, 3) AND u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON OBJECT::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + N' TO SCHEMA OWNER; '
FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
     JOIN sys.database_principals u ON u.principal_id = o.principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON SCHEMA::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N' TO [dbo]; '
FROM sys.schemas s JOIN sys.database_principals u ON u.principal_id = s.principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON ROLE::' COLLATE DATABASE_DEFAULT + QUOTENAME(r.name) + N' TO [dbo]; '
FROM sys.database_principals r JOIN sys.database_principals u ON u.principal_id = r.owning_principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'DROP USER ' COLLATE DATABASE_DEFAULT + QUOTENAME(u.name) + N'; ' FROM sys.database_principals u WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
EXEC (@sql);

-- Amazon RDS: it is removed
IF SUSER_ID(N'o''dd "u" of `x` [y]\') IS NOT NULL ALTER LOGIN [o'dd "u" of `x` [y]]\] DISABLE;
IF USER_ID(N'o''dd "u" of `x` [y]\') IS NOT NULL DENY CONNECT TO [o'dd "u" of `x` [y]]\];
DECLARE @sql nvarchar(max) = N'', @tries int = 0;
SELECT @sql += N'BEGIN TRY KILL ' + CAST(s.session_id AS nvarchar(10)) + N' END TRY BEGIN CATCH END CATCH; ' FROM sys.dm_exec_sessions s WHERE (s.original_login_name = N'o''dd "u" of `x` [y]\' OR s.login_name = N'o''dd "u" of `x` [y]\');
EXEC (@sql);
WHILE @tries < 100 AND EXISTS (SELECT 1 FROM sys.dm_exec_sessions s WHERE (s.original_login_name = N'o''dd "u" of `x` [y]\' OR s.login_name = N'o''dd "u" of `x` [y]\')) BEGIN WAITFOR DELAY '00:00:00.1'; SET @tries += 1 END;
DECLARE @sql nvarchar(max) = N'';
SELECT @sql += N'REVOKE ' COLLATE DATABASE_DEFAULT + p.permission_name + CASE p.class WHEN 0 THEN N''
       WHEN 3 THEN N' ON SCHEMA::' + QUOTENAME(s.name) ELSE N' ON ' + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + COALESCE(N' (' + QUOTENAME(c.name) + N')', N'') END + N' FROM ' + QUOTENAME(e.name) + N' CASCADE AS ' + QUOTENAME(u.name) + N'; '
FROM sys.database_permissions p JOIN sys.database_principals u ON u.principal_id = p.grantor_principal_id
     JOIN sys.database_principals e ON e.principal_id = p.grantee_principal_id
     LEFT JOIN sys.all_objects o ON p.class = 1 AND o.object_id = p.major_id
     LEFT JOIN sys.all_columns c ON p.class = 1 AND c.object_id = p.major_id AND c.column_id = p.minor_id AND p.minor_id > 0
     LEFT JOIN sys.schemas s ON s.schema_id = CASE p.class WHEN 1 THEN o.schema_id ELSE p.major_id END
WHERE p.class IN (0, 1, 3) AND u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON OBJECT::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + N' TO SCHEMA OWNER; '
FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
     JOIN sys.database_principals u ON u.principal_id = o.principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON SCHEMA::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N' TO [dbo]; '
FROM sys.schemas s JOIN sys.database_principals u ON u.principal_id = s.principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'ALTER AUTHORIZATION ON ROLE::' COLLATE DATABASE_DEFAULT + QUOTENAME(r.name) + N' TO [dbo]; '
FROM sys.database_principals r JOIN sys.database_principals u ON u.principal_id = r.owning_principal_id WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
SELECT @sql += N'DROP USER ' COLLATE DATABASE_DEFAULT + QUOTENAME(u.name) + N'; ' FROM sys.database_principals u WHERE u.principal_id > 4 AND (u.name = N'o''dd "u" of `x` [y]\' OR u.sid = SUSER_SID(N'o''dd "u" of `x` [y]\'));
EXEC (@sql);
IF SUSER_ID(N'o''dd "u" of `x` [y]\') IS NOT NULL DROP LOGIN [o'dd "u" of `x` [y]]\];

-- Amazon RDS: one that is not there is removed
-- nothing

-- Azure SQL Database: what is asked about a user
SELECT N'user', u.name, u.type, u.authentication_type, CASE WHEN 1 = 1 THEN 1 ELSE 0 END FROM sys.database_principals u WHERE u.principal_id > 4 AND u.name = N'o''dd "u" of `x` [y]\';
SELECT N'role', r.name FROM sys.database_role_members m JOIN sys.database_principals u ON u.principal_id = m.member_principal_id JOIN sys.database_principals r ON r.principal_id = m.role_principal_id WHERE u.name = N'o''dd "u" of `x` [y]\';
SELECT N'right', p.class_desc, p.state, p.permission_name, s.name, COALESCE(o.name, t.name, d.name), c.name, d.type, g.name FROM sys.database_permissions p JOIN sys.database_principals u ON u.principal_id = p.grantee_principal_id LEFT JOIN sys.all_objects o ON p.class = 1 AND o.object_id = p.major_id LEFT JOIN sys.types t ON p.class = 6 AND t.user_type_id = p.major_id LEFT JOIN sys.database_principals d ON p.class = 4 AND d.principal_id = p.major_id LEFT JOIN sys.schemas s ON s.schema_id = CASE p.class WHEN 1 THEN o.schema_id WHEN 3 THEN p.major_id WHEN 6 THEN t.schema_id END LEFT JOIN sys.all_columns c ON p.class = 1 AND p.minor_id > 0 AND c.object_id = p.major_id AND c.column_id = p.minor_id LEFT JOIN sys.database_principals g ON g.principal_id = p.grantor_principal_id AND g.principal_id NOT IN (1, COALESCE(o.principal_id, s.principal_id, 1)) WHERE u.name = N'o''dd "u" of `x` [y]\';
SELECT N'owns', N'SCHEMA', s.name FROM sys.schemas s JOIN sys.database_principals u ON u.principal_id = s.principal_id WHERE u.name = N'o''dd "u" of `x` [y]\';
SELECT N'owns', N'OBJECT', s.name, o.name FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id JOIN sys.database_principals u ON u.principal_id = o.principal_id WHERE u.name = N'o''dd "u" of `x` [y]\';
SELECT N'owns', N'ROLE', r.name FROM sys.database_principals r JOIN sys.database_principals u ON u.principal_id = r.owning_principal_id WHERE u.name = N'o''dd "u" of `x` [y]\';

-- Azure SQL Database: one that is not there is let in
DECLARE @sql nvarchar(max) = N'';
SELECT @sql += N'REVOKE ' COLLATE DATABASE_DEFAULT + p.permission_name + CASE p.class WHEN 0 THEN N''
       WHEN 3 THEN N' ON SCHEMA::' + QUOTENAME(s.name) ELSE N' ON ' + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + COALESCE(N' (' + QUOTENAME(c.name) + N')', N'') END + N' FROM ' + QUOTENAME(e.name) + N' CASCADE AS ' + QUOTENAME(u.name) + N'; '
FROM sys.database_permissions p JOIN sys.database_principals u ON u.principal_id = p.grantor_principal_id
     JOIN sys.database_principals e ON e.principal_id = p.grantee_principal_id
     LEFT JOIN sys.all_objects o ON p.class = 1 AND o.object_id = p.major_id
     LEFT JOIN sys.all_columns c ON p.class = 1 AND c.object_id = p.major_id AND c.column_id = p.minor_id AND p.minor_id > 0
     LEFT JOIN sys.schemas s ON s.schema_id = CASE p.class WHEN 1 THEN o.schema_id ELSE p.major_id END
WHERE p.class IN (0, 1, 3) AND u.principal_id > 4 AND u.name = N'o''dd "u" of `x` [y]\';
SELECT @sql += N'ALTER AUTHORIZATION ON OBJECT::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + N' TO SCHEMA OWNER; '
FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
     JOIN sys.database_principals u ON u.principal_id = o.principal_id WHERE u.principal_id > 4 AND u.name = N'o''dd "u" of `x` [y]\';
SELECT @sql += N'ALTER AUTHORIZATION ON SCHEMA::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N' TO [dbo]; '
FROM sys.schemas s JOIN sys.database_principals u ON u.principal_id = s.principal_id WHERE u.principal_id > 4 AND u.name = N'o''dd "u" of `x` [y]\';
SELECT @sql += N'ALTER AUTHORIZATION ON ROLE::' COLLATE DATABASE_DEFAULT + QUOTENAME(r.name) + N' TO [dbo]; '
FROM sys.database_principals r JOIN sys.database_principals u ON u.principal_id = r.owning_principal_id WHERE u.principal_id > 4 AND u.name = N'o''dd "u" of `x` [y]\';
SELECT @sql += N'DROP USER ' COLLATE DATABASE_DEFAULT + QUOTENAME(u.name) + N'; ' FROM sys.database_principals u WHERE u.principal_id > 4 AND u.name = N'o''dd "u" of `x` [y]\';
EXEC (@sql);
CREATE USER [o'dd "u" of `x` [y]]\] WITH PASSWORD = N'Pass-1_word';
EXEC sys.sp_addextendedproperty N'MS_Description', N'it''s somebody', N'USER', N'o''dd "u" of `x` [y]\';

-- Azure SQL Database: the same, and nobody knows its password
DECLARE @sql nvarchar(max) = N'';
SELECT @sql += N'REVOKE ' COLLATE DATABASE_DEFAULT + p.permission_name + CASE p.class WHEN 0 THEN N''
       WHEN 3 THEN N' ON SCHEMA::' + QUOTENAME(s.name) ELSE N' ON ' + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + COALESCE(N' (' + QUOTENAME(c.name) + N')', N'') END + N' FROM ' + QUOTENAME(e.name) + N' CASCADE AS ' + QUOTENAME(u.name) + N'; '
FROM sys.database_permissions p JOIN sys.database_principals u ON u.principal_id = p.grantor_principal_id
     JOIN sys.database_principals e ON e.principal_id = p.grantee_principal_id
     LEFT JOIN sys.all_objects o ON p.class = 1 AND o.object_id = p.major_id
     LEFT JOIN sys.all_columns c ON p.class = 1 AND c.object_id = p.major_id AND c.column_id = p.minor_id AND p.minor_id > 0
     LEFT JOIN sys.schemas s ON s.schema_id = CASE p.class WHEN 1 THEN o.schema_id ELSE p.major_id END
WHERE p.class IN (0, 1, 3) AND u.principal_id > 4 AND u.name = N'o''dd "u" of `x` [y]\';
SELECT @sql += N'ALTER AUTHORIZATION ON OBJECT::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + N' TO SCHEMA OWNER; '
FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
     JOIN sys.database_principals u ON u.principal_id = o.principal_id WHERE u.principal_id > 4 AND u.name = N'o''dd "u" of `x` [y]\';
SELECT @sql += N'ALTER AUTHORIZATION ON SCHEMA::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N' TO [dbo]; '
FROM sys.schemas s JOIN sys.database_principals u ON u.principal_id = s.principal_id WHERE u.principal_id > 4 AND u.name = N'o''dd "u" of `x` [y]\';
SELECT @sql += N'ALTER AUTHORIZATION ON ROLE::' COLLATE DATABASE_DEFAULT + QUOTENAME(r.name) + N' TO [dbo]; '
FROM sys.database_principals r JOIN sys.database_principals u ON u.principal_id = r.owning_principal_id WHERE u.principal_id > 4 AND u.name = N'o''dd "u" of `x` [y]\';
SELECT @sql += N'DROP USER ' COLLATE DATABASE_DEFAULT + QUOTENAME(u.name) + N'; ' FROM sys.database_principals u WHERE u.principal_id > 4 AND u.name = N'o''dd "u" of `x` [y]\';
EXEC (@sql);
CREATE USER [o'dd "u" of `x` [y]]\] WITH PASSWORD = N'…-Az';
EXEC sys.sp_addextendedproperty N'MS_Description', N'it''s somebody', N'USER', N'o''dd "u" of `x` [y]\';

-- Azure SQL Database: another password
ALTER USER [o'dd "u" of `x` [y]]\] WITH PASSWORD = N'Pass-2_word';

-- Azure SQL Database: one that is let in already
-- nothing

-- Azure SQL Database: one that is locked is let in
GRANT CONNECT TO [o'dd "u" of `x` [y]]\];

-- Azure SQL Database: first rights
SET XACT_ABORT ON;
BEGIN TRANSACTION;
GRANT SELECT ON [s'"`[]]\].[order] TO [o'dd "u" of `x` [y]]\];
GRANT SELECT ON [s'"`[]]\].[plain] TO [o'dd "u" of `x` [y]]\];
COMMIT TRANSACTION;

-- Azure SQL Database: another table
SET XACT_ABORT ON;
BEGIN TRANSACTION;
GRANT SELECT ON [s'"`[]]\].[order] TO [o'dd "u" of `x` [y]]\];
COMMIT TRANSACTION;

-- Azure SQL Database: the same rights
-- nothing

-- Azure SQL Database: columns in place of the whole
SET XACT_ABORT ON;
BEGIN TRANSACTION;
REVOKE SELECT ON [s'"`[]]\].[plain] FROM [o'dd "u" of `x` [y]]\] CASCADE;
GRANT SELECT ON [s'"`[]]\].[plain] ([a,b], [c]]"`d]) TO [o'dd "u" of `x` [y]]\];
GRANT SELECT ON [s'"`[]]\].[order] TO [o'dd "u" of `x` [y]]\];
COMMIT TRANSACTION;

-- Azure SQL Database: no right any more
SET XACT_ABORT ON;
BEGIN TRANSACTION;
REVOKE SELECT ON [s'"`[]]\].[plain] FROM [o'dd "u" of `x` [y]]\] CASCADE;
COMMIT TRANSACTION;

-- Azure SQL Database: what it holds beyond
-- membership of role "db_owner"
-- SELECT on "s'\"`[]\\"."plain" with the right to give it on
-- SELECT on "s'\"`[]\\"."plain"."a", left out
-- denial of SELECT on "s'\"`[]\\"."order"
-- SELECT on "s'\"`[]\\"."order", given by "gra]ntor"
-- UPDATE on "s'\"`[]\\"."order"."c]d"
-- SELECT on the database
-- INSERT on "s'\"`[]\\" with the right to give it on
-- IMPERSONATE on "dbo"
-- ALTER on "r"
-- EXECUTE on "dbo"."kind"
-- CONTROL on the database (a person's to take)
-- drop table x on the database (a person's to take)
-- ownership of schema [their]]s]
-- ownership of object [dbo].[their table]
-- ownership of role [their role]

-- Azure SQL Database: only its rights are left of that
SET XACT_ABORT ON;
BEGIN TRANSACTION;
ALTER ROLE [db_owner] DROP MEMBER [o'dd "u" of `x` [y]]\];
REVOKE GRANT OPTION FOR SELECT ON [s'"`[]]\].[plain] FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE SELECT ON [s'"`[]]\].[plain] FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE SELECT ON [s'"`[]]\].[order] FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE SELECT ON [s'"`[]]\].[order] FROM [o'dd "u" of `x` [y]]\] CASCADE AS [gra]]ntor];
REVOKE UPDATE ON [s'"`[]]\].[order] ([c]]d]) FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE SELECT FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE INSERT ON SCHEMA::[s'"`[]]\] FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE IMPERSONATE ON USER::[dbo] FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE ALTER ON ROLE::[r] FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE EXECUTE ON TYPE::[dbo].[kind] FROM [o'dd "u" of `x` [y]]\] CASCADE;
ALTER AUTHORIZATION ON SCHEMA::[their]]s] TO [dbo];
ALTER AUTHORIZATION ON OBJECT::[dbo].[their table] TO SCHEMA OWNER;
ALTER AUTHORIZATION ON ROLE::[their role] TO [dbo];
REVOKE SELECT ON [s'"`[]]\].[plain] FROM [o'dd "u" of `x` [y]]\] CASCADE;
REVOKE SELECT ON [s'"`[]]\].[plain] ([b]) FROM [o'dd "u" of `x` [y]]\] CASCADE;
GRANT SELECT ON [s'"`[]]\].[plain] TO [o'dd "u" of `x` [y]]\];
GRANT SELECT ON [s'"`[]]\].[order] TO [o'dd "u" of `x` [y]]\];
COMMIT TRANSACTION;

-- Azure SQL Database: nobody is let in any more
IF USER_ID(N'o''dd "u" of `x` [y]\') IS NOT NULL DENY CONNECT TO [o'dd "u" of `x` [y]]\];

-- Azure SQL Database: its sessions
SELECT CAST(s.session_id AS nvarchar(10)) FROM sys.dm_exec_sessions s WHERE (s.original_login_name = N'o''dd "u" of `x` [y]\' OR s.login_name = N'o''dd "u" of `x` [y]\');

-- Azure SQL Database: one of them is ended
IF EXISTS (SELECT 1 FROM sys.dm_exec_sessions s WHERE (s.original_login_name = N'o''dd "u" of `x` [y]\' OR s.login_name = N'o''dd "u" of `x` [y]\') AND s.session_id = 77) KILL 77;

-- Azure SQL Database: what it holds in another database
DECLARE @sql nvarchar(max) = N'';
SELECT @sql += N'REVOKE ' COLLATE DATABASE_DEFAULT + p.permission_name + CASE p.class WHEN 0 THEN N''
       WHEN 3 THEN N' ON SCHEMA::' + QUOTENAME(s.name) ELSE N' ON ' + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + COALESCE(N' (' + QUOTENAME(c.name) + N')', N'') END + N' FROM ' + QUOTENAME(e.name) + N' CASCADE AS ' + QUOTENAME(u.name) + N'; '
FROM sys.database_permissions p JOIN sys.database_principals u ON u.principal_id = p.grantor_principal_id
     JOIN sys.database_principals e ON e.principal_id = p.grantee_principal_id
     LEFT JOIN sys.all_objects o ON p.class = 1 AND o.object_id = p.major_id
     LEFT JOIN sys.all_columns c ON p.class = 1 AND c.object_id = p.major_id AND c.column_id = p.minor_id AND p.minor_id > 0
     LEFT JOIN sys.schemas s ON s.schema_id = CASE p.class WHEN 1 THEN o.schema_id ELSE p.major_id END
WHERE p.class IN (0, 1, 3) AND u.principal_id > 4 AND u.name = N'o''dd "u" of `x` [y]\';
SELECT @sql += N'ALTER AUTHORIZATION ON OBJECT::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + N' TO SCHEMA OWNER; '
FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
     JOIN sys.database_principals u ON u.principal_id = o.principal_id WHERE u.principal_id > 4 AND u.name = N'o''dd "u" of `x` [y]\';
SELECT @sql += N'ALTER AUTHORIZATION ON SCHEMA::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N' TO [dbo]; '
FROM sys.schemas s JOIN sys.database_principals u ON u.principal_id = s.principal_id WHERE u.principal_id > 4 AND u.name = N'o''dd "u" of `x` [y]\';
SELECT @sql += N'ALTER AUTHORIZATION ON ROLE::' COLLATE DATABASE_DEFAULT + QUOTENAME(r.name) + N' TO [dbo]; '
FROM sys.database_principals r JOIN sys.database_principals u ON u.principal_id = r.owning_principal_id WHERE u.principal_id > 4 AND u.name = N'o''dd "u" of `x` [y]\';
SELECT @sql += N'DROP USER ' COLLATE DATABASE_DEFAULT + QUOTENAME(u.name) + N'; ' FROM sys.database_principals u WHERE u.principal_id > 4 AND u.name = N'o''dd "u" of `x` [y]\';
EXEC (@sql);

-- Azure SQL Database: it is removed
IF USER_ID(N'o''dd "u" of `x` [y]\') IS NOT NULL DENY CONNECT TO [o'dd "u" of `x` [y]]\];
DECLARE @sql nvarchar(max) = N'', @tries int = 0;
SELECT @sql += N'BEGIN TRY KILL ' + CAST(s.session_id AS nvarchar(10)) + N' END TRY BEGIN CATCH END CATCH; ' FROM sys.dm_exec_sessions s WHERE (s.original_login_name = N'o''dd "u" of `x` [y]\' OR s.login_name = N'o''dd "u" of `x` [y]\');
EXEC (@sql);
WHILE @tries < 100 AND EXISTS (SELECT 1 FROM sys.dm_exec_sessions s WHERE (s.original_login_name = N'o''dd "u" of `x` [y]\' OR s.login_name = N'o''dd "u" of `x` [y]\')) BEGIN WAITFOR DELAY '00:00:00.1'; SET @tries += 1 END;
DECLARE @sql nvarchar(max) = N'';
SELECT @sql += N'REVOKE ' COLLATE DATABASE_DEFAULT + p.permission_name + CASE p.class WHEN 0 THEN N''
       WHEN 3 THEN N' ON SCHEMA::' + QUOTENAME(s.name) ELSE N' ON ' + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + COALESCE(N' (' + QUOTENAME(c.name) + N')', N'') END + N' FROM ' + QUOTENAME(e.name) + N' CASCADE AS ' + QUOTENAME(u.name) + N'; '
FROM sys.database_permissions p JOIN sys.database_principals u ON u.principal_id = p.grantor_principal_id
     JOIN sys.database_principals e ON e.principal_id = p.grantee_principal_id
     LEFT JOIN sys.all_objects o ON p.class = 1 AND o.object_id = p.major_id
     LEFT JOIN sys.all_columns c ON p.class = 1 AND c.object_id = p.major_id AND c.column_id = p.minor_id AND p.minor_id > 0
     LEFT JOIN sys.schemas s ON s.schema_id = CASE p.class WHEN 1 THEN o.schema_id ELSE p.major_id END
WHERE p.class IN (0, 1, 3) AND u.principal_id > 4 AND u.name = N'o''dd "u" of `x` [y]\';
SELECT @sql += N'ALTER AUTHORIZATION ON OBJECT::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
       + N' TO SCHEMA OWNER; '
FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
     JOIN sys.database_principals u ON u.principal_id = o.principal_id WHERE u.principal_id > 4 AND u.name = N'o''dd "u" of `x` [y]\';
SELECT @sql += N'ALTER AUTHORIZATION ON SCHEMA::' COLLATE DATABASE_DEFAULT + QUOTENAME(s.name) + N' TO [dbo]; '
FROM sys.schemas s JOIN sys.database_principals u ON u.principal_id = s.principal_id WHERE u.principal_id > 4 AND u.name = N'o''dd "u" of `x` [y]\';
SELECT @sql += N'ALTER AUTHORIZATION ON ROLE::' COLLATE DATABASE_DEFAULT + QUOTENAME(r.name) + N' TO [dbo]; '
FROM sys.database_principals r JOIN sys.database_principals u ON u.principal_id = r.owning_principal_id WHERE u.principal_id > 4 AND u.name = N'o''dd "u" of `x` [y]\';
SELECT @sql += N'DROP USER ' COLLATE DATABASE_DEFAULT + QUOTENAME(u.name) + N'; ' FROM sys.database_principals u WHERE u.principal_id > 4 AND u.name = N'o''dd "u" of `x` [y]\';
EXEC (@sql);

-- Azure SQL Database: one that is not there is removed
-- nothing
