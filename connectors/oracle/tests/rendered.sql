-- Written by a test; what is kept above stands behind each statement.

-- no columns
SELECT 1 FROM "SALES"."order ""lines""";

-- columns in any order
SELECT CAST("CAST" AS VARCHAR2(40)), "ID", "Odd ""name"" `of` [a] 'column'" FROM "SALES"."order ""lines""";

-- a limit
SELECT "TEXT" FROM "SALES"."order ""lines""" FETCH FIRST 5 ROWS ONLY;

-- a limit of the largest number
SELECT "TEXT" FROM "SALES"."order ""lines""";

-- a limit behind id
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("ID" = :v1) FETCH FIRST 5 ROWS ONLY;

-- by id upwards, nulls last
SELECT "ID" FROM "SALES"."order ""lines""" ORDER BY "ID" ASC NULLS LAST FETCH FIRST 10 ROWS ONLY;

-- by id downwards, nulls first
SELECT "ID" FROM "SALES"."order ""lines""" ORDER BY "ID" DESC NULLS FIRST FETCH FIRST 10 ROWS ONLY;

-- a limit behind text
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("TEXT" = :v1) FETCH FIRST 5 ROWS ONLY;

-- by text upwards, nulls last
SELECT "ID" FROM "SALES"."order ""lines""" ORDER BY "TEXT" ASC NULLS LAST FETCH FIRST 10 ROWS ONLY;

-- by text downwards, nulls first
SELECT "ID" FROM "SALES"."order ""lines""" ORDER BY "TEXT" DESC NULLS FIRST FETCH FIRST 10 ROWS ONLY;

-- a limit behind cast
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (CAST("CAST" AS VARCHAR2(40)) = :v1) FETCH FIRST 5 ROWS ONLY;

-- by cast upwards, nulls last
SELECT "ID" FROM "SALES"."order ""lines""";
-- kept: 0 conditions, order, limit

-- by cast downwards, nulls first
SELECT "ID" FROM "SALES"."order ""lines""";
-- kept: 0 conditions, order, limit

-- a limit behind time
SELECT "ID", "TIME" FROM "SALES"."order ""lines""" WHERE (("TIME" >= :v1 AND "TIME" < :v2)) FETCH FIRST 5 ROWS ONLY;

-- by time upwards, nulls last
SELECT "ID" FROM "SALES"."order ""lines""" ORDER BY "TIME" ASC NULLS LAST FETCH FIRST 10 ROWS ONLY;

-- by time downwards, nulls first
SELECT "ID" FROM "SALES"."order ""lines""" ORDER BY "TIME" DESC NULLS FIRST FETCH FIRST 10 ROWS ONLY;

-- a limit behind double
SELECT "ID", "DOUBLE" FROM "SALES"."order ""lines""" WHERE ("DOUBLE" = :v1);
-- kept: 1 conditions, limit

-- by double upwards, nulls last
SELECT "ID" FROM "SALES"."order ""lines""";
-- kept: 0 conditions, order, limit

-- by double downwards, nulls first
SELECT "ID" FROM "SALES"."order ""lines""";
-- kept: 0 conditions, order, limit

-- by two keys
SELECT "ID" FROM "SALES"."order ""lines""" ORDER BY "ID" DESC NULLS LAST, "TEXT" ASC NULLS FIRST FETCH FIRST 10 ROWS ONLY;

-- id: is null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("ID" IS NULL);

-- id: is not null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("ID" IS NOT NULL);

-- id: equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("ID" = :v1);

-- id: equal or null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("ID" = :v1 OR "ID" IS NULL);

-- id: not equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (NOT ("ID" = :v1));

-- id: less
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("ID" < :v1));

-- id: less or equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("ID" <= :v1));

-- id: greater
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("ID" > :v1));

-- id: greater, or equal, or null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("ID" >= :v1) OR "ID" IS NULL);

-- id: between
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("ID" > :v1 AND "ID" <= :v2));

-- id: one of two
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("ID" IN (:v1, :v2));

-- id: none of two, or null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (NOT ("ID" IN (:v1, :v2)) OR "ID" IS NULL);

-- odd "name" `of` [a] 'column': is null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("Odd ""name"" `of` [a] 'column'" IS NULL);

-- odd "name" `of` [a] 'column': is not null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("Odd ""name"" `of` [a] 'column'" IS NOT NULL);

-- odd "name" `of` [a] 'column': equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("Odd ""name"" `of` [a] 'column'" = :v1);

-- odd "name" `of` [a] 'column': equal or null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("Odd ""name"" `of` [a] 'column'" = :v1 OR "Odd ""name"" `of` [a] 'column'" IS NULL);

-- odd "name" `of` [a] 'column': not equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (NOT ("Odd ""name"" `of` [a] 'column'" = :v1));

-- odd "name" `of` [a] 'column': less
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("Odd ""name"" `of` [a] 'column'" < :v1));

-- odd "name" `of` [a] 'column': less or equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("Odd ""name"" `of` [a] 'column'" <= :v1));

-- odd "name" `of` [a] 'column': greater
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("Odd ""name"" `of` [a] 'column'" > :v1));

-- odd "name" `of` [a] 'column': greater, or equal, or null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("Odd ""name"" `of` [a] 'column'" >= :v1) OR "Odd ""name"" `of` [a] 'column'" IS NULL);

-- odd "name" `of` [a] 'column': between
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("Odd ""name"" `of` [a] 'column'" > :v1 AND "Odd ""name"" `of` [a] 'column'" <= :v2));

