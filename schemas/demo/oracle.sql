-- The demo shop for Oracle 18c and newer: the tables and rows of postgresql.sql. Run by an administrator; a statement ends with a
-- semicolon at the end of its line. Not run against a server yet. Lists and documents are text here, an empty text is NULL, and a
-- boolean is a number.

CREATE USER shop NO AUTHENTICATION;
CREATE USER crm NO AUTHENTICATION;
GRANT UNLIMITED TABLESPACE TO shop;
GRANT UNLIMITED TABLESPACE TO crm;
ALTER SESSION SET NLS_NUMERIC_CHARACTERS = '.,';
ALTER SESSION SET TIME_ZONE = 'UTC';

-- The shop ------------------------------------------------------------------------------------------------------------

CREATE TABLE shop.customers (
    id number(9) PRIMARY KEY,
    name varchar2(80 CHAR),
    email varchar2(255 CHAR) UNIQUE,
    country char(2) NOT NULL,
    credit number(12, 2) DEFAULT 0 NOT NULL,
    is_active number(1) DEFAULT 1 NOT NULL,
    born date,
    created_at timestamp(6) with time zone NOT NULL
);
COMMENT ON TABLE shop.customers IS 'Everybody who ever bought something';
COMMENT ON COLUMN shop.customers.country IS 'ISO 3166-1, two letters';
COMMENT ON COLUMN shop.customers.credit IS 'Euros; negative when the customer owes us';
INSERT INTO shop.customers VALUES (1, 'Ada Lovelace', 'ada@example.com', 'GB', 250, 1, DATE '1815-12-10', TIMESTAMP '2024-01-05 09:30:00 +00:00');
INSERT INTO shop.customers VALUES (2, 'Grace Hopper', 'grace@example.com', 'US', 0, 1, DATE '1906-12-09', TIMESTAMP '2024-01-06 14:00:00.123456 +00:00');
INSERT INTO shop.customers VALUES (3, 'Emmy Noether', NULL, 'DE', -12.5, 1, DATE '1882-03-23', TIMESTAMP '2024-02-29 23:59:59.999999 +00:00');
INSERT INTO shop.customers VALUES (4, 'Çağlar O''Neil', 'caglar@example.com', 'TR', 99.99, 0, NULL, TIMESTAMP '2024-03-31 01:30:00 +02:00');
INSERT INTO shop.customers VALUES (5, '李小龍', 'li@example.com', 'HK', 1000000, 1, DATE '1940-11-27', TIMESTAMP '2024-04-01 00:00:00 +08:00');
INSERT INTO shop.customers VALUES (6, NULL, 'nobody@example.com', 'FR', 0.01, 0, DATE '2000-02-29', TIMESTAMP '1969-12-31 23:59:59.9995 +00:00');
INSERT INTO shop.customers
SELECT i, 'Customer ' || i, 'customer' || i || '@example.com', DECODE(MOD(i, 5), 0, 'GB', 1, 'US', 2, 'DE', 3, 'FR', 'IT'),
    MOD(i * 37, 10000) / 100, CASE WHEN MOD(i, 7) <> 0 THEN 1 ELSE 0 END, DATE '1950-01-01' + MOD(i * 11, 20000),
    TIMESTAMP '2024-05-01 00:00:00 +00:00' + NUMTODSINTERVAL(i, 'HOUR')
FROM (SELECT LEVEL AS i FROM dual CONNECT BY LEVEL <= 1000) WHERE i >= 7;

