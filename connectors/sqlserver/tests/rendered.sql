-- Written by a test; what is kept above stands behind each statement.

-- no columns
SELECT 1 FROM [Sales].[order [lines]]];

-- columns in any order
SELECT CAST([Cast] AS nvarchar(max)), [Id], [odd "name" `of` [a]] 'column'] FROM [Sales].[order [lines]]];

-- a limit
SELECT [Text] FROM [Sales].[order [lines]]] ORDER BY (SELECT NULL) OFFSET 0 ROWS FETCH NEXT 5 ROWS ONLY;

-- a limit of the largest number
SELECT [Text] FROM [Sales].[order [lines]]];

-- a limit behind id
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Id] = CAST(@P1 AS int)) ORDER BY (SELECT NULL) OFFSET 0 ROWS FETCH NEXT 5 ROWS ONLY;

-- by id upwards, nulls last
SELECT [Id] FROM [Sales].[order [lines]]] ORDER BY CASE WHEN [Id] IS NULL THEN 1 ELSE 0 END, [Id] ASC OFFSET 0 ROWS FETCH NEXT 10 ROWS ONLY;

-- by id downwards, nulls first
SELECT [Id] FROM [Sales].[order [lines]]] ORDER BY CASE WHEN [Id] IS NULL THEN 0 ELSE 1 END, [Id] DESC OFFSET 0 ROWS FETCH NEXT 10 ROWS ONLY;

-- a limit behind text
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Text] = CAST(@P1 AS nvarchar(4000))) AND ((CAST([Text] AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 = (CAST(CAST(@P2 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2)) ORDER BY (SELECT NULL) OFFSET 0 ROWS FETCH NEXT 5 ROWS ONLY;

-- by text upwards, nulls last
SELECT [Id] FROM [Sales].[order [lines]]];
-- kept: 0 conditions, order, limit

-- by text downwards, nulls first
SELECT [Id] FROM [Sales].[order [lines]]];
-- kept: 0 conditions, order, limit

-- a limit behind cast
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ((CAST(CAST([Cast] AS nvarchar(max)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 = (CAST(CAST(@P1 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2) ORDER BY (SELECT NULL) OFFSET 0 ROWS FETCH NEXT 5 ROWS ONLY;

-- by cast upwards, nulls last
SELECT [Id] FROM [Sales].[order [lines]]];
-- kept: 0 conditions, order, limit

-- by cast downwards, nulls first
SELECT [Id] FROM [Sales].[order [lines]]];
-- kept: 0 conditions, order, limit

-- a limit behind time
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Time] >= CAST(@P1 AS datetime2(7)) AND [Time] < CAST(@P2 AS datetime2(7)))) ORDER BY (SELECT NULL) OFFSET 0 ROWS FETCH NEXT 5 ROWS ONLY;

-- by time upwards, nulls last
SELECT [Id] FROM [Sales].[order [lines]]] ORDER BY CASE WHEN [Time] IS NULL THEN 1 ELSE 0 END, [Time] ASC OFFSET 0 ROWS FETCH NEXT 10 ROWS ONLY;

-- by time downwards, nulls first
SELECT [Id] FROM [Sales].[order [lines]]] ORDER BY CASE WHEN [Time] IS NULL THEN 0 ELSE 1 END, [Time] DESC OFFSET 0 ROWS FETCH NEXT 10 ROWS ONLY;

-- a limit behind double
SELECT [Id], [Double] FROM [Sales].[order [lines]]] WHERE ([Double] = CAST(@P1 AS float(53)));
-- kept: 1 conditions, limit

-- by double upwards, nulls last
SELECT [Id] FROM [Sales].[order [lines]]];
-- kept: 0 conditions, order, limit

-- by double downwards, nulls first
SELECT [Id] FROM [Sales].[order [lines]]];
-- kept: 0 conditions, order, limit

-- by two keys
SELECT [Id] FROM [Sales].[order [lines]]];
-- kept: 0 conditions, order, limit

-- id: is null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Id] IS NULL);

-- id: is not null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Id] IS NOT NULL);

-- id: equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Id] = CAST(@P1 AS int));

-- id: equal or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Id] = CAST(@P1 AS int) OR [Id] IS NULL);

-- id: not equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT ([Id] = CAST(@P1 AS int)));

-- id: less
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Id] < CAST(@P1 AS int)));

-- id: less or equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Id] <= CAST(@P1 AS int)));

-- id: greater
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Id] > CAST(@P1 AS int)));

-- id: greater, or equal, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Id] >= CAST(@P1 AS int)) OR [Id] IS NULL);

-- id: between
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Id] > CAST(@P1 AS int) AND [Id] <= CAST(@P2 AS int)));

-- id: one of two
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Id] IN (CAST(@P1 AS int), CAST(@P2 AS int)));

-- id: none of two, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT ([Id] IN (CAST(@P1 AS int), CAST(@P2 AS int))) OR [Id] IS NULL);

-- odd "name" `of` [a] 'column': is null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([odd "name" `of` [a]] 'column'] IS NULL);

-- odd "name" `of` [a] 'column': is not null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([odd "name" `of` [a]] 'column'] IS NOT NULL);

-- odd "name" `of` [a] 'column': equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([odd "name" `of` [a]] 'column'] = CAST(@P1 AS bigint));

-- odd "name" `of` [a] 'column': equal or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([odd "name" `of` [a]] 'column'] = CAST(@P1 AS bigint) OR [odd "name" `of` [a]] 'column'] IS NULL);

-- odd "name" `of` [a] 'column': not equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT ([odd "name" `of` [a]] 'column'] = CAST(@P1 AS bigint)));

-- odd "name" `of` [a] 'column': less
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([odd "name" `of` [a]] 'column'] < CAST(@P1 AS bigint)));

-- odd "name" `of` [a] 'column': less or equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([odd "name" `of` [a]] 'column'] <= CAST(@P1 AS bigint)));

-- odd "name" `of` [a] 'column': greater
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([odd "name" `of` [a]] 'column'] > CAST(@P1 AS bigint)));

-- odd "name" `of` [a] 'column': greater, or equal, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([odd "name" `of` [a]] 'column'] >= CAST(@P1 AS bigint)) OR [odd "name" `of` [a]] 'column'] IS NULL);

