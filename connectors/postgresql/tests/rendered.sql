-- Written by a test; what is kept above stands behind each statement.

-- no columns
SELECT 1 FROM "Sales"."order ""lines""";

-- columns in any order
SELECT CAST("Cast" AS pg_catalog.text), "Id", "odd ""name"" `of` [a] 'column'", "List" FROM "Sales"."order ""lines""";

-- a limit
SELECT "Text" FROM "Sales"."order ""lines""" LIMIT 5;

-- a limit of the largest number
SELECT "Text" FROM "Sales"."order ""lines""";

-- a limit behind id
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Id" = CAST($1 AS pg_catalog.int4)) LIMIT 5;

-- by id upwards, nulls last
SELECT "Id" FROM "Sales"."order ""lines""" ORDER BY "Id" ASC NULLS LAST LIMIT 10;

-- by id downwards, nulls first
SELECT "Id" FROM "Sales"."order ""lines""" ORDER BY "Id" DESC NULLS FIRST LIMIT 10;

-- a limit behind text
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Text" = CAST($1 AS pg_catalog.text)) LIMIT 5;

-- by text upwards, nulls last
SELECT "Id" FROM "Sales"."order ""lines""" ORDER BY "Text" COLLATE pg_catalog."C" ASC NULLS LAST LIMIT 10;

-- by text downwards, nulls first
SELECT "Id" FROM "Sales"."order ""lines""" ORDER BY "Text" COLLATE pg_catalog."C" DESC NULLS FIRST LIMIT 10;

-- a limit behind cast
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (CAST("Cast" AS pg_catalog.text) COLLATE pg_catalog."C" = CAST($1 AS pg_catalog.text)) LIMIT 5;

-- by cast upwards, nulls last
SELECT "Id" FROM "Sales"."order ""lines""" ORDER BY CAST("Cast" AS pg_catalog.text) COLLATE pg_catalog."C" ASC NULLS LAST LIMIT 10;

-- by cast downwards, nulls first
SELECT "Id" FROM "Sales"."order ""lines""" ORDER BY CAST("Cast" AS pg_catalog.text) COLLATE pg_catalog."C" DESC NULLS FIRST LIMIT 10;

-- a limit behind time
SELECT "Id", "Time" FROM "Sales"."order ""lines""" WHERE (("Time" >= CAST($1 AS pg_catalog.timestamp) AND "Time" < CAST($2 AS pg_catalog.timestamp))) LIMIT 5;

-- by time upwards, nulls last
SELECT "Id" FROM "Sales"."order ""lines""" ORDER BY "Time" ASC NULLS LAST LIMIT 10;

-- by time downwards, nulls first
SELECT "Id" FROM "Sales"."order ""lines""" ORDER BY "Time" DESC NULLS FIRST LIMIT 10;

-- a limit behind double
SELECT "Id", "Double" FROM "Sales"."order ""lines""" WHERE ("Double" = CAST($1 AS pg_catalog.float8));
-- kept: 1 conditions, limit

-- by double upwards, nulls last
SELECT "Id" FROM "Sales"."order ""lines""";
-- kept: 0 conditions, order, limit

-- by double downwards, nulls first
SELECT "Id" FROM "Sales"."order ""lines""";
-- kept: 0 conditions, order, limit

-- by two keys
SELECT "Id" FROM "Sales"."order ""lines""" ORDER BY "Id" DESC NULLS LAST, "Text" COLLATE pg_catalog."C" ASC NULLS FIRST LIMIT 10;

-- id: is null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Id" IS NULL);

-- id: is not null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Id" IS NOT NULL);

-- id: equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Id" = CAST($1 AS pg_catalog.int4));

-- id: equal or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Id" = CAST($1 AS pg_catalog.int4) OR "Id" IS NULL);

-- id: not equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (NOT ("Id" = CAST($1 AS pg_catalog.int4)));

-- id: less
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Id" < CAST($1 AS pg_catalog.int4)));

-- id: less or equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Id" <= CAST($1 AS pg_catalog.int4)));

-- id: greater
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Id" > CAST($1 AS pg_catalog.int4)));

-- id: greater, or equal, or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Id" >= CAST($1 AS pg_catalog.int4)) OR "Id" IS NULL);

-- id: between
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Id" > CAST($1 AS pg_catalog.int4) AND "Id" <= CAST($2 AS pg_catalog.int4)));

-- id: one of two
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Id" IN (CAST($1 AS pg_catalog.int4), CAST($2 AS pg_catalog.int4)));

-- id: none of two, or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (NOT ("Id" IN (CAST($1 AS pg_catalog.int4), CAST($2 AS pg_catalog.int4))) OR "Id" IS NULL);

-- odd "name" `of` [a] 'column': is null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("odd ""name"" `of` [a] 'column'" IS NULL);

-- odd "name" `of` [a] 'column': is not null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("odd ""name"" `of` [a] 'column'" IS NOT NULL);

-- odd "name" `of` [a] 'column': equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("odd ""name"" `of` [a] 'column'" = CAST($1 AS pg_catalog.int8));

-- odd "name" `of` [a] 'column': equal or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("odd ""name"" `of` [a] 'column'" = CAST($1 AS pg_catalog.int8) OR "odd ""name"" `of` [a] 'column'" IS NULL);

-- odd "name" `of` [a] 'column': not equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (NOT ("odd ""name"" `of` [a] 'column'" = CAST($1 AS pg_catalog.int8)));

-- odd "name" `of` [a] 'column': less
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("odd ""name"" `of` [a] 'column'" < CAST($1 AS pg_catalog.int8)));

-- odd "name" `of` [a] 'column': less or equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("odd ""name"" `of` [a] 'column'" <= CAST($1 AS pg_catalog.int8)));

-- odd "name" `of` [a] 'column': greater
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("odd ""name"" `of` [a] 'column'" > CAST($1 AS pg_catalog.int8)));

-- odd "name" `of` [a] 'column': greater, or equal, or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("odd ""name"" `of` [a] 'column'" >= CAST($1 AS pg_catalog.int8)) OR "odd ""name"" `of` [a] 'column'" IS NULL);

-- odd "name" `of` [a] 'column': between
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("odd ""name"" `of` [a] 'column'" > CAST($1 AS pg_catalog.int8) AND "odd ""name"" `of` [a] 'column'" <= CAST($2 AS pg_catalog.int8)));

-- odd "name" `of` [a] 'column': one of two
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("odd ""name"" `of` [a] 'column'" IN (CAST($1 AS pg_catalog.int8), CAST($2 AS pg_catalog.int8)));

