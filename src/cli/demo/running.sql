SELECT id FROM "SOURCE".shop.orders