-- odd "name" `of` [a] 'column': between
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([odd "name" `of` [a]] 'column'] > CAST(@P1 AS bigint) AND [odd "name" `of` [a]] 'column'] <= CAST(@P2 AS bigint)));

-- odd "name" `of` [a] 'column': one of two
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([odd "name" `of` [a]] 'column'] IN (CAST(@P1 AS bigint), CAST(@P2 AS bigint)));

-- odd "name" `of` [a] 'column': none of two, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT ([odd "name" `of` [a]] 'column'] IN (CAST(@P1 AS bigint), CAST(@P2 AS bigint))) OR [odd "name" `of` [a]] 'column'] IS NULL);

-- price: is null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Price] IS NULL);

-- price: is not null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Price] IS NOT NULL);

-- price: equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Price] = CAST(@P1 AS decimal(10,2)));

-- price: equal or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Price] = CAST(@P1 AS decimal(10,2)) OR [Price] IS NULL);

-- price: not equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT ([Price] = CAST(@P1 AS decimal(10,2))));

-- price: less
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Price] < CAST(@P1 AS decimal(10,2))));

-- price: less or equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Price] <= CAST(@P1 AS decimal(10,2))));

-- price: greater
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Price] > CAST(@P1 AS decimal(10,2))));

-- price: greater, or equal, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Price] >= CAST(@P1 AS decimal(10,2))) OR [Price] IS NULL);

-- price: between
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Price] > CAST(@P1 AS decimal(10,2)) AND [Price] <= CAST(@P2 AS decimal(10,2))));

-- price: one of two
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Price] IN (CAST(@P1 AS decimal(10,2)), CAST(@P2 AS decimal(10,2))));

-- price: none of two, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT ([Price] IN (CAST(@P1 AS decimal(10,2)), CAST(@P2 AS decimal(10,2)))) OR [Price] IS NULL);

-- flag: is null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Flag] IS NULL);

-- flag: is not null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Flag] IS NOT NULL);

-- flag: equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Flag] = CAST(@P1 AS bit));

-- flag: equal or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Flag] = CAST(@P1 AS bit) OR [Flag] IS NULL);

-- flag: not equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT ([Flag] = CAST(@P1 AS bit)));

-- flag: less
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Flag] < CAST(@P1 AS bit)));

-- flag: less or equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Flag] <= CAST(@P1 AS bit)));

-- flag: greater
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Flag] > CAST(@P1 AS bit)));

-- flag: greater, or equal, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Flag] >= CAST(@P1 AS bit)) OR [Flag] IS NULL);

-- flag: between
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Flag] > CAST(@P1 AS bit) AND [Flag] <= CAST(@P2 AS bit)));

-- flag: one of two
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Flag] IN (CAST(@P1 AS bit), CAST(@P2 AS bit)));

-- flag: none of two, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT ([Flag] IN (CAST(@P1 AS bit), CAST(@P2 AS bit))) OR [Flag] IS NULL);

-- text: is null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Text] IS NULL);

-- text: is not null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Text] IS NOT NULL);