-- odd "name" `of` [a] 'column': none of two, or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (NOT ("odd ""name"" `of` [a] 'column'" IN (CAST($1 AS pg_catalog.int8), CAST($2 AS pg_catalog.int8))) OR "odd ""name"" `of` [a] 'column'" IS NULL);

-- price: is null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Price" IS NULL);

-- price: is not null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Price" IS NOT NULL);

-- price: equal
SELECT "Id", "Price" FROM "Sales"."order ""lines""" WHERE ("Price" = CAST($1 AS pg_catalog.numeric));

-- price: equal or null
SELECT "Id", "Price" FROM "Sales"."order ""lines""" WHERE ("Price" = CAST($1 AS pg_catalog.numeric) OR "Price" IS NULL);

-- price: not equal
SELECT "Id", "Price" FROM "Sales"."order ""lines""" WHERE (NOT ("Price" = CAST($1 AS pg_catalog.numeric)));

-- price: less
SELECT "Id", "Price" FROM "Sales"."order ""lines""" WHERE (("Price" < CAST($1 AS pg_catalog.numeric)));

-- price: less or equal
SELECT "Id", "Price" FROM "Sales"."order ""lines""" WHERE (("Price" <= CAST($1 AS pg_catalog.numeric)));

-- price: greater
SELECT "Id", "Price" FROM "Sales"."order ""lines""" WHERE (("Price" > CAST($1 AS pg_catalog.numeric)));

-- price: greater, or equal, or null
SELECT "Id", "Price" FROM "Sales"."order ""lines""" WHERE (("Price" >= CAST($1 AS pg_catalog.numeric)) OR "Price" IS NULL);

-- price: between
SELECT "Id", "Price" FROM "Sales"."order ""lines""" WHERE (("Price" > CAST($1 AS pg_catalog.numeric) AND "Price" <= CAST($2 AS pg_catalog.numeric)));

-- price: one of two
SELECT "Id", "Price" FROM "Sales"."order ""lines""" WHERE ("Price" IN (CAST($1 AS pg_catalog.numeric), CAST($2 AS pg_catalog.numeric)));

-- price: none of two, or null
SELECT "Id", "Price" FROM "Sales"."order ""lines""" WHERE (NOT ("Price" IN (CAST($1 AS pg_catalog.numeric), CAST($2 AS pg_catalog.numeric))) OR "Price" IS NULL);

-- flag: is null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Flag" IS NULL);

-- flag: is not null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Flag" IS NOT NULL);

-- flag: equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Flag" = CAST($1 AS pg_catalog.bool));

-- flag: equal or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Flag" = CAST($1 AS pg_catalog.bool) OR "Flag" IS NULL);

-- flag: not equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (NOT ("Flag" = CAST($1 AS pg_catalog.bool)));

-- flag: less
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Flag" < CAST($1 AS pg_catalog.bool)));

-- flag: less or equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Flag" <= CAST($1 AS pg_catalog.bool)));

-- flag: greater
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Flag" > CAST($1 AS pg_catalog.bool)));

-- flag: greater, or equal, or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Flag" >= CAST($1 AS pg_catalog.bool)) OR "Flag" IS NULL);

-- flag: between
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Flag" > CAST($1 AS pg_catalog.bool) AND "Flag" <= CAST($2 AS pg_catalog.bool)));

-- flag: one of two
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Flag" IN (CAST($1 AS pg_catalog.bool), CAST($2 AS pg_catalog.bool)));

-- flag: none of two, or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (NOT ("Flag" IN (CAST($1 AS pg_catalog.bool), CAST($2 AS pg_catalog.bool))) OR "Flag" IS NULL);

-- text: is null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Text" IS NULL);

-- text: is not null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Text" IS NOT NULL);

-- text: equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Text" = CAST($1 AS pg_catalog.text));

-- text: equal or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Text" = CAST($1 AS pg_catalog.text) OR "Text" IS NULL);

-- text: not equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (NOT ("Text" = CAST($1 AS pg_catalog.text)));

-- text: less
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Text" COLLATE pg_catalog."C" < CAST($1 AS pg_catalog.text)));

-- text: less or equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Text" COLLATE pg_catalog."C" <= CAST($1 AS pg_catalog.text)));

-- text: greater
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Text" COLLATE pg_catalog."C" > CAST($1 AS pg_catalog.text)));

-- text: greater, or equal, or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Text" COLLATE pg_catalog."C" >= CAST($1 AS pg_catalog.text)) OR "Text" IS NULL);

-- text: between
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Text" COLLATE pg_catalog."C" > CAST($1 AS pg_catalog.text) AND "Text" COLLATE pg_catalog."C" <= CAST($2 AS pg_catalog.text)));

-- text: one of two
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Text" IN (CAST($1 AS pg_catalog.text), CAST($2 AS pg_catalog.text)));

-- text: none of two, or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (NOT ("Text" IN (CAST($1 AS pg_catalog.text), CAST($2 AS pg_catalog.text))) OR "Text" IS NULL);

-- cast: is null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (CAST("Cast" AS pg_catalog.text) IS NULL);

-- cast: is not null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (CAST("Cast" AS pg_catalog.text) IS NOT NULL);

-- cast: equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (CAST("Cast" AS pg_catalog.text) COLLATE pg_catalog."C" = CAST($1 AS pg_catalog.text));

-- cast: equal or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (CAST("Cast" AS pg_catalog.text) COLLATE pg_catalog."C" = CAST($1 AS pg_catalog.text) OR CAST("Cast" AS pg_catalog.text) IS NULL);

-- cast: not equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (NOT (CAST("Cast" AS pg_catalog.text) COLLATE pg_catalog."C" = CAST($1 AS pg_catalog.text)));

-- cast: less
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ((CAST("Cast" AS pg_catalog.text) COLLATE pg_catalog."C" < CAST($1 AS pg_catalog.text)));

-- cast: less or equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ((CAST("Cast" AS pg_catalog.text) COLLATE pg_catalog."C" <= CAST($1 AS pg_catalog.text)));

-- cast: greater
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ((CAST("Cast" AS pg_catalog.text) COLLATE pg_catalog."C" > CAST($1 AS pg_catalog.text)));

-- cast: greater, or equal, or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ((CAST("Cast" AS pg_catalog.text) COLLATE pg_catalog."C" >= CAST($1 AS pg_catalog.text)) OR CAST("Cast" AS pg_catalog.text) IS NULL);

-- cast: between
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ((CAST("Cast" AS pg_catalog.text) COLLATE pg_catalog."C" > CAST($1 AS pg_catalog.text) AND CAST("Cast" AS pg_catalog.text) COLLATE pg_catalog."C" <= CAST($2 AS pg_catalog.text)));

