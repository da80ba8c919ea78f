CREATE TABLE app.of_tenants (id int PRIMARY KEY, tenant varchar(10) CHARACTER SET utf8mb4);
INSERT INTO app.of_tenants SELECT n + 1, IF(n % 2 = 0, 'b', 'a') FROM app.d UNION ALL SELECT n + 11, IF(n % 2 = 0, 'b', 'a') FROM app.d;
CREATE FUNCTION app.tenant() RETURNS varchar(10) CHARACTER SET utf8mb4 NO SQL RETURN @tenant;
CREATE FUNCTION app.widen() RETURNS int NO SQL BEGIN SET @tenant = IF(@tenant = 'a', 'b', 'a'); RETURN 1; END;
CREATE VIEW app.tenants AS SELECT * FROM app.of_tenants WHERE tenant = app.tenant();
CREATE VIEW app.widening AS SELECT app.widen() AS s;
CREATE VIEW app.failing AS SELECT id, IF(id < 15, id, (SELECT id FROM app.of_tenants)) AS s FROM app.of_tenants;
GRANT EXECUTE ON app.* TO reader@'127.0.0.1';
