-- One query over two engines: each is asked for its own part, in its own SQL
SELECT o.id, o.status, o.ordered_at, c.name, t.subject
FROM FIRST.shop.orders AS o
    JOIN SECOND.shop.customers AS c ON c.id = o.customer_id
    JOIN SECOND.crm.tickets AS t ON t.customer_id = c.id
WHERE o.status = 'returned' AND c.country = 'DE' AND t.closed_at IS NULL
ORDER BY o.id, t.subject LIMIT 5;