-- odd "name" `of` [a] 'column': one of two
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("Odd ""name"" `of` [a] 'column'" IN (:v1, :v2));

-- odd "name" `of` [a] 'column': none of two, or null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (NOT ("Odd ""name"" `of` [a] 'column'" IN (:v1, :v2)) OR "Odd ""name"" `of` [a] 'column'" IS NULL);

-- price: is null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("PRICE" IS NULL);

-- price: is not null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("PRICE" IS NOT NULL);

-- price: equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("PRICE" = :v1);

-- price: equal or null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("PRICE" = :v1 OR "PRICE" IS NULL);

-- price: not equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (NOT ("PRICE" = :v1));

-- price: less
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("PRICE" < :v1));

-- price: less or equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("PRICE" <= :v1));

-- price: greater
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("PRICE" > :v1));

-- price: greater, or equal, or null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("PRICE" >= :v1) OR "PRICE" IS NULL);

-- price: between
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("PRICE" > :v1 AND "PRICE" <= :v2));

-- price: one of two
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("PRICE" IN (:v1, :v2));

-- price: none of two, or null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (NOT ("PRICE" IN (:v1, :v2)) OR "PRICE" IS NULL);

-- flag: is null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("FLAG" IS NULL);

-- flag: is not null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("FLAG" IS NOT NULL);

-- flag: equal
SELECT "ID", "FLAG" FROM "SALES"."order ""lines""" WHERE ("FLAG" IS NOT NULL);
-- kept: 1 conditions

-- flag: equal or null
SELECT "ID", "FLAG" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- flag: not equal
SELECT "ID", "FLAG" FROM "SALES"."order ""lines""" WHERE ("FLAG" IS NOT NULL);
-- kept: 1 conditions

-- flag: less
SELECT "ID", "FLAG" FROM "SALES"."order ""lines""" WHERE ("FLAG" IS NOT NULL);
-- kept: 1 conditions

-- flag: less or equal
SELECT "ID", "FLAG" FROM "SALES"."order ""lines""" WHERE ("FLAG" IS NOT NULL);
-- kept: 1 conditions

-- flag: greater
SELECT "ID", "FLAG" FROM "SALES"."order ""lines""" WHERE ("FLAG" IS NOT NULL);
-- kept: 1 conditions

-- flag: greater, or equal, or null
SELECT "ID", "FLAG" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- flag: between
SELECT "ID", "FLAG" FROM "SALES"."order ""lines""" WHERE ("FLAG" IS NOT NULL);
-- kept: 1 conditions

-- flag: one of two
SELECT "ID", "FLAG" FROM "SALES"."order ""lines""" WHERE ("FLAG" IS NOT NULL);
-- kept: 1 conditions

-- flag: none of two, or null
SELECT "ID", "FLAG" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- text: is null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("TEXT" IS NULL);

-- text: is not null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("TEXT" IS NOT NULL);

-- text: equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("TEXT" = :v1);

-- text: equal or null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("TEXT" = :v1 OR "TEXT" IS NULL);

-- text: not equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (NOT ("TEXT" = :v1));

-- text: less
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("TEXT" < :v1));

-- text: less or equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("TEXT" <= :v1));

-- text: greater
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("TEXT" > :v1));

-- text: greater, or equal, or null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("TEXT" >= :v1) OR "TEXT" IS NULL);

-- text: between
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("TEXT" > :v1 AND "TEXT" <= :v2));

-- text: one of two
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("TEXT" IN (:v1, :v2));

-- text: none of two, or null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (NOT ("TEXT" IN (:v1, :v2)) OR "TEXT" IS NULL);

-- padded: is null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("PADDED" IS NULL);

-- padded: is not null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("PADDED" IS NOT NULL);

-- padded: equal
SELECT "ID", "PADDED" FROM "SALES"."order ""lines""" WHERE ("PADDED" IS NOT NULL);
-- kept: 1 conditions

-- padded: equal or null
SELECT "ID", "PADDED" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- padded: not equal
SELECT "ID", "PADDED" FROM "SALES"."order ""lines""" WHERE ("PADDED" IS NOT NULL);
-- kept: 1 conditions

-- padded: less
SELECT "ID", "PADDED" FROM "SALES"."order ""lines""" WHERE ("PADDED" IS NOT NULL);
-- kept: 1 conditions

-- padded: less or equal
SELECT "ID", "PADDED" FROM "SALES"."order ""lines""" WHERE ("PADDED" IS NOT NULL);
-- kept: 1 conditions

-- padded: greater
SELECT "ID", "PADDED" FROM "SALES"."order ""lines""" WHERE ("PADDED" IS NOT NULL);
-- kept: 1 conditions

-- padded: greater, or equal, or null
SELECT "ID", "PADDED" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- padded: between
SELECT "ID", "PADDED" FROM "SALES"."order ""lines""" WHERE ("PADDED" IS NOT NULL);
-- kept: 1 conditions

-- padded: one of two
SELECT "ID", "PADDED" FROM "SALES"."order ""lines""" WHERE ("PADDED" IS NOT NULL);
-- kept: 1 conditions

-- padded: none of two, or null
SELECT "ID", "PADDED" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- national: is null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("NATIONAL" IS NULL);

-- national: is not null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("NATIONAL" IS NOT NULL);

-- national: equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("NATIONAL" = :v1);

-- national: equal or null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("NATIONAL" = :v1 OR "NATIONAL" IS NULL);

