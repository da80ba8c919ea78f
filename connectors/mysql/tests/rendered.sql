-- Written by a test; what is kept above stands behind each statement.

-- no columns
SELECT 1 FROM `Sales`.`order ``lines```;

-- columns in any order
SELECT CAST(`Cast` AS CHAR CHARACTER SET utf8mb4), `Id`, `odd "name" ``of`` [a] 'column'` FROM `Sales`.`order ``lines```;

-- a limit
SELECT `Text` FROM `Sales`.`order ``lines``` LIMIT 5;

-- a limit of the largest number
SELECT `Text` FROM `Sales`.`order ``lines``` LIMIT 18446744073709551615;

-- a limit behind id
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Id` = ?) LIMIT 5;

-- by id upwards, nulls last
SELECT `Id` FROM `Sales`.`order ``lines``` ORDER BY `Id` IS NULL, `Id` ASC LIMIT 10;

-- by id downwards, nulls first
SELECT `Id` FROM `Sales`.`order ``lines``` ORDER BY `Id` IS NOT NULL, `Id` DESC LIMIT 10;

-- a limit behind text
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Text` = ?) AND (CAST(CONVERT(`Text` USING utf8mb4) AS BINARY) = CAST(CONVERT(? USING utf8mb4) AS BINARY))) LIMIT 5;

-- by text upwards, nulls last
SELECT `Id` FROM `Sales`.`order ``lines``` ORDER BY CAST(CONVERT(`Text` USING utf8mb4) AS BINARY) IS NULL, CAST(CONVERT(`Text` USING utf8mb4) AS BINARY) ASC LIMIT 10;

-- by text downwards, nulls first
SELECT `Id` FROM `Sales`.`order ``lines``` ORDER BY CAST(CONVERT(`Text` USING utf8mb4) AS BINARY) IS NOT NULL, CAST(CONVERT(`Text` USING utf8mb4) AS BINARY) DESC LIMIT 10;

-- a limit behind cast
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (CAST(CONVERT(CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) USING utf8mb4) AS BINARY) = CAST(CONVERT(? USING utf8mb4) AS BINARY)) LIMIT 5;

-- by cast upwards, nulls last
SELECT `Id` FROM `Sales`.`order ``lines``` ORDER BY CAST(CONVERT(CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) USING utf8mb4) AS BINARY) IS NULL, CAST(CONVERT(CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) USING utf8mb4) AS BINARY) ASC LIMIT 10;

-- by cast downwards, nulls first
SELECT `Id` FROM `Sales`.`order ``lines``` ORDER BY CAST(CONVERT(CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) USING utf8mb4) AS BINARY) IS NOT NULL, CAST(CONVERT(CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) USING utf8mb4) AS BINARY) DESC LIMIT 10;

-- a limit behind time
SELECT `Id`, `Time` FROM `Sales`.`order ``lines``` WHERE ((`Time` >= CAST(? AS DATETIME(3)) AND `Time` < CAST(? AS DATETIME(3)))) LIMIT 5;

-- by time upwards, nulls last
SELECT `Id` FROM `Sales`.`order ``lines``` ORDER BY `Time` IS NULL, `Time` ASC LIMIT 10;

-- by time downwards, nulls first
SELECT `Id` FROM `Sales`.`order ``lines``` ORDER BY `Time` IS NOT NULL, `Time` DESC LIMIT 10;

-- a limit behind double
SELECT `Id`, `Double` FROM `Sales`.`order ``lines``` WHERE (`Double` = ?);
-- kept: 1 conditions, limit

-- by double upwards, nulls last
SELECT `Id` FROM `Sales`.`order ``lines```;
-- kept: 0 conditions, order, limit

-- by double downwards, nulls first
SELECT `Id` FROM `Sales`.`order ``lines```;
-- kept: 0 conditions, order, limit

-- by two keys
SELECT `Id` FROM `Sales`.`order ``lines``` ORDER BY `Id` DESC, CAST(CONVERT(`Text` USING utf8mb4) AS BINARY) ASC LIMIT 10;

-- id: is null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Id` <=> NULL);

-- id: is not null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Id` IS NOT NULL);

-- id: equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Id` = ?);

-- id: equal or null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Id` = ? OR `Id` <=> NULL);

-- id: not equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (NOT (`Id` = ?));

-- id: less
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Id` < ?));

-- id: less or equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Id` <= ?));

-- id: greater
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Id` > ?));

-- id: greater, or equal, or null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Id` >= ?) OR `Id` <=> NULL);

-- id: between
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Id` > ? AND `Id` <= ?));

-- id: one of two
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Id` IN (?, ?));

-- id: none of two, or null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (NOT (`Id` IN (?, ?)) OR `Id` <=> NULL);

-- odd "name" `of` [a] 'column': is null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`odd "name" ``of`` [a] 'column'` <=> NULL);

-- odd "name" `of` [a] 'column': is not null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`odd "name" ``of`` [a] 'column'` IS NOT NULL);

-- odd "name" `of` [a] 'column': equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`odd "name" ``of`` [a] 'column'` = ?);

-- odd "name" `of` [a] 'column': equal or null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`odd "name" ``of`` [a] 'column'` = ? OR `odd "name" ``of`` [a] 'column'` <=> NULL);

-- odd "name" `of` [a] 'column': not equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (NOT (`odd "name" ``of`` [a] 'column'` = ?));

-- odd "name" `of` [a] 'column': less
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`odd "name" ``of`` [a] 'column'` < ?));

-- odd "name" `of` [a] 'column': less or equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`odd "name" ``of`` [a] 'column'` <= ?));

-- odd "name" `of` [a] 'column': greater
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`odd "name" ``of`` [a] 'column'` > ?));

