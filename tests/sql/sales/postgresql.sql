-- Sales as a report reads them: a hundred thousand rows, an index for every way to ask but one.
CREATE SCHEMA bi;
CREATE TABLE bi.sales (
    id bigint PRIMARY KEY,
    sold_at timestamp(6) NOT NULL,
    day date NOT NULL,
    customer_id integer NOT NULL,
    store varchar(12) COLLATE "C" NOT NULL,
    product varchar(40) COLLATE "en-US-x-icu" NOT NULL,
    amount numeric(12, 2) NOT NULL,
    ratio double precision NOT NULL,
    status varchar(10) COLLATE "C" NOT NULL,
    channel varchar(10) NOT NULL,
    closed_on date
);
INSERT INTO bi.sales
SELECT i, at, at::date, 1 + i * 7 % 5000, concat('S-', lpad((i % 500)::text, 5, '0')), concat('Owl ', i % 1000), (i * 37::bigint % 1000000) / 100.0,
    (i % 1000) / 1000.0, CASE WHEN i % 100 < 2 THEN 'open' WHEN i % 2 = 0 THEN 'paid' ELSE 'shipped' END,
    CASE WHEN i % 2 = 0 THEN 'web' ELSE 'shop' END, CASE WHEN i % 400 <> 0 THEN at::date + 3 END
FROM (SELECT i, timestamp '2024-01-01 00:00:00' + i * interval '315.000001 seconds' AS at FROM generate_series(1, 100000) AS i) AS n;
CREATE INDEX sales_sold_at ON bi.sales (sold_at);
CREATE INDEX sales_day ON bi.sales (day);
CREATE INDEX sales_customer ON bi.sales (customer_id);
CREATE INDEX sales_store ON bi.sales (store);
CREATE INDEX sales_product ON bi.sales (product);
CREATE INDEX sales_amount ON bi.sales (amount);
CREATE INDEX sales_ratio ON bi.sales (ratio);
CREATE INDEX sales_status_day ON bi.sales (status, day);
CREATE INDEX sales_closed ON bi.sales (closed_on);
ANALYZE bi.sales;
