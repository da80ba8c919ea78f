"""Who reads what: ours and the peers, each a function that reads one table once and says what it cost."""
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from . import functions, measure
from .servers import PASSWORD
from .tables import KEYS, SCHEMA

PEERS = Path(__file__).resolve().parents[1] / "peers"
POSTGRES, MYSQL = ("postgresql",), ("mariadb", "mysql")


@dataclass
class Reader:
    name: str
    """`plain`: into batches or nowhere; `whole`: a request, until sealed objects are in S3."""
    way: str
    engines: tuple
    splits: int
    """What of the programs it cannot do without."""
    needs: tuple
    read: Callable
    """Reads once, however often the others do."""
    slow: bool = False
    """Reads this table; lineitem is everybody's."""
    tables: tuple = ("lineitem", "wide", "orders")


class Bench:
    """What the readers need: the programs, the server, the table of the moment."""

    def __init__(self, programs, server, sink):
        self.programs, self.server, self.sink = programs, server, sink
        self.planned = {}

    def python(self, reader, table, partitions):
        words = [reader, self.server.url(), f"{SCHEMA}.{table}", KEYS[table], str(partitions)]
        environment = {**os.environ, "PYTHONPATH": str(self.programs.packages)}
        cost, printed = measure.command(["python3", PEERS / "read.py", *words], environment, self.server)
        told = json.loads(printed[-1])
        whole = cost["cpu"]
        return {**cost, "cpu": whole - told["start_cpu"], "cpu_with_start": whole, "rows": told["rows"]}

    def ours(self, table, splits):
        words = ["read", self.server.setting().partition("&user=")[0], SCHEMA, table, str(splits)]
        environment = {**os.environ, "BENCH_USER": self.server.user, "BENCH_PASSWORD": PASSWORD}
        cost, printed = measure.command([self.programs.tool, *words], environment, self.server)
        told = json.loads(printed[-1])
        return {**cost, "rows": told["rows"], "arrow_mb": told["bytes"] / 1e6, "sessions": told["sessions"]}

    def discarded(self, arguments):
        cost, _ = measure.command(arguments, self.server.environment(), self.server, discard=True)
        return cost

    def psql(self, table):
        return self.discarded([*self.server.client(), "-c", f"copy (select * from {SCHEMA}.{table}) to stdout (format binary)"])

    def mariadb(self, table):
        return self.discarded([*self.server.client(), "--quick", "-e", f"select * from {SCHEMA}.{table}"])

    def raw(self, table):
        words = [self.programs.raw, "127.0.0.1", str(self.server.port), self.server.user, PASSWORD]
        cost, printed = measure.command([*words, f"select * from {SCHEMA}.{table}"], os.environ, self.server)
        return {**cost, "rows": json.loads(printed[-1])["rows"]}

    def ours_started(self, splits=1, settings=None):
        # A byte a split, so that their number is what was asked for.
        settings = {"glaux_max_splits": str(splits), **({"glaux_split_bytes": "1"} if splits > 1 else {}), **(settings or {})}
        return lambda: functions.Lambda(self.programs.function, self.server, self.sink, settings)

    def java_started(self, flags):
        return lambda: functions.Java(self.programs.java, self.server, self.sink, flags)

    def schema(self, table):
        """The table as ours describes it, which both connectors are asked for."""
        return self.plan(table, 1, self.ours_started())[0]

    def plan(self, table, splits, start):
        """Planned once, in a process of its own; the places and keys of the splits may serve again, as nothing is kept."""
        if (table, splits) not in self.planned:
            function = start()
            try:
                schema = functions.described(function, table)
                self.planned[table, splits] = schema, functions.planned(function, table, schema)
            finally:
                function.stop()
        return self.planned[table, splits]

    def ours_whole(self, table, splits):
        schema, slices = self.plan(table, splits, self.ours_started(splits))
        return functions.whole_way(self.ours_started(splits), self.server, self.sink, table, schema, slices)

    def java_whole(self, table, flags):
        schema, slices = self.plan(table, 1, self.ours_started())
        return functions.whole_way(self.java_started(flags), self.server, self.sink, table, schema, slices)


def all_readers():
    both, tables, large = POSTGRES + MYSQL, ("lineitem", "wide", "orders"), ("lineitem",)
    readers = [
        Reader("psql, COPY binary to nowhere", "plain", POSTGRES, 1, (), lambda bench, table: bench.psql(table)),
        Reader("C client, rows fetched and dropped", "plain", MYSQL, 1, ("raw",), lambda bench, table: bench.raw(table)),
        Reader("mariadb --quick to nowhere", "plain", MYSQL, 1, (), lambda bench, table: bench.mariadb(table)),
    ]
    several = {1: tables, 2: large, 4: large}
    for splits, tables in several.items():
        read = lambda bench, table, splits=splits: bench.ours(table, splits)
        readers.append(Reader("Glaux", "plain", both, splits, (), read, tables=tables))
    for splits, tables in several.items():
        read = lambda bench, table, splits=splits: bench.ours_whole(table, splits)
        readers.append(Reader("Glaux, Lambda", "whole", both, splits, ("function",), read, tables=tables))
    for name, kind, engines in (("connectorx", "connectorx", both), ("ADBC", "adbc", POSTGRES), ("DuckDB", "duckdb", both)):
        for splits, tables in several.items():
            if splits == 1 or kind != "adbc" and (kind, splits) != ("duckdb", 4):
                read = lambda bench, table, kind=kind, splits=splits: bench.python(kind, table, splits)
                where = POSTGRES if kind == "duckdb" else engines
                readers.append(Reader(name, "plain", where, splits, ("packages",), read, slow=splits > 1, tables=tables))
    read = lambda bench, table: bench.python("duckdb", table, 1)
    readers.append(Reader("DuckDB", "plain", MYSQL, 1, ("packages",), read, slow=True))
    for name, flags, tables in (("default flags", [], ("lineitem", "wide")), ("Lambda's flags", functions.LAMBDA_FLAGS, large)):
        read = lambda bench, table, flags=flags: bench.java_whole(table, flags)
        needs = ("java", "function")
        readers.append(Reader(f"AWS's Java base, {name}", "whole", both, 1, needs, read, slow=True, tables=tables))
    return readers