-- odd "name" `of` [a] 'column': greater, or equal, or null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`odd "name" ``of`` [a] 'column'` >= ?) OR `odd "name" ``of`` [a] 'column'` <=> NULL);

-- odd "name" `of` [a] 'column': between
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`odd "name" ``of`` [a] 'column'` > ? AND `odd "name" ``of`` [a] 'column'` <= ?));

-- odd "name" `of` [a] 'column': one of two
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`odd "name" ``of`` [a] 'column'` IN (?, ?));

-- odd "name" `of` [a] 'column': none of two, or null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (NOT (`odd "name" ``of`` [a] 'column'` IN (?, ?)) OR `odd "name" ``of`` [a] 'column'` <=> NULL);

-- price: is null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Price` <=> NULL);

-- price: is not null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Price` IS NOT NULL);

-- price: equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Price` = CAST(? AS DECIMAL(38,2)));

-- price: equal or null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Price` = CAST(? AS DECIMAL(38,2)) OR `Price` <=> NULL);

-- price: not equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (NOT (`Price` = CAST(? AS DECIMAL(38,2))));

-- price: less
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Price` < CAST(? AS DECIMAL(38,2))));

-- price: less or equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Price` <= CAST(? AS DECIMAL(38,2))));

-- price: greater
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Price` > CAST(? AS DECIMAL(38,2))));

-- price: greater, or equal, or null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Price` >= CAST(? AS DECIMAL(38,2))) OR `Price` <=> NULL);

-- price: between
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Price` > CAST(? AS DECIMAL(38,2)) AND `Price` <= CAST(? AS DECIMAL(38,2))));

-- price: one of two
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Price` IN (CAST(? AS DECIMAL(38,2)), CAST(? AS DECIMAL(38,2))));

-- price: none of two, or null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (NOT (`Price` IN (CAST(? AS DECIMAL(38,2)), CAST(? AS DECIMAL(38,2)))) OR `Price` <=> NULL);

-- flag: is null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Flag` <=> NULL);

-- flag: is not null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Flag` IS NOT NULL);

-- flag: equal
SELECT `Id`, `Flag` FROM `Sales`.`order ``lines``` WHERE (`Flag` = ?);

-- flag: equal or null
SELECT `Id`, `Flag` FROM `Sales`.`order ``lines``` WHERE (`Flag` = ? OR `Flag` <=> NULL);

-- flag: not equal
SELECT `Id`, `Flag` FROM `Sales`.`order ``lines``` WHERE (NOT (`Flag` = ?));

-- flag: less
SELECT `Id`, `Flag` FROM `Sales`.`order ``lines``` WHERE ((`Flag` < ?));

-- flag: less or equal
SELECT `Id`, `Flag` FROM `Sales`.`order ``lines``` WHERE ((`Flag` <= ?));

-- flag: greater
SELECT `Id`, `Flag` FROM `Sales`.`order ``lines``` WHERE ((`Flag` > ?));

-- flag: greater, or equal, or null
SELECT `Id`, `Flag` FROM `Sales`.`order ``lines``` WHERE ((`Flag` >= ?) OR `Flag` <=> NULL);

-- flag: between
SELECT `Id`, `Flag` FROM `Sales`.`order ``lines``` WHERE ((`Flag` > ? AND `Flag` <= ?));

-- flag: one of two
SELECT `Id`, `Flag` FROM `Sales`.`order ``lines``` WHERE (`Flag` IN (?, ?));

-- flag: none of two, or null
SELECT `Id`, `Flag` FROM `Sales`.`order ``lines``` WHERE (NOT (`Flag` IN (?, ?)) OR `Flag` <=> NULL);

-- text: is null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Text` <=> NULL);

-- text: is not null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Text` IS NOT NULL);

-- text: equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Text` = ?) AND (CAST(CONVERT(`Text` USING utf8mb4) AS BINARY) = CAST(CONVERT(? USING utf8mb4) AS BINARY)));

-- text: equal or null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Text` = ?) AND (CAST(CONVERT(`Text` USING utf8mb4) AS BINARY) = CAST(CONVERT(? USING utf8mb4) AS BINARY)) OR `Text` <=> NULL);

-- text: not equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (NOT ((`Text` = ?) AND (CAST(CONVERT(`Text` USING utf8mb4) AS BINARY) = CAST(CONVERT(? USING utf8mb4) AS BINARY))));

-- text: less
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((CAST(CONVERT(`Text` USING utf8mb4) AS BINARY) < CAST(CONVERT(? USING utf8mb4) AS BINARY)));

-- text: less or equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((CAST(CONVERT(`Text` USING utf8mb4) AS BINARY) <= CAST(CONVERT(? USING utf8mb4) AS BINARY)));

-- text: greater
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((CAST(CONVERT(`Text` USING utf8mb4) AS BINARY) > CAST(CONVERT(? USING utf8mb4) AS BINARY)));

-- text: greater, or equal, or null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((CAST(CONVERT(`Text` USING utf8mb4) AS BINARY) >= CAST(CONVERT(? USING utf8mb4) AS BINARY)) OR `Text` <=> NULL);

-- text: between
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((CAST(CONVERT(`Text` USING utf8mb4) AS BINARY) > CAST(CONVERT(? USING utf8mb4) AS BINARY) AND CAST(CONVERT(`Text` USING utf8mb4) AS BINARY) <= CAST(CONVERT(? USING utf8mb4) AS BINARY)));