-- national: not equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (NOT ("NATIONAL" = :v1));

-- national: less
SELECT "ID", "NATIONAL" FROM "SALES"."order ""lines""" WHERE ("NATIONAL" IS NOT NULL);
-- kept: 1 conditions

-- national: less or equal
SELECT "ID", "NATIONAL" FROM "SALES"."order ""lines""" WHERE ("NATIONAL" IS NOT NULL);
-- kept: 1 conditions

-- national: greater
SELECT "ID", "NATIONAL" FROM "SALES"."order ""lines""" WHERE ("NATIONAL" IS NOT NULL);
-- kept: 1 conditions

-- national: greater, or equal, or null
SELECT "ID", "NATIONAL" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- national: between
SELECT "ID", "NATIONAL" FROM "SALES"."order ""lines""" WHERE ("NATIONAL" IS NOT NULL);
-- kept: 1 conditions

-- national: one of two
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("NATIONAL" IN (:v1, :v2));

-- national: none of two, or null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (NOT ("NATIONAL" IN (:v1, :v2)) OR "NATIONAL" IS NULL);

-- folded: is null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("FOLDED" IS NULL);

-- folded: is not null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("FOLDED" IS NOT NULL);

-- folded: equal
SELECT "ID", "FOLDED" FROM "SALES"."order ""lines""" WHERE ("FOLDED" IS NOT NULL);
-- kept: 1 conditions

-- folded: equal or null
SELECT "ID", "FOLDED" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- folded: not equal
SELECT "ID", "FOLDED" FROM "SALES"."order ""lines""" WHERE ("FOLDED" IS NOT NULL);
-- kept: 1 conditions

-- folded: less
SELECT "ID", "FOLDED" FROM "SALES"."order ""lines""" WHERE ("FOLDED" IS NOT NULL);
-- kept: 1 conditions

-- folded: less or equal
SELECT "ID", "FOLDED" FROM "SALES"."order ""lines""" WHERE ("FOLDED" IS NOT NULL);
-- kept: 1 conditions

-- folded: greater
SELECT "ID", "FOLDED" FROM "SALES"."order ""lines""" WHERE ("FOLDED" IS NOT NULL);
-- kept: 1 conditions

-- folded: greater, or equal, or null
SELECT "ID", "FOLDED" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- folded: between
SELECT "ID", "FOLDED" FROM "SALES"."order ""lines""" WHERE ("FOLDED" IS NOT NULL);
-- kept: 1 conditions

-- folded: one of two
SELECT "ID", "FOLDED" FROM "SALES"."order ""lines""" WHERE ("FOLDED" IS NOT NULL);
-- kept: 1 conditions

-- folded: none of two, or null
SELECT "ID", "FOLDED" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- cast: is null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (CAST("CAST" AS VARCHAR2(40)) IS NULL);

-- cast: is not null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (CAST("CAST" AS VARCHAR2(40)) IS NOT NULL);

-- cast: equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (CAST("CAST" AS VARCHAR2(40)) = :v1);

-- cast: equal or null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (CAST("CAST" AS VARCHAR2(40)) = :v1 OR CAST("CAST" AS VARCHAR2(40)) IS NULL);

-- cast: not equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (NOT (CAST("CAST" AS VARCHAR2(40)) = :v1));

-- cast: less
SELECT "ID", CAST("CAST" AS VARCHAR2(40)) FROM "SALES"."order ""lines""" WHERE (CAST("CAST" AS VARCHAR2(40)) IS NOT NULL);
-- kept: 1 conditions

-- cast: less or equal
SELECT "ID", CAST("CAST" AS VARCHAR2(40)) FROM "SALES"."order ""lines""" WHERE (CAST("CAST" AS VARCHAR2(40)) IS NOT NULL);
-- kept: 1 conditions

-- cast: greater
SELECT "ID", CAST("CAST" AS VARCHAR2(40)) FROM "SALES"."order ""lines""" WHERE (CAST("CAST" AS VARCHAR2(40)) IS NOT NULL);
-- kept: 1 conditions

-- cast: greater, or equal, or null
SELECT "ID", CAST("CAST" AS VARCHAR2(40)) FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- cast: between
SELECT "ID", CAST("CAST" AS VARCHAR2(40)) FROM "SALES"."order ""lines""" WHERE (CAST("CAST" AS VARCHAR2(40)) IS NOT NULL);
-- kept: 1 conditions

-- cast: one of two
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (CAST("CAST" AS VARCHAR2(40)) IN (:v1, :v2));

-- cast: none of two, or null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (NOT (CAST("CAST" AS VARCHAR2(40)) IN (:v1, :v2)) OR CAST("CAST" AS VARCHAR2(40)) IS NULL);

-- bytes: is null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("BYTES" IS NULL);

-- bytes: is not null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("BYTES" IS NOT NULL);

-- bytes: equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("BYTES" = :v1);

-- bytes: equal or null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("BYTES" = :v1 OR "BYTES" IS NULL);

-- bytes: not equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (NOT ("BYTES" = :v1));

-- bytes: less
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("BYTES" < :v1));

-- bytes: less or equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("BYTES" <= :v1));

-- bytes: greater
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("BYTES" > :v1));

-- bytes: greater, or equal, or null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("BYTES" >= :v1) OR "BYTES" IS NULL);

-- bytes: between
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("BYTES" > :v1 AND "BYTES" <= :v2));

-- bytes: one of two
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("BYTES" IN (:v1, :v2));

