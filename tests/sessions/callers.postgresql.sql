-- Two tenants, each with a role that sees its own rows; that of b sees a column more.
-- The same password, hashed once: a log-in is then as cheap as it can be.
ALTER ROLE READER PASSWORD 'SCRAM-SHA-256$1:Z2xhdXgtdGVzdC1zYWx0IQ==$1CShymUCaHHHQdmr7DKrQNY9+RG8JAIqJ23LqCCVXw0=:7exY9hdwitsrmVf6BPDZFo0tyfhSqJVzLkjXrOgTB94=';
CREATE ROLE READER_a;
CREATE ROLE READER_b;
CREATE ROLE READER_ungranted;
GRANT READER_a, READER_b TO READER;
CREATE TABLE app.tenants (id int PRIMARY KEY, tenant text, more text);
INSERT INTO app.tenants SELECT i, CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END, 'x' FROM generate_series(1, 20) i;
ALTER TABLE app.tenants ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON app.tenants USING (current_user = 'READER_' || tenant);
CREATE FUNCTION app.widen(role text) RETURNS text LANGUAGE sql AS 'SELECT set_config(''role'', role, false)';
CREATE VIEW app.widening AS SELECT app.widen(CASE current_user WHEN 'READER_a' THEN 'READER_b' ELSE 'READER_a' END) AS s;
CREATE VIEW app.failing AS SELECT 1 / (15 - i) AS id FROM generate_series(1, 20) i;
GRANT USAGE ON SCHEMA app TO READER_a, READER_b;
GRANT SELECT ON app.widening, app.failing, app.halfway TO READER_a, READER_b;
GRANT SELECT (id, tenant) ON app.tenants TO READER_a;
GRANT SELECT ON app.tenants TO READER_b;