-- text: one of two
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Text` IN (?, ?)) AND (CAST(CONVERT(`Text` USING utf8mb4) AS BINARY) IN (CAST(CONVERT(? USING utf8mb4) AS BINARY), CAST(CONVERT(? USING utf8mb4) AS BINARY))));

-- text: none of two, or null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (NOT ((`Text` IN (?, ?)) AND (CAST(CONVERT(`Text` USING utf8mb4) AS BINARY) IN (CAST(CONVERT(? USING utf8mb4) AS BINARY), CAST(CONVERT(? USING utf8mb4) AS BINARY)))) OR `Text` <=> NULL);

-- cast: is null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) <=> NULL);

-- cast: is not null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) IS NOT NULL);

-- cast: equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (CAST(CONVERT(CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) USING utf8mb4) AS BINARY) = CAST(CONVERT(? USING utf8mb4) AS BINARY));

-- cast: equal or null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (CAST(CONVERT(CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) USING utf8mb4) AS BINARY) = CAST(CONVERT(? USING utf8mb4) AS BINARY) OR CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) <=> NULL);

-- cast: not equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (NOT (CAST(CONVERT(CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) USING utf8mb4) AS BINARY) = CAST(CONVERT(? USING utf8mb4) AS BINARY)));

-- cast: less
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((CAST(CONVERT(CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) USING utf8mb4) AS BINARY) < CAST(CONVERT(? USING utf8mb4) AS BINARY)));

-- cast: less or equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((CAST(CONVERT(CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) USING utf8mb4) AS BINARY) <= CAST(CONVERT(? USING utf8mb4) AS BINARY)));

-- cast: greater
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((CAST(CONVERT(CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) USING utf8mb4) AS BINARY) > CAST(CONVERT(? USING utf8mb4) AS BINARY)));

-- cast: greater, or equal, or null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((CAST(CONVERT(CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) USING utf8mb4) AS BINARY) >= CAST(CONVERT(? USING utf8mb4) AS BINARY)) OR CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) <=> NULL);

-- cast: between
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((CAST(CONVERT(CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) USING utf8mb4) AS BINARY) > CAST(CONVERT(? USING utf8mb4) AS BINARY) AND CAST(CONVERT(CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) USING utf8mb4) AS BINARY) <= CAST(CONVERT(? USING utf8mb4) AS BINARY)));

-- cast: one of two
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (CAST(CONVERT(CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) USING utf8mb4) AS BINARY) IN (CAST(CONVERT(? USING utf8mb4) AS BINARY), CAST(CONVERT(? USING utf8mb4) AS BINARY)));

-- cast: none of two, or null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (NOT (CAST(CONVERT(CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) USING utf8mb4) AS BINARY) IN (CAST(CONVERT(? USING utf8mb4) AS BINARY), CAST(CONVERT(? USING utf8mb4) AS BINARY))) OR CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) <=> NULL);

-- bytes: is null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Bytes` <=> NULL);

-- bytes: is not null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Bytes` IS NOT NULL);

-- bytes: equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Bytes` = CAST(? AS BINARY));

-- bytes: equal or null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Bytes` = CAST(? AS BINARY) OR `Bytes` <=> NULL);

-- bytes: not equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (NOT (`Bytes` = CAST(? AS BINARY)));

-- bytes: less
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Bytes` < CAST(? AS BINARY)));

-- bytes: less or equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Bytes` <= CAST(? AS BINARY)));

-- bytes: greater
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Bytes` > CAST(? AS BINARY)));

-- bytes: greater, or equal, or null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Bytes` >= CAST(? AS BINARY)) OR `Bytes` <=> NULL);

-- bytes: between
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Bytes` > CAST(? AS BINARY) AND `Bytes` <= CAST(? AS BINARY)));

-- bytes: one of two
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Bytes` IN (CAST(? AS BINARY), CAST(? AS BINARY)));

-- bytes: none of two, or null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (NOT (`Bytes` IN (CAST(? AS BINARY), CAST(? AS BINARY))) OR `Bytes` <=> NULL);

-- day: is null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Day` <=> NULL);

-- day: is not null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Day` IS NOT NULL);

-- day: equal
SELECT `Id`, `Day` FROM `Sales`.`order ``lines``` WHERE (`Day` = CAST(? AS DATE));

-- day: equal or null
SELECT `Id`, `Day` FROM `Sales`.`order ``lines``` WHERE (`Day` = CAST(? AS DATE) OR `Day` <=> NULL);

-- day: not equal
SELECT `Id`, `Day` FROM `Sales`.`order ``lines``` WHERE (NOT (`Day` = CAST(? AS DATE)));

-- day: less
SELECT `Id`, `Day` FROM `Sales`.`order ``lines``` WHERE ((`Day` < CAST(? AS DATE)));

-- day: less or equal
SELECT `Id`, `Day` FROM `Sales`.`order ``lines``` WHERE ((`Day` <= CAST(? AS DATE)));

-- day: greater
SELECT `Id`, `Day` FROM `Sales`.`order ``lines``` WHERE ((`Day` > CAST(? AS DATE)));

-- day: greater, or equal, or null
SELECT `Id`, `Day` FROM `Sales`.`order ``lines``` WHERE ((`Day` >= CAST(? AS DATE)) OR `Day` <=> NULL);

-- day: between
SELECT `Id`, `Day` FROM `Sales`.`order ``lines``` WHERE ((`Day` > CAST(? AS DATE) AND `Day` <= CAST(? AS DATE)));

-- day: one of two
SELECT `Id`, `Day` FROM `Sales`.`order ``lines``` WHERE (`Day` IN (CAST(? AS DATE), CAST(? AS DATE)));

-- day: none of two, or null
SELECT `Id`, `Day` FROM `Sales`.`order ``lines``` WHERE (NOT (`Day` IN (CAST(? AS DATE), CAST(? AS DATE))) OR `Day` <=> NULL);

-- time: is null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Time` <=> NULL);

