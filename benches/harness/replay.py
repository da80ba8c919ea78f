"""SQL Server's clients, each reading an answer that is made up once and sent again and again: there is no server of it here.

Only the client is measured. The answer has lineitem's columns, texts as `varchar`; the login is encrypted and the rows are not.
"""
import json
import os
import re
import subprocess

from . import measure
from .readers import PEERS
from .servers import cpu_seconds

ROWS = 3_000_000
# As large as SQL Server's packets get, but for what each client adds to them.
PACKET = 32_000
JIT = {"default flags": [], "Lambda's flags": ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]}


class Replay:
    def __init__(self, program):
        self.child = subprocess.Popen([program, "serve", str(ROWS), str(PACKET), "varchar"], stdout=subprocess.PIPE, text=True)
        self.url = self.child.stdout.readline().strip()
        self.port = re.search(r":(\d+);", self.url)[1]

    def cpu(self):
        return cpu_seconds(self.child.pid)

    def stop(self):
        self.child.kill()
        self.child.wait()


def measured(programs, repeat):
    """Reader by reader, repetition by repetition; all must get the same rows."""
    server = Replay(programs.replay / "replay")
    readers = {"Glaux": [programs.replay / "replay", "read", server.url], "mssql-tds, RowWriter": [programs.replay / "rows", server.port]}
    for name, flags in JIT.items() if programs.mssql else ():
        readers[f"mssql-jdbc, {name}"] = ["java", *flags, "-cp", programs.mssql, PEERS / "Replayed.java", server.port]
    found = {who: [] for who in readers}
    try:
        for _ in range(repeat):
            for who, words in readers.items():
                cost, printed = measure.command(words, os.environ, server)
                found[who].append(cost | json.loads(printed[-1]))
                print(f"replay      {who}: {cost['cpu']:.2f} CPU s, {cost['wall']:.2f} s", flush=True)
    finally:
        server.stop()
    told = {(one["rows"], one["sum"]) for runs in found.values() for one in runs}
    if len(told) != 1 or {rows for rows, _ in told} != {ROWS}:
        raise SystemExit(f"the readers got different rows: {sorted(told)}")
    return found
