-- The rows and indexes of postgresql.sql.
CREATE TABLE digits (d int);
INSERT INTO digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
CREATE TABLE sales (
    id bigint PRIMARY KEY,
    sold_at datetime(6) NOT NULL,
    day date NOT NULL,
    customer_id int NOT NULL,
    store varchar(12) COLLATE utf8mb4_bin NOT NULL,
    product varchar(40) COLLATE utf8mb4_general_ci NOT NULL,
    amount decimal(12, 2) NOT NULL,
    ratio double NOT NULL,
    status varchar(10) COLLATE utf8mb4_bin NOT NULL,
    channel varchar(10) NOT NULL,
    closed_on date
);
INSERT INTO sales
SELECT i, at, DATE(at), 1 + i * 7 % 5000, CONCAT('S-', LPAD(i % 500, 5, '0')), CONCAT('Owl ', i % 1000), (i * 37 % 1000000) / 100,
    (i % 1000) / 1000, CASE WHEN i % 100 < 2 THEN 'open' WHEN i % 2 = 0 THEN 'paid' ELSE 'shipped' END,
    CASE WHEN i % 2 = 0 THEN 'web' ELSE 'shop' END, CASE WHEN i % 400 <> 0 THEN DATE(at) + INTERVAL 3 DAY END
FROM (SELECT i, TIMESTAMP '2024-01-01 00:00:00' + INTERVAL i * 315000001 MICROSECOND AS at FROM
    (SELECT 1 + a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d AS i FROM digits AS a, digits AS b, digits AS c, digits AS e, digits AS f) AS n
) AS n;
DROP TABLE digits;
CREATE INDEX sales_sold_at ON sales (sold_at);
CREATE INDEX sales_day ON sales (day);
CREATE INDEX sales_customer ON sales (customer_id);
CREATE INDEX sales_store ON sales (store);
CREATE INDEX sales_product ON sales (product);
CREATE INDEX sales_amount ON sales (amount);
CREATE INDEX sales_ratio ON sales (ratio);
CREATE INDEX sales_status_day ON sales (status, day);
CREATE INDEX sales_closed ON sales (closed_on);
ANALYZE TABLE sales
