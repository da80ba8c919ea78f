-- What setup.postgresql.sql makes, as far as MariaDB and MySQL have it; a statement ends with a semicolon at the end of its line.

CREATE TABLE crm.`odd "names".of?things` (
    id int PRIMARY KEY,
    `x" is null) or (1=1) or ("x` int,
    `a.b` varchar(20),
    `c d?%\` varchar(20),
    `'quoted'` int,
    `$1` int
);
INSERT INTO crm.`odd "names".of?things` VALUES (1, NULL, 'dot', 'blank', 10, 1), (2, 2, 'dots', 'blanks', 20, 2);

CREATE TABLE crm.a_b (v varchar(20));
INSERT INTO crm.a_b VALUES ('underscore');
CREATE TABLE crm.axb (v varchar(20));
INSERT INTO crm.axb VALUES ('letter');

-- A TIMESTAMP begins in 1970, so what is zoned elsewhere is a DATETIME in UTC.
CREATE TABLE crm.moments (id int PRIMARY KEY, at datetime(6), at_zone datetime(6), on_day date);
INSERT INTO crm.moments VALUES
    (1, '2024-03-01 12:00:00.122999', '2024-03-01 12:00:00.122999', '2024-02-29'),
    (2, '2024-03-01 12:00:00.123', '2024-03-01 12:00:00.123', '2024-03-01'),
    (3, '2024-03-01 12:00:00.123456', '2024-03-01 12:00:00.123456', '2024-03-01'),
    (4, '2024-03-01 12:00:00.123999', '2024-03-01 12:00:00.123999', '2024-03-02'),
    (5, '2024-03-01 12:00:00.124', '2024-03-01 12:00:00.124', '1969-12-31'),
    (6, '1969-12-31 23:59:59.999999', '1969-12-31 23:59:59.999999', '1500-01-01'),
    (7, '1500-01-01 00:00:00.0005', '1500-01-01 00:00:00.0005', '0001-01-01'),
    (8, NULL, NULL, NULL);

CREATE TABLE crm.words (
    id int PRIMARY KEY,
    word varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    by_language varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci,
    padded char(6) CHARACTER SET utf8mb4
);
INSERT INTO crm.words (id, word) VALUES
    (1, 'a'), (2, 'B'), (3, 'b'), (4, 'A'), (5, 'Z'), (6, 'é'), (7, '_'), (8, ''), (9, NULL), (10, 'a\\b'), (11, 'ab'),
    (12, 'a\\%b'), (13, 'a%b'), (14, 'a\\xb'), (15, '～'), (16, '😀'), (17, 'é'), (18, 'it''s'), (19, ' lead'), (20, 'a_b'), (21, '100%');
UPDATE crm.words SET word = CONVERT(x'65CC81' USING utf8mb4) WHERE id = 17;
UPDATE crm.words SET by_language = word, padded = LEFT(word, 6);

-- Neither NaN nor an infinity is a number here.
CREATE TABLE crm.numbers (id int PRIMARY KEY, i int, j int, n decimal(8, 3), f double, r float);
INSERT INTO crm.numbers VALUES
    (1, 5, 2, 1.500, 0, 0), (2, -5, 2, -1.500, -0e0, -0e0), (3, 7, -3, 0.001, NULL, NULL), (4, 0, 1, 99999.999, NULL, NULL),
    (5, 2147483647, 1, -99999.999, NULL, NULL), (6, -2147483648, -1, 0, 0.1, 0.1), (7, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE crm.parents (id int);
INSERT INTO crm.parents VALUES (1), (2), (3);

CREATE TABLE crm.half_open (id int, secret varchar(20));
INSERT INTO crm.half_open VALUES (1, 'hidden');
CREATE TABLE crm.locked (id int);
CREATE DATABASE closed;
CREATE TABLE closed.things (id int);

CREATE VIEW shop.some_events AS SELECT * FROM shop.events WHERE id <= 2000;

CREATE TABLE crm.edges AS SELECT id, a_smallint AS an_int2, an_int AS an_int4, a_bigint AS an_int8, a_decimal_12_2 AS a_numeric_12_2,
    a_date, a_datetime_6 AS a_timestamp, a_datetime_6 AS a_timestamptz FROM shop.every_type;
UPDATE crm.edges SET a_timestamptz = '1969-12-31 23:59:59.999999' WHERE id = 2;

CREATE USER slt_reader@'%' IDENTIFIED BY 'PASSWORD';
GRANT SELECT ON shop.* TO slt_reader@'%';
GRANT SELECT (id) ON crm.half_open TO slt_reader@'%';
GRANT SELECT ON crm.`odd "names".of?things` TO slt_reader@'%';
GRANT SELECT ON crm.a_b TO slt_reader@'%';
GRANT SELECT ON crm.axb TO slt_reader@'%';
GRANT SELECT ON crm.moments TO slt_reader@'%';
GRANT SELECT ON crm.words TO slt_reader@'%';
GRANT SELECT ON crm.numbers TO slt_reader@'%';
GRANT SELECT ON crm.parents TO slt_reader@'%';
GRANT SELECT ON crm.edges TO slt_reader@'%';
GRANT SELECT ON crm.nothing TO slt_reader@'%';
GRANT SELECT ON crm.tickets TO slt_reader@'%';
GRANT SELECT ON crm.`Contacts` TO slt_reader@'%';
GRANT SELECT ON crm.`Order` TO slt_reader@'%';
GRANT SELECT ON crm.`order` TO slt_reader@'%';
