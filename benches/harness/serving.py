"""What clients get of the local Athena, beside what the same kind of driver gets of the database itself."""
import json
import os
import shutil
import signal
import subprocess
import tempfile

from . import measure
from .programs import ROOT
from .readers import PEERS
from .servers import PASSWORD, cpu_seconds
from .tables import SCHEMA

# Of lineitem at scale 1 the orders up to this number have about as many rows.
ORDERS = 1_000_000
TABLE = f"{SCHEMA}.lineitem"


class Served:
    """`glaux serve` over the bench's server, and what it says of where it listens."""

    def __init__(self, program, server):
        self.home = tempfile.mkdtemp(prefix="glaux-bench-serve-")
        environment = {"default": server.setting(), "HOME": self.home, "TMPDIR": self.home}
        self.child = subprocess.Popen(
            [program, "serve", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        self.said = {}
        for line in self.child.stdout:
            word, _, rest = line.strip().partition("  ")
            self.said[word] = rest.strip()
            if word.startswith("metrics"):
                break
        else:
            raise measure.Failed("glaux serve ended at once")
        self.watch = measure.Watch(self.child.pid)

    def cpu(self):
        return cpu_seconds(self.child.pid)

    def stop(self):
        self.watch.stop()
        self.child.send_signal(signal.SIGINT)
        self.child.wait()
        shutil.rmtree(self.home, ignore_errors=True)
        return self.watch.peak


def adbc(bench, served):
    environment = {**os.environ, "PYTHONPATH": str(bench.programs.packages)}
    if served:
        environment |= {"TOKEN": served.said["token"], "CA": served.said["CA"]}
    address = ["flightsql", "grpc+tls://" + served.said["Flight SQL"]] if served else ["postgresql", bench.server.url()]
    return ["python3", PEERS / "served.py", *address, TABLE, str(ORDERS)], environment


def jdbc(bench, served):
    own = f"{bench.server.jdbc()}&user={bench.server.user}&password={PASSWORD}"
    url = served.said["JDBC"].replace("TOKEN", served.said["token"]) if served else own
    jar = bench.programs.flight if served else ROOT / "tests/conformance/target/conformance.jar"
    # Arrow's memory reaches into the JDK's buffers.
    java = ["java", "--add-opens=java.base/java.nio=ALL-UNNAMED", "-cp", jar, PEERS / "Served.java"]
    return [*java, url, TABLE, str(ORDERS)], os.environ


def once(bench, who, words, is_served):
    served = Served(bench.programs.served, bench.server) if is_served else None
    try:
        before = served.cpu() if served else 0
        cost, printed = measure.command(*words(bench, served), bench.server)
        cost |= json.loads(printed[-1])
        cost["serve_cpu"] = served.cpu() - before if served else None
    finally:
        peak = served.stop() if served else None
    print(f"serve       {who}: {cost['rows']} rows in {cost['read']:.2f} s, cancelled after {cost.get('cancel')}", flush=True)
    return {**cost, "cpu": cost["cpu"] - cost.get("start_cpu", 0), "serve_peak_mb": peak}


def measured(bench, repeat):
    """Client by client, repetition by repetition; all must get the same rows."""
    clients = {
        "ADBC, of `glaux serve`": (adbc, True), "ADBC, of PostgreSQL itself": (adbc, False),
        "JDBC, of `glaux serve`": (jdbc, True), "JDBC, of PostgreSQL itself": (jdbc, False),
    }
    found = {who: [] for who in clients}
    for _ in range(repeat):
        for who, (words, is_served) in clients.items():
            found[who].append(once(bench, who, words, is_served))
    counts = {one["rows"] for runs in found.values() for one in runs}
    if len(counts) != 1:
        raise SystemExit(f"the clients got different numbers of rows: {sorted(counts)}")
    return found