-- cast: one of two
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (CAST("Cast" AS pg_catalog.text) COLLATE pg_catalog."C" IN (CAST($1 AS pg_catalog.text), CAST($2 AS pg_catalog.text)));

-- cast: none of two, or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (NOT (CAST("Cast" AS pg_catalog.text) COLLATE pg_catalog."C" IN (CAST($1 AS pg_catalog.text), CAST($2 AS pg_catalog.text))) OR CAST("Cast" AS pg_catalog.text) IS NULL);

-- uuid: is null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (CAST("Uuid" AS pg_catalog.text) IS NULL);

-- uuid: is not null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (CAST("Uuid" AS pg_catalog.text) IS NOT NULL);

-- uuid: equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Uuid" = CAST($1 AS pg_catalog.uuid));

-- uuid: equal or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Uuid" = CAST($1 AS pg_catalog.uuid) OR CAST("Uuid" AS pg_catalog.text) IS NULL);

-- uuid: not equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (NOT ("Uuid" = CAST($1 AS pg_catalog.uuid)));

-- uuid: less
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ((CAST("Uuid" AS pg_catalog.text) COLLATE pg_catalog."C" < CAST($1 AS pg_catalog.text)));

-- uuid: less or equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ((CAST("Uuid" AS pg_catalog.text) COLLATE pg_catalog."C" <= CAST($1 AS pg_catalog.text)));

-- uuid: greater
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ((CAST("Uuid" AS pg_catalog.text) COLLATE pg_catalog."C" > CAST($1 AS pg_catalog.text)));

-- uuid: greater, or equal, or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ((CAST("Uuid" AS pg_catalog.text) COLLATE pg_catalog."C" >= CAST($1 AS pg_catalog.text)) OR CAST("Uuid" AS pg_catalog.text) IS NULL);

-- uuid: between
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ((CAST("Uuid" AS pg_catalog.text) COLLATE pg_catalog."C" > CAST($1 AS pg_catalog.text) AND CAST("Uuid" AS pg_catalog.text) COLLATE pg_catalog."C" <= CAST($2 AS pg_catalog.text)));

-- uuid: one of two
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Uuid" IN (CAST($1 AS pg_catalog.uuid), CAST($2 AS pg_catalog.uuid)));

-- uuid: none of two, or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (NOT ("Uuid" IN (CAST($1 AS pg_catalog.uuid), CAST($2 AS pg_catalog.uuid))) OR CAST("Uuid" AS pg_catalog.text) IS NULL);

-- host: is null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (pg_catalog.abbrev("Host") IS NULL);

-- host: is not null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (pg_catalog.abbrev("Host") IS NOT NULL);

-- host: equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (pg_catalog.abbrev("Host") COLLATE pg_catalog."C" = CAST($1 AS pg_catalog.text));

-- host: equal or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (pg_catalog.abbrev("Host") COLLATE pg_catalog."C" = CAST($1 AS pg_catalog.text) OR pg_catalog.abbrev("Host") IS NULL);

-- host: not equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (NOT (pg_catalog.abbrev("Host") COLLATE pg_catalog."C" = CAST($1 AS pg_catalog.text)));

-- host: less
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ((pg_catalog.abbrev("Host") COLLATE pg_catalog."C" < CAST($1 AS pg_catalog.text)));

-- host: less or equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ((pg_catalog.abbrev("Host") COLLATE pg_catalog."C" <= CAST($1 AS pg_catalog.text)));

-- host: greater
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ((pg_catalog.abbrev("Host") COLLATE pg_catalog."C" > CAST($1 AS pg_catalog.text)));

-- host: greater, or equal, or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ((pg_catalog.abbrev("Host") COLLATE pg_catalog."C" >= CAST($1 AS pg_catalog.text)) OR pg_catalog.abbrev("Host") IS NULL);

-- host: between
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ((pg_catalog.abbrev("Host") COLLATE pg_catalog."C" > CAST($1 AS pg_catalog.text) AND pg_catalog.abbrev("Host") COLLATE pg_catalog."C" <= CAST($2 AS pg_catalog.text)));

-- host: one of two
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (pg_catalog.abbrev("Host") COLLATE pg_catalog."C" IN (CAST($1 AS pg_catalog.text), CAST($2 AS pg_catalog.text)));

-- host: none of two, or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (NOT (pg_catalog.abbrev("Host") COLLATE pg_catalog."C" IN (CAST($1 AS pg_catalog.text), CAST($2 AS pg_catalog.text))) OR pg_catalog.abbrev("Host") IS NULL);

-- bytes: is null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Bytes" IS NULL);

-- bytes: is not null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Bytes" IS NOT NULL);

-- bytes: equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Bytes" = CAST($1 AS pg_catalog.bytea));

-- bytes: equal or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Bytes" = CAST($1 AS pg_catalog.bytea) OR "Bytes" IS NULL);

-- bytes: not equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (NOT ("Bytes" = CAST($1 AS pg_catalog.bytea)));

-- bytes: less
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Bytes" < CAST($1 AS pg_catalog.bytea)));

-- bytes: less or equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Bytes" <= CAST($1 AS pg_catalog.bytea)));

-- bytes: greater
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Bytes" > CAST($1 AS pg_catalog.bytea)));

-- bytes: greater, or equal, or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Bytes" >= CAST($1 AS pg_catalog.bytea)) OR "Bytes" IS NULL);

-- bytes: between
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Bytes" > CAST($1 AS pg_catalog.bytea) AND "Bytes" <= CAST($2 AS pg_catalog.bytea)));

-- bytes: one of two
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Bytes" IN (CAST($1 AS pg_catalog.bytea), CAST($2 AS pg_catalog.bytea)));

-- bytes: none of two, or null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (NOT ("Bytes" IN (CAST($1 AS pg_catalog.bytea), CAST($2 AS pg_catalog.bytea))) OR "Bytes" IS NULL);

-- day: is null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Day" IS NULL);

-- day: is not null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Day" IS NOT NULL);

-- day: equal
SELECT "Id", "Day" FROM "Sales"."order ""lines""" WHERE ("Day" = CAST($1 AS pg_catalog.date));

-- day: equal or null
SELECT "Id", "Day" FROM "Sales"."order ""lines""" WHERE ("Day" = CAST($1 AS pg_catalog.date) OR "Day" IS NULL);

-- day: not equal
SELECT "Id", "Day" FROM "Sales"."order ""lines""" WHERE (NOT ("Day" = CAST($1 AS pg_catalog.date)));

-- day: less
SELECT "Id", "Day" FROM "Sales"."order ""lines""" WHERE (("Day" < CAST($1 AS pg_catalog.date)));