-- time: is not null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Time` IS NOT NULL);

-- time: equal
SELECT `Id`, `Time` FROM `Sales`.`order ``lines``` WHERE ((`Time` >= CAST(? AS DATETIME(3)) AND `Time` < CAST(? AS DATETIME(3))));

-- time: equal or null
SELECT `Id`, `Time` FROM `Sales`.`order ``lines``` WHERE ((`Time` >= CAST(? AS DATETIME(3)) AND `Time` < CAST(? AS DATETIME(3))) OR `Time` <=> NULL);

-- time: not equal
SELECT `Id`, `Time` FROM `Sales`.`order ``lines``` WHERE (NOT ((`Time` >= CAST(? AS DATETIME(3)) AND `Time` < CAST(? AS DATETIME(3)))));

-- time: less
SELECT `Id`, `Time` FROM `Sales`.`order ``lines``` WHERE ((`Time` < CAST(? AS DATETIME(3))));

-- time: less or equal
SELECT `Id`, `Time` FROM `Sales`.`order ``lines``` WHERE ((`Time` < CAST(? AS DATETIME(3))));

-- time: greater
SELECT `Id`, `Time` FROM `Sales`.`order ``lines``` WHERE ((`Time` >= CAST(? AS DATETIME(3))));

-- time: greater, or equal, or null
SELECT `Id`, `Time` FROM `Sales`.`order ``lines``` WHERE ((`Time` >= CAST(? AS DATETIME(3))) OR `Time` <=> NULL);

-- time: between
SELECT `Id`, `Time` FROM `Sales`.`order ``lines``` WHERE ((`Time` >= CAST(? AS DATETIME(3)) AND `Time` < CAST(? AS DATETIME(3))));

-- time: one of two
SELECT `Id`, `Time` FROM `Sales`.`order ``lines``` WHERE ((`Time` >= CAST(? AS DATETIME(3)) AND `Time` < CAST(? AS DATETIME(3))) OR (`Time` >= CAST(? AS DATETIME(3)) AND `Time` < CAST(? AS DATETIME(3))));

-- time: none of two, or null
SELECT `Id`, `Time` FROM `Sales`.`order ``lines``` WHERE (NOT ((`Time` >= CAST(? AS DATETIME(3)) AND `Time` < CAST(? AS DATETIME(3))) OR (`Time` >= CAST(? AS DATETIME(3)) AND `Time` < CAST(? AS DATETIME(3)))) OR `Time` <=> NULL);

-- zoned: is null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Zoned` <=> NULL);

-- zoned: is not null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Zoned` IS NOT NULL);

-- zoned: equal
SELECT `Id`, `Zoned` FROM `Sales`.`order ``lines``` WHERE ((`Zoned` >= CAST(? AS DATETIME(3)) AND `Zoned` < CAST(? AS DATETIME(3))));

-- zoned: equal or null
SELECT `Id`, `Zoned` FROM `Sales`.`order ``lines``` WHERE ((`Zoned` >= CAST(? AS DATETIME(3)) AND `Zoned` < CAST(? AS DATETIME(3))) OR `Zoned` <=> NULL);

-- zoned: not equal
SELECT `Id`, `Zoned` FROM `Sales`.`order ``lines``` WHERE (NOT ((`Zoned` >= CAST(? AS DATETIME(3)) AND `Zoned` < CAST(? AS DATETIME(3)))));

-- zoned: less
SELECT `Id`, `Zoned` FROM `Sales`.`order ``lines``` WHERE ((`Zoned` < CAST(? AS DATETIME(3))));

-- zoned: less or equal
SELECT `Id`, `Zoned` FROM `Sales`.`order ``lines``` WHERE ((`Zoned` < CAST(? AS DATETIME(3))));

-- zoned: greater
SELECT `Id`, `Zoned` FROM `Sales`.`order ``lines``` WHERE ((`Zoned` >= CAST(? AS DATETIME(3))));

-- zoned: greater, or equal, or null
SELECT `Id`, `Zoned` FROM `Sales`.`order ``lines``` WHERE ((`Zoned` >= CAST(? AS DATETIME(3))) OR `Zoned` <=> NULL);

-- zoned: between
SELECT `Id`, `Zoned` FROM `Sales`.`order ``lines``` WHERE ((`Zoned` >= CAST(? AS DATETIME(3)) AND `Zoned` < CAST(? AS DATETIME(3))));

-- zoned: one of two
SELECT `Id`, `Zoned` FROM `Sales`.`order ``lines``` WHERE ((`Zoned` >= CAST(? AS DATETIME(3)) AND `Zoned` < CAST(? AS DATETIME(3))) OR (`Zoned` >= CAST(? AS DATETIME(3)) AND `Zoned` < CAST(? AS DATETIME(3))));

-- zoned: none of two, or null
SELECT `Id`, `Zoned` FROM `Sales`.`order ``lines``` WHERE (NOT ((`Zoned` >= CAST(? AS DATETIME(3)) AND `Zoned` < CAST(? AS DATETIME(3))) OR (`Zoned` >= CAST(? AS DATETIME(3)) AND `Zoned` < CAST(? AS DATETIME(3)))) OR `Zoned` <=> NULL);

-- double: is null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Double` <=> NULL);