-- bytes: none of two, or null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (NOT ("BYTES" IN (:v1, :v2)) OR "BYTES" IS NULL);

-- day: is null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("DAY" IS NULL);

-- day: is not null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("DAY" IS NOT NULL);

-- day: equal
SELECT "ID", "DAY" FROM "SALES"."order ""lines""" WHERE (("DAY" >= CAST(:v1 AS DATE) AND "DAY" < CAST(:v2 AS DATE)));

-- day: equal or null
SELECT "ID", "DAY" FROM "SALES"."order ""lines""" WHERE (("DAY" >= CAST(:v1 AS DATE) AND "DAY" < CAST(:v2 AS DATE)) OR "DAY" IS NULL);

-- day: not equal
SELECT "ID", "DAY" FROM "SALES"."order ""lines""" WHERE (NOT (("DAY" >= CAST(:v1 AS DATE) AND "DAY" < CAST(:v2 AS DATE))));

-- day: less
SELECT "ID", "DAY" FROM "SALES"."order ""lines""" WHERE (("DAY" < CAST(:v1 AS DATE)));

-- day: less or equal
SELECT "ID", "DAY" FROM "SALES"."order ""lines""" WHERE (("DAY" < CAST(:v1 AS DATE)));

-- day: greater
SELECT "ID", "DAY" FROM "SALES"."order ""lines""" WHERE (("DAY" >= CAST(:v1 AS DATE)));

-- day: greater, or equal, or null
SELECT "ID", "DAY" FROM "SALES"."order ""lines""" WHERE (("DAY" >= CAST(:v1 AS DATE)) OR "DAY" IS NULL);

-- day: between
SELECT "ID", "DAY" FROM "SALES"."order ""lines""" WHERE (("DAY" >= CAST(:v1 AS DATE) AND "DAY" < CAST(:v2 AS DATE)));

-- day: one of two
SELECT "ID", "DAY" FROM "SALES"."order ""lines""" WHERE (("DAY" >= CAST(:v1 AS DATE) AND "DAY" < CAST(:v2 AS DATE)) OR ("DAY" >= CAST(:v3 AS DATE) AND "DAY" < CAST(:v4 AS DATE)));

-- day: none of two, or null
SELECT "ID", "DAY" FROM "SALES"."order ""lines""" WHERE (NOT (("DAY" >= CAST(:v1 AS DATE) AND "DAY" < CAST(:v2 AS DATE)) OR ("DAY" >= CAST(:v3 AS DATE) AND "DAY" < CAST(:v4 AS DATE))) OR "DAY" IS NULL);

-- time: is null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("TIME" IS NULL);

-- time: is not null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("TIME" IS NOT NULL);

-- time: equal
SELECT "ID", "TIME" FROM "SALES"."order ""lines""" WHERE (("TIME" >= :v1 AND "TIME" < :v2));

-- time: equal or null
SELECT "ID", "TIME" FROM "SALES"."order ""lines""" WHERE (("TIME" >= :v1 AND "TIME" < :v2) OR "TIME" IS NULL);

-- time: not equal
SELECT "ID", "TIME" FROM "SALES"."order ""lines""" WHERE (NOT (("TIME" >= :v1 AND "TIME" < :v2)));

-- time: less
SELECT "ID", "TIME" FROM "SALES"."order ""lines""" WHERE (("TIME" < :v1));

-- time: less or equal
SELECT "ID", "TIME" FROM "SALES"."order ""lines""" WHERE (("TIME" < :v1));

-- time: greater
SELECT "ID", "TIME" FROM "SALES"."order ""lines""" WHERE (("TIME" >= :v1));

-- time: greater, or equal, or null
SELECT "ID", "TIME" FROM "SALES"."order ""lines""" WHERE (("TIME" >= :v1) OR "TIME" IS NULL);

-- time: between
SELECT "ID", "TIME" FROM "SALES"."order ""lines""" WHERE (("TIME" >= :v1 AND "TIME" < :v2));

-- time: one of two
SELECT "ID", "TIME" FROM "SALES"."order ""lines""" WHERE (("TIME" >= :v1 AND "TIME" < :v2) OR ("TIME" >= :v3 AND "TIME" < :v4));

-- time: none of two, or null
SELECT "ID", "TIME" FROM "SALES"."order ""lines""" WHERE (NOT (("TIME" >= :v1 AND "TIME" < :v2) OR ("TIME" >= :v3 AND "TIME" < :v4)) OR "TIME" IS NULL);

-- zoned: is null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (SYS_EXTRACT_UTC("ZONED") IS NULL);

-- zoned: is not null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (SYS_EXTRACT_UTC("ZONED") IS NOT NULL);

-- zoned: equal
SELECT "ID", SYS_EXTRACT_UTC("ZONED") FROM "SALES"."order ""lines""" WHERE ((SYS_EXTRACT_UTC("ZONED") >= :v1 AND SYS_EXTRACT_UTC("ZONED") < :v2));

-- zoned: equal or null
SELECT "ID", SYS_EXTRACT_UTC("ZONED") FROM "SALES"."order ""lines""" WHERE ((SYS_EXTRACT_UTC("ZONED") >= :v1 AND SYS_EXTRACT_UTC("ZONED") < :v2) OR SYS_EXTRACT_UTC("ZONED") IS NULL);

-- zoned: not equal
SELECT "ID", SYS_EXTRACT_UTC("ZONED") FROM "SALES"."order ""lines""" WHERE (NOT ((SYS_EXTRACT_UTC("ZONED") >= :v1 AND SYS_EXTRACT_UTC("ZONED") < :v2)));