-- text: equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Text] = CAST(@P1 AS nvarchar(4000))) AND ((CAST([Text] AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 = (CAST(CAST(@P2 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2));

-- text: equal or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Text] = CAST(@P1 AS nvarchar(4000))) AND ((CAST([Text] AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 = (CAST(CAST(@P2 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2) OR [Text] IS NULL);

-- text: not equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT (([Text] = CAST(@P1 AS nvarchar(4000))) AND ((CAST([Text] AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 = (CAST(CAST(@P2 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2)));

-- text: less
SELECT [Id], [Text] FROM [Sales].[order [lines]]] WHERE ([Text] IS NOT NULL);
-- kept: 1 conditions

-- text: less or equal
SELECT [Id], [Text] FROM [Sales].[order [lines]]] WHERE ([Text] IS NOT NULL);
-- kept: 1 conditions

-- text: greater
SELECT [Id], [Text] FROM [Sales].[order [lines]]] WHERE ([Text] IS NOT NULL);
-- kept: 1 conditions

-- text: greater, or equal, or null
SELECT [Id], [Text] FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- text: between
SELECT [Id], [Text] FROM [Sales].[order [lines]]] WHERE ([Text] IS NOT NULL);
-- kept: 1 conditions

-- text: one of two
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Text] IN (CAST(@P1 AS nvarchar(4000)), CAST(@P2 AS nvarchar(4000)))) AND ((CAST([Text] AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 IN ((CAST(CAST(@P3 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2, (CAST(CAST(@P4 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2)));

-- text: none of two, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT (([Text] IN (CAST(@P1 AS nvarchar(4000)), CAST(@P2 AS nvarchar(4000)))) AND ((CAST([Text] AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 IN ((CAST(CAST(@P3 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2, (CAST(CAST(@P4 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2))) OR [Text] IS NULL);

-- page: is null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Page] IS NULL);

-- page: is not null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Page] IS NOT NULL);

-- page: equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Page] = CAST(@P1 COLLATE Latin1_General_CI_AS AS varchar(8000))) AND ((CAST([Page] AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 = (CAST(CAST(@P2 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2));

-- page: equal or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Page] = CAST(@P1 COLLATE Latin1_General_CI_AS AS varchar(8000))) AND ((CAST([Page] AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 = (CAST(CAST(@P2 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2) OR [Page] IS NULL);

-- page: not equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT (([Page] = CAST(@P1 COLLATE Latin1_General_CI_AS AS varchar(8000))) AND ((CAST([Page] AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 = (CAST(CAST(@P2 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2)));

-- page: less
SELECT [Id], [Page] FROM [Sales].[order [lines]]] WHERE ([Page] IS NOT NULL);
-- kept: 1 conditions

-- page: less or equal
SELECT [Id], [Page] FROM [Sales].[order [lines]]] WHERE ([Page] IS NOT NULL);
-- kept: 1 conditions

-- page: greater
SELECT [Id], [Page] FROM [Sales].[order [lines]]] WHERE ([Page] IS NOT NULL);
-- kept: 1 conditions

-- page: greater, or equal, or null
SELECT [Id], [Page] FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- page: between
SELECT [Id], [Page] FROM [Sales].[order [lines]]] WHERE ([Page] IS NOT NULL);
-- kept: 1 conditions

-- page: one of two
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Page] IN (CAST(@P1 COLLATE Latin1_General_CI_AS AS varchar(8000)), CAST(@P2 COLLATE Latin1_General_CI_AS AS varchar(8000)))) AND ((CAST([Page] AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 IN ((CAST(CAST(@P3 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2, (CAST(CAST(@P4 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2)));

-- page: none of two, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT (([Page] IN (CAST(@P1 COLLATE Latin1_General_CI_AS AS varchar(8000)), CAST(@P2 COLLATE Latin1_General_CI_AS AS varchar(8000)))) AND ((CAST([Page] AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 IN ((CAST(CAST(@P3 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2, (CAST(CAST(@P4 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2))) OR [Page] IS NULL);

-- code: is null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (RTRIM([Code]) IS NULL);

-- code: is not null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (RTRIM([Code]) IS NOT NULL);

-- code: equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Code] = CAST(@P1 COLLATE Latin1_General_CI_AS AS varchar(8000))) AND ((CAST(RTRIM([Code]) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 = (CAST(CAST(@P2 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2));

-- code: equal or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Code] = CAST(@P1 COLLATE Latin1_General_CI_AS AS varchar(8000))) AND ((CAST(RTRIM([Code]) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 = (CAST(CAST(@P2 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2) OR RTRIM([Code]) IS NULL);

-- code: not equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT (([Code] = CAST(@P1 COLLATE Latin1_General_CI_AS AS varchar(8000))) AND ((CAST(RTRIM([Code]) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 = (CAST(CAST(@P2 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2)));

-- code: less
SELECT [Id], RTRIM([Code]) FROM [Sales].[order [lines]]] WHERE (RTRIM([Code]) IS NOT NULL);
-- kept: 1 conditions

-- code: less or equal
SELECT [Id], RTRIM([Code]) FROM [Sales].[order [lines]]] WHERE (RTRIM([Code]) IS NOT NULL);
-- kept: 1 conditions

-- code: greater
SELECT [Id], RTRIM([Code]) FROM [Sales].[order [lines]]] WHERE (RTRIM([Code]) IS NOT NULL);
-- kept: 1 conditions

-- code: greater, or equal, or null
SELECT [Id], RTRIM([Code]) FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- code: between
SELECT [Id], RTRIM([Code]) FROM [Sales].[order [lines]]] WHERE (RTRIM([Code]) IS NOT NULL);
-- kept: 1 conditions

-- code: one of two
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Code] IN (CAST(@P1 COLLATE Latin1_General_CI_AS AS varchar(8000)), CAST(@P2 COLLATE Latin1_General_CI_AS AS varchar(8000)))) AND ((CAST(RTRIM([Code]) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 IN ((CAST(CAST(@P3 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2, (CAST(CAST(@P4 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2)));

-- code: none of two, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT (([Code] IN (CAST(@P1 COLLATE Latin1_General_CI_AS AS varchar(8000)), CAST(@P2 COLLATE Latin1_General_CI_AS AS varchar(8000)))) AND ((CAST(RTRIM([Code]) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 IN ((CAST(CAST(@P3 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2, (CAST(CAST(@P4 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2))) OR RTRIM([Code]) IS NULL);

-- foreign: is null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (CAST([Foreign] AS nvarchar(max)) IS NULL);

-- foreign: is not null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (CAST([Foreign] AS nvarchar(max)) IS NOT NULL);

-- foreign: equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ((CAST(CAST([Foreign] AS nvarchar(max)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 = (CAST(CAST(@P1 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2);

-- foreign: equal or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ((CAST(CAST([Foreign] AS nvarchar(max)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 = (CAST(CAST(@P1 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 OR CAST([Foreign] AS nvarchar(max)) IS NULL);

-- foreign: not equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT ((CAST(CAST([Foreign] AS nvarchar(max)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 = (CAST(CAST(@P1 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2));

-- foreign: less
SELECT [Id], CAST([Foreign] AS nvarchar(max)) FROM [Sales].[order [lines]]] WHERE (CAST([Foreign] AS nvarchar(max)) IS NOT NULL);
-- kept: 1 conditions

-- foreign: less or equal
SELECT [Id], CAST([Foreign] AS nvarchar(max)) FROM [Sales].[order [lines]]] WHERE (CAST([Foreign] AS nvarchar(max)) IS NOT NULL);
-- kept: 1 conditions

-- foreign: greater
SELECT [Id], CAST([Foreign] AS nvarchar(max)) FROM [Sales].[order [lines]]] WHERE (CAST([Foreign] AS nvarchar(max)) IS NOT NULL);
-- kept: 1 conditions

-- foreign: greater, or equal, or null
SELECT [Id], CAST([Foreign] AS nvarchar(max)) FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- foreign: between
SELECT [Id], CAST([Foreign] AS nvarchar(max)) FROM [Sales].[order [lines]]] WHERE (CAST([Foreign] AS nvarchar(max)) IS NOT NULL);
-- kept: 1 conditions

-- foreign: one of two
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ((CAST(CAST([Foreign] AS nvarchar(max)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 IN ((CAST(CAST(@P1 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2, (CAST(CAST(@P2 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2));

-- foreign: none of two, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT ((CAST(CAST([Foreign] AS nvarchar(max)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 IN ((CAST(CAST(@P1 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2, (CAST(CAST(@P2 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2)) OR CAST([Foreign] AS nvarchar(max)) IS NULL);

-- cast: is null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (CAST([Cast] AS nvarchar(max)) IS NULL);

-- cast: is not null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (CAST([Cast] AS nvarchar(max)) IS NOT NULL);

-- cast: equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ((CAST(CAST([Cast] AS nvarchar(max)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 = (CAST(CAST(@P1 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2);

-- cast: equal or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ((CAST(CAST([Cast] AS nvarchar(max)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 = (CAST(CAST(@P1 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 OR CAST([Cast] AS nvarchar(max)) IS NULL);

-- cast: not equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT ((CAST(CAST([Cast] AS nvarchar(max)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 = (CAST(CAST(@P1 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2));

-- cast: less
SELECT [Id], CAST([Cast] AS nvarchar(max)) FROM [Sales].[order [lines]]] WHERE (CAST([Cast] AS nvarchar(max)) IS NOT NULL);
-- kept: 1 conditions

-- cast: less or equal
SELECT [Id], CAST([Cast] AS nvarchar(max)) FROM [Sales].[order [lines]]] WHERE (CAST([Cast] AS nvarchar(max)) IS NOT NULL);
-- kept: 1 conditions

-- cast: greater
SELECT [Id], CAST([Cast] AS nvarchar(max)) FROM [Sales].[order [lines]]] WHERE (CAST([Cast] AS nvarchar(max)) IS NOT NULL);
-- kept: 1 conditions

-- cast: greater, or equal, or null
SELECT [Id], CAST([Cast] AS nvarchar(max)) FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- cast: between
SELECT [Id], CAST([Cast] AS nvarchar(max)) FROM [Sales].[order [lines]]] WHERE (CAST([Cast] AS nvarchar(max)) IS NOT NULL);
-- kept: 1 conditions

-- cast: one of two
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ((CAST(CAST([Cast] AS nvarchar(max)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 IN ((CAST(CAST(@P1 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2, (CAST(CAST(@P2 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2));

-- cast: none of two, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT ((CAST(CAST([Cast] AS nvarchar(max)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 IN ((CAST(CAST(@P1 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2, (CAST(CAST(@P2 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2)) OR CAST([Cast] AS nvarchar(max)) IS NULL);

-- uuid: is null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (CAST([Uuid] AS nchar(36)) IS NULL);

-- uuid: is not null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (CAST([Uuid] AS nchar(36)) IS NOT NULL);

-- uuid: equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Uuid] = CAST(@P1 AS uniqueidentifier));

-- uuid: equal or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Uuid] = CAST(@P1 AS uniqueidentifier) OR CAST([Uuid] AS nchar(36)) IS NULL);

-- uuid: not equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT ([Uuid] = CAST(@P1 AS uniqueidentifier)));

-- uuid: less
SELECT [Id], CAST([Uuid] AS nchar(36)) FROM [Sales].[order [lines]]] WHERE (CAST([Uuid] AS nchar(36)) IS NOT NULL);
-- kept: 1 conditions

-- uuid: less or equal
SELECT [Id], CAST([Uuid] AS nchar(36)) FROM [Sales].[order [lines]]] WHERE (CAST([Uuid] AS nchar(36)) IS NOT NULL);
-- kept: 1 conditions

-- uuid: greater
SELECT [Id], CAST([Uuid] AS nchar(36)) FROM [Sales].[order [lines]]] WHERE (CAST([Uuid] AS nchar(36)) IS NOT NULL);
-- kept: 1 conditions

-- uuid: greater, or equal, or null
SELECT [Id], CAST([Uuid] AS nchar(36)) FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- uuid: between
SELECT [Id], CAST([Uuid] AS nchar(36)) FROM [Sales].[order [lines]]] WHERE (CAST([Uuid] AS nchar(36)) IS NOT NULL);
-- kept: 1 conditions

-- uuid: one of two
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ((CAST(CAST([Uuid] AS nchar(36)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 IN ((CAST(CAST(@P1 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2, (CAST(CAST(@P2 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2));

-- uuid: none of two, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT ((CAST(CAST([Uuid] AS nchar(36)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 IN ((CAST(CAST(@P1 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2, (CAST(CAST(@P2 AS nvarchar(4000)) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2)) OR CAST([Uuid] AS nchar(36)) IS NULL);

-- bytes: is null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Bytes] IS NULL);

-- bytes: is not null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Bytes] IS NOT NULL);

-- bytes: equal
SELECT [Id], [Bytes] FROM [Sales].[order [lines]]] WHERE ([Bytes] IS NOT NULL);
-- kept: 1 conditions

-- bytes: equal or null
SELECT [Id], [Bytes] FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- bytes: not equal
SELECT [Id], [Bytes] FROM [Sales].[order [lines]]] WHERE ([Bytes] IS NOT NULL);
-- kept: 1 conditions

-- bytes: less
SELECT [Id], [Bytes] FROM [Sales].[order [lines]]] WHERE ([Bytes] IS NOT NULL);
-- kept: 1 conditions

-- bytes: less or equal
SELECT [Id], [Bytes] FROM [Sales].[order [lines]]] WHERE ([Bytes] IS NOT NULL);
-- kept: 1 conditions

-- bytes: greater
SELECT [Id], [Bytes] FROM [Sales].[order [lines]]] WHERE ([Bytes] IS NOT NULL);
-- kept: 1 conditions

-- bytes: greater, or equal, or null
SELECT [Id], [Bytes] FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- bytes: between
SELECT [Id], [Bytes] FROM [Sales].[order [lines]]] WHERE ([Bytes] IS NOT NULL);
-- kept: 1 conditions

-- bytes: one of two
SELECT [Id], [Bytes] FROM [Sales].[order [lines]]] WHERE ([Bytes] IS NOT NULL);
-- kept: 1 conditions

-- bytes: none of two, or null
SELECT [Id], [Bytes] FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- day: is null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Day] IS NULL);

-- day: is not null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Day] IS NOT NULL);

-- day: equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Day] = CAST(@P1 AS date));

-- day: equal or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Day] = CAST(@P1 AS date) OR [Day] IS NULL);

-- day: not equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT ([Day] = CAST(@P1 AS date)));

-- day: less
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Day] < CAST(@P1 AS date)));

-- day: less or equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Day] <= CAST(@P1 AS date)));

-- day: greater
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Day] > CAST(@P1 AS date)));

-- day: greater, or equal, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Day] >= CAST(@P1 AS date)) OR [Day] IS NULL);

-- day: between
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Day] > CAST(@P1 AS date) AND [Day] <= CAST(@P2 AS date)));

-- day: one of two
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Day] IN (CAST(@P1 AS date), CAST(@P2 AS date)));

-- day: none of two, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT ([Day] IN (CAST(@P1 AS date), CAST(@P2 AS date))) OR [Day] IS NULL);

-- time: is null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Time] IS NULL);

-- time: is not null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Time] IS NOT NULL);

-- time: equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Time] >= CAST(@P1 AS datetime2(7)) AND [Time] < CAST(@P2 AS datetime2(7))));

-- time: equal or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Time] >= CAST(@P1 AS datetime2(7)) AND [Time] < CAST(@P2 AS datetime2(7))) OR [Time] IS NULL);

-- time: not equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT (([Time] >= CAST(@P1 AS datetime2(7)) AND [Time] < CAST(@P2 AS datetime2(7)))));

-- time: less
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Time] < CAST(@P1 AS datetime2(7))));

-- time: less or equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Time] < CAST(@P1 AS datetime2(7))));

-- time: greater
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Time] >= CAST(@P1 AS datetime2(7))));

-- time: greater, or equal, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Time] >= CAST(@P1 AS datetime2(7))) OR [Time] IS NULL);

-- time: between
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Time] >= CAST(@P1 AS datetime2(7)) AND [Time] < CAST(@P2 AS datetime2(7))));

-- time: one of two
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Time] >= CAST(@P1 AS datetime2(7)) AND [Time] < CAST(@P2 AS datetime2(7))) OR ([Time] >= CAST(@P3 AS datetime2(7)) AND [Time] < CAST(@P4 AS datetime2(7))));

-- time: none of two, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT (([Time] >= CAST(@P1 AS datetime2(7)) AND [Time] < CAST(@P2 AS datetime2(7))) OR ([Time] >= CAST(@P3 AS datetime2(7)) AND [Time] < CAST(@P4 AS datetime2(7)))) OR [Time] IS NULL);

-- ticks: is null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Ticks] IS NULL);

-- ticks: is not null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Ticks] IS NOT NULL);

-- ticks: equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Ticks] >= CAST(@P1 AS datetime) AND [Ticks] < CAST(@P2 AS datetime)));

-- ticks: equal or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Ticks] >= CAST(@P1 AS datetime) AND [Ticks] < CAST(@P2 AS datetime)) OR [Ticks] IS NULL);

-- ticks: not equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT (([Ticks] >= CAST(@P1 AS datetime) AND [Ticks] < CAST(@P2 AS datetime))));

-- ticks: less
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Ticks] < CAST(@P1 AS datetime)));

-- ticks: less or equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Ticks] < CAST(@P1 AS datetime)));

-- ticks: greater
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Ticks] >= CAST(@P1 AS datetime)));

-- ticks: greater, or equal, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Ticks] >= CAST(@P1 AS datetime)) OR [Ticks] IS NULL);

-- ticks: between
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Ticks] >= CAST(@P1 AS datetime) AND [Ticks] < CAST(@P2 AS datetime)));

-- ticks: one of two
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Ticks] >= CAST(@P1 AS datetime) AND [Ticks] < CAST(@P2 AS datetime)) OR ([Ticks] >= CAST(@P3 AS datetime) AND [Ticks] < CAST(@P4 AS datetime)));

-- ticks: none of two, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT (([Ticks] >= CAST(@P1 AS datetime) AND [Ticks] < CAST(@P2 AS datetime)) OR ([Ticks] >= CAST(@P3 AS datetime) AND [Ticks] < CAST(@P4 AS datetime))) OR [Ticks] IS NULL);

-- zoned: is null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Zoned] IS NULL);

-- zoned: is not null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Zoned] IS NOT NULL);

-- zoned: equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Zoned] >= CAST(@P1 AS datetimeoffset(7)) AND [Zoned] < CAST(@P2 AS datetimeoffset(7))));

-- zoned: equal or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Zoned] >= CAST(@P1 AS datetimeoffset(7)) AND [Zoned] < CAST(@P2 AS datetimeoffset(7))) OR [Zoned] IS NULL);

-- zoned: not equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT (([Zoned] >= CAST(@P1 AS datetimeoffset(7)) AND [Zoned] < CAST(@P2 AS datetimeoffset(7)))));

-- zoned: less
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Zoned] < CAST(@P1 AS datetimeoffset(7))));

-- zoned: less or equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Zoned] < CAST(@P1 AS datetimeoffset(7))));

