-- Written by tests/rendered.rs; what is kept above stands behind each statement.

-- no columns
SELECT 1 FROM "Sales"."order ""lines""";

-- columns in any order
SELECT CAST("Uuid" AS pg_catalog.text), "Id", pg_catalog.abbrev("Host"), "List" FROM "Sales"."order ""lines""";

-- a limit
SELECT "Text" FROM "Sales"."order ""lines""" LIMIT 5;

-- a limit behind a kept filter
SELECT "Id", "Double" FROM "Sales"."order ""lines""" WHERE ("Double" = CAST($1 AS pg_catalog.float8));
-- kept: 1 conditions, limit

-- text in order, limited
SELECT "Id" FROM "Sales"."order ""lines""" ORDER BY "Text" COLLATE pg_catalog."C" DESC NULLS LAST LIMIT 10;

-- number in order, limited
SELECT "Id" FROM "Sales"."order ""lines""" ORDER BY "Id" DESC NULLS FIRST LIMIT 10;

-- double in order stays above
SELECT "Id" FROM "Sales"."order ""lines""";
-- kept: 0 conditions, order, limit

-- one number
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Id" = CAST($1 AS pg_catalog.int4));

-- an odd name
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("odd ""name""" IS NOT NULL);

-- a decimal range
SELECT "Id", "Price" FROM "Sales"."order ""lines""" WHERE (("Price" >= CAST($1 AS pg_catalog.numeric)));

-- a truth
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Flag" = CAST($1 AS pg_catalog.bool));

-- text in a list or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Text" IN (CAST($1 AS pg_catalog.text), CAST($2 AS pg_catalog.text)) OR "Text" IS NULL);

-- text not in a list
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (NOT ("Text" = CAST($1 AS pg_catalog.text)) OR "Text" IS NULL);

-- text in order
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Text" COLLATE pg_catalog."C" > CAST($1 AS pg_catalog.text) AND "Text" COLLATE pg_catalog."C" <= CAST($2 AS pg_catalog.text)));

-- a uuid
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Uuid" = CAST($1 AS pg_catalog.uuid));

-- cast text
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (CAST("Uuid" AS pg_catalog.text) COLLATE pg_catalog."C" = CAST($1 AS pg_catalog.text));

-- cast text in order
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ((CAST("Uuid" AS pg_catalog.text) COLLATE pg_catalog."C" < CAST($1 AS pg_catalog.text)));

-- a host
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (pg_catalog.abbrev("Host") COLLATE pg_catalog."C" = CAST($1 AS pg_catalog.text));

-- bytes
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Bytes" = CAST($1 AS pg_catalog.bytea));

-- a day
SELECT "Id", "Day" FROM "Sales"."order ""lines""" WHERE ("Day" = CAST($1 AS pg_catalog.date));

-- a millisecond
SELECT "Id", "Time" FROM "Sales"."order ""lines""" WHERE (("Time" >= CAST($1 AS pg_catalog.timestamp) AND "Time" < CAST($2 AS pg_catalog.timestamp)));

-- after a millisecond
SELECT "Id", "Time" FROM "Sales"."order ""lines""" WHERE (("Time" >= CAST($1 AS pg_catalog.timestamp)));

-- a millisecond in a zone
SELECT "Id", "Zoned" FROM "Sales"."order ""lines""" WHERE (("Zoned" >= CAST($1 AS pg_catalog.timestamptz) AND "Zoned" < CAST($2 AS pg_catalog.timestamptz)));

-- a double
SELECT "Id", "Double" FROM "Sales"."order ""lines""" WHERE (("Double" >= CAST($1 AS pg_catalog.float8)));
-- kept: 1 conditions

-- no list
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("List" IS NOT NULL);

-- only null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Text" IS NULL);

-- nothing
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (1 = 0);

-- like
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Text") LIKE (CAST($1 AS pg_catalog.text)) ESCAPE '');

-- not like
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (NOT (("Text") LIKE (CAST($1 AS pg_catalog.text)) ESCAPE ''));

-- text less
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Text") COLLATE pg_catalog."C" < (CAST($1 AS pg_catalog.text)));

-- two columns of text
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Text") COLLATE pg_catalog."C" = (CAST("Uuid" AS pg_catalog.text)));

-- time less
SELECT "Id", "Time" FROM "Sales"."order ""lines""" WHERE (("Time" < CAST($1 AS pg_catalog.timestamp)));

-- double less
SELECT "Id", "Double" FROM "Sales"."order ""lines""";
-- kept: 1 conditions

-- distinct from null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Id") IS DISTINCT FROM (CAST($1 AS pg_catalog.int4)));

-- in with null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Id") IN ((CAST($1 AS pg_catalog.int4)), (CAST($2 AS pg_catalog.int4))));

-- division
SELECT "Id" FROM "Sales"."order ""lines""";
-- kept: 1 conditions

-- remainder
SELECT "Id" FROM "Sales"."order ""lines""";
-- kept: 1 conditions

-- nullif
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ((NULLIF(("Id"), (CAST($1 AS pg_catalog.int4)))) = (CAST($2 AS pg_catalog.int4)));

-- a bare truth
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Flag");

-- or
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Flag") OR (("Text") LIKE (CAST($1 AS pg_catalog.text)) ESCAPE ''));

-- null list
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("List" IS NULL);
