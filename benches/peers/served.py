"""Asks what a client of ADBC asks, and times it: `served.py DRIVER ADDRESS TABLE ROWS`, with `TOKEN` and `CA` of the server that has them.

DRIVER is `flightsql` or `postgresql`; TABLE is lineitem with its schema, of which the orders up to number ROWS are read.
Prints a line of JSON: the rows, the CPU seconds that had gone into Python and its imports before, and the seconds of each thing asked.
"""
import importlib
import json
import os
import sys
import threading
import time


def seconds(act):
    started = time.monotonic()
    return act(), time.monotonic() - started


def connected(driver, address):
    dbapi = importlib.import_module(f"adbc_driver_{driver}.dbapi")
    if driver == "postgresql":
        return dbapi.connect(f"{address}?sslmode=disable")
    with open(os.environ["CA"]) as certificate:
        roots = certificate.read()
    options = {"username": "glaux", "password": os.environ["TOKEN"], "adbc.flight.sql.client_option.tls_root_certs": roots}
    return dbapi.connect(address, db_kwargs=options, autocommit=True)


def cancelled(cursor, text):
    """How long after a cancel, sent a moment after the first rows, the read ends."""
    cursor.execute(text)
    batches, sent = cursor.fetch_record_batch(), []
    batches.read_next_batch()

    def cancel():
        sent.append(time.monotonic())
        cursor.adbc_cancel()

    threading.Timer(0.05, cancel).start()
    try:
        for _ in batches:
            pass
    except Exception:  # Each driver says it in an error of its own.
        return time.monotonic() - sent[0]
    sys.exit("it was read to its end, cancelled or not")


def main(driver, address, table, rows):
    import pyarrow  # noqa: F401, what the driver's batches are made of

    schema, name = table.split(".")
    importlib.import_module(f"adbc_driver_{driver}.dbapi")
    start_cpu = time.process_time()
    everything = f"select * from {table} where l_orderkey <= {rows}"
    bound = f"select l_comment from {table} where l_orderkey = {{}} and l_linenumber = {{}}".format(*("?", "?") if driver == "flightsql" else ("$1", "$2"))
    told = {"start_cpu": start_cpu}
    connection, told["connect"] = seconds(lambda: connected(driver, address))
    with connection, connection.cursor() as cursor:
        listed, told["list"] = seconds(lambda: connection.adbc_get_objects(depth="tables", db_schema_filter=schema).read_all())
        assert name in str(listed.to_pylist()), listed
        cursor.execute(bound, (5, 1))
        assert len(cursor.fetchall()) == 1
        told["bound"] = seconds(lambda: (cursor.execute(bound, (7, 1)), cursor.fetchall()))[1]
        count = lambda: (cursor.execute(everything), sum(batch.num_rows for batch in cursor.fetch_record_batch()))[1]
        told["rows"], told["read"] = seconds(count)
        if driver == "flightsql":
            told["cancel"] = cancelled(cursor, f"select * from {table}")
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