-- zoned: greater
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Zoned] >= CAST(@P1 AS datetimeoffset(7))));

-- zoned: greater, or equal, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Zoned] >= CAST(@P1 AS datetimeoffset(7))) OR [Zoned] IS NULL);

-- zoned: between
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Zoned] >= CAST(@P1 AS datetimeoffset(7)) AND [Zoned] < CAST(@P2 AS datetimeoffset(7))));

-- zoned: one of two
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Zoned] >= CAST(@P1 AS datetimeoffset(7)) AND [Zoned] < CAST(@P2 AS datetimeoffset(7))) OR ([Zoned] >= CAST(@P3 AS datetimeoffset(7)) AND [Zoned] < CAST(@P4 AS datetimeoffset(7))));

-- zoned: none of two, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT (([Zoned] >= CAST(@P1 AS datetimeoffset(7)) AND [Zoned] < CAST(@P2 AS datetimeoffset(7))) OR ([Zoned] >= CAST(@P3 AS datetimeoffset(7)) AND [Zoned] < CAST(@P4 AS datetimeoffset(7)))) OR [Zoned] IS NULL);

-- clock: is null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Clock] IS NULL);

-- clock: is not null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Clock] IS NOT NULL);

-- clock: equal
SELECT [Id], [Clock] FROM [Sales].[order [lines]]] WHERE ([Clock] IS NOT NULL);
-- kept: 1 conditions

