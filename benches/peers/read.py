"""Reads a table with another's reader and throws its batches away: `read.py READER URL SCHEMA.TABLE KEY PARTITIONS`.

Prints a line of JSON: the rows that were read, and the CPU seconds that had gone into Python and its imports before.
"""
import importlib
import json
import sys
import time
from pathlib import Path


def connectorx():
    """Batch after batch, as far as it can: its stream takes no partitions, for which it holds the whole answer."""
    import connectorx as cx

    def read(url, table, key, partitions):
        query = f"select * from {table}"
        if partitions > 1:
            return cx.read_sql(url, query, return_type="arrow", partition_on=key, partition_num=partitions).num_rows
        return sum(batch.num_rows for batch in cx.read_sql(url, query, return_type="arrow_stream", batch_size=50_000))

    return read


def adbc():
    from adbc_driver_postgresql import dbapi

    def read(url, table, key, partitions):
        with dbapi.connect(f"{url}?sslmode=disable") as connection, connection.cursor() as cursor:
            cursor.execute(f"select * from {table}")
            return sum(batch.num_rows for batch in cursor.fetch_record_batch())

    return read


def duckdb():
    """Partitions are its threads."""
    import duckdb
    import pyarrow  # noqa: F401, what its batches are made of

    def read(url, table, key, partitions):
        kind = "mysql" if url.startswith("mysql") else "postgres"
        package = Path(importlib.import_module(f"duckdb_extension_{kind}_scanner").__file__).parent
        extension = next(package.glob(f"extensions/v{duckdb.__version__}/*.duckdb_extension"))
        with duckdb.connect(config={"threads": partitions}) as connection:
            connection.execute(f"load '{extension}'")
            connection.execute(f"attach '{url}' as source (type {kind}, read_only)")
            answer = connection.execute(f"select * from source.{table}")
            return sum(batch.num_rows for batch in answer.fetch_record_batch(50_000))

    return read


if __name__ == "__main__":
    reader, url, table, key, partitions = sys.argv[1:]
    read = globals()[reader]()
    started = time.process_time()
    print(json.dumps({"rows": read(url, table, key, int(partitions)), "start_cpu": started}))