-- day: less or equal
SELECT "Id", "Day" FROM "Sales"."order ""lines""" WHERE (("Day" <= CAST($1 AS pg_catalog.date)));

-- day: greater
SELECT "Id", "Day" FROM "Sales"."order ""lines""" WHERE (("Day" > CAST($1 AS pg_catalog.date)));

-- day: greater, or equal, or null
SELECT "Id", "Day" FROM "Sales"."order ""lines""" WHERE (("Day" >= CAST($1 AS pg_catalog.date)) OR "Day" IS NULL);

-- day: between
SELECT "Id", "Day" FROM "Sales"."order ""lines""" WHERE (("Day" > CAST($1 AS pg_catalog.date) AND "Day" <= CAST($2 AS pg_catalog.date)));

-- day: one of two
SELECT "Id", "Day" FROM "Sales"."order ""lines""" WHERE ("Day" IN (CAST($1 AS pg_catalog.date), CAST($2 AS pg_catalog.date)));

-- day: none of two, or null
SELECT "Id", "Day" FROM "Sales"."order ""lines""" WHERE (NOT ("Day" IN (CAST($1 AS pg_catalog.date), CAST($2 AS pg_catalog.date))) OR "Day" IS NULL);

-- time: is null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Time" IS NULL);

-- time: is not null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Time" IS NOT NULL);

-- time: equal
SELECT "Id", "Time" FROM "Sales"."order ""lines""" WHERE (("Time" >= CAST($1 AS pg_catalog.timestamp) AND "Time" < CAST($2 AS pg_catalog.timestamp)));

-- time: equal or null
SELECT "Id", "Time" FROM "Sales"."order ""lines""" WHERE (("Time" >= CAST($1 AS pg_catalog.timestamp) AND "Time" < CAST($2 AS pg_catalog.timestamp)) OR "Time" IS NULL);

-- time: not equal
SELECT "Id", "Time" FROM "Sales"."order ""lines""" WHERE (NOT (("Time" >= CAST($1 AS pg_catalog.timestamp) AND "Time" < CAST($2 AS pg_catalog.timestamp))));

-- time: less
SELECT "Id", "Time" FROM "Sales"."order ""lines""" WHERE (("Time" < CAST($1 AS pg_catalog.timestamp)));

-- time: less or equal
SELECT "Id", "Time" FROM "Sales"."order ""lines""" WHERE (("Time" < CAST($1 AS pg_catalog.timestamp)));

-- time: greater
SELECT "Id", "Time" FROM "Sales"."order ""lines""" WHERE (("Time" >= CAST($1 AS pg_catalog.timestamp)));

-- time: greater, or equal, or null
SELECT "Id", "Time" FROM "Sales"."order ""lines""" WHERE (("Time" >= CAST($1 AS pg_catalog.timestamp)) OR "Time" IS NULL);

-- time: between
SELECT "Id", "Time" FROM "Sales"."order ""lines""" WHERE (("Time" >= CAST($1 AS pg_catalog.timestamp) AND "Time" < CAST($2 AS pg_catalog.timestamp)));

-- time: one of two
SELECT "Id", "Time" FROM "Sales"."order ""lines""" WHERE (("Time" >= CAST($1 AS pg_catalog.timestamp) AND "Time" < CAST($2 AS pg_catalog.timestamp)) OR ("Time" >= CAST($3 AS pg_catalog.timestamp) AND "Time" < CAST($4 AS pg_catalog.timestamp)));

-- time: none of two, or null
SELECT "Id", "Time" FROM "Sales"."order ""lines""" WHERE (NOT (("Time" >= CAST($1 AS pg_catalog.timestamp) AND "Time" < CAST($2 AS pg_catalog.timestamp)) OR ("Time" >= CAST($3 AS pg_catalog.timestamp) AND "Time" < CAST($4 AS pg_catalog.timestamp))) OR "Time" IS NULL);

-- zoned: is null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Zoned" IS NULL);

-- zoned: is not null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Zoned" IS NOT NULL);

-- zoned: equal
SELECT "Id", "Zoned" FROM "Sales"."order ""lines""" WHERE (("Zoned" >= CAST($1 AS pg_catalog.timestamptz) AND "Zoned" < CAST($2 AS pg_catalog.timestamptz)));

-- zoned: equal or null
SELECT "Id", "Zoned" FROM "Sales"."order ""lines""" WHERE (("Zoned" >= CAST($1 AS pg_catalog.timestamptz) AND "Zoned" < CAST($2 AS pg_catalog.timestamptz)) OR "Zoned" IS NULL);

-- zoned: not equal
SELECT "Id", "Zoned" FROM "Sales"."order ""lines""" WHERE (NOT (("Zoned" >= CAST($1 AS pg_catalog.timestamptz) AND "Zoned" < CAST($2 AS pg_catalog.timestamptz))));

-- zoned: less
SELECT "Id", "Zoned" FROM "Sales"."order ""lines""" WHERE (("Zoned" < CAST($1 AS pg_catalog.timestamptz)));

-- zoned: less or equal
SELECT "Id", "Zoned" FROM "Sales"."order ""lines""" WHERE (("Zoned" < CAST($1 AS pg_catalog.timestamptz)));

-- zoned: greater
SELECT "Id", "Zoned" FROM "Sales"."order ""lines""" WHERE (("Zoned" >= CAST($1 AS pg_catalog.timestamptz)));

-- zoned: greater, or equal, or null
SELECT "Id", "Zoned" FROM "Sales"."order ""lines""" WHERE (("Zoned" >= CAST($1 AS pg_catalog.timestamptz)) OR "Zoned" IS NULL);

-- zoned: between
SELECT "Id", "Zoned" FROM "Sales"."order ""lines""" WHERE (("Zoned" >= CAST($1 AS pg_catalog.timestamptz) AND "Zoned" < CAST($2 AS pg_catalog.timestamptz)));

-- zoned: one of two
SELECT "Id", "Zoned" FROM "Sales"."order ""lines""" WHERE (("Zoned" >= CAST($1 AS pg_catalog.timestamptz) AND "Zoned" < CAST($2 AS pg_catalog.timestamptz)) OR ("Zoned" >= CAST($3 AS pg_catalog.timestamptz) AND "Zoned" < CAST($4 AS pg_catalog.timestamptz)));

-- zoned: none of two, or null
SELECT "Id", "Zoned" FROM "Sales"."order ""lines""" WHERE (NOT (("Zoned" >= CAST($1 AS pg_catalog.timestamptz) AND "Zoned" < CAST($2 AS pg_catalog.timestamptz)) OR ("Zoned" >= CAST($3 AS pg_catalog.timestamptz) AND "Zoned" < CAST($4 AS pg_catalog.timestamptz))) OR "Zoned" IS NULL);