-- double: is not null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Double` IS NOT NULL);

-- double: equal
SELECT `Id`, `Double` FROM `Sales`.`order ``lines``` WHERE (`Double` = ?);
-- kept: 1 conditions

-- double: equal or null
SELECT `Id`, `Double` FROM `Sales`.`order ``lines``` WHERE (`Double` = ? OR `Double` <=> NULL);
-- kept: 1 conditions

-- double: not equal
SELECT `Id`, `Double` FROM `Sales`.`order ``lines``` WHERE (NOT (`Double` = ?));
-- kept: 1 conditions

-- double: less
SELECT `Id`, `Double` FROM `Sales`.`order ``lines``` WHERE ((`Double` < ?));
-- kept: 1 conditions

-- double: less or equal
SELECT `Id`, `Double` FROM `Sales`.`order ``lines``` WHERE ((`Double` <= ?));
-- kept: 1 conditions

-- double: greater
SELECT `Id`, `Double` FROM `Sales`.`order ``lines``` WHERE ((`Double` > ?));
-- kept: 1 conditions

-- double: greater, or equal, or null
SELECT `Id`, `Double` FROM `Sales`.`order ``lines``` WHERE ((`Double` >= ?) OR `Double` <=> NULL);
-- kept: 1 conditions

-- double: between
SELECT `Id`, `Double` FROM `Sales`.`order ``lines``` WHERE ((`Double` > ? AND `Double` <= ?));
-- kept: 1 conditions

-- double: one of two
SELECT `Id`, `Double` FROM `Sales`.`order ``lines``` WHERE (`Double` IN (?, ?));
-- kept: 1 conditions

-- double: none of two, or null
SELECT `Id`, `Double` FROM `Sales`.`order ``lines``` WHERE (NOT (`Double` IN (?, ?)) OR `Double` <=> NULL);
-- kept: 1 conditions

-- number equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Id`) = (?));

-- number not equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Id`) <> (?));

-- decimal less
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Price`) < (CAST(? AS DECIMAL(38,2))));

-- text equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (CAST(CONVERT((`Text`) USING utf8mb4) AS BINARY) = CAST(CONVERT((?) USING utf8mb4) AS BINARY));

-- text not equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (CAST(CONVERT((`Text`) USING utf8mb4) AS BINARY) <> CAST(CONVERT((?) USING utf8mb4) AS BINARY));

-- text less or equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (CAST(CONVERT((`Text`) USING utf8mb4) AS BINARY) <= CAST(CONVERT((?) USING utf8mb4) AS BINARY));

-- text that is cast, equal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (CAST(CONVERT((CAST(`Cast` AS CHAR CHARACTER SET utf8mb4)) USING utf8mb4) AS BINARY) = CAST(CONVERT((?) USING utf8mb4) AS BINARY));

-- bytes greater
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Bytes`) > (CAST(? AS BINARY)));

-- day greater or equal
SELECT `Id`, `Day` FROM `Sales`.`order ``lines``` WHERE ((`Day`) >= (CAST(? AS DATE)));

-- time equal
SELECT `Id`, `Time` FROM `Sales`.`order ``lines``` WHERE ((`Time` >= CAST(? AS DATETIME(3)) AND `Time` < CAST(? AS DATETIME(3))));

-- time not equal
SELECT `Id`, `Time` FROM `Sales`.`order ``lines``` WHERE (NOT (`Time` >= CAST(? AS DATETIME(3)) AND `Time` < CAST(? AS DATETIME(3))));

-- a constant less than a time
SELECT `Id`, `Time` FROM `Sales`.`order ``lines``` WHERE ((`Time` >= CAST(? AS DATETIME(3))));

-- double less
SELECT `Id`, `Double` FROM `Sales`.`order ``lines```;
-- kept: 1 conditions

-- flag equal
SELECT `Id`, `Flag` FROM `Sales`.`order ``lines``` WHERE ((`Flag`) = (?));

-- number distinct
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (CASE WHEN (`Id`) <=> (?) THEN 0 ELSE 1 END);

-- text distinct
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (CASE WHEN CAST(CONVERT((`Text`) USING utf8mb4) AS BINARY) <=> CAST(CONVERT((?) USING utf8mb4) AS BINARY) THEN 0 ELSE 1 END);

-- two texts
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (CAST(CONVERT((`Text`) USING utf8mb4) AS BINARY) = CAST(CONVERT((CAST(`Cast` AS CHAR CHARACTER SET utf8mb4)) USING utf8mb4) AS BINARY));

-- two texts in order
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (CAST(CONVERT((`Text`) USING utf8mb4) AS BINARY) < CAST(CONVERT((CAST(`Cast` AS CHAR CHARACTER SET utf8mb4)) USING utf8mb4) AS BINARY));

-- a number and a decimal
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Id`) > (`Price`));

-- two times
SELECT `Id`, `Time`, `Zoned` FROM `Sales`.`order ``lines```;
-- kept: 1 conditions

-- a bare flag
SELECT `Id`, `Flag` FROM `Sales`.`order ``lines``` WHERE (`Flag`);

-- not a flag
SELECT `Id`, `Flag` FROM `Sales`.`order ``lines``` WHERE (NOT (`Flag`));

-- or
SELECT `Id`, `Flag` FROM `Sales`.`order ``lines``` WHERE ((`Flag`) OR (CONVERT((`Text`) USING utf8mb4) COLLATE utf8mb4_bin LIKE (?) ESCAPE '!'));

-- or, and one side stays above
SELECT `Id`, `Double` FROM `Sales`.`order ``lines```;
-- kept: 1 conditions

-- and, and one side stays above
SELECT `Id`, `Double` FROM `Sales`.`order ``lines``` WHERE ((`Id`) = (?));
-- kept: 1 conditions

-- nested
SELECT `Id`, `Flag` FROM `Sales`.`order ``lines``` WHERE (NOT ((((`Id`) = (?)) AND (`Flag`)) OR (NOT (CONVERT((`Text`) USING utf8mb4) COLLATE utf8mb4_bin LIKE (?) ESCAPE '!'))));

