-- Beside the demo shop: names as nobody should choose them, times at both ends of a millisecond, text in several orders,
-- classic inheritance, and what the role must not see.

CREATE TABLE crm."odd ""names"".of?things" (
    id integer PRIMARY KEY,
    "x"" is null) or (1=1) or (""x" integer,
    "a.b" text,
    "c d?%\" text,
    "'quoted'" integer,
    "$1" integer
);
INSERT INTO crm."odd ""names"".of?things" VALUES (1, NULL, 'dot', 'blank', 10, 1), (2, 2, 'dots', 'blanks', 20, 2);

CREATE TABLE crm.a_b (v text);
INSERT INTO crm.a_b VALUES ('underscore');
CREATE TABLE crm.axb (v text);
INSERT INTO crm.axb VALUES ('letter');

CREATE TABLE crm.moments (id integer PRIMARY KEY, at timestamp(6), at_zone timestamptz(6), on_day date);
INSERT INTO crm.moments VALUES
    (1, '2024-03-01 12:00:00.122999', '2024-03-01 12:00:00.122999+00', '2024-02-29'),
    (2, '2024-03-01 12:00:00.123', '2024-03-01 12:00:00.123+00', '2024-03-01'),
    (3, '2024-03-01 12:00:00.123456', '2024-03-01 14:00:00.123456+02', '2024-03-01'),
    (4, '2024-03-01 12:00:00.123999', '2024-03-01 12:00:00.123999+00', '2024-03-02'),
    (5, '2024-03-01 12:00:00.124', '2024-03-01 12:00:00.124+00', '1969-12-31'),
    (6, '1969-12-31 23:59:59.999999', '1969-12-31 23:59:59.999999+00', '1500-01-01'),
    (7, '1500-01-01 00:00:00.0005', '1500-01-01 00:00:00.0005+00', '0001-01-01'),
    (8, NULL, NULL, NULL);

CREATE TABLE crm.words (
    id integer PRIMARY KEY,
    word text COLLATE "C",
    by_language text COLLATE "en-US-x-icu",
    padded char(6)
);
INSERT INTO crm.words SELECT i, word, word, left(word, 6) FROM (VALUES
    (1, 'a'), (2, 'B'), (3, 'b'), (4, 'A'), (5, 'Z'), (6, 'é'), (7, '_'), (8, ''), (9, NULL), (10, 'a\b'), (11, 'ab'),
    (12, 'a\%b'), (13, 'a%b'), (14, 'a\xb'), (15, U&'\FF5E'), (16, U&'\+01F600'), (17, U&'e\0301'), (18, 'it''s'),
    (19, ' lead'), (20, 'a_b'), (21, '100%')
) AS words(i, word);

CREATE TABLE crm.numbers (id integer PRIMARY KEY, i integer, j integer, n numeric(8, 3), f double precision, r real);
INSERT INTO crm.numbers VALUES
    (1, 5, 2, 1.500, 0, 0), (2, -5, 2, -1.500, '-0', '-0'), (3, 7, -3, 0.001, 'NaN', 'NaN'), (4, 0, 1, 99999.999, 'Infinity', 'Infinity'),
    (5, 2147483647, 1, -99999.999, '-Infinity', '-Infinity'), (6, -2147483648, -1, 0, 0.1, 0.1), (7, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE crm.parents (id integer);
CREATE TABLE crm.children () INHERITS (crm.parents);
INSERT INTO crm.parents VALUES (1), (2);
INSERT INTO crm.children VALUES (3);

CREATE TABLE crm.tenants (id integer, tenant text);
INSERT INTO crm.tenants VALUES (1, 'ours'), (2, 'theirs');
ALTER TABLE crm.tenants ENABLE ROW LEVEL SECURITY;
CREATE POLICY ours ON crm.tenants TO ROLE USING (tenant = 'ours');

CREATE TABLE crm.half_open (id integer, secret text);
INSERT INTO crm.half_open VALUES (1, 'hidden');

CREATE TABLE crm.fails (id integer, at timestamp);
INSERT INTO crm.fails VALUES (1, '2024-01-01'), (2, 'infinity');

CREATE TABLE crm.twins (a integer, "A" integer);

CREATE VIEW crm.divides AS SELECT id, 1 / (id - 2) AS quotient FROM crm.numbers;

GRANT USAGE ON SCHEMA shop, crm TO ROLE;
GRANT SELECT ON ALL TABLES IN SCHEMA shop, crm TO ROLE;
REVOKE SELECT ON crm.half_open FROM ROLE;
GRANT SELECT (id) ON crm.half_open TO ROLE;
CREATE TABLE crm.locked (id integer);
CREATE SCHEMA closed;
CREATE TABLE closed.things (id integer);

-- Some of the events, so that reading all of them is no matter of minutes without optimisation.
CREATE VIEW shop.some_events AS SELECT * FROM shop.events WHERE id <= 2000;
GRANT SELECT ON shop.some_events TO ROLE;

-- Ends of the types that every engine has.
CREATE TABLE crm.edges AS SELECT id, an_int2, an_int4, an_int8, a_numeric_12_2, a_date, a_timestamp, a_timestamptz FROM shop.every_type;
GRANT SELECT ON crm.edges TO ROLE;
