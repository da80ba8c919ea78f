-- The demo shop for MySQL 5.7 and newer and MariaDB 10.2 and newer: the tables and rows of postgresql.sql. A statement ends with a
-- semicolon at the end of its line. What one server alone has stands in comments that it executes: /*M! … */ MariaDB,
-- /*!80000 … */ MySQL. Lists are JSON here, and what is zoned there is a TIMESTAMP, or a DATETIME in UTC where that is too short.

SET NAMES utf8mb4;
SET time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES';

CREATE DATABASE shop CHARACTER SET utf8mb4;
CREATE DATABASE crm CHARACTER SET utf8mb4;

-- 1 to 300 000, for there are no series here.
CREATE TABLE shop.numbers (i int PRIMARY KEY);
INSERT INTO shop.numbers VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10);
INSERT INTO shop.numbers SELECT a.i + 10 * b.i FROM shop.numbers AS a JOIN shop.numbers AS b ON b.i <= 9;
INSERT INTO shop.numbers SELECT a.i + 100 * b.i FROM shop.numbers AS a JOIN shop.numbers AS b ON b.i <= 9;
INSERT INTO shop.numbers SELECT a.i + 1000 * b.i FROM shop.numbers AS a JOIN shop.numbers AS b ON b.i <= 299;

-- The shop ------------------------------------------------------------------------------------------------------------

CREATE TABLE shop.customers (
    id int PRIMARY KEY,
    name varchar(80) NOT NULL,
    email varchar(255) UNIQUE,
    country char(2) NOT NULL COMMENT 'ISO 3166-1, two letters',
    credit decimal(12, 2) NOT NULL DEFAULT 0 COMMENT 'Euros; negative when the customer owes us',
    is_active boolean NOT NULL DEFAULT true,
    born date,
    created_at datetime(6) NOT NULL COMMENT 'UTC'
) COMMENT 'Everybody who ever bought something';

INSERT INTO shop.customers VALUES
    (1, 'Ada Lovelace', 'ada@example.com', 'GB', 250.00, true, '1815-12-10', '2024-01-05 09:30:00'),
    (2, 'Grace Hopper', 'grace@example.com', 'US', 0.00, true, '1906-12-09', '2024-01-06 14:00:00.123456'),
    (3, 'Emmy Noether', NULL, 'DE', -12.50, true, '1882-03-23', '2024-02-29 23:59:59.999999'),
    (4, 'Çağlar O''Neil', 'caglar@example.com', 'TR', 99.99, false, NULL, '2024-03-30 23:30:00'),
    (5, '李小龍', 'li@example.com', 'HK', 1000000.00, true, '1940-11-27', '2024-03-31 16:00:00'),
    (6, '', 'nobody@example.com', 'FR', 0.01, false, '2000-02-29', '1969-12-31 23:59:59.9995');
INSERT INTO shop.customers
SELECT i, CONCAT('Customer ', i), CONCAT('customer', i, '@example.com'), ELT(1 + i % 5, 'GB', 'US', 'DE', 'FR', 'IT'),
    (i * 37 % 10000) / 100, i % 7 <> 0, DATE '1950-01-01' + INTERVAL (i * 11 % 20000) DAY, TIMESTAMP '2024-05-01 00:00:00' + INTERVAL i HOUR
FROM shop.numbers WHERE i BETWEEN 7 AND 1000;

CREATE TABLE shop.products (
    id int PRIMARY KEY,
    name varchar(200) NOT NULL,
    price decimal(10, 2) NOT NULL CHECK (price >= 0),
    weight_kg double COMMENT 'With packing; null when nothing is shipped',
    tags json NOT NULL,
    details json
) COMMENT 'What is for sale';

INSERT INTO shop.products VALUES
    (1, 'Owl, brass', 49.90, 1.25, '["owl", "brass"]', '{"height_cm": 20}'),
    (2, 'Owl, plush', 19.95, 0.3, '["owl", "soft"]', '{"washable": true, "colours": ["brown", "white"]}'),
    (3, 'Olive branch', 4.00, 0.05, '[]', NULL),
    (4, 'Shield 100% bronze', 1299.00, 12.5, '["armour", "bronze"]', '{"maker": "Hephaistos & Sons"}'),
    (5, 'Map of Athens_v2', 0.00, NULL, '["download"]', '{}');
