-- The demo shop for SQL Server 2016 and newer: the tables and rows of postgresql.sql. A statement is a batch, and ends with a
-- semicolon at the end of its line. Not run against a server yet. Lists and documents are text here; crm."order" is left out,
-- since names that differ in case only are one under most collations.

CREATE SCHEMA shop;
CREATE SCHEMA crm;

-- 1 to 300 000, for there are no series before 2022.
CREATE TABLE shop.numbers (i int NOT NULL PRIMARY KEY);
INSERT INTO shop.numbers VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10);
INSERT INTO shop.numbers SELECT a.i + 10 * b.i FROM shop.numbers AS a JOIN shop.numbers AS b ON b.i <= 9;
INSERT INTO shop.numbers SELECT a.i + 100 * b.i FROM shop.numbers AS a JOIN shop.numbers AS b ON b.i <= 9;
INSERT INTO shop.numbers SELECT a.i + 1000 * b.i FROM shop.numbers AS a JOIN shop.numbers AS b ON b.i <= 299;

-- The shop ------------------------------------------------------------------------------------------------------------

CREATE TABLE shop.customers (
    id int NOT NULL PRIMARY KEY,
    name nvarchar(80) NOT NULL,
    email nvarchar(255) NULL UNIQUE,
    country char(2) NOT NULL,
    credit decimal(12, 2) NOT NULL DEFAULT 0,
    is_active bit NOT NULL DEFAULT 1,
    born date NULL,
    created_at datetimeoffset(6) NOT NULL
);
EXEC sp_addextendedproperty 'MS_Description', 'Everybody who ever bought something', 'SCHEMA', 'shop', 'TABLE', 'customers';
EXEC sp_addextendedproperty 'MS_Description', 'ISO 3166-1, two letters', 'SCHEMA', 'shop', 'TABLE', 'customers', 'COLUMN', 'country';
INSERT INTO shop.customers VALUES
    (1, N'Ada Lovelace', N'ada@example.com', 'GB', 250.00, 1, '1815-12-10', '2024-01-05 09:30:00 +00:00'),
    (2, N'Grace Hopper', N'grace@example.com', 'US', 0.00, 1, '1906-12-09', '2024-01-06 14:00:00.123456 +00:00'),
    (3, N'Emmy Noether', NULL, 'DE', -12.50, 1, '1882-03-23', '2024-02-29 23:59:59.999999 +00:00'),
    (4, N'Çağlar O''Neil', N'caglar@example.com', 'TR', 99.99, 0, NULL, '2024-03-31 01:30:00 +02:00'),
    (5, N'李小龍', N'li@example.com', 'HK', 1000000.00, 1, '1940-11-27', '2024-04-01 00:00:00 +08:00'),
    (6, N'', N'nobody@example.com', 'FR', 0.01, 0, '2000-02-29', '1969-12-31 23:59:59.9995 +00:00');
INSERT INTO shop.customers
SELECT i, CONCAT('Customer ', i), CONCAT('customer', i, '@example.com'), CHOOSE(1 + i % 5, 'GB', 'US', 'DE', 'FR', 'IT'),
    (i * 37 % 10000) / 100.0, CASE WHEN i % 7 <> 0 THEN 1 ELSE 0 END, DATEADD(day, i * 11 % 20000, CAST('1950-01-01' AS date)),
    DATEADD(hour, i, CAST('2024-05-01 00:00:00 +00:00' AS datetimeoffset(6)))
FROM shop.numbers WHERE i BETWEEN 7 AND 1000;