-- zoned: less
SELECT "ID", SYS_EXTRACT_UTC("ZONED") FROM "SALES"."order ""lines""" WHERE ((SYS_EXTRACT_UTC("ZONED") < :v1));

-- zoned: less or equal
SELECT "ID", SYS_EXTRACT_UTC("ZONED") FROM "SALES"."order ""lines""" WHERE ((SYS_EXTRACT_UTC("ZONED") < :v1));

-- zoned: greater
SELECT "ID", SYS_EXTRACT_UTC("ZONED") FROM "SALES"."order ""lines""" WHERE ((SYS_EXTRACT_UTC("ZONED") >= :v1));

-- zoned: greater, or equal, or null
SELECT "ID", SYS_EXTRACT_UTC("ZONED") FROM "SALES"."order ""lines""" WHERE ((SYS_EXTRACT_UTC("ZONED") >= :v1) OR SYS_EXTRACT_UTC("ZONED") IS NULL);

-- zoned: between
SELECT "ID", SYS_EXTRACT_UTC("ZONED") FROM "SALES"."order ""lines""" WHERE ((SYS_EXTRACT_UTC("ZONED") >= :v1 AND SYS_EXTRACT_UTC("ZONED") < :v2));

-- zoned: one of two
SELECT "ID", SYS_EXTRACT_UTC("ZONED") FROM "SALES"."order ""lines""" WHERE ((SYS_EXTRACT_UTC("ZONED") >= :v1 AND SYS_EXTRACT_UTC("ZONED") < :v2) OR (SYS_EXTRACT_UTC("ZONED") >= :v3 AND SYS_EXTRACT_UTC("ZONED") < :v4));

-- zoned: none of two, or null
SELECT "ID", SYS_EXTRACT_UTC("ZONED") FROM "SALES"."order ""lines""" WHERE (NOT ((SYS_EXTRACT_UTC("ZONED") >= :v1 AND SYS_EXTRACT_UTC("ZONED") < :v2) OR (SYS_EXTRACT_UTC("ZONED") >= :v3 AND SYS_EXTRACT_UTC("ZONED") < :v4)) OR SYS_EXTRACT_UTC("ZONED") IS NULL);

-- double: is null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("DOUBLE" IS NULL);

-- double: is not null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("DOUBLE" IS NOT NULL);

-- double: equal
SELECT "ID", "DOUBLE" FROM "SALES"."order ""lines""" WHERE ("DOUBLE" = :v1);
-- kept: 1 conditions

-- double: equal or null
SELECT "ID", "DOUBLE" FROM "SALES"."order ""lines""" WHERE ("DOUBLE" = :v1 OR "DOUBLE" IS NULL);
-- kept: 1 conditions

-- double: not equal
SELECT "ID", "DOUBLE" FROM "SALES"."order ""lines""" WHERE (NOT ("DOUBLE" = :v1));
-- kept: 1 conditions

-- double: less
SELECT "ID", "DOUBLE" FROM "SALES"."order ""lines""" WHERE (("DOUBLE" < :v1));
-- kept: 1 conditions

-- double: less or equal
SELECT "ID", "DOUBLE" FROM "SALES"."order ""lines""" WHERE (("DOUBLE" <= :v1));
-- kept: 1 conditions

-- double: greater
SELECT "ID", "DOUBLE" FROM "SALES"."order ""lines""" WHERE (("DOUBLE" > :v1));
-- kept: 1 conditions

-- double: greater, or equal, or null
SELECT "ID", "DOUBLE" FROM "SALES"."order ""lines""" WHERE (("DOUBLE" >= :v1) OR "DOUBLE" IS NULL);
-- kept: 1 conditions

-- double: between
SELECT "ID", "DOUBLE" FROM "SALES"."order ""lines""" WHERE (("DOUBLE" > :v1 AND "DOUBLE" <= :v2));
-- kept: 1 conditions

-- double: one of two
SELECT "ID", "DOUBLE" FROM "SALES"."order ""lines""" WHERE ("DOUBLE" IN (:v1, :v2));
-- kept: 1 conditions

-- double: none of two, or null
SELECT "ID", "DOUBLE" FROM "SALES"."order ""lines""" WHERE (NOT ("DOUBLE" IN (:v1, :v2)) OR "DOUBLE" IS NULL);
-- kept: 1 conditions

-- float: is null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("FLOAT" IS NULL);

-- float: is not null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("FLOAT" IS NOT NULL);

-- float: equal
SELECT "ID", "FLOAT" FROM "SALES"."order ""lines""" WHERE ("FLOAT" IS NOT NULL);
-- kept: 1 conditions

-- float: equal or null
SELECT "ID", "FLOAT" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- float: not equal
SELECT "ID", "FLOAT" FROM "SALES"."order ""lines""" WHERE ("FLOAT" IS NOT NULL);
-- kept: 1 conditions

-- float: less
SELECT "ID", "FLOAT" FROM "SALES"."order ""lines""" WHERE ("FLOAT" IS NOT NULL);
-- kept: 1 conditions

-- float: less or equal
SELECT "ID", "FLOAT" FROM "SALES"."order ""lines""" WHERE ("FLOAT" IS NOT NULL);
-- kept: 1 conditions

-- float: greater
SELECT "ID", "FLOAT" FROM "SALES"."order ""lines""" WHERE ("FLOAT" IS NOT NULL);
-- kept: 1 conditions