-- double: is null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Double" IS NULL);

-- double: is not null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Double" IS NOT NULL);

-- double: equal
SELECT "Id", "Double" FROM "Sales"."order ""lines""" WHERE ("Double" = CAST($1 AS pg_catalog.float8));
-- kept: 1 conditions

-- double: equal or null
SELECT "Id", "Double" FROM "Sales"."order ""lines""" WHERE ("Double" = CAST($1 AS pg_catalog.float8) OR "Double" IS NULL);
-- kept: 1 conditions

-- double: not equal
SELECT "Id", "Double" FROM "Sales"."order ""lines""" WHERE (NOT ("Double" = CAST($1 AS pg_catalog.float8)));
-- kept: 1 conditions

-- double: less
SELECT "Id", "Double" FROM "Sales"."order ""lines""" WHERE (("Double" < CAST($1 AS pg_catalog.float8)));
-- kept: 1 conditions

-- double: less or equal
SELECT "Id", "Double" FROM "Sales"."order ""lines""" WHERE (("Double" <= CAST($1 AS pg_catalog.float8)));
-- kept: 1 conditions

-- double: greater
SELECT "Id", "Double" FROM "Sales"."order ""lines""" WHERE (("Double" > CAST($1 AS pg_catalog.float8)));
-- kept: 1 conditions

-- double: greater, or equal, or null
SELECT "Id", "Double" FROM "Sales"."order ""lines""" WHERE (("Double" >= CAST($1 AS pg_catalog.float8)) OR "Double" IS NULL);
-- kept: 1 conditions

-- double: between
SELECT "Id", "Double" FROM "Sales"."order ""lines""" WHERE (("Double" > CAST($1 AS pg_catalog.float8) AND "Double" <= CAST($2 AS pg_catalog.float8)));
-- kept: 1 conditions

-- double: one of two
SELECT "Id", "Double" FROM "Sales"."order ""lines""" WHERE ("Double" IN (CAST($1 AS pg_catalog.float8), CAST($2 AS pg_catalog.float8)));
-- kept: 1 conditions

-- double: none of two, or null
SELECT "Id", "Double" FROM "Sales"."order ""lines""" WHERE (NOT ("Double" IN (CAST($1 AS pg_catalog.float8), CAST($2 AS pg_catalog.float8))) OR "Double" IS NULL);
-- kept: 1 conditions

-- list: is null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("List" IS NULL);

-- list: is not null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("List" IS NOT NULL);

-- number equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Id") = (CAST($1 AS pg_catalog.int4)));

-- number not equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Id") <> (CAST($1 AS pg_catalog.int4)));

-- decimal less
SELECT "Id", "Price" FROM "Sales"."order ""lines""" WHERE (("Price") < (CAST($1 AS pg_catalog.numeric)));

-- text equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Text") = (CAST($1 AS pg_catalog.text)));

-- text not equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Text") <> (CAST($1 AS pg_catalog.text)));

-- text less or equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Text") COLLATE pg_catalog."C" <= (CAST($1 AS pg_catalog.text)));

-- text that is cast, equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ((CAST("Cast" AS pg_catalog.text)) COLLATE pg_catalog."C" = (CAST($1 AS pg_catalog.text)));

-- bytes greater
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Bytes") > (CAST($1 AS pg_catalog.bytea)));

-- day greater or equal
SELECT "Id", "Day" FROM "Sales"."order ""lines""" WHERE (("Day") >= (CAST($1 AS pg_catalog.date)));

-- time equal
SELECT "Id", "Time" FROM "Sales"."order ""lines""" WHERE (("Time" >= CAST($1 AS pg_catalog.timestamp) AND "Time" < CAST($2 AS pg_catalog.timestamp)));

-- time not equal
SELECT "Id", "Time" FROM "Sales"."order ""lines""" WHERE (NOT ("Time" >= CAST($1 AS pg_catalog.timestamp) AND "Time" < CAST($2 AS pg_catalog.timestamp)));

-- a constant less than a time
SELECT "Id", "Time" FROM "Sales"."order ""lines""" WHERE (("Time" >= CAST($1 AS pg_catalog.timestamp)));

-- double less
SELECT "Id", "Double" FROM "Sales"."order ""lines""";
-- kept: 1 conditions

-- flag equal
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Flag") = (CAST($1 AS pg_catalog.bool)));

-- number distinct
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Id") IS DISTINCT FROM (CAST($1 AS pg_catalog.int4)));

-- text distinct
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Text") IS DISTINCT FROM (CAST($1 AS pg_catalog.text)));

-- two texts
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Text") COLLATE pg_catalog."C" = (CAST("Cast" AS pg_catalog.text)));

-- two texts in order
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Text") COLLATE pg_catalog."C" < (CAST("Cast" AS pg_catalog.text)));

-- a number and a decimal
SELECT "Id", "Price" FROM "Sales"."order ""lines""" WHERE (("Id") > ("Price"));

-- two times
SELECT "Id", "Time", "Zoned" FROM "Sales"."order ""lines""";
-- kept: 1 conditions

-- a bare flag
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Flag");

-- not a flag
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (NOT ("Flag"));

-- or
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Flag") OR (("Text") LIKE (CAST($1 AS pg_catalog.text)) ESCAPE ''));

-- or, and one side stays above
SELECT "Id", "Double" FROM "Sales"."order ""lines""";
-- kept: 1 conditions

-- and, and one side stays above
SELECT "Id", "Double" FROM "Sales"."order ""lines""" WHERE (("Id") = (CAST($1 AS pg_catalog.int4)));
-- kept: 1 conditions

-- nested
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (NOT (((("Id") = (CAST($1 AS pg_catalog.int4))) AND ("Flag")) OR (NOT (("Text") LIKE (CAST($2 AS pg_catalog.text)) ESCAPE ''))));

-- a flag that is a condition
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Flag") = (("Id") = (CAST($1 AS pg_catalog.int4))));

-- an unknown truth
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Id") = (CAST($1 AS pg_catalog.int4))) AND (CAST($2 AS pg_catalog.bool));

-- whether a condition is unknown
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ((("Id") = (CAST($1 AS pg_catalog.int4))) IS NULL);

-- like
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Text") LIKE (CAST($1 AS pg_catalog.text)) ESCAPE '');

-- like with every sign
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Text") LIKE (CAST($1 AS pg_catalog.text)) ESCAPE '');

-- not like
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (NOT (("Text") LIKE (CAST($1 AS pg_catalog.text)) ESCAPE ''));

-- in
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Id") IN ((CAST($1 AS pg_catalog.int4)), (CAST($2 AS pg_catalog.int4))));

