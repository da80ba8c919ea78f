-- The demo shop for PostgreSQL 13 and newer. One transaction; nothing random, so that answers can be written down.
-- What a server may lack (extensions, XML, odd numeric scales) falls back to a type it has; the columns are there all the same.

CREATE SCHEMA shop;
CREATE SCHEMA crm;
COMMENT ON SCHEMA shop IS 'What is sold, and to whom';
COMMENT ON SCHEMA crm IS 'What is known about customers; names as an application with quoted identifiers makes them';

-- The shop ------------------------------------------------------------------------------------------------------------

CREATE TABLE shop.customers (
    id integer PRIMARY KEY,
    name varchar(80) NOT NULL,
    email text UNIQUE,
    country char(2) NOT NULL,
    credit numeric(12, 2) NOT NULL DEFAULT 0,
    is_active boolean NOT NULL DEFAULT true,
    born date,
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE shop.customers IS 'Everybody who ever bought something';
COMMENT ON COLUMN shop.customers.country IS 'ISO 3166-1, two letters';
COMMENT ON COLUMN shop.customers.credit IS 'Euros; negative when the customer owes us';

INSERT INTO shop.customers VALUES
    (1, 'Ada Lovelace', 'ada@example.com', 'GB', 250.00, true, '1815-12-10', '2024-01-05 09:30:00+00'),
    (2, 'Grace Hopper', 'grace@example.com', 'US', 0.00, true, '1906-12-09', '2024-01-06 14:00:00.123456+00'),
    (3, 'Emmy Noether', NULL, 'DE', -12.50, true, '1882-03-23', '2024-02-29 23:59:59.999999+00'),
    (4, 'Çağlar O''Neil', 'caglar@example.com', 'TR', 99.99, false, NULL, '2024-03-31 01:30:00+02'),
    (5, '李小龍', 'li@example.com', 'HK', 1000000.00, true, '1940-11-27', '2024-04-01 00:00:00+08'),
    (6, '', 'nobody@example.com', 'FR', 0.01, false, '2000-02-29', '1969-12-31 23:59:59.9995+00');
INSERT INTO shop.customers
SELECT i, 'Customer ' || i, 'customer' || i || '@example.com', (ARRAY ['GB', 'US', 'DE', 'FR', 'IT'])[1 + i % 5],
    (i * 37 % 10000) / 100.0, i % 7 <> 0, date '1950-01-01' + i * 11 % 20000, timestamptz '2024-05-01 00:00:00+00' + i * interval '1 hour'
FROM generate_series(7, 1000) AS i;

CREATE TABLE shop.products (
    id integer PRIMARY KEY,
    name text NOT NULL,
    price numeric(10, 2) NOT NULL CHECK (price >= 0),
    weight_kg double precision,
    tags text[] NOT NULL DEFAULT '{}',
    details jsonb
);
COMMENT ON TABLE shop.products IS 'What is for sale';
COMMENT ON COLUMN shop.products.weight_kg IS 'With packing; null when nothing is shipped';

INSERT INTO shop.products VALUES
    (1, 'Owl, brass', 49.90, 1.25, '{owl,brass}', '{"height_cm": 20}'),
    (2, 'Owl, plush', 19.95, 0.3, '{owl,soft}', '{"washable": true, "colours": ["brown", "white"]}'),
    (3, 'Olive branch', 4.00, 0.05, '{}', NULL),
    (4, 'Shield 100% bronze', 1299.00, 12.5, '{armour,bronze}', '{"maker": "Hephaistos & Sons"}'),
    (5, 'Map of Athens_v2', 0.00, NULL, '{download}', '{}');
INSERT INTO shop.products
SELECT i, 'Product ' || i, i * 1.25, i / 10.0, ARRAY ['bulk', 'p' || i % 10], jsonb_build_object('shelf', i % 12)
FROM generate_series(6, 200) AS i;

CREATE TABLE shop.orders (
    id bigint PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES shop.customers,
    status varchar(10) NOT NULL,
    ordered_at timestamp NOT NULL,
    shipped_on date,
    note text
);
CREATE INDEX orders_by_customer ON shop.orders (customer_id);
COMMENT ON TABLE shop.orders IS 'One row for each order';
COMMENT ON COLUMN shop.orders.ordered_at IS 'Time of the till, without a zone';

INSERT INTO shop.orders
SELECT i, 1 + i * 7 % 1000, (ARRAY ['new', 'paid', 'shipped', 'returned'])[1 + i % 4],
    timestamp '2024-01-01 00:00:00' + i * interval '97 minutes 0.000013 seconds',
    CASE WHEN i % 4 >= 2 THEN date '2024-01-02' + i * 97 / 1440 END,
    CASE WHEN i % 50 = 0 THEN 'Gift; say "hi" to \ and ''' || i || '''' END
FROM generate_series(1, 5000) AS i;

CREATE TABLE shop.order_items (
    order_id bigint NOT NULL REFERENCES shop.orders,
    line smallint NOT NULL,
    product_id integer NOT NULL REFERENCES shop.products,
    quantity integer NOT NULL CHECK (quantity > 0),
    price numeric(10, 2) NOT NULL,
    discount real NOT NULL DEFAULT 0,
    PRIMARY KEY (order_id, line)
);
COMMENT ON COLUMN shop.order_items.price IS 'Of one piece, when it was ordered';

INSERT INTO shop.order_items
SELECT o.id, line, p.id, 1 + (o.id + line) % 5, p.price, (ARRAY [0, 0.05, 0.1])[1 + (o.id * line) % 3]
FROM shop.orders AS o
    CROSS JOIN LATERAL generate_series(1, 1 + o.id % 3) AS line
    JOIN shop.products AS p ON p.id = 1 + (o.id * 3 + line) % 200;

CREATE VIEW shop.order_totals AS
SELECT o.id AS order_id, o.customer_id, o.ordered_at, count(*) AS lines, sum(i.quantity * i.price) AS total
FROM shop.orders AS o JOIN shop.order_items AS i ON i.order_id = o.id
GROUP BY o.id;
COMMENT ON VIEW shop.order_totals IS 'What each order came to';

CREATE MATERIALIZED VIEW shop.sales_by_month AS
SELECT date_trunc('month', ordered_at)::date AS month, count(*) AS orders, sum(total)::numeric(14, 2) AS total
FROM shop.order_totals
GROUP BY 1;
COMMENT ON MATERIALIZED VIEW shop.sales_by_month IS 'As of the last refresh';

CREATE TABLE shop.visits (
    visited_on date NOT NULL,
    customer_id integer,
    page text NOT NULL,
    seconds integer NOT NULL
) PARTITION BY RANGE (visited_on);
COMMENT ON TABLE shop.visits IS 'Partitioned by month';
CREATE TABLE shop.visits_2024_01 PARTITION OF shop.visits FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
CREATE TABLE shop.visits_2024_02 PARTITION OF shop.visits FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
CREATE TABLE shop.visits_2024_03 PARTITION OF shop.visits FOR VALUES FROM ('2024-03-01') TO ('2024-04-01');
CREATE TABLE shop.visits_other PARTITION OF shop.visits DEFAULT;
INSERT INTO shop.visits
SELECT date '2023-12-25' + i % 110, nullif(i % 1000, 0), '/p/' || i % 200, i * 13 % 600
FROM generate_series(1, 10000) AS i;

-- Big enough to spill: some 300 bytes a row. Microseconds differ in every row, so that a filter on time meets them.
CREATE TABLE shop.events (
    id bigint NOT NULL,
    happened_at timestamp(6) NOT NULL,
    received_at timestamptz NOT NULL,
    customer_id integer,
    kind varchar(16) NOT NULL,
    amount numeric(12, 2),
    payload text NOT NULL
);
INSERT INTO shop.events
SELECT i, timestamp '2024-01-01 00:00:00' + i * interval '1.000101 seconds',
    timestamptz '2024-01-01 00:00:00+00' + i * interval '1.000103 seconds',
    nullif(i % 1001, 0), (ARRAY ['view', 'click', 'buy', 'leave'])[1 + i % 4],
    CASE WHEN i % 4 = 2 THEN (i % 100000) / 100.0 END, repeat(encode(sha256(i::text::bytea), 'hex'), 3)
FROM generate_series(1, 300000) AS i;
ALTER TABLE shop.events ADD PRIMARY KEY (id);
COMMENT ON TABLE shop.events IS '300 000 rows, finer than a millisecond';

-- Customer relations: quoted names -------------------------------------------------------------------------------------

CREATE TABLE crm."Contacts" (
    "Id" integer PRIMARY KEY,
    "CustomerId" integer NOT NULL REFERENCES shop.customers,
    "Full Name" text NOT NULL,
    "select" text,
    "say ""hi""" boolean,
    "größe" numeric(5, 2)
);
COMMENT ON TABLE crm."Contacts" IS 'Mixed case, spaces, a keyword, a quote, letters beyond ASCII';
COMMENT ON COLUMN crm."Contacts"."select" IS 'A keyword';
INSERT INTO crm."Contacts" VALUES
    (1, 1, 'Charles Babbage', 'friend', true, 1.75),
    (2, 1, 'Mary Somerville', NULL, false, NULL),
    (3, 5, '葉問', 'teacher', NULL, 170.00);

CREATE TABLE crm."Order" (id integer PRIMARY KEY, "desc" text);
CREATE TABLE crm."order" (id integer PRIMARY KEY, "desc" text);
COMMENT ON TABLE crm."Order" IS 'Differs from the next one in case only';
INSERT INTO crm."Order" VALUES (1, 'upper');
INSERT INTO crm."order" VALUES (1, 'lower'), (2, 'lower');

CREATE TABLE crm.tickets (
    id uuid PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES shop.customers,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    subject text NOT NULL,
    labels varchar(20)[]
);
INSERT INTO crm.tickets
SELECT left(encode(sha256(i::text::bytea), 'hex'), 32)::uuid, 1 + i % 100, timestamptz '2024-06-01 12:00:00+00' + i * interval '1 day 1.5 ms',
    CASE WHEN i % 3 = 0 THEN timestamptz '2024-06-02 12:00:00+00' + i * interval '1 day' END, 'Ticket ' || i,
    CASE WHEN i % 2 = 0 THEN ARRAY ['l' || i % 5, NULL] END
FROM generate_series(1, 200) AS i;

CREATE TABLE crm.nothing (id integer, name text);
COMMENT ON TABLE crm.nothing IS 'Has no rows';

-- One column for every type --------------------------------------------------------------------------------------------

CREATE TYPE shop.mood AS ENUM ('sad', 'ok', 'very happy');
CREATE TYPE shop.address AS (street text, house integer);
CREATE DOMAIN shop.positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN shop.code AS varchar(8);
CREATE DOMAIN shop.flag AS boolean;

CREATE TABLE shop.every_type (
    id integer PRIMARY KEY,
    a_boolean boolean,
    a_bit_1 bit(1),
    a_bit_8 bit(8),
    a_varbit varbit,
    an_int2 smallint,
    an_int4 integer,
    an_int8 bigint,
    an_oid oid,
    a_numeric_12_2 numeric(12, 2),
    a_numeric numeric,
    a_numeric_50_10 numeric(50, 10),
    a_float4 real,
    a_float8 double precision,
    a_money money,
    a_char_5 char(5),
    an_internal_char "char",
    a_varchar_20 varchar(20),
    a_text text,
    a_name name,
    a_bytea bytea,
    a_date date,
    a_time time,
    a_timetz timetz,
    a_timestamp timestamp,
    a_timestamptz timestamptz,
    an_interval interval,
    a_uuid uuid,
    a_json json,
    a_jsonb jsonb,
    an_inet inet,
    a_cidr cidr,
    a_macaddr macaddr,
    an_int4range int4range,
    a_tsvector tsvector,
    a_point point,
    an_enum shop.mood,
    a_composite shop.address,
    a_domain_int shop.positive,
    a_domain_text shop.code,
    a_domain_boolean shop.flag,
    a_pg_lsn pg_lsn,
    a_jsonpath jsonpath,
    int_array integer[],
    text_array text[],
    numeric_10_2_array numeric(10, 2)[],
    numeric_array numeric[],
    date_array date[],
    timestamp_array timestamp[],
    timestamptz_array timestamptz[],
    uuid_array uuid[],
    bytea_array bytea[],
    boolean_array boolean[],
    int_matrix integer[][]
);
COMMENT ON TABLE shop.every_type IS 'Row 1 ordinary values, row 2 edges that Athena can carry, row 3 nulls';

-- Added where the server has the type, else as what comes nearest.
CREATE FUNCTION pg_temp.add_column(name text, wanted text, otherwise text, extension text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF extension IS NOT NULL THEN
        EXECUTE format('CREATE EXTENSION IF NOT EXISTS %I', extension);
    END IF;
    EXECUTE format('ALTER TABLE shop.every_type ADD COLUMN %I %s', name, wanted);
    -- A server without XML knows the type and refuses its values.
    IF wanted = 'xml' THEN
        EXECUTE $q$SELECT xml '<a/>'$q$;
    END IF;
EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'shop.every_type.% is %: %', name, otherwise, SQLERRM;
    EXECUTE format('ALTER TABLE shop.every_type ADD COLUMN %I %s', name, otherwise);
END $$;
SELECT pg_temp.add_column('a_numeric_3_minus_2', 'numeric(3,-2)', 'numeric(5,0)');
SELECT pg_temp.add_column('a_numeric_2_5', 'numeric(2,5)', 'numeric(5,5)');
SELECT pg_temp.add_column('a_citext', 'citext', 'text', 'citext');
SELECT pg_temp.add_column('an_hstore', 'hstore', 'text', 'hstore');
SELECT pg_temp.add_column('an_xml', 'xml', 'text');

INSERT INTO shop.every_type VALUES (
    1, true, B'1', B'10110001', B'101', 1234, 123456789, 1234567890123, 16384, 1234.56, 3.14159, 12345.0123456789,
    1.5, 2.718281828459045, 1234.56::numeric::money, 'abc', 'x', 'varchar', 'text', 'a_name', '\xdeadbeef',
    '2024-02-29', '12:34:56.789', '12:34:56+02', '2024-02-29 12:34:56.789', '2024-02-29 12:34:56.789+00',
    '1 year 2 mons 3 days 04:05:06', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": [1, 2]}', '{"b": true, "a": 1}',
    '192.168.0.1', '10.0.0.0/8', '08:00:2b:01:02:03', '[1,10)', 'cat:1 owl:2', '(1.5,-2)', 'ok', ROW ('Main Street', 5),
    7, 'CODE', true, '16/B374D848', '$.a[*]', '{1,2,3}', '{one,two}', '{1.25,2.50}', '{1,2.5,3.333}', '{2024-01-01,2024-12-31}',
    '{"2024-01-01 00:00:00.5"}', '{"2024-01-01 00:00:00.5+00"}', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}',
    ARRAY ['\x01'::bytea, '\x0203'], '{t,f}', '{{1,2},{3,4}}'
), (
    2, false, B'0', B'11111111', B'', -32768, -2147483648, -9223372036854775808, 4294967295, -9999999999.99,
    -1234567890123456789012345678.0123456789, 9999999999999999999999999999999999999999.9999999999,
    '-Infinity', 'NaN', (-92233720368547758.08)::numeric::money, '', '', repeat('😀', 20),
    E'"quoted", ''single'', back\\slash,\ttab,\nline, é, e\u0301, 😀', repeat('n', 63)::name, '\x',
    '0001-01-01', '24:00:00', '23:59:59.999999-15:59', '9999-12-31 23:59:59.999999', '1969-12-31 23:59:59.999999+00',
    '-1 year -2 mons +3 days -04:05:06.789', 'ffffffff-ffff-ffff-ffff-ffffffffffff', ' { "a" : "\u00e9", "a" : 1e400 } ',
    '{"n": 12345678901234567890.123456789, "s": "\u20ac\""}', '::ffff:1.2.3.4/96', '2001:db8::/32', 'ff:ff:ff:ff:ff:ff',
    'empty', '''it''''s'':1A', '(-0,1e300)', 'very happy', ROW ('a "b", (c)', NULL), 2147483647, '', false,
    'FFFFFFFF/FFFFFFFF', 'strict $."a b" ? (@ > 1)', '{}', '{NULL,"NULL","","a,b","c\"d","{e}"," f "}',
    '{-99999999.99,NULL}', '{0.00000000000000000001,NULL,-12345678901234567890}', '{0001-01-01,9999-12-31,NULL}',
    '{"1969-12-31 23:59:59.999999",NULL}', '{"0001-01-01 00:00:00+00",NULL}', '{NULL}', ARRAY ['\x'::bytea, NULL, '\x00ff'], '{NULL,t}',
    '{{1,NULL},{-2147483648,2147483647}}'
);
INSERT INTO shop.every_type (id) VALUES (3);
UPDATE shop.every_type
SET a_numeric_3_minus_2 = 12300, a_numeric_2_5 = 0.00012, a_citext = 'CiText', an_hstore = '"a"=>"1"', an_xml = '<owl age="3"/>'
WHERE id = 1;
UPDATE shop.every_type
SET a_numeric_3_minus_2 = -99900, a_numeric_2_5 = -0.00099, a_citext = 'ÉCOLE', an_hstore = '"k \"q\""=>NULL, ""=>""',
    an_xml = '<a>&lt;é&gt;</a>'
WHERE id = 2;

ANALYZE shop.customers, shop.products, shop.orders, shop.order_items, shop.visits, shop.events, shop.every_type, crm.tickets;