-- float: greater, or equal, or null
SELECT "ID", "FLOAT" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- float: between
SELECT "ID", "FLOAT" FROM "SALES"."order ""lines""" WHERE ("FLOAT" IS NOT NULL);
-- kept: 1 conditions

-- float: one of two
SELECT "ID", "FLOAT" FROM "SALES"."order ""lines""" WHERE ("FLOAT" IS NOT NULL);
-- kept: 1 conditions

-- float: none of two, or null
SELECT "ID", "FLOAT" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- bare: is null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("BARE" IS NULL);

-- bare: is not null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("BARE" IS NOT NULL);

-- bare: equal
SELECT "ID", "BARE" FROM "SALES"."order ""lines""" WHERE ("BARE" IS NOT NULL);
-- kept: 1 conditions

-- bare: equal or null
SELECT "ID", "BARE" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- bare: not equal
SELECT "ID", "BARE" FROM "SALES"."order ""lines""" WHERE ("BARE" IS NOT NULL);
-- kept: 1 conditions

-- bare: less
SELECT "ID", "BARE" FROM "SALES"."order ""lines""" WHERE ("BARE" IS NOT NULL);
-- kept: 1 conditions

-- bare: less or equal
SELECT "ID", "BARE" FROM "SALES"."order ""lines""" WHERE ("BARE" IS NOT NULL);
-- kept: 1 conditions

-- bare: greater
SELECT "ID", "BARE" FROM "SALES"."order ""lines""" WHERE ("BARE" IS NOT NULL);
-- kept: 1 conditions

-- bare: greater, or equal, or null
SELECT "ID", "BARE" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- bare: between
SELECT "ID", "BARE" FROM "SALES"."order ""lines""" WHERE ("BARE" IS NOT NULL);
-- kept: 1 conditions

-- bare: one of two
SELECT "ID", "BARE" FROM "SALES"."order ""lines""" WHERE ("BARE" IS NOT NULL);
-- kept: 1 conditions

-- bare: none of two, or null
SELECT "ID", "BARE" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- large: is null
SELECT "ID", "LARGE" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- large: is not null
SELECT "ID", "LARGE" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- large: equal
SELECT "ID", "LARGE" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- large: equal or null
SELECT "ID", "LARGE" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- large: not equal
SELECT "ID", "LARGE" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- large: less
SELECT "ID", "LARGE" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- large: less or equal
SELECT "ID", "LARGE" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- large: greater
SELECT "ID", "LARGE" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- large: greater, or equal, or null
SELECT "ID", "LARGE" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- large: between
SELECT "ID", "LARGE" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- large: one of two
SELECT "ID", "LARGE" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- large: none of two, or null
SELECT "ID", "LARGE" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- xml: is null
SELECT "ID", SYS.XMLTYPE.GETCLOBVAL("XML") FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- xml: is not null
SELECT "ID", SYS.XMLTYPE.GETCLOBVAL("XML") FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- xml: equal
SELECT "ID", SYS.XMLTYPE.GETCLOBVAL("XML") FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- xml: equal or null
SELECT "ID", SYS.XMLTYPE.GETCLOBVAL("XML") FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- xml: not equal
SELECT "ID", SYS.XMLTYPE.GETCLOBVAL("XML") FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- xml: less
SELECT "ID", SYS.XMLTYPE.GETCLOBVAL("XML") FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- xml: less or equal
SELECT "ID", SYS.XMLTYPE.GETCLOBVAL("XML") FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- xml: greater
SELECT "ID", SYS.XMLTYPE.GETCLOBVAL("XML") FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- xml: greater, or equal, or null
SELECT "ID", SYS.XMLTYPE.GETCLOBVAL("XML") FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- xml: between
SELECT "ID", SYS.XMLTYPE.GETCLOBVAL("XML") FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- xml: one of two
SELECT "ID", SYS.XMLTYPE.GETCLOBVAL("XML") FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- xml: none of two, or null
SELECT "ID", SYS.XMLTYPE.GETCLOBVAL("XML") FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- number equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("ID") = (:v1));

-- number not equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("ID") <> (:v1));

-- decimal less
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("PRICE") < (:v1));

-- text equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("TEXT") = (:v1));

-- text not equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("TEXT") <> (:v1));

-- text less or equal
SELECT "ID", "TEXT" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- text that is cast, equal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ((CAST("CAST" AS VARCHAR2(40))) = (:v1));

-- bytes greater
SELECT "ID", "BYTES" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- day greater or equal
SELECT "ID", "DAY" FROM "SALES"."order ""lines""" WHERE (("DAY" >= CAST(:v1 AS DATE)));

-- time equal
SELECT "ID", "TIME" FROM "SALES"."order ""lines""" WHERE (("TIME" >= :v1 AND "TIME" < :v2));

-- time not equal
SELECT "ID", "TIME" FROM "SALES"."order ""lines""" WHERE (NOT ("TIME" >= :v1 AND "TIME" < :v2));

-- a constant less than a time
SELECT "ID", "TIME" FROM "SALES"."order ""lines""" WHERE (("TIME" >= :v1));

-- double less
SELECT "ID", "DOUBLE" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- flag equal
SELECT "ID", "FLAG" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- number distinct
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (DECODE(("ID"), (:v1), 0, 1) = 1);

-- text distinct
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (DECODE(("TEXT"), (:v1), 0, 1) = 1);