-- clock: equal or null
SELECT [Id], [Clock] FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- clock: not equal
SELECT [Id], [Clock] FROM [Sales].[order [lines]]] WHERE ([Clock] IS NOT NULL);
-- kept: 1 conditions

-- clock: less
SELECT [Id], [Clock] FROM [Sales].[order [lines]]] WHERE ([Clock] IS NOT NULL);
-- kept: 1 conditions

-- clock: less or equal
SELECT [Id], [Clock] FROM [Sales].[order [lines]]] WHERE ([Clock] IS NOT NULL);
-- kept: 1 conditions

-- clock: greater
SELECT [Id], [Clock] FROM [Sales].[order [lines]]] WHERE ([Clock] IS NOT NULL);
-- kept: 1 conditions

-- clock: greater, or equal, or null
SELECT [Id], [Clock] FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- clock: between
SELECT [Id], [Clock] FROM [Sales].[order [lines]]] WHERE ([Clock] IS NOT NULL);
-- kept: 1 conditions

-- clock: one of two
SELECT [Id], [Clock] FROM [Sales].[order [lines]]] WHERE ([Clock] IS NOT NULL);
-- kept: 1 conditions

-- clock: none of two, or null
SELECT [Id], [Clock] FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- money: is null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Money] IS NULL);

