CREATE ROLE READER LOGIN PASSWORD 'pl4nted-s3cret';
-- A plan that is being compiled cannot be cancelled.
ALTER ROLE READER SET jit = off;
CREATE SCHEMA app;
CREATE VIEW app.asleep AS SELECT pg_sleep(3600)::text AS s;
CREATE VIEW app.busy AS
    SELECT count(*) AS s FROM generate_series(1, 1000000) a CROSS JOIN generate_series(1, 1000000) b WHERE a.a # b.b = -1;
CREATE VIEW app.halfway AS
    SELECT i AS id, CASE WHEN i > 3000 THEN pg_sleep(3600)::text ELSE repeat('x', 1000) END AS s
    FROM generate_series(1, 10000) i;
CREATE VIEW app.waits AS SELECT 1 AS id, pg_sleep(3)::text AS s;
CREATE TABLE app.few AS SELECT generate_series(1, 10) AS id;
CREATE TABLE app.many AS SELECT i AS id, repeat('x', 1000) AS s FROM generate_series(1, 50000) i;
ANALYZE app.many;
CREATE VIEW app.slow AS SELECT id, s || pg_sleep(0.001)::text AS s FROM app.many;
GRANT USAGE ON SCHEMA app TO READER;
GRANT SELECT ON ALL TABLES IN SCHEMA app TO READER;