-- two texts
SELECT "ID", "TEXT", CAST("CAST" AS VARCHAR2(40)) FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- two texts in order
SELECT "ID", "TEXT", CAST("CAST" AS VARCHAR2(40)) FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- a number and a decimal
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("ID") > ("PRICE"));

-- two times
SELECT "ID", "TIME", SYS_EXTRACT_UTC("ZONED") FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- a bare flag
SELECT "ID", "FLAG" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- not a flag
SELECT "ID", "FLAG" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- or
SELECT "ID", "FLAG", "TEXT" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- or, and one side stays above
SELECT "ID", "DOUBLE" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- and, and one side stays above
SELECT "ID", "DOUBLE" FROM "SALES"."order ""lines""" WHERE (("ID") = (:v1));
-- kept: 1 conditions

-- nested
SELECT "ID", "FLAG", "TEXT" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- a flag that is a condition
SELECT "ID", "FLAG" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- an unknown truth
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("ID") = (:v1)) AND (:v2 = :v3);

-- whether a condition is unknown
SELECT "ID" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- like
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("TEXT") LIKE (:v1));

-- like with every sign
SELECT "ID", "TEXT" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- not like
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (NOT (("TEXT") LIKE (:v1)));

-- in
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("ID") IN ((:v1), (:v2)));

-- in with null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("ID") IN ((:v1), (:v2)));

-- text in
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("TEXT") IN ((:v1), (:v2)));

-- equal to null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (("ID") = (:v1));

-- distinct from null
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (DECODE(("ID"), (:v1), 0, 1) = 1);

-- nullif
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ((NULLIF(("ID"), (:v1))) = (:v2));

-- sum
SELECT "ID" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- difference
SELECT "ID" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- product
SELECT "ID" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- quotient
SELECT "ID" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- remainder
SELECT "ID" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- negation
SELECT "ID" FROM "SALES"."order ""lines""";
-- kept: 1 conditions

-- rows of all
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- groups by id
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of id
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of different of id
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- sum of id
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- average of id
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of id
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- largest of id
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- groups by odd "name" `of` [a] 'column'
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of odd "name" `of` [a] 'column'
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of different of odd "name" `of` [a] 'column'
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- sum of odd "name" `of` [a] 'column'
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- average of odd "name" `of` [a] 'column'
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of odd "name" `of` [a] 'column'
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- largest of odd "name" `of` [a] 'column'
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- groups by price
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of price
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of different of price
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- sum of price
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- average of price
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- smallest of price
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- largest of price
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- groups by flag
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- count of flag
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of different of flag
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- sum of flag
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of flag
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of flag
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- largest of flag
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- groups by text
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of text
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of different of text
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- sum of text
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of text
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of text
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- largest of text
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- groups by padded
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- count of padded
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of different of padded
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- sum of padded
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of padded
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of padded
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- largest of padded
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- groups by national
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of national
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of different of national
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- sum of national
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of national
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of national
-- declined: the source does not put these rows together as Athena would: its texts have another order

-- largest of national
-- declined: the source does not put these rows together as Athena would: its texts have another order

-- groups by folded
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- count of folded
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of different of folded
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- sum of folded
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of folded
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of folded
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- largest of folded
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- groups by cast
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of cast
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of different of cast
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- sum of cast
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of cast
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of cast
-- declined: the source does not put these rows together as Athena would: its texts have another order

-- largest of cast
-- declined: the source does not put these rows together as Athena would: its texts have another order

-- groups by bytes
-- declined: the source does not put these rows together as Athena would: bytes are compared by their beginning

-- count of bytes
-- declined: the source does not put these rows together as Athena would: none that is known is alike

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
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- count of day
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of different of day
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- sum of day
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of day
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of day
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- largest of day
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- groups by time
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- count of time
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of different of time
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- sum of time
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of time
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of time
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- largest of time
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- groups by zoned
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- count of zoned
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of different of zoned
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- sum of zoned
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of zoned
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of zoned
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- largest of zoned
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- groups by double
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- count of double
-- declined: the source does not put these rows together as Athena would: none that is known is alike

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

-- groups by float
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- count of float
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of different of float
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- sum of float
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of float
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of float
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- largest of float
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- groups by bare
-- declined: the source does not put these rows together as Athena would: its texts are equal by a collation

-- count of bare
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of different of bare
-- declined: the source does not put these rows together as Athena would: its texts are equal by a collation

-- sum of bare
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of bare
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of bare
-- declined: the source does not put these rows together as Athena would: its texts have another order

-- largest of bare
-- declined: the source does not put these rows together as Athena would: its texts have another order

-- groups by large
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- count of large
-- declined: the source does not put these rows together as Athena would: a column is not seen there

-- count of different of large
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- sum of large
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of large
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of large
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- largest of large
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- groups by xml
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- count of xml
-- declined: the source does not put these rows together as Athena would: a column is not seen there

-- count of different of xml
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- sum of xml
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of xml
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of xml
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- largest of xml
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- groups by two keys, one not shown, of rows that pass, so many
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- keys alone
SELECT "ID", "TEXT" FROM "SALES"."order ""lines""" GROUP BY "TEXT", "ID";

-- first slice along id
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("ID" < :v1 OR "ID" IS NULL);

-- middle slice along id
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("ID" >= :v1 AND "ID" < :v2);

-- last slice along id
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("ID" >= :v1);

-- first slice along price
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("PRICE" < :v1 OR "PRICE" IS NULL);

-- middle slice along price
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("PRICE" >= :v1 AND "PRICE" < :v2);

-- last slice along price
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("PRICE" >= :v1);