-- money: is not null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Money] IS NOT NULL);

-- money: equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Money] = CAST(@P1 AS decimal(19,4)));

-- money: equal or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Money] = CAST(@P1 AS decimal(19,4)) OR [Money] IS NULL);

-- money: not equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT ([Money] = CAST(@P1 AS decimal(19,4))));

-- money: less
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Money] < CAST(@P1 AS decimal(19,4))));

-- money: less or equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Money] <= CAST(@P1 AS decimal(19,4))));

-- money: greater
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Money] > CAST(@P1 AS decimal(19,4))));

-- money: greater, or equal, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Money] >= CAST(@P1 AS decimal(19,4))) OR [Money] IS NULL);

-- money: between
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Money] > CAST(@P1 AS decimal(19,4)) AND [Money] <= CAST(@P2 AS decimal(19,4))));

-- money: one of two
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Money] IN (CAST(@P1 AS decimal(19,4)), CAST(@P2 AS decimal(19,4))));

-- money: none of two, or null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT ([Money] IN (CAST(@P1 AS decimal(19,4)), CAST(@P2 AS decimal(19,4)))) OR [Money] IS NULL);

-- double: is null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Double] IS NULL);

-- double: is not null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Double] IS NOT NULL);

-- double: equal
SELECT [Id], [Double] FROM [Sales].[order [lines]]] WHERE ([Double] = CAST(@P1 AS float(53)));
-- kept: 1 conditions

-- double: equal or null
SELECT [Id], [Double] FROM [Sales].[order [lines]]] WHERE ([Double] = CAST(@P1 AS float(53)) OR [Double] IS NULL);
-- kept: 1 conditions

-- double: not equal
SELECT [Id], [Double] FROM [Sales].[order [lines]]] WHERE (NOT ([Double] = CAST(@P1 AS float(53))));
-- kept: 1 conditions

-- double: less
SELECT [Id], [Double] FROM [Sales].[order [lines]]] WHERE (([Double] < CAST(@P1 AS float(53))));
-- kept: 1 conditions

-- double: less or equal
SELECT [Id], [Double] FROM [Sales].[order [lines]]] WHERE (([Double] <= CAST(@P1 AS float(53))));
-- kept: 1 conditions

-- double: greater
SELECT [Id], [Double] FROM [Sales].[order [lines]]] WHERE (([Double] > CAST(@P1 AS float(53))));
-- kept: 1 conditions

-- double: greater, or equal, or null
SELECT [Id], [Double] FROM [Sales].[order [lines]]] WHERE (([Double] >= CAST(@P1 AS float(53))) OR [Double] IS NULL);
-- kept: 1 conditions

-- double: between
SELECT [Id], [Double] FROM [Sales].[order [lines]]] WHERE (([Double] > CAST(@P1 AS float(53)) AND [Double] <= CAST(@P2 AS float(53))));
-- kept: 1 conditions

-- double: one of two
SELECT [Id], [Double] FROM [Sales].[order [lines]]] WHERE ([Double] IN (CAST(@P1 AS float(53)), CAST(@P2 AS float(53))));
-- kept: 1 conditions

-- double: none of two, or null
SELECT [Id], [Double] FROM [Sales].[order [lines]]] WHERE (NOT ([Double] IN (CAST(@P1 AS float(53)), CAST(@P2 AS float(53)))) OR [Double] IS NULL);
-- kept: 1 conditions

-- number equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Id]) = (CAST(@P1 AS int)));

-- number not equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Id]) <> (CAST(@P1 AS int)));

-- decimal less
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Price]) < (CAST(@P1 AS decimal(10,2))));

-- text equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ((CAST(([Text]) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 = (CAST((CAST(@P1 AS nvarchar(4000))) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2);

-- text not equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ((CAST(([Text]) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 <> (CAST((CAST(@P1 AS nvarchar(4000))) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2);

-- text less or equal
SELECT [Id], [Text] FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- text that is cast, equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ((CAST((CAST([Cast] AS nvarchar(max))) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 = (CAST((CAST(@P1 AS nvarchar(4000))) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2);

-- bytes greater
SELECT [Id], [Bytes] FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- day greater or equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Day]) >= (CAST(@P1 AS date)));

-- time equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Time] >= CAST(@P1 AS datetime2(7)) AND [Time] < CAST(@P2 AS datetime2(7))));

-- time not equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT ([Time] >= CAST(@P1 AS datetime2(7)) AND [Time] < CAST(@P2 AS datetime2(7))));

-- a constant less than a time
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Time] >= CAST(@P1 AS datetime2(7))));

-- double less
SELECT [Id], [Double] FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- flag equal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Flag]) = (CAST(@P1 AS bit)));

-- number distinct
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT EXISTS (SELECT ([Id]) INTERSECT SELECT (CAST(@P1 AS int))));

-- text distinct
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT EXISTS (SELECT (CAST(([Text]) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 INTERSECT SELECT (CAST((CAST(@P1 AS nvarchar(4000))) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2));

-- two texts
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ((CAST(([Text]) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 = (CAST((CAST([Cast] AS nvarchar(max))) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2);

-- two texts in order
SELECT [Id], [Text], CAST([Cast] AS nvarchar(max)) FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- a number and a decimal
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Id]) > ([Price]));

-- two times
SELECT [Id], [Time], [Zoned] FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- a bare flag
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Flag] = CAST(@P1 AS bit));

-- not a flag
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT ([Flag] = CAST(@P1 AS bit)));

-- or
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Flag] = CAST(@P1 AS bit)) OR ((CAST(([Text]) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 LIKE (CAST(@P2 AS nvarchar(4000))) ESCAPE N'!'));

-- or, and one side stays above
SELECT [Id], [Double] FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- and, and one side stays above
SELECT [Id], [Double] FROM [Sales].[order [lines]]] WHERE (([Id]) = (CAST(@P1 AS int)));
-- kept: 1 conditions

