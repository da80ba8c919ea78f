#!/usr/bin/env python3
"""Writes TPC-DS as DuckDB generates it: the folder with DuckDB and its extension, the scale, and the folder to fill.

`schema.sql` makes the tables in a schema `tpcds`, `NAME.csv` has their rows (NULL is \\N), `NN.sql` the queries.
"""
import sys
from pathlib import Path


def main(packages, scale, folder):
    sys.path.insert(0, packages)
    import duckdb

    extension = next(Path(packages).glob("duckdb_extension_tpcds/**/tpcds.duckdb_extension"))
    # The package's copy is not signed as one from DuckDB's own server is.
    database = duckdb.connect(config={"allow_unsigned_extensions": True})
    database.execute(f"LOAD '{extension}'")
    database.execute(f"CALL dsdgen(sf={float(scale)})")
    folder = Path(folder)
    made = []
    for table, create in database.execute("SELECT table_name, sql FROM duckdb_tables() ORDER BY 1").fetchall():
        made.append(create.replace(f"CREATE TABLE {table}(", f"CREATE TABLE tpcds.{table} (", 1))
        database.execute(f"COPY {table} TO '{folder / table}.csv' (HEADER false, NULLSTR '\\N')")
    (folder / "schema.sql").write_text("CREATE SCHEMA tpcds;\n" + "\n".join(made) + "\n", encoding="utf-8")
    for number, text in database.execute("FROM tpcds_queries()").fetchall():
        (folder / f"{number:02}.sql").write_text(text.strip().rstrip(";").rstrip(), encoding="utf-8")


main(*sys.argv[1:])