-- a flag that is a condition
SELECT `Id`, `Flag` FROM `Sales`.`order ``lines``` WHERE ((`Flag`) = ((`Id`) = (?)));

-- an unknown truth
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Id`) = (?)) AND (?);

-- whether a condition is unknown
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (((`Id`) = (?)) <=> NULL);

-- like
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (CONVERT((`Text`) USING utf8mb4) COLLATE utf8mb4_bin LIKE (?) ESCAPE '!');

-- like with every sign
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (CONVERT((`Text`) USING utf8mb4) COLLATE utf8mb4_bin LIKE (?) ESCAPE '!');

-- not like
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (NOT (CONVERT((`Text`) USING utf8mb4) COLLATE utf8mb4_bin LIKE (?) ESCAPE '!'));

-- in
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Id`) IN ((?), (?)));

-- in with null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Id`) IN ((?), (?)));

-- text in
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (CAST(CONVERT((`Text`) USING utf8mb4) AS BINARY) IN (CAST(CONVERT((?) USING utf8mb4) AS BINARY), CAST(CONVERT((?) USING utf8mb4) AS BINARY)));

-- equal to null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((`Id`) = (?));

-- distinct from null
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (CASE WHEN (`Id`) <=> (?) THEN 0 ELSE 1 END);

-- nullif
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE ((NULLIF((`Id`), (?))) = (?));

-- sum
SELECT `Id` FROM `Sales`.`order ``lines```;
-- kept: 1 conditions

-- difference
SELECT `Id` FROM `Sales`.`order ``lines```;
-- kept: 1 conditions

-- product
SELECT `Id` FROM `Sales`.`order ``lines```;
-- kept: 1 conditions

-- quotient
SELECT `Id` FROM `Sales`.`order ``lines```;
-- kept: 1 conditions

-- remainder
SELECT `Id` FROM `Sales`.`order ``lines```;
-- kept: 1 conditions

-- negation
SELECT `Id` FROM `Sales`.`order ``lines```;
-- kept: 1 conditions

-- rows of all
SELECT COUNT(*) FROM `Sales`.`order ``lines```;

-- groups by id
SELECT `Id`, COUNT(*) FROM `Sales`.`order ``lines``` GROUP BY `Id`;

-- count of id
SELECT COUNT(`Id`) FROM `Sales`.`order ``lines```;

-- count of different of id
SELECT COUNT(DISTINCT `Id`) FROM `Sales`.`order ``lines```;

-- sum of id
SELECT SUM(`Id`) FROM `Sales`.`order ``lines```;

-- average of id
SELECT SUM(`Id`), COUNT(`Id`) FROM `Sales`.`order ``lines```;

-- smallest of id
SELECT MIN(`Id` + 0) FROM `Sales`.`order ``lines```;

-- largest of id
SELECT MAX(`Id` + 0) FROM `Sales`.`order ``lines```;

-- groups by odd "name" `of` [a] 'column'
SELECT `odd "name" ``of`` [a] 'column'`, COUNT(*) FROM `Sales`.`order ``lines``` GROUP BY `odd "name" ``of`` [a] 'column'`;

-- count of odd "name" `of` [a] 'column'
SELECT COUNT(`odd "name" ``of`` [a] 'column'`) FROM `Sales`.`order ``lines```;

-- count of different of odd "name" `of` [a] 'column'
SELECT COUNT(DISTINCT `odd "name" ``of`` [a] 'column'`) FROM `Sales`.`order ``lines```;

-- sum of odd "name" `of` [a] 'column'
SELECT SUM(`odd "name" ``of`` [a] 'column'`) FROM `Sales`.`order ``lines```;

-- average of odd "name" `of` [a] 'column'
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of odd "name" `of` [a] 'column'
SELECT MIN(`odd "name" ``of`` [a] 'column'` + 0) FROM `Sales`.`order ``lines```;

-- largest of odd "name" `of` [a] 'column'
SELECT MAX(`odd "name" ``of`` [a] 'column'` + 0) FROM `Sales`.`order ``lines```;

-- groups by price
SELECT `Price`, COUNT(*) FROM `Sales`.`order ``lines``` GROUP BY `Price`;

-- count of price
SELECT COUNT(`Price`) FROM `Sales`.`order ``lines```;

-- count of different of price
SELECT COUNT(DISTINCT `Price`) FROM `Sales`.`order ``lines```;

-- sum of price
SELECT SUM(`Price`) FROM `Sales`.`order ``lines```;

-- average of price
SELECT SUM(`Price`), COUNT(`Price`) FROM `Sales`.`order ``lines```;

-- smallest of price
SELECT MIN(`Price` + 0) FROM `Sales`.`order ``lines```;

-- largest of price
SELECT MAX(`Price` + 0) FROM `Sales`.`order ``lines```;

-- groups by flag
SELECT `Flag`, COUNT(*) FROM `Sales`.`order ``lines``` GROUP BY `Flag`;

-- count of flag
SELECT COUNT(`Flag`), MIN(`Flag` + 0), MAX(`Flag` + 0) FROM `Sales`.`order ``lines```;

-- count of different of flag
SELECT COUNT(DISTINCT `Flag`), MIN(`Flag` + 0), MAX(`Flag` + 0) FROM `Sales`.`order ``lines```;

-- sum of flag
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of flag
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of flag
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- largest of flag
-- declined: the source does not put these rows together as Athena would: values of a column have another order

-- groups by text
SELECT MIN(`Text`), COUNT(*) FROM `Sales`.`order ``lines``` GROUP BY CAST(CONVERT(`Text` USING utf8mb4) AS BINARY);

-- count of text
SELECT COUNT(`Text`) FROM `Sales`.`order ``lines```;

-- count of different of text
SELECT COUNT(DISTINCT CAST(CONVERT(`Text` USING utf8mb4) AS BINARY)) FROM `Sales`.`order ``lines```;

-- sum of text
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of text
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of text
-- declined: the source does not put these rows together as Athena would: its texts have another order

-- largest of text
-- declined: the source does not put these rows together as Athena would: its texts have another order

-- groups by cast
SELECT MIN(CAST(`Cast` AS CHAR CHARACTER SET utf8mb4)), COUNT(*) FROM `Sales`.`order ``lines``` GROUP BY CAST(CONVERT(CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) USING utf8mb4) AS BINARY);

-- count of cast
SELECT COUNT(CAST(`Cast` AS CHAR CHARACTER SET utf8mb4)) FROM `Sales`.`order ``lines```;

-- count of different of cast
SELECT COUNT(DISTINCT CAST(CONVERT(CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) USING utf8mb4) AS BINARY)) FROM `Sales`.`order ``lines```;

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
SELECT COUNT(`Bytes`) FROM `Sales`.`order ``lines```;

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
SELECT `Day`, COUNT(*) FROM `Sales`.`order ``lines``` GROUP BY `Day`;

-- count of day
SELECT COUNT(`Day`), MIN(CASE WHEN LAST_DAY(`Day`) IS NULL OR DAYOFMONTH(`Day`) NOT BETWEEN 1 AND DAYOFMONTH(LAST_DAY(`Day`)) THEN `Day` END) FROM `Sales`.`order ``lines```;

-- count of different of day
SELECT COUNT(DISTINCT `Day`), MIN(CASE WHEN LAST_DAY(`Day`) IS NULL OR DAYOFMONTH(`Day`) NOT BETWEEN 1 AND DAYOFMONTH(LAST_DAY(`Day`)) THEN `Day` END) FROM `Sales`.`order ``lines```;

-- sum of day
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of day
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of day
SELECT MIN(`Day`), MIN(CASE WHEN LAST_DAY(`Day`) IS NULL OR DAYOFMONTH(`Day`) NOT BETWEEN 1 AND DAYOFMONTH(LAST_DAY(`Day`)) THEN `Day` END) FROM `Sales`.`order ``lines```;

-- largest of day
SELECT MAX(`Day`), MIN(CASE WHEN LAST_DAY(`Day`) IS NULL OR DAYOFMONTH(`Day`) NOT BETWEEN 1 AND DAYOFMONTH(LAST_DAY(`Day`)) THEN `Day` END) FROM `Sales`.`order ``lines```;

-- groups by time
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- count of time
SELECT COUNT(`Time`), MIN(CASE WHEN LAST_DAY(`Time`) IS NULL OR DAYOFMONTH(`Time`) NOT BETWEEN 1 AND DAYOFMONTH(LAST_DAY(`Time`)) THEN `Time` END) FROM `Sales`.`order ``lines```;

-- count of different of time
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- sum of time
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of time
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of time
SELECT MIN(`Time`), MIN(CASE WHEN LAST_DAY(`Time`) IS NULL OR DAYOFMONTH(`Time`) NOT BETWEEN 1 AND DAYOFMONTH(LAST_DAY(`Time`)) THEN `Time` END) FROM `Sales`.`order ``lines```;

-- largest of time
SELECT MAX(`Time`), MIN(CASE WHEN LAST_DAY(`Time`) IS NULL OR DAYOFMONTH(`Time`) NOT BETWEEN 1 AND DAYOFMONTH(LAST_DAY(`Time`)) THEN `Time` END) FROM `Sales`.`order ``lines```;

-- groups by zoned
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- count of zoned
SELECT COUNT(`Zoned`), MIN(CASE WHEN LAST_DAY(`Zoned`) IS NULL OR DAYOFMONTH(`Zoned`) NOT BETWEEN 1 AND DAYOFMONTH(LAST_DAY(`Zoned`)) THEN `Zoned` END) FROM `Sales`.`order ``lines```;

-- count of different of zoned
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- sum of zoned
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- average of zoned
-- declined: the source does not put these rows together as Athena would: Athena's own answer depends on the order of rows, or there is none

-- smallest of zoned
SELECT MIN(`Zoned`), MIN(CASE WHEN LAST_DAY(`Zoned`) IS NULL OR DAYOFMONTH(`Zoned`) NOT BETWEEN 1 AND DAYOFMONTH(LAST_DAY(`Zoned`)) THEN `Zoned` END) FROM `Sales`.`order ``lines```;

-- largest of zoned
SELECT MAX(`Zoned`), MIN(CASE WHEN LAST_DAY(`Zoned`) IS NULL OR DAYOFMONTH(`Zoned`) NOT BETWEEN 1 AND DAYOFMONTH(LAST_DAY(`Zoned`)) THEN `Zoned` END) FROM `Sales`.`order ``lines```;

-- groups by double
-- declined: the source does not put these rows together as Athena would: values of a column are equal there when they are not in Athena

-- count of double
SELECT COUNT(`Double`) FROM `Sales`.`order ``lines```;

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
SELECT SUM(`Price`), MIN(`Text`), COUNT(*) FROM `Sales`.`order ``lines``` WHERE ((`Price`) < (CAST(? AS DECIMAL(38,2)))) GROUP BY `Id`, CAST(CONVERT(`Text` USING utf8mb4) AS BINARY) LIMIT 5;

-- keys alone
SELECT `Id`, MIN(`Text`) FROM `Sales`.`order ``lines``` GROUP BY CAST(CONVERT(`Text` USING utf8mb4) AS BINARY), `Id`;

-- first slice along id
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Id` < ? OR `Id` <=> NULL);