CREATE TABLE shop.products (
    id number(9) PRIMARY KEY,
    name varchar2(200 CHAR) NOT NULL,
    price number(10, 2) NOT NULL CHECK (price >= 0),
    weight_kg binary_double,
    tags varchar2(200 CHAR) NOT NULL,
    details varchar2(200 CHAR)
);
COMMENT ON COLUMN shop.products.weight_kg IS 'With packing; null when nothing is shipped';
INSERT INTO shop.products VALUES (1, 'Owl, brass', 49.9, 1.25, '["owl", "brass"]', '{"height_cm": 20}');
INSERT INTO shop.products VALUES (2, 'Owl, plush', 19.95, 0.3, '["owl", "soft"]', '{"washable": true, "colours": ["brown", "white"]}');
INSERT INTO shop.products VALUES (3, 'Olive branch', 4, 0.05, '[]', NULL);
INSERT INTO shop.products VALUES (4, 'Shield 100% bronze', 1299, 12.5, '["armour", "bronze"]', '{"maker": "Hephaistos & Sons"}');
INSERT INTO shop.products VALUES (5, 'Map of Athens_v2', 0, NULL, '["download"]', '{}');
INSERT INTO shop.products
SELECT i, 'Product ' || i, i * 1.25, i / 10, '["bulk", "p' || MOD(i, 10) || '"]', '{"shelf": ' || MOD(i, 12) || '}'
FROM (SELECT LEVEL AS i FROM dual CONNECT BY LEVEL <= 200) WHERE i >= 6;