-- in with null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Id") IN ((CAST($1 AS pg_catalog.int4)), (CAST($2 AS pg_catalog.int4))));

-- text in
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Text") IN ((CAST($1 AS pg_catalog.text)), (CAST($2 AS pg_catalog.text))));

-- equal to null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Id") = (CAST($1 AS pg_catalog.int4)));

-- distinct from null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (("Id") IS DISTINCT FROM (CAST($1 AS pg_catalog.int4)));

-- nullif
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ((NULLIF(("Id"), (CAST($1 AS pg_catalog.int4)))) = (CAST($2 AS pg_catalog.int4)));

-- sum
SELECT "Id" FROM "Sales"."order ""lines""";
-- kept: 1 conditions

-- difference
SELECT "Id" FROM "Sales"."order ""lines""";
-- kept: 1 conditions

-- product
SELECT "Id" FROM "Sales"."order ""lines""";
-- kept: 1 conditions

-- quotient
SELECT "Id" FROM "Sales"."order ""lines""";
-- kept: 1 conditions

-- remainder
SELECT "Id" FROM "Sales"."order ""lines""";
-- kept: 1 conditions

-- negation
SELECT "Id" FROM "Sales"."order ""lines""";
-- kept: 1 conditions

-- a list is null
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("List" IS NULL);

-- rows of all
SELECT pg_catalog.count(*) FROM "Sales"."order ""lines""";

-- groups by id
SELECT "Id", pg_catalog.count(*) FROM "Sales"."order ""lines""" GROUP BY "Id";

-- count of id
SELECT pg_catalog.count("Id") FROM "Sales"."order ""lines""";

-- count of different of id
SELECT pg_catalog.count(DISTINCT "Id") FROM "Sales"."order ""lines""";

-- sum of id
SELECT CAST(pg_catalog.sum("Id") AS pg_catalog.numeric) FROM "Sales"."order ""lines""";

-- average of id
SELECT CAST(pg_catalog.sum("Id") AS pg_catalog.numeric), pg_catalog.count("Id") FROM "Sales"."order ""lines""";

-- smallest of id
SELECT pg_catalog.min("Id") FROM "Sales"."order ""lines""";

-- largest of id
SELECT pg_catalog.max("Id") FROM "Sales"."order ""lines""";

-- groups by odd "name" `of` [a] 'column'
SELECT "odd ""name"" `of` [a] 'column'", pg_catalog.count(*) FROM "Sales"."order ""lines""" GROUP BY "odd ""name"" `of` [a] 'column'";

-- count of odd "name" `of` [a] 'column'
SELECT pg_catalog.count("odd ""name"" `of` [a] 'column'") FROM "Sales"."order ""lines""";

-- count of different of odd "name" `of` [a] 'column'
SELECT pg_catalog.count(DISTINCT "odd ""name"" `of` [a] 'column'") FROM "Sales"."order ""lines""";

-- sum of odd "name" `of` [a] 'column'
SELECT CAST(pg_catalog.sum("odd ""name"" `of` [a] 'column'") AS pg_catalog.numeric) FROM "Sales"."order ""lines""";

-- average of odd "name" `of` [a] 'column'
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of odd "name" `of` [a] 'column'
SELECT pg_catalog.min("odd ""name"" `of` [a] 'column'") FROM "Sales"."order ""lines""";

-- largest of odd "name" `of` [a] 'column'
SELECT pg_catalog.max("odd ""name"" `of` [a] 'column'") FROM "Sales"."order ""lines""";

-- groups by price
SELECT "Price", pg_catalog.count(*) FROM "Sales"."order ""lines""" GROUP BY "Price";

-- count of price
SELECT pg_catalog.count("Price"), pg_catalog.min("Price"), pg_catalog.max("Price") FROM "Sales"."order ""lines""";

-- count of different of price
SELECT pg_catalog.count(DISTINCT "Price"), pg_catalog.min("Price"), pg_catalog.max("Price") FROM "Sales"."order ""lines""";

-- sum of price
SELECT CAST(pg_catalog.sum("Price") AS pg_catalog.numeric), pg_catalog.min("Price"), pg_catalog.max("Price") FROM "Sales"."order ""lines""";

-- average of price
SELECT CAST(pg_catalog.sum("Price") AS pg_catalog.numeric), pg_catalog.count("Price"), pg_catalog.min("Price"), pg_catalog.max("Price") FROM "Sales"."order ""lines""";

-- smallest of price
SELECT pg_catalog.min("Price"), pg_catalog.min("Price"), pg_catalog.max("Price") FROM "Sales"."order ""lines""";

-- largest of price
SELECT pg_catalog.max("Price"), pg_catalog.min("Price"), pg_catalog.max("Price") FROM "Sales"."order ""lines""";

-- groups by flag
SELECT "Flag", pg_catalog.count(*) FROM "Sales"."order ""lines""" GROUP BY "Flag";

-- count of flag
SELECT pg_catalog.count("Flag") FROM "Sales"."order ""lines""";

-- count of different of flag
SELECT pg_catalog.count(DISTINCT "Flag") FROM "Sales"."order ""lines""";

-- sum of flag
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of flag
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of flag
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- largest of flag
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- groups by text
SELECT "Text", pg_catalog.count(*) FROM "Sales"."order ""lines""" GROUP BY "Text";

-- count of text
SELECT pg_catalog.count("Text") FROM "Sales"."order ""lines""";

-- count of different of text
SELECT pg_catalog.count(DISTINCT "Text") FROM "Sales"."order ""lines""";

-- sum of text
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of text
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of text
SELECT pg_catalog.min("Text" COLLATE pg_catalog."C") FROM "Sales"."order ""lines""";

-- largest of text
SELECT pg_catalog.max("Text" COLLATE pg_catalog."C") FROM "Sales"."order ""lines""";

-- groups by cast
SELECT pg_catalog.min(CAST("Cast" AS pg_catalog.text)), pg_catalog.count(*) FROM "Sales"."order ""lines""" GROUP BY CAST("Cast" AS pg_catalog.text) COLLATE pg_catalog."C";

-- count of cast
SELECT pg_catalog.count(CAST("Cast" AS pg_catalog.text)) FROM "Sales"."order ""lines""";

-- count of different of cast
SELECT pg_catalog.count(DISTINCT CAST("Cast" AS pg_catalog.text) COLLATE pg_catalog."C") FROM "Sales"."order ""lines""";

-- sum of cast
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of cast
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of cast
SELECT pg_catalog.min(CAST("Cast" AS pg_catalog.text) COLLATE pg_catalog."C") FROM "Sales"."order ""lines""";

-- largest of cast
SELECT pg_catalog.max(CAST("Cast" AS pg_catalog.text) COLLATE pg_catalog."C") FROM "Sales"."order ""lines""";