-- middle slice along id
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Id` >= ? AND `Id` < ?);

-- last slice along id
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Id` >= ?);

-- first slice along price
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Price` < CAST(? AS DECIMAL(38,2)) OR `Price` <=> NULL);

-- middle slice along price
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Price` >= CAST(? AS DECIMAL(38,2)) AND `Price` < CAST(? AS DECIMAL(38,2)));

-- last slice along price
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Price` >= CAST(? AS DECIMAL(38,2)));

-- first slice along text
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Text` < ? OR `Text` <=> NULL);

-- middle slice along text
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Text` >= ? AND `Text` < ?);

-- last slice along text
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Text` >= ?);

-- first slice along cast
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) < ? OR CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) <=> NULL);

-- middle slice along cast
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) >= ? AND CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) < ?);

-- last slice along cast
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (CAST(`Cast` AS CHAR CHARACTER SET utf8mb4) >= ?);

-- first slice along bytes
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Bytes` < CAST(? AS BINARY) OR `Bytes` <=> NULL);

-- middle slice along bytes
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Bytes` >= CAST(? AS BINARY) AND `Bytes` < CAST(? AS BINARY));

-- last slice along bytes
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Bytes` >= CAST(? AS BINARY));

-- first slice along day
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Day` < CAST(? AS DATE) OR `Day` <=> NULL);