CREATE TABLE shop.orders (
    id number(18) PRIMARY KEY,
    customer_id number(9) NOT NULL REFERENCES shop.customers (id),
    status varchar2(10) NOT NULL,
    ordered_at timestamp(6) NOT NULL,
    shipped_on date,
    note varchar2(200 CHAR)
);
CREATE INDEX shop.orders_by_customer ON shop.orders (customer_id);
COMMENT ON TABLE shop.orders IS 'One row for each order';
COMMENT ON COLUMN shop.orders.ordered_at IS 'Time of the till, without a zone';
INSERT INTO shop.orders
SELECT i, 1 + MOD(i * 7, 1000), DECODE(MOD(i, 4), 0, 'new', 1, 'paid', 2, 'shipped', 'returned'),
    TIMESTAMP '2024-01-01 00:00:00' + NUMTODSINTERVAL(i * 97, 'MINUTE') + NUMTODSINTERVAL(i * 0.000013, 'SECOND'),
    CASE WHEN MOD(i, 4) >= 2 THEN DATE '2024-01-02' + TRUNC(i * 97 / 1440) END,
    CASE WHEN MOD(i, 50) = 0 THEN 'Gift; say "hi" to \ and ''' || i || '''' END
FROM (SELECT LEVEL AS i FROM dual CONNECT BY LEVEL <= 5000);

CREATE TABLE shop.order_items (
    order_id number(18) NOT NULL REFERENCES shop.orders (id),
    line number(4) NOT NULL,
    product_id number(9) NOT NULL REFERENCES shop.products (id),
    quantity number(9) NOT NULL CHECK (quantity > 0),
    price number(10, 2) NOT NULL,
    discount binary_float DEFAULT 0 NOT NULL,
    PRIMARY KEY (order_id, line)
);
COMMENT ON COLUMN shop.order_items.price IS 'Of one piece, when it was ordered';
INSERT INTO shop.order_items
SELECT o.id, n.i, p.id, 1 + MOD(o.id + n.i, 5), p.price, DECODE(MOD(o.id * n.i, 3), 0, 0, 1, 0.05, 0.1)
FROM shop.orders o
    JOIN (SELECT LEVEL AS i FROM dual CONNECT BY LEVEL <= 3) n ON n.i <= 1 + MOD(o.id, 3)
    JOIN shop.products p ON p.id = 1 + MOD(o.id * 3 + n.i, 200);

CREATE VIEW shop.order_totals AS
SELECT o.id AS order_id, o.customer_id, o.ordered_at, COUNT(*) AS lines, SUM(i.quantity * i.price) AS total
FROM shop.orders o JOIN shop.order_items i ON i.order_id = o.id
GROUP BY o.id, o.customer_id, o.ordered_at;

CREATE TABLE shop.sales_by_month (month date NOT NULL, orders number(18) NOT NULL, total number(14, 2));
COMMENT ON TABLE shop.sales_by_month IS 'As of the last refresh';
INSERT INTO shop.sales_by_month
SELECT TRUNC(CAST(ordered_at AS date), 'MM'), COUNT(*), SUM(total) FROM shop.order_totals GROUP BY TRUNC(CAST(ordered_at AS date), 'MM');

CREATE TABLE shop.visits (visited_on date NOT NULL, customer_id number(9), page varchar2(200 CHAR) NOT NULL, seconds number(9) NOT NULL);
INSERT INTO shop.visits
SELECT DATE '2023-12-25' + MOD(i, 110), NULLIF(MOD(i, 1000), 0), '/p/' || MOD(i, 200), MOD(i * 13, 600)
FROM (SELECT LEVEL AS i FROM dual CONNECT BY LEVEL <= 10000);

-- Big enough to spill: some 300 bytes a row. Microseconds differ in every row, so that a filter on time meets them.
CREATE TABLE shop.events (
    id number(18) PRIMARY KEY,
    happened_at timestamp(6) NOT NULL,
    received_at timestamp(6) with time zone NOT NULL,
    customer_id number(9),
    kind varchar2(16) NOT NULL,
    amount number(12, 2),
    payload varchar2(200) NOT NULL
);
COMMENT ON TABLE shop.events IS '300 000 rows, finer than a millisecond';
INSERT INTO shop.events
SELECT i, TIMESTAMP '2024-01-01 00:00:00' + NUMTODSINTERVAL(i * 1.000101, 'SECOND'),
    TIMESTAMP '2024-01-01 00:00:00 +00:00' + NUMTODSINTERVAL(i * 1.000103, 'SECOND'), NULLIF(MOD(i, 1001), 0),
    DECODE(MOD(i, 4), 0, 'view', 1, 'click', 2, 'buy', 'leave'), CASE WHEN MOD(i, 4) = 2 THEN MOD(i, 100000) / 100 END,
    RPAD(LOWER(RAWTOHEX(STANDARD_HASH(TO_CHAR(i), 'SHA256'))), 192, LOWER(RAWTOHEX(STANDARD_HASH(TO_CHAR(i), 'SHA256'))))
FROM (SELECT LEVEL AS i FROM dual CONNECT BY LEVEL <= 300000);

-- Customer relations: quoted names -------------------------------------------------------------------------------------

CREATE TABLE crm."Contacts" (
    "Id" number(9) PRIMARY KEY,
    "CustomerId" number(9) NOT NULL,
    "Full Name" varchar2(200 CHAR) NOT NULL,
    "select" varchar2(200 CHAR),
    "say hi" number(1),
    "größe" number(5, 2)
);
COMMENT ON TABLE crm."Contacts" IS 'Mixed case, spaces, a keyword, letters beyond ASCII; Oracle allows no quote in a name';
INSERT INTO crm."Contacts" VALUES (1, 1, 'Charles Babbage', 'friend', 1, 1.75);
INSERT INTO crm."Contacts" VALUES (2, 1, 'Mary Somerville', NULL, 0, NULL);
INSERT INTO crm."Contacts" VALUES (3, 5, '葉問', 'teacher', NULL, 170);

CREATE TABLE crm."Order" (id number(9) PRIMARY KEY, "desc" varchar2(200));
CREATE TABLE crm."order" (id number(9) PRIMARY KEY, "desc" varchar2(200));
COMMENT ON TABLE crm."Order" IS 'Differs from the next one in case only';
INSERT INTO crm."Order" VALUES (1, 'upper');
INSERT INTO crm."order" VALUES (1, 'lower');
INSERT INTO crm."order" VALUES (2, 'lower');

CREATE TABLE crm.tickets (
    id varchar2(36) PRIMARY KEY,
    customer_id number(9) NOT NULL,
    opened_at timestamp(6) with time zone NOT NULL,
    closed_at timestamp(6) with time zone,
    subject varchar2(200 CHAR) NOT NULL,
    labels varchar2(200 CHAR)
);
INSERT INTO crm.tickets
SELECT SUBSTR(h, 1, 8) || '-' || SUBSTR(h, 9, 4) || '-' || SUBSTR(h, 13, 4) || '-' || SUBSTR(h, 17, 4) || '-' || SUBSTR(h, 21, 12),
    1 + MOD(i, 100), TIMESTAMP '2024-06-01 12:00:00 +00:00' + NUMTODSINTERVAL(i, 'DAY') + NUMTODSINTERVAL(i * 0.0015, 'SECOND'),
    CASE WHEN MOD(i, 3) = 0 THEN TIMESTAMP '2024-06-02 12:00:00 +00:00' + NUMTODSINTERVAL(i, 'DAY') END, 'Ticket ' || i,
    CASE WHEN MOD(i, 2) = 0 THEN '["l' || MOD(i, 5) || '", null]' END
FROM (
    SELECT LEVEL AS i, LOWER(RAWTOHEX(STANDARD_HASH(TO_CHAR(LEVEL), 'SHA256'))) AS h FROM dual CONNECT BY LEVEL <= 200
);

CREATE TABLE crm.nothing (id number(9), name varchar2(200));
COMMENT ON TABLE crm.nothing IS 'Has no rows';

-- One column for every type --------------------------------------------------------------------------------------------

CREATE TABLE shop.every_type (
    id number(9) PRIMARY KEY,
    a_number number,
    a_number_4 number(4),
    a_number_9 number(9),
    a_number_18 number(18),
    a_number_38 number(38),
    a_number_12_2 number(12, 2),
    a_number_3_minus_2 number(3, -2),
    a_number_2_5 number(2, 5),
    a_float_126 float(126),
    a_binary_float binary_float,
    a_binary_double binary_double,
    a_date date,
    a_timestamp_0 timestamp(0),
    a_timestamp_6 timestamp(6),
    a_timestamp_9 timestamp(9),
    a_timestamp_tz timestamp(6) with time zone,
    a_timestamp_ltz timestamp(6) with local time zone,
    an_interval_ym interval year(4) to month,
    an_interval_ds interval day(9) to second(6),
    a_char_5 char(5),
    an_nchar_5 nchar(5),
    a_varchar2_20 varchar2(20 CHAR),
    an_nvarchar2_20 nvarchar2(20),
    a_clob clob,
    an_nclob nclob,
    a_raw_20 raw(20),
    a_blob blob,
    a_rowid rowid,
    a_urowid urowid
);
COMMENT ON TABLE shop.every_type IS 'Row 1 ordinary values, row 2 edges that Athena can carry, row 3 nulls';
INSERT INTO shop.every_type VALUES (
    1, 3.14159, 1234, 123456789, 123456789012345678, 12345678901234567890, 1234.56, 12300, 0.00012, 2.5, 1.5, 2.718281828459045,
    TO_DATE('2024-02-29 12:34:56', 'YYYY-MM-DD HH24:MI:SS'), TIMESTAMP '2024-02-29 12:34:56', TIMESTAMP '2024-02-29 12:34:56.789',
    TIMESTAMP '2024-02-29 12:34:56.789', TIMESTAMP '2024-02-29 12:34:56.789 +02:00', TIMESTAMP '2024-02-29 12:34:56.789 +00:00',
    INTERVAL '1-2' YEAR TO MONTH, INTERVAL '3 04:05:06.789' DAY TO SECOND, 'abc', 'abc', 'varchar2', 'nvarchar2', 'clob', 'nclob',
    HEXTORAW('DEADBEEF'), HEXTORAW('DEADBEEF'), NULL, NULL
);
INSERT INTO shop.every_type VALUES (
    2, -99999999999999999999999999999999999999, -9999, -999999999, -999999999999999999, 99999999999999999999999999999999999999,
    -9999999999.99, -99900, -0.00099, -0.000000001, BINARY_FLOAT_INFINITY, BINARY_DOUBLE_NAN, DATE '0001-01-01',
    TIMESTAMP '9999-12-31 23:59:59', TIMESTAMP '9999-12-31 23:59:59.999999', TIMESTAMP '1969-12-31 23:59:59.999999999',
    TIMESTAMP '1969-12-31 23:59:59.999999 -12:00', TIMESTAMP '9999-12-31 00:00:00.999999 +00:00', INTERVAL '-9999-11' YEAR(4) TO MONTH,
    INTERVAL '-999999999 23:59:59.999999' DAY(9) TO SECOND, ' ', ' ', '😀😀😀', 'é é 😀', EMPTY_CLOB(), EMPTY_CLOB(),
    HEXTORAW('00'), EMPTY_BLOB(), NULL, NULL
);
UPDATE shop.every_type SET a_rowid = ROWID, a_urowid = ROWID;
INSERT INTO shop.every_type (id) VALUES (3);
COMMIT;