-- first slice along text
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("TEXT" < :v1 OR "TEXT" IS NULL);

-- middle slice along text
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("TEXT" >= :v1 AND "TEXT" < :v2);

-- last slice along text
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("TEXT" >= :v1);

-- first slice along cast
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (CAST("CAST" AS VARCHAR2(40)) < :v1 OR CAST("CAST" AS VARCHAR2(40)) IS NULL);

-- middle slice along cast
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (CAST("CAST" AS VARCHAR2(40)) >= :v1 AND CAST("CAST" AS VARCHAR2(40)) < :v2);

-- last slice along cast
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (CAST("CAST" AS VARCHAR2(40)) >= :v1);

-- first slice along bytes
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("BYTES" < :v1 OR "BYTES" IS NULL);

-- middle slice along bytes
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("BYTES" >= :v1 AND "BYTES" < :v2);

-- last slice along bytes
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("BYTES" >= :v1);

-- first slice along day
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("DAY" < CAST(:v1 AS DATE) OR "DAY" IS NULL);

-- middle slice along day
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("DAY" >= CAST(:v1 AS DATE) AND "DAY" < CAST(:v2 AS DATE));

-- last slice along day
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("DAY" >= CAST(:v1 AS DATE));

-- first slice along time
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("TIME" < :v1 OR "TIME" IS NULL);

-- middle slice along time
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("TIME" >= :v1 AND "TIME" < :v2);

-- last slice along time
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("TIME" >= :v1);

-- first slice along zoned
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (SYS_EXTRACT_UTC("ZONED") < :v1 OR SYS_EXTRACT_UTC("ZONED") IS NULL);

-- middle slice along zoned
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (SYS_EXTRACT_UTC("ZONED") >= :v1 AND SYS_EXTRACT_UTC("ZONED") < :v2);

-- last slice along zoned
SELECT "ID" FROM "SALES"."order ""lines""" WHERE (SYS_EXTRACT_UTC("ZONED") >= :v1);

-- slice 1 along id and price
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("ID" < :v1 OR "ID" IS NULL);

-- slice 2 along id and price
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("ID" = :v1 AND ("PRICE" < :v2 OR "PRICE" IS NULL));

-- slice 3 along id and price
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("ID" = :v1 AND ("PRICE" >= :v2 AND "PRICE" < :v3));

-- slice 4 along id and price
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("ID" >= :v1 AND ("ID" > :v2 OR "PRICE" >= :v3) AND "ID" <= :v4 AND ("ID" < :v5 OR "PRICE" < :v6 OR "PRICE" IS NULL));

-- slice 5 along id and price
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("ID" >= :v1 AND ("ID" > :v2 OR "PRICE" >= :v3));

-- slice 1 along text and time
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("TEXT" < :v1 OR "TEXT" IS NULL);

-- slice 2 along text and time
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("TEXT" = :v1 AND ("TIME" < :v2 OR "TIME" IS NULL));

-- slice 3 along text and time
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("TEXT" = :v1 AND ("TIME" >= :v2 AND "TIME" < :v3));

-- slice 4 along text and time
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("TEXT" >= :v1 AND ("TEXT" > :v2 OR "TIME" >= :v3) AND "TEXT" <= :v4 AND ("TEXT" < :v5 OR "TIME" < :v6 OR "TIME" IS NULL));

-- slice 5 along text and time
SELECT "ID" FROM "SALES"."order ""lines""" WHERE ("TEXT" >= :v1 AND ("TEXT" > :v2 OR "TIME" >= :v3));

-- a slice without ends and NULL
SELECT 1 FROM "SALES"."order ""lines""" WHERE ("ID" IS NOT NULL);

-- a slice as it was
SELECT "ID" FROM "SALES"."order ""lines""" AS OF SCN 1234 WHERE ("ID" IS NOT NULL);

-- a slice, a condition and a limit
SELECT "TEXT" FROM "SALES"."order ""lines""" WHERE ("ID" < :v1 OR "ID" IS NULL) AND ("ID" IS NULL) FETCH FIRST 5 ROWS ONLY;

-- a query
WITH "glaux_query" ("c1", "c2") AS (
SELECT id AS a, text AS a FROM t -- all
) SELECT "c1", "c2" FROM "glaux_query";

-- a query without columns
WITH "glaux_query" ("c1", "c2") AS (
SELECT id AS a, text AS a FROM t -- all
) SELECT 1 FROM "glaux_query";

-- a limit behind a query
WITH "glaux_query" ("c1", "c2") AS (
SELECT id AS a, text AS a FROM t -- all
) SELECT "c2", "c1" FROM "glaux_query" WHERE ("c2" IS NULL) FETCH FIRST 5 ROWS ONLY;

-- ends of id
SELECT (SELECT MIN("ID") FROM "SALES"."order ""lines"""), (SELECT MAX("ID") FROM "SALES"."order ""lines""") FROM dual;

-- ends of text
SELECT (SELECT MIN("TEXT") FROM "SALES"."order ""lines"""), (SELECT MAX("TEXT") FROM "SALES"."order ""lines""") FROM dual;

-- ends of day
SELECT (SELECT MIN("DAY") FROM "SALES"."order ""lines"""), (SELECT MAX("DAY") FROM "SALES"."order ""lines""") FROM dual;

-- ends of time
SELECT (SELECT MIN("TIME") FROM "SALES"."order ""lines"""), (SELECT MAX("TIME") FROM "SALES"."order ""lines""") FROM dual;
