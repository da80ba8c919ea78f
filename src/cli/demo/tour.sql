-- A filter goes to the source, as bound parameters; its rows do not all come here
SELECT id, status, ordered_at, note
FROM shop.orders
WHERE customer_id = 151 AND status IN ('paid', 'shipped') AND note LIKE 'Gift%';

-- A join over two schemas: each side is asked for its own part
SELECT c.name, c.country, t.subject, t.opened_at
FROM crm.tickets AS t JOIN shop.customers AS c ON c.id = t.customer_id
WHERE c.country = 'DE' AND t.closed_at IS NULL
ORDER BY t.opened_at LIMIT 5;

-- An aggregate: only the columns it needs travel
SELECT o.status, count(*) AS items, sum(i.quantity * i.price) AS total
FROM shop.orders AS o JOIN shop.order_items AS i ON i.order_id = o.id
GROUP BY o.status ORDER BY total DESC;

-- Athena has milliseconds, the source microseconds: = means the whole millisecond, and finds the row
SELECT id, happened_at, kind
FROM shop.events
WHERE happened_at = TIMESTAMP '2024-01-01 00:20:34.124';

-- Too large for one answer: it comes through S3, in encrypted blocks
SELECT id, happened_at, customer_id, amount, substr(payload, 1, 16) AS begins
FROM shop.events
WHERE kind = 'buy';

-- And one column of each type: a row of ordinary values and a row of edges
SELECT * FROM shop.every_type WHERE id <= 2 ORDER BY id;