-- nested
SELECT [Id], [Flag], [Text] FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- a flag that is a condition
SELECT [Id], [Flag] FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- an unknown truth
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Id]) = (CAST(@P1 AS int))) AND (CAST(NULL AS bit) = CAST(@P3 AS bit));

-- whether a condition is unknown
SELECT [Id] FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- like
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ((CAST(([Text]) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 LIKE (CAST(@P1 AS nvarchar(4000))) ESCAPE N'!');

-- like with every sign
SELECT [Id], [Text] FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- not like
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT ((CAST(([Text]) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 LIKE (CAST(@P1 AS nvarchar(4000))) ESCAPE N'!'));

-- in
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Id]) IN ((CAST(@P1 AS int)), (CAST(@P2 AS int))));

-- in with null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Id]) IN ((CAST(@P1 AS int)), (CAST(NULL AS int))));

-- text in
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ((CAST(([Text]) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2 IN ((CAST((CAST(@P1 AS nvarchar(4000))) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2, (CAST((CAST(@P2 AS nvarchar(4000))) AS nvarchar(max)) + N'.') COLLATE Latin1_General_100_BIN2));

-- equal to null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (([Id]) = (CAST(NULL AS int)));

-- distinct from null
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (NOT EXISTS (SELECT ([Id]) INTERSECT SELECT (CAST(NULL AS int))));

-- nullif
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ((NULLIF(([Id]), (CAST(@P1 AS int)))) = (CAST(@P2 AS int)));

-- sum
SELECT [Id] FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- difference
SELECT [Id] FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- product
SELECT [Id] FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- quotient
SELECT [Id] FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- remainder
SELECT [Id] FROM [Sales].[order [lines]]];
-- kept: 1 conditions

-- negation
SELECT [Id] FROM [Sales].[order [lines]]];
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
-- declined: the source does not put these rows together as Athena would: none that is known is alike

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
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of flag
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of different of flag
-- declined: the source does not put these rows together as Athena would: none that is known is alike

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
-- declined: the source does not put these rows together as Athena would: its texts have another order

-- largest of text
-- declined: the source does not put these rows together as Athena would: its texts have another order

-- groups by page
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of page
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of different of page
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- sum of page
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of page
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of page
-- declined: the source does not put these rows together as Athena would: its texts have another order

-- largest of page
-- declined: the source does not put these rows together as Athena would: its texts have another order

-- groups by code
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of code
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of different of code
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- sum of code
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of code
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of code
-- declined: the source does not put these rows together as Athena would: its texts have another order

-- largest of code
-- declined: the source does not put these rows together as Athena would: its texts have another order

-- groups by foreign
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of foreign
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of different of foreign
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- sum of foreign
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of foreign
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of foreign
-- declined: the source does not put these rows together as Athena would: its texts have another order

-- largest of foreign
-- declined: the source does not put these rows together as Athena would: its texts have another order

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

-- groups by uuid
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of uuid
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of different of uuid
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- sum of uuid
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of uuid
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of uuid
-- declined: the source does not put these rows together as Athena would: its texts have another order

-- largest of uuid
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
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of day
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of different of day
-- declined: the source does not put these rows together as Athena would: none that is known is alike

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

-- groups by ticks
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- count of ticks
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of different of ticks
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- sum of ticks
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of ticks
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of ticks
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- largest of ticks
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

-- groups by clock
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- count of clock
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of different of clock
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- sum of clock
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of clock
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of clock
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- largest of clock
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- groups by money
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of money
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- count of different of money
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- sum of money
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- average of money
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- smallest of money
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- largest of money
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

-- groups by two keys, one not shown, of rows that pass, so many
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- keys alone
-- declined: the source does not put these rows together as Athena would: none that is known is alike

-- first slice along id
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Id] < CAST(@P1 AS int) OR [Id] IS NULL);

-- middle slice along id
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Id] >= CAST(@P1 AS int) AND [Id] < CAST(@P2 AS int));

-- last slice along id
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Id] >= CAST(@P1 AS int));

-- first slice along price
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Price] < CAST(@P1 AS decimal(10,2)) OR [Price] IS NULL);

-- middle slice along price
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Price] >= CAST(@P1 AS decimal(10,2)) AND [Price] < CAST(@P2 AS decimal(10,2)));

-- last slice along price
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Price] >= CAST(@P1 AS decimal(10,2)));

-- first slice along text
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Text] < CAST(@P1 AS nvarchar(4000)) OR [Text] IS NULL);

-- middle slice along text
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Text] >= CAST(@P1 AS nvarchar(4000)) AND [Text] < CAST(@P2 AS nvarchar(4000)));

-- last slice along text
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Text] >= CAST(@P1 AS nvarchar(4000)));

-- first slice along cast
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (CAST([Cast] AS nvarchar(max)) < CAST(@P1 AS nvarchar(4000)) OR CAST([Cast] AS nvarchar(max)) IS NULL);

-- middle slice along cast
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (CAST([Cast] AS nvarchar(max)) >= CAST(@P1 AS nvarchar(4000)) AND CAST([Cast] AS nvarchar(max)) < CAST(@P2 AS nvarchar(4000)));

-- last slice along cast
SELECT [Id] FROM [Sales].[order [lines]]] WHERE (CAST([Cast] AS nvarchar(max)) >= CAST(@P1 AS nvarchar(4000)));

-- first slice along uuid
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Uuid] < CAST(@P1 AS uniqueidentifier) OR [Uuid] IS NULL);

-- middle slice along uuid
-- declined: table "Sales"."order [lines]" cannot be read in the slice that was cut

-- last slice along uuid
-- declined: table "Sales"."order [lines]" cannot be read in the slice that was cut

-- first slice along bytes
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Bytes] < CAST(@P1 AS varbinary(max)) OR [Bytes] IS NULL);

-- middle slice along bytes
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Bytes] >= CAST(@P1 AS varbinary(max)) AND [Bytes] < CAST(@P2 AS varbinary(max)));