-- middle slice along day
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Day` >= CAST(? AS DATE) AND `Day` < CAST(? AS DATE));

-- last slice along day
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Day` >= CAST(? AS DATE));

-- first slice along time
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Time` < CAST(? AS DATETIME(3)) OR `Time` <=> NULL);

-- middle slice along time
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Time` >= CAST(? AS DATETIME(3)) AND `Time` < CAST(? AS DATETIME(3)));

-- last slice along time
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Time` >= CAST(? AS DATETIME(3)));

-- first slice along zoned
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Zoned` < CAST(? AS DATETIME(3)) OR `Zoned` <=> NULL);

-- middle slice along zoned
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Zoned` >= CAST(? AS DATETIME(3)) AND `Zoned` < CAST(? AS DATETIME(3)));

-- last slice along zoned
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Zoned` >= CAST(? AS DATETIME(3)));

-- slice 1 along id and price
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Id` < ? OR `Id` <=> NULL);

-- slice 2 along id and price
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Id` = ? AND (`Price` < CAST(? AS DECIMAL(38,2)) OR `Price` <=> NULL));

-- slice 3 along id and price
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Id` = ? AND (`Price` >= CAST(? AS DECIMAL(38,2)) AND `Price` < CAST(? AS DECIMAL(38,2))));

-- slice 4 along id and price
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Id` >= ? AND (`Id` > ? OR `Price` >= CAST(? AS DECIMAL(38,2))) AND `Id` <= ? AND (`Id` < ? OR `Price` < CAST(? AS DECIMAL(38,2)) OR `Price` <=> NULL));

-- slice 5 along id and price
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Id` >= ? AND (`Id` > ? OR `Price` >= CAST(? AS DECIMAL(38,2))));

-- slice 1 along text and time
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Text` < ? OR `Text` <=> NULL);

-- slice 2 along text and time
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Text` = ? AND (`Time` < CAST(? AS DATETIME(3)) OR `Time` <=> NULL));

-- slice 3 along text and time
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Text` = ? AND (`Time` >= CAST(? AS DATETIME(3)) AND `Time` < CAST(? AS DATETIME(3))));

-- slice 4 along text and time
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Text` >= ? AND (`Text` > ? OR `Time` >= CAST(? AS DATETIME(3))) AND `Text` <= ? AND (`Text` < ? OR `Time` < CAST(? AS DATETIME(3)) OR `Time` <=> NULL));

-- slice 5 along text and time
SELECT `Id` FROM `Sales`.`order ``lines``` WHERE (`Text` >= ? AND (`Text` > ? OR `Time` >= CAST(? AS DATETIME(3))));

-- a slice without ends and NULL
SELECT 1 FROM `Sales`.`order ``lines``` WHERE (`Id` IS NOT NULL);

-- a slice as it was
-- declined: table "Sales"."order `lines`" cannot be read in the slice that was cut

-- a slice, a condition and a limit
SELECT `Text` FROM `Sales`.`order ``lines``` WHERE (`Id` < ? OR `Id` <=> NULL) AND (`Id` <=> NULL) LIMIT 5;

-- a query
WITH `glaux_query` (`c1`, `c2`) AS (
SELECT id AS a, text AS a FROM t -- all
) SELECT `c1`, `c2` FROM `glaux_query`;

-- a query without columns
WITH `glaux_query` (`c1`, `c2`) AS (
SELECT id AS a, text AS a FROM t -- all
) SELECT 1 FROM `glaux_query`;

-- a limit behind a query
WITH `glaux_query` (`c1`, `c2`) AS (
SELECT id AS a, text AS a FROM t -- all
) SELECT `c2`, `c1` FROM `glaux_query` WHERE (`c2` <=> NULL) LIMIT 5;

-- ends of id
SELECT MIN(`Id`), MAX(`Id`) FROM `Sales`.`order ``lines```;

-- ends of text
SELECT MIN(`Text`), MAX(`Text`) FROM `Sales`.`order ``lines```;

-- ends of day
SELECT MIN(`Day`), MAX(`Day`) FROM `Sales`.`order ``lines``` WHERE (`Day` >= CAST(? AS DATE));

-- ends of time
SELECT MIN(`Time`), MAX(`Time`) FROM `Sales`.`order ``lines``` WHERE (`Time` >= CAST(? AS DATETIME(3)));