CREATE TABLE shop.products (
    id int NOT NULL PRIMARY KEY,
    name nvarchar(200) NOT NULL,
    price decimal(10, 2) NOT NULL CHECK (price >= 0),
    weight_kg float NULL,
    tags nvarchar(max) NOT NULL,
    details nvarchar(max) NULL
);
INSERT INTO shop.products VALUES
    (1, N'Owl, brass', 49.90, 1.25, N'["owl", "brass"]', N'{"height_cm": 20}'),
    (2, N'Owl, plush', 19.95, 0.3, N'["owl", "soft"]', N'{"washable": true, "colours": ["brown", "white"]}'),
    (3, N'Olive branch', 4.00, 0.05, N'[]', NULL),
    (4, N'Shield 100% bronze', 1299.00, 12.5, N'["armour", "bronze"]', N'{"maker": "Hephaistos & Sons"}'),
    (5, N'Map of Athens_v2', 0.00, NULL, N'["download"]', N'{}');
INSERT INTO shop.products
SELECT i, CONCAT('Product ', i), i * 1.25, i / 10e0, CONCAT('["bulk", "p', i % 10, '"]'), CONCAT('{"shelf": ', i % 12, '}')
FROM shop.numbers WHERE i BETWEEN 6 AND 200;

CREATE TABLE shop.orders (
    id bigint NOT NULL PRIMARY KEY,
    customer_id int NOT NULL REFERENCES shop.customers (id),
    status varchar(10) NOT NULL,
    ordered_at datetime2(6) NOT NULL,
    shipped_on date NULL,
    note nvarchar(200) NULL
);
CREATE INDEX orders_by_customer ON shop.orders (customer_id);
EXEC sp_addextendedproperty 'MS_Description', 'One row for each order', 'SCHEMA', 'shop', 'TABLE', 'orders';
INSERT INTO shop.orders
SELECT i, 1 + i * 7 % 1000, CHOOSE(1 + i % 4, 'new', 'paid', 'shipped', 'returned'),
    DATEADD(microsecond, i * 13, DATEADD(minute, i * 97, CAST('2024-01-01' AS datetime2(6)))),
    CASE WHEN i % 4 >= 2 THEN DATEADD(day, i * 97 / 1440, CAST('2024-01-02' AS date)) END,
    CASE WHEN i % 50 = 0 THEN CONCAT('Gift; say "hi" to \ and ''', i, '''') END
FROM shop.numbers WHERE i <= 5000;

CREATE TABLE shop.order_items (
    order_id bigint NOT NULL REFERENCES shop.orders (id),
    line smallint NOT NULL,
    product_id int NOT NULL REFERENCES shop.products (id),
    quantity int NOT NULL CHECK (quantity > 0),
    price decimal(10, 2) NOT NULL,
    discount real NOT NULL DEFAULT 0,
    PRIMARY KEY (order_id, line)
);
INSERT INTO shop.order_items
SELECT o.id, n.i, p.id, 1 + (o.id + n.i) % 5, p.price, CASE (o.id * n.i) % 3 WHEN 0 THEN 0 WHEN 1 THEN 0.05 ELSE 0.1 END
FROM shop.orders AS o
    JOIN shop.numbers AS n ON n.i <= 1 + o.id % 3
    JOIN shop.products AS p ON p.id = 1 + (o.id * 3 + n.i) % 200;

CREATE VIEW shop.order_totals AS
SELECT o.id AS order_id, o.customer_id, o.ordered_at, COUNT_BIG(*) AS [lines], SUM(i.quantity * i.price) AS total
FROM shop.orders AS o JOIN shop.order_items AS i ON i.order_id = o.id
GROUP BY o.id, o.customer_id, o.ordered_at;

CREATE TABLE shop.sales_by_month ([month] date NOT NULL, orders bigint NOT NULL, total decimal(14, 2) NULL);
INSERT INTO shop.sales_by_month
SELECT DATEFROMPARTS(YEAR(ordered_at), MONTH(ordered_at), 1), COUNT_BIG(*), SUM(total)
FROM shop.order_totals
GROUP BY DATEFROMPARTS(YEAR(ordered_at), MONTH(ordered_at), 1);

CREATE TABLE shop.visits (visited_on date NOT NULL, customer_id int NULL, page nvarchar(200) NOT NULL, seconds int NOT NULL);
INSERT INTO shop.visits
SELECT DATEADD(day, i % 110, CAST('2023-12-25' AS date)), NULLIF(i % 1000, 0), CONCAT('/p/', i % 200), i * 13 % 600
FROM shop.numbers WHERE i <= 10000;

-- Big enough to spill: some 300 bytes a row. Microseconds differ in every row, so that a filter on time meets them.
CREATE TABLE shop.events (
    id bigint NOT NULL PRIMARY KEY,
    happened_at datetime2(6) NOT NULL,
    received_at datetimeoffset(6) NOT NULL,
    customer_id int NULL,
    kind varchar(16) NOT NULL,
    amount decimal(12, 2) NULL,
    payload varchar(max) NOT NULL
);
INSERT INTO shop.events
SELECT i, DATEADD(microsecond, i * 101, DATEADD(second, i, CAST('2024-01-01' AS datetime2(6)))),
    DATEADD(microsecond, i * 103, DATEADD(second, i, CAST('2024-01-01 00:00:00 +00:00' AS datetimeoffset(6)))),
    NULLIF(i % 1001, 0), CHOOSE(1 + i % 4, 'view', 'click', 'buy', 'leave'),
    CASE WHEN i % 4 = 2 THEN (i % 100000) / 100.0 END,
    REPLICATE(LOWER(CONVERT(varchar(64), HASHBYTES('SHA2_256', CAST(i AS varchar(10))), 2)), 3)
FROM shop.numbers;

-- Customer relations: quoted names -------------------------------------------------------------------------------------

CREATE TABLE crm.[Contacts] (
    [Id] int NOT NULL PRIMARY KEY,
    [CustomerId] int NOT NULL REFERENCES shop.customers (id),
    [Full Name] nvarchar(200) NOT NULL,
    [select] nvarchar(200) NULL,
    [say "hi"] bit NULL,
    [größe] decimal(5, 2) NULL
);
INSERT INTO crm.[Contacts] VALUES
    (1, 1, N'Charles Babbage', N'friend', 1, 1.75),
    (2, 1, N'Mary Somerville', NULL, 0, NULL),
    (3, 5, N'葉問', N'teacher', NULL, 170.00);

CREATE TABLE crm.[Order] (id int NOT NULL PRIMARY KEY, [desc] nvarchar(200) NULL);
INSERT INTO crm.[Order] VALUES (1, N'upper');

CREATE TABLE crm.tickets (
    id uniqueidentifier NOT NULL PRIMARY KEY,
    customer_id int NOT NULL REFERENCES shop.customers (id),
    opened_at datetimeoffset(6) NOT NULL,
    closed_at datetimeoffset(6) NULL,
    subject nvarchar(200) NOT NULL,
    labels nvarchar(200) NULL
);
INSERT INTO crm.tickets
SELECT CAST(STUFF(STUFF(STUFF(STUFF(h.hash, 21, 0, '-'), 17, 0, '-'), 13, 0, '-'), 9, 0, '-') AS uniqueidentifier), 1 + h.i % 100,
    DATEADD(microsecond, h.i * 1500, DATEADD(day, h.i, CAST('2024-06-01 12:00:00 +00:00' AS datetimeoffset(6)))),
    CASE WHEN h.i % 3 = 0 THEN DATEADD(day, h.i, CAST('2024-06-02 12:00:00 +00:00' AS datetimeoffset(6))) END,
    CONCAT('Ticket ', h.i), CASE WHEN h.i % 2 = 0 THEN CONCAT('["l', h.i % 5, '", null]') END
FROM (
    SELECT i, CONVERT(varchar(32), HASHBYTES('SHA2_256', CAST(i AS varchar(10))), 2) AS hash FROM shop.numbers WHERE i <= 200
) AS h;

CREATE TABLE crm.nothing (id int NULL, name nvarchar(200) NULL);

-- One column for every type --------------------------------------------------------------------------------------------

CREATE TABLE shop.every_type (
    id int NOT NULL PRIMARY KEY,
    a_bit bit NULL,
    a_tinyint tinyint NULL,
    a_smallint smallint NULL,
    an_int int NULL,
    a_bigint bigint NULL,
    a_decimal_12_2 decimal(12, 2) NULL,
    a_numeric_38_10 numeric(38, 10) NULL,
    a_money money NULL,
    a_smallmoney smallmoney NULL,
    a_real real NULL,
    a_float float NULL,
    a_date date NULL,
    a_datetime datetime NULL,
    a_smalldatetime smalldatetime NULL,
    a_datetime2_7 datetime2(7) NULL,
    a_datetimeoffset_7 datetimeoffset(7) NULL,
    a_time_7 time(7) NULL,
    a_char_5 char(5) NULL,
    a_varchar_20 varchar(20) NULL,
    a_varchar_max varchar(max) NULL,
    a_text text NULL,
    an_nchar_5 nchar(5) NULL,
    an_nvarchar_40 nvarchar(40) NULL,
    an_nvarchar_max nvarchar(max) NULL,
    an_ntext ntext NULL,
    an_xml xml NULL,
    a_binary_4 binary(4) NULL,
    a_varbinary_20 varbinary(20) NULL,
    a_varbinary_max varbinary(max) NULL,
    an_image image NULL,
    a_uniqueidentifier uniqueidentifier NULL,
    a_sql_variant sql_variant NULL,
    a_hierarchyid hierarchyid NULL,
    a_geometry geometry NULL,
    a_geography geography NULL
);
EXEC sp_addextendedproperty 'MS_Description', 'Row 1 ordinary values, row 2 edges that Athena can carry, row 3 nulls', 'SCHEMA', 'shop', 'TABLE', 'every_type';
INSERT INTO shop.every_type VALUES (
    1, 1, 200, 1234, 123456789, 1234567890123, 1234.56, 12345.0123456789, 1234.56, 1234.56, 1.5, 2.718281828459045,
    '2024-02-29', '2024-02-29T12:34:56.787', '2024-02-29T12:34:00', '2024-02-29T12:34:56.789', '2024-02-29 12:34:56.789 +02:00',
    '12:34:56.789', 'abc', 'varchar', 'varchar(max)', 'text', N'abc', N'nvarchar', N'nvarchar(max)', N'ntext', N'<owl age="3"/>',
    0xdeadbeef, 0xdeadbeef, 0x0102, 0x03, 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', CAST(1.25 AS decimal(5, 2)), '/1/2/',
    geometry::STGeomFromText('POINT (1.5 -2)', 0), geography::STGeomFromText('POINT (23.7 37.9)', 4326)
);
INSERT INTO shop.every_type VALUES (
    2, 0, 255, -32768, -2147483648, -9223372036854775808, -9999999999.99, -9999999999999999999999999999.9999999999,
    -922337203685477.5808, -214748.3648, -3.402823e38, -1.7976931348623157e308,
    '0001-01-01', '1753-01-01T00:00:00', '2079-06-06T23:59:00', '9999-12-31T23:59:59.9999999', '9999-12-31 23:59:59.9999999 +00:00',
    '23:59:59.9999999', '', '', '', '', N'', REPLICATE(N'😀', 20), N'"quoted", ''single'', back\slash, é, é, 😀', N'', N'<a>&lt;é&gt;</a>',
    0x00, 0x, 0x00ff, 0x, 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF', CAST(N'é' AS nvarchar(10)), '/',
    geometry::STGeomFromText('GEOMETRYCOLLECTION EMPTY', 0), geography::STGeomFromText('POINT EMPTY', 4326)
);
INSERT INTO shop.every_type (id) VALUES (3);

DROP TABLE shop.numbers;