-- groups by uuid
SELECT pg_catalog.min(CAST("Uuid" AS pg_catalog.text)), pg_catalog.count(*) FROM "Sales"."order ""lines""" GROUP BY CAST("Uuid" AS pg_catalog.text) COLLATE pg_catalog."C";

-- count of uuid
SELECT pg_catalog.count(CAST("Uuid" AS pg_catalog.text)) FROM "Sales"."order ""lines""";

-- count of different of uuid
SELECT pg_catalog.count(DISTINCT CAST("Uuid" AS pg_catalog.text) COLLATE pg_catalog."C") FROM "Sales"."order ""lines""";

-- sum of uuid
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of uuid
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of uuid
SELECT pg_catalog.min(CAST("Uuid" AS pg_catalog.text) COLLATE pg_catalog."C") FROM "Sales"."order ""lines""";

-- largest of uuid
SELECT pg_catalog.max(CAST("Uuid" AS pg_catalog.text) COLLATE pg_catalog."C") FROM "Sales"."order ""lines""";

-- groups by host
SELECT pg_catalog.min(pg_catalog.abbrev("Host")), pg_catalog.count(*) FROM "Sales"."order ""lines""" GROUP BY pg_catalog.abbrev("Host") COLLATE pg_catalog."C";

-- count of host
SELECT pg_catalog.count(pg_catalog.abbrev("Host")) FROM "Sales"."order ""lines""";

-- count of different of host
SELECT pg_catalog.count(DISTINCT pg_catalog.abbrev("Host") COLLATE pg_catalog."C") FROM "Sales"."order ""lines""";

-- sum of host
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of host
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of host
SELECT pg_catalog.min(pg_catalog.abbrev("Host") COLLATE pg_catalog."C") FROM "Sales"."order ""lines""";

-- largest of host
SELECT pg_catalog.max(pg_catalog.abbrev("Host") COLLATE pg_catalog."C") FROM "Sales"."order ""lines""";

-- groups by bytes
-- declined: the source does not put these rows together as Athena would: bytes are compared by their beginning

-- count of bytes
SELECT pg_catalog.count("Bytes") FROM "Sales"."order ""lines""";

-- count of different of bytes
-- declined: the source does not put these rows together as Athena would: bytes are compared by their beginning

-- sum of bytes
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of bytes
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of bytes
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- largest of bytes
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- groups by day
SELECT "Day", pg_catalog.count(*) FROM "Sales"."order ""lines""" GROUP BY "Day";

-- count of day
SELECT pg_catalog.count("Day"), pg_catalog.min("Day"), pg_catalog.max("Day") FROM "Sales"."order ""lines""";

-- count of different of day
SELECT pg_catalog.count(DISTINCT "Day"), pg_catalog.min("Day"), pg_catalog.max("Day") FROM "Sales"."order ""lines""";

-- sum of day
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of day
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of day
SELECT pg_catalog.min("Day"), pg_catalog.min("Day"), pg_catalog.max("Day") FROM "Sales"."order ""lines""";

-- largest of day
SELECT pg_catalog.max("Day"), pg_catalog.min("Day"), pg_catalog.max("Day") FROM "Sales"."order ""lines""";

-- groups by time
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- count of time
SELECT pg_catalog.count("Time"), pg_catalog.min("Time"), pg_catalog.max("Time") FROM "Sales"."order ""lines""";

-- count of different of time
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- sum of time
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of time
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of time
SELECT pg_catalog.min("Time"), pg_catalog.min("Time"), pg_catalog.max("Time") FROM "Sales"."order ""lines""";

-- largest of time
SELECT pg_catalog.max("Time"), pg_catalog.min("Time"), pg_catalog.max("Time") FROM "Sales"."order ""lines""";

-- groups by zoned
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- count of zoned
SELECT pg_catalog.count("Zoned"), pg_catalog.min("Zoned"), pg_catalog.max("Zoned") FROM "Sales"."order ""lines""";

-- count of different of zoned
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- sum of zoned
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of zoned
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of zoned
SELECT pg_catalog.min("Zoned"), pg_catalog.min("Zoned"), pg_catalog.max("Zoned") FROM "Sales"."order ""lines""";

-- largest of zoned
SELECT pg_catalog.max("Zoned"), pg_catalog.min("Zoned"), pg_catalog.max("Zoned") FROM "Sales"."order ""lines""";

-- groups by double
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- count of double
SELECT pg_catalog.count("Double") FROM "Sales"."order ""lines""";

-- count of different of double
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- sum of double
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of double
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of double
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- largest of double
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- groups by list
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- count of list
SELECT pg_catalog.count("List") FROM "Sales"."order ""lines""";

-- count of different of list
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- sum of list
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of list
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of list
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- largest of list
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- groups by two keys, one not shown, of rows that pass, so many
SELECT CAST(pg_catalog.sum("Price") AS pg_catalog.numeric), "Text", pg_catalog.count(*), pg_catalog.min("Price"), pg_catalog.max("Price") FROM "Sales"."order ""lines""" WHERE (("Price") < (CAST($1 AS pg_catalog.numeric))) GROUP BY "Id", "Text" LIMIT 5;

-- keys alone
SELECT "Id", "Text" FROM "Sales"."order ""lines""" GROUP BY "Text", "Id";

-- first slice along id
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Id" < CAST($1 AS pg_catalog.int4) OR "Id" IS NULL);

-- middle slice along id
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Id" >= CAST($1 AS pg_catalog.int4) AND "Id" < CAST($2 AS pg_catalog.int4));

-- last slice along id
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Id" >= CAST($1 AS pg_catalog.int4));

-- first slice along price
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Price" < CAST($1 AS pg_catalog.numeric) OR "Price" IS NULL);

-- middle slice along price
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Price" >= CAST($1 AS pg_catalog.numeric) AND "Price" < CAST($2 AS pg_catalog.numeric));

-- last slice along price
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Price" >= CAST($1 AS pg_catalog.numeric));

-- first slice along text
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Text" < CAST($1 AS pg_catalog.text) OR "Text" IS NULL);

-- middle slice along text
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Text" >= CAST($1 AS pg_catalog.text) AND "Text" < CAST($2 AS pg_catalog.text));

-- last slice along text
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Text" >= CAST($1 AS pg_catalog.text));

-- first slice along cast
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (CAST("Cast" AS pg_catalog.text) < CAST($1 AS pg_catalog.text) OR CAST("Cast" AS pg_catalog.text) IS NULL);

-- middle slice along cast
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (CAST("Cast" AS pg_catalog.text) >= CAST($1 AS pg_catalog.text) AND CAST("Cast" AS pg_catalog.text) < CAST($2 AS pg_catalog.text));