INSERT INTO shop.products
SELECT i, CONCAT('Product ', i), i * 1.25, i / 10e0, JSON_ARRAY('bulk', CONCAT('p', i % 10)), JSON_OBJECT('shelf', i % 12)
FROM shop.numbers WHERE i BETWEEN 6 AND 200;

CREATE TABLE shop.orders (
    id bigint PRIMARY KEY,
    customer_id int NOT NULL,
    status varchar(10) NOT NULL,
    ordered_at datetime(6) NOT NULL COMMENT 'Time of the till, without a zone',
    shipped_on date,
    note text,
    INDEX orders_by_customer (customer_id),
    FOREIGN KEY (customer_id) REFERENCES shop.customers (id)
) COMMENT 'One row for each order';

INSERT INTO shop.orders
SELECT i, 1 + i * 7 % 1000, ELT(1 + i % 4, 'new', 'paid', 'shipped', 'returned'),
    TIMESTAMP '2024-01-01 00:00:00' + INTERVAL i * 5820000013 MICROSECOND,
    CASE WHEN i % 4 >= 2 THEN DATE '2024-01-02' + INTERVAL (i * 97 DIV 1440) DAY END,
    CASE WHEN i % 50 = 0 THEN CONCAT('Gift; say "hi" to \\ and ''', i, '''') END
FROM shop.numbers WHERE i <= 5000;

CREATE TABLE shop.order_items (
    order_id bigint NOT NULL,
    line smallint NOT NULL,
    product_id int NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    price decimal(10, 2) NOT NULL COMMENT 'Of one piece, when it was ordered',
    discount float NOT NULL DEFAULT 0,
    PRIMARY KEY (order_id, line),
    FOREIGN KEY (order_id) REFERENCES shop.orders (id),
    FOREIGN KEY (product_id) REFERENCES shop.products (id)
);

INSERT INTO shop.order_items
SELECT o.id, n.i, p.id, 1 + (o.id + n.i) % 5, p.price, CASE (o.id * n.i) % 3 WHEN 0 THEN 0 WHEN 1 THEN 0.05 ELSE 0.1 END
FROM shop.orders AS o
    JOIN shop.numbers AS n ON n.i <= 1 + o.id % 3
    JOIN shop.products AS p ON p.id = 1 + (o.id * 3 + n.i) % 200;

CREATE VIEW shop.order_totals AS
SELECT o.id AS order_id, o.customer_id, o.ordered_at, count(*) AS `lines`, sum(i.quantity * i.price) AS total
FROM shop.orders AS o JOIN shop.order_items AS i ON i.order_id = o.id
GROUP BY o.id, o.customer_id, o.ordered_at;

CREATE TABLE shop.sales_by_month (month date NOT NULL, orders bigint NOT NULL, total decimal(14, 2)) COMMENT 'As of the last refresh';
INSERT INTO shop.sales_by_month
SELECT DATE_FORMAT(ordered_at, '%Y-%m-01') AS month, count(*), sum(total) FROM shop.order_totals GROUP BY month;

CREATE TABLE shop.visits (
    visited_on date NOT NULL,
    customer_id int,
    page varchar(200) NOT NULL,
    seconds int NOT NULL
) COMMENT 'Partitioned by month' PARTITION BY RANGE COLUMNS (visited_on) (
    PARTITION visits_before VALUES LESS THAN ('2024-01-01'),
    PARTITION visits_2024_01 VALUES LESS THAN ('2024-02-01'),
    PARTITION visits_2024_02 VALUES LESS THAN ('2024-03-01'),
    PARTITION visits_2024_03 VALUES LESS THAN ('2024-04-01'),
    PARTITION visits_other VALUES LESS THAN (MAXVALUE)
);
INSERT INTO shop.visits
SELECT DATE '2023-12-25' + INTERVAL (i % 110) DAY, nullif(i % 1000, 0), CONCAT('/p/', i % 200), i * 13 % 600
FROM shop.numbers WHERE i <= 10000;

-- Big enough to spill: some 300 bytes a row. Microseconds differ in every row, so that a filter on time meets them.
CREATE TABLE shop.events (
    id bigint PRIMARY KEY,
    happened_at datetime(6) NOT NULL,
    received_at timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    customer_id int,
    kind varchar(16) NOT NULL,
    amount decimal(12, 2),
    payload text NOT NULL
) COMMENT '300 000 rows, finer than a millisecond';
INSERT INTO shop.events
SELECT i, TIMESTAMP '2024-01-01 00:00:00' + INTERVAL i * 1000101 MICROSECOND, TIMESTAMP '2024-01-01 00:00:00' + INTERVAL i * 1000103 MICROSECOND,
    nullif(i % 1001, 0), ELT(1 + i % 4, 'view', 'click', 'buy', 'leave'),
    CASE WHEN i % 4 = 2 THEN (i % 100000) / 100 END, repeat(sha2(i, 256), 3)
FROM shop.numbers;

-- Customer relations: quoted names -------------------------------------------------------------------------------------

CREATE TABLE crm.`Contacts` (
    `Id` int PRIMARY KEY,
    `CustomerId` int NOT NULL,
    `Full Name` varchar(200) NOT NULL,
    `select` text COMMENT 'A keyword',
    `say "hi"` boolean,
    `größe` decimal(5, 2),
    FOREIGN KEY (`CustomerId`) REFERENCES shop.customers (id)
) COMMENT 'Mixed case, spaces, a keyword, a quote, letters beyond ASCII';
INSERT INTO crm.`Contacts` VALUES
    (1, 1, 'Charles Babbage', 'friend', true, 1.75),
    (2, 1, 'Mary Somerville', NULL, false, NULL),
    (3, 5, '葉問', 'teacher', NULL, 170.00);

-- Two tables, but where the server's names of tables have no case (lower_case_table_names), one.
CREATE TABLE crm.`Order` (id int PRIMARY KEY, `desc` text) COMMENT 'Differs from the next one in case only';
CREATE TABLE IF NOT EXISTS crm.`order` (id int PRIMARY KEY, `desc` text);
INSERT INTO crm.`Order` VALUES (1, 'upper');
INSERT IGNORE INTO crm.`order` VALUES (1, 'lower'), (2, 'lower');

CREATE TABLE crm.tickets (
    id char(36) PRIMARY KEY,
    customer_id int NOT NULL,
    opened_at timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    closed_at timestamp(6) NULL,
    subject varchar(200) NOT NULL,
    labels json,
    FOREIGN KEY (customer_id) REFERENCES shop.customers (id)
);
INSERT INTO crm.tickets
SELECT CONCAT_WS('-', LEFT(sha2(i, 256), 8), SUBSTRING(sha2(i, 256), 9, 4), SUBSTRING(sha2(i, 256), 13, 4), SUBSTRING(sha2(i, 256), 17, 4),
        SUBSTRING(sha2(i, 256), 21, 12)),
    1 + i % 100, TIMESTAMP '2024-06-01 12:00:00' + INTERVAL i * 86400001500 MICROSECOND,
    CASE WHEN i % 3 = 0 THEN TIMESTAMP '2024-06-02 12:00:00' + INTERVAL i DAY END, CONCAT('Ticket ', i),
    CASE WHEN i % 2 = 0 THEN JSON_ARRAY(CONCAT('l', i % 5), NULL) END
FROM shop.numbers WHERE i <= 200;

CREATE TABLE crm.nothing (id int, name text) COMMENT 'Has no rows';

-- One column for every type --------------------------------------------------------------------------------------------

CREATE TABLE shop.every_type (
    id int PRIMARY KEY,
    a_boolean boolean,
    a_bit_1 bit(1),
    a_bit_8 bit(8),
    a_bit_64 bit(64),
    a_tinyint tinyint,
    a_tinyint_unsigned tinyint unsigned,
    a_smallint smallint,
    a_smallint_unsigned smallint unsigned,
    a_mediumint mediumint,
    a_mediumint_unsigned mediumint unsigned,
    an_int int,
    an_int_unsigned int unsigned,
    a_bigint bigint,
    a_bigint_unsigned bigint unsigned,
    a_decimal_12_2 decimal(12, 2),
    a_decimal_38_10 decimal(38, 10),
    a_decimal_65_30 decimal(65, 30),
    a_float float,
    a_double double,
    a_year year,
    a_date date,
    a_datetime datetime,
    a_datetime_6 datetime(6),
    a_timestamp_6 timestamp(6) NULL,
    a_time_6 time(6),
    a_char_5 char(5),
    a_varchar_20 varchar(20),
    a_varchar_latin1 varchar(20) CHARACTER SET latin1,
    a_tinytext tinytext,
    a_text text,
    a_mediumtext mediumtext,
    a_longtext longtext,
    an_enum enum ('sad', 'ok', 'very happy'),
    a_set set ('a', 'b', 'c'),
    a_json json,
    a_binary_4 binary(4),
    a_varbinary_20 varbinary(20),
    a_tinyblob tinyblob,
    a_blob blob,
    a_mediumblob mediumblob,
    a_longblob longblob,
    a_point point,
    a_geometry geometry
    /*!90000 , a_vector vector(3) */
    /*M!101000 , a_uuid uuid, an_inet4 inet4, an_inet6 inet6 */
) COMMENT 'Row 1 ordinary values, row 2 edges that Athena can carry, row 3 nulls';

INSERT INTO shop.every_type VALUES (
    1, true, b'1', b'10110001', b'101', 12, 200, 1234, 60000, 123456, 16000000, 123456789, 4000000000, 1234567890123, 12345678901234567890,
    1234.56, 12345.0123456789, 3.14159, 1.5, 2.718281828459045, 2024, '2024-02-29', '2024-02-29 12:34:56', '2024-02-29 12:34:56.789',
    '2024-02-29 12:34:56.789', '12:34:56.789', 'abc', 'varchar', 'café', 'tinytext', 'text', 'mediumtext', 'longtext', 'ok', 'a,c',
    '{"a": [1, 2]}', x'deadbeef', x'deadbeef', x'01', x'0203', x'04', x'05', ST_GeomFromText('POINT(1.5 -2)'),
    ST_GeomFromText('LINESTRING(0 0, 1 1)')
    /*!90000 , STRING_TO_VECTOR('[1, 2.5, -3]') */
    /*M!101000 , 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '192.168.0.1', '2001:db8::1' */
), (
    2, false, b'0', b'11111111', b'1111111111111111111111111111111111111111111111111111111111111111', -128, 255, -32768, 65535, -8388608,
    16777215, -2147483648, 4294967295, -9223372036854775808, 18446744073709551615, -9999999999.99,
    -9999999999999999999999999999.9999999999, 99999999999999999999999999999999999.999999999999999999999999999999,
    -3.402823e38, -1.7976931348623157e308, 2155, '0001-01-01', '9999-12-31 23:59:59', '9999-12-31 23:59:59.999999',
    '1970-01-01 00:00:01.000001', '-838:59:59', '', repeat('😀', 20), '€ÿ', '',
    '"quoted", ''single'', back\\slash,\ttab,\nline, é, é, 😀', '', '', 'very happy', '', '{"n": 1e100, "s": "\\u20ac\\""}', x'00',
    '', '', x'00ff', '', '', ST_GeomFromText('POINT(-0.0 1e300)'), ST_GeomFromText('GEOMETRYCOLLECTION(POINT(0 0))')
    /*!90000 , STRING_TO_VECTOR('[0, -1e30, 1e-30]') */
    /*M!101000 , 'ffffffff-ffff-ffff-ffff-ffffffffffff', '255.255.255.255', '::ffff:1.2.3.4' */
);
INSERT INTO shop.every_type (id) VALUES (3);

DROP TABLE shop.numbers;
ANALYZE TABLE shop.customers, shop.products, shop.orders, shop.order_items, shop.visits, shop.events, crm.tickets;