-- last slice along bytes
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Bytes] >= CAST(@P1 AS varbinary(max)));

-- first slice along day
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Day] < CAST(@P1 AS date) OR [Day] IS NULL);

-- middle slice along day
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Day] >= CAST(@P1 AS date) AND [Day] < CAST(@P2 AS date));

-- last slice along day
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Day] >= CAST(@P1 AS date));

-- first slice along time
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Time] < CAST(@P1 AS datetime2(7)) OR [Time] IS NULL);

-- middle slice along time
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Time] >= CAST(@P1 AS datetime2(7)) AND [Time] < CAST(@P2 AS datetime2(7)));

-- last slice along time
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Time] >= CAST(@P1 AS datetime2(7)));

-- first slice along zoned
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Zoned] < CAST(@P1 AS datetimeoffset(7)) OR [Zoned] IS NULL);

-- middle slice along zoned
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Zoned] >= CAST(@P1 AS datetimeoffset(7)) AND [Zoned] < CAST(@P2 AS datetimeoffset(7)));

-- last slice along zoned
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Zoned] >= CAST(@P1 AS datetimeoffset(7)));

-- slice 1 along id and price
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Id] < CAST(@P1 AS int) OR [Id] IS NULL);

-- slice 2 along id and price
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Id] = CAST(@P1 AS int) AND ([Price] < CAST(@P2 AS decimal(10,2)) OR [Price] IS NULL));

-- slice 3 along id and price
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Id] = CAST(@P1 AS int) AND ([Price] >= CAST(@P2 AS decimal(10,2)) AND [Price] < CAST(@P3 AS decimal(10,2))));

-- slice 4 along id and price
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Id] >= CAST(@P1 AS int) AND ([Id] > CAST(@P2 AS int) OR [Price] >= CAST(@P3 AS decimal(10,2))) AND [Id] <= CAST(@P4 AS int) AND ([Id] < CAST(@P5 AS int) OR [Price] < CAST(@P6 AS decimal(10,2)) OR [Price] IS NULL));

-- slice 5 along id and price
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Id] >= CAST(@P1 AS int) AND ([Id] > CAST(@P2 AS int) OR [Price] >= CAST(@P3 AS decimal(10,2))));

-- slice 1 along text and time
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Text] < CAST(@P1 AS nvarchar(4000)) OR [Text] IS NULL);

-- slice 2 along text and time
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Text] = CAST(@P1 AS nvarchar(4000)) AND ([Time] < CAST(@P2 AS datetime2(7)) OR [Time] IS NULL));

-- slice 3 along text and time
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Text] = CAST(@P1 AS nvarchar(4000)) AND ([Time] >= CAST(@P2 AS datetime2(7)) AND [Time] < CAST(@P3 AS datetime2(7))));

-- slice 4 along text and time
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Text] >= CAST(@P1 AS nvarchar(4000)) AND ([Text] > CAST(@P2 AS nvarchar(4000)) OR [Time] >= CAST(@P3 AS datetime2(7))) AND [Text] <= CAST(@P4 AS nvarchar(4000)) AND ([Text] < CAST(@P5 AS nvarchar(4000)) OR [Time] < CAST(@P6 AS datetime2(7)) OR [Time] IS NULL));

-- slice 5 along text and time
SELECT [Id] FROM [Sales].[order [lines]]] WHERE ([Text] >= CAST(@P1 AS nvarchar(4000)) AND ([Text] > CAST(@P2 AS nvarchar(4000)) OR [Time] >= CAST(@P3 AS datetime2(7))));

-- a slice without ends and NULL
SELECT 1 FROM [Sales].[order [lines]]] WHERE ([Id] IS NOT NULL);

-- a slice as it was
-- declined: table "Sales"."order [lines]" cannot be read in the slice that was cut

-- a slice, a condition and a limit
SELECT [Text] FROM [Sales].[order [lines]]] WHERE ([Id] < CAST(@P1 AS int) OR [Id] IS NULL) AND ([Id] IS NULL) ORDER BY (SELECT NULL) OFFSET 0 ROWS FETCH NEXT 5 ROWS ONLY;

-- a query
SELECT [c1], [c2] FROM (
SELECT id AS a, text AS a FROM t -- all
) AS [glaux_query] ([c1], [c2]);

-- a query without columns
SELECT 1 FROM (
SELECT id AS a, text AS a FROM t -- all
) AS [glaux_query] ([c1], [c2]);

-- a limit behind a query
SELECT [c2], [c1] FROM (
SELECT id AS a, text AS a FROM t -- all
) AS [glaux_query] ([c1], [c2]) WHERE ([c2] IS NULL) ORDER BY (SELECT NULL) OFFSET 0 ROWS FETCH NEXT 5 ROWS ONLY;

-- ends of id
SELECT (SELECT MIN([Id]) FROM [Sales].[order [lines]]]), (SELECT MAX([Id]) FROM [Sales].[order [lines]]]);

-- ends of text
SELECT (SELECT MIN([Text]) FROM [Sales].[order [lines]]]), (SELECT MAX([Text]) FROM [Sales].[order [lines]]]);

-- ends of uuid
SELECT (SELECT CAST([Uuid] AS nchar(36)) FROM (SELECT [Uuid] FROM [Sales].[order [lines]]] WHERE [Uuid] IS NOT NULL ORDER BY [Uuid] OFFSET 0 ROWS FETCH NEXT 1 ROWS ONLY) AS [glaux_looks]), (SELECT CAST([Uuid] AS nchar(36)) FROM (SELECT [Uuid] FROM [Sales].[order [lines]]] WHERE [Uuid] IS NOT NULL ORDER BY [Uuid] DESC OFFSET 0 ROWS FETCH NEXT 1 ROWS ONLY) AS [glaux_looks]);

-- ends of day
SELECT (SELECT MIN([Day]) FROM [Sales].[order [lines]]]), (SELECT MAX([Day]) FROM [Sales].[order [lines]]]);

-- ends of time
SELECT (SELECT MIN([Time]) FROM [Sales].[order [lines]]]), (SELECT MAX([Time]) FROM [Sales].[order [lines]]]);