-- last slice along cast
SELECT "Id" FROM "Sales"."order ""lines""" WHERE (CAST("Cast" AS pg_catalog.text) >= CAST($1 AS pg_catalog.text));

-- first slice along uuid
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Uuid" < CAST($1 AS pg_catalog.uuid) OR "Uuid" IS NULL);

-- middle slice along uuid
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Uuid" >= CAST($1 AS pg_catalog.uuid) AND "Uuid" < CAST($2 AS pg_catalog.uuid));

-- last slice along uuid
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Uuid" >= CAST($1 AS pg_catalog.uuid));

-- first slice along bytes
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Bytes" < CAST($1 AS pg_catalog.bytea) OR "Bytes" IS NULL);

-- middle slice along bytes
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Bytes" >= CAST($1 AS pg_catalog.bytea) AND "Bytes" < CAST($2 AS pg_catalog.bytea));

-- last slice along bytes
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Bytes" >= CAST($1 AS pg_catalog.bytea));

-- first slice along day
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Day" < CAST($1 AS pg_catalog.date) OR "Day" IS NULL);

-- middle slice along day
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Day" >= CAST($1 AS pg_catalog.date) AND "Day" < CAST($2 AS pg_catalog.date));

-- last slice along day
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Day" >= CAST($1 AS pg_catalog.date));

-- first slice along time
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Time" < CAST($1 AS pg_catalog.timestamp) OR "Time" IS NULL);

-- middle slice along time
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Time" >= CAST($1 AS pg_catalog.timestamp) AND "Time" < CAST($2 AS pg_catalog.timestamp));

-- last slice along time
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Time" >= CAST($1 AS pg_catalog.timestamp));

-- first slice along zoned
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Zoned" < CAST($1 AS pg_catalog.timestamptz) OR "Zoned" IS NULL);

-- middle slice along zoned
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Zoned" >= CAST($1 AS pg_catalog.timestamptz) AND "Zoned" < CAST($2 AS pg_catalog.timestamptz));

-- last slice along zoned
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Zoned" >= CAST($1 AS pg_catalog.timestamptz));

-- slice 1 along id and price
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Id" < CAST($1 AS pg_catalog.int4) OR "Id" IS NULL);

-- slice 2 along id and price
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Id" = CAST($1 AS pg_catalog.int4) AND ("Price" < CAST($2 AS pg_catalog.numeric) OR "Price" IS NULL));

-- slice 3 along id and price
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Id" = CAST($1 AS pg_catalog.int4) AND ("Price" >= CAST($2 AS pg_catalog.numeric) AND "Price" < CAST($3 AS pg_catalog.numeric)));

-- slice 4 along id and price
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Id" >= CAST($1 AS pg_catalog.int4) AND ("Id" > CAST($2 AS pg_catalog.int4) OR "Price" >= CAST($3 AS pg_catalog.numeric)) AND "Id" <= CAST($4 AS pg_catalog.int4) AND ("Id" < CAST($5 AS pg_catalog.int4) OR "Price" < CAST($6 AS pg_catalog.numeric) OR "Price" IS NULL));

-- slice 5 along id and price
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Id" >= CAST($1 AS pg_catalog.int4) AND ("Id" > CAST($2 AS pg_catalog.int4) OR "Price" >= CAST($3 AS pg_catalog.numeric)));

-- slice 1 along text and time
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Text" < CAST($1 AS pg_catalog.text) OR "Text" IS NULL);

-- slice 2 along text and time
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Text" = CAST($1 AS pg_catalog.text) AND ("Time" < CAST($2 AS pg_catalog.timestamp) OR "Time" IS NULL));

-- slice 3 along text and time
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Text" = CAST($1 AS pg_catalog.text) AND ("Time" >= CAST($2 AS pg_catalog.timestamp) AND "Time" < CAST($3 AS pg_catalog.timestamp)));

-- slice 4 along text and time
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Text" >= CAST($1 AS pg_catalog.text) AND ("Text" > CAST($2 AS pg_catalog.text) OR "Time" >= CAST($3 AS pg_catalog.timestamp)) AND "Text" <= CAST($4 AS pg_catalog.text) AND ("Text" < CAST($5 AS pg_catalog.text) OR "Time" < CAST($6 AS pg_catalog.timestamp) OR "Time" IS NULL));

-- slice 5 along text and time
SELECT "Id" FROM "Sales"."order ""lines""" WHERE ("Text" >= CAST($1 AS pg_catalog.text) AND ("Text" > CAST($2 AS pg_catalog.text) OR "Time" >= CAST($3 AS pg_catalog.timestamp)));

-- a slice without ends and NULL
SELECT 1 FROM "Sales"."order ""lines""" WHERE ("Id" IS NOT NULL);

-- a slice as it was
-- declined: table "Sales"."order \"lines\"" cannot be read in the slice that was cut

-- a slice, a condition and a limit
SELECT "Text" FROM "Sales"."order ""lines""" WHERE ("Id" < CAST($1 AS pg_catalog.int4) OR "Id" IS NULL) AND ("Id" IS NULL) LIMIT 5;

-- a query
SELECT "c1", "c2" FROM (
SELECT id AS a, text AS a FROM t -- all
) AS "glaux_query" ("c1", "c2");

-- a query without columns
SELECT 1 FROM (
SELECT id AS a, text AS a FROM t -- all
) AS "glaux_query" ("c1", "c2");

-- a limit behind a query
SELECT "c2", "c1" FROM (
SELECT id AS a, text AS a FROM t -- all
) AS "glaux_query" ("c1", "c2") WHERE ("c2" IS NULL) LIMIT 5;

-- ends of id
SELECT MIN("Id"), MAX("Id") FROM "Sales"."order ""lines""";

-- ends of text
SELECT MIN("Text"), MAX("Text") FROM "Sales"."order ""lines""";

-- ends of uuid
SELECT (SELECT CAST("Uuid" AS pg_catalog.text) FROM (SELECT "Uuid" FROM "Sales"."order ""lines""" WHERE "Uuid" IS NOT NULL ORDER BY "Uuid" LIMIT 1) AS "glaux_looks"), (SELECT CAST("Uuid" AS pg_catalog.text) FROM (SELECT "Uuid" FROM "Sales"."order ""lines""" WHERE "Uuid" IS NOT NULL ORDER BY "Uuid" DESC LIMIT 1) AS "glaux_looks");

-- ends of day
SELECT MIN("Day"), MAX("Day") FROM "Sales"."order ""lines""";

-- ends of time
SELECT MIN("Time"), MAX("Time") FROM "Sales"."order ""lines""";
