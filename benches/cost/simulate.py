#!/usr/bin/env python3
"""What reading a very large table costs: splits, wall time, connections, dollars. `simulate.py [RESULT.json]`: README.md beside it.

Every stream is served at the rate of its slowest part; the server shares itself among the streams that are there. A split that
does not end within the function's limit fails the query.
"""
import argparse
import heapq
import json
import math
import random
from dataclasses import dataclass, replace
from pathlib import Path

RESULTS = Path(__file__).resolve().parents[1] / "results"
README = Path(__file__).resolve().parent / "README.md"
OURS = ("Glaux, Lambda", 1)
# The flags that shorten cold starts, as Lambda functions in Java are often run, make it less than half as fast; so both are shown.
JAVA = {
    "Java connector, Lambda's flags": ("AWS's Java base, Lambda's flags", 1),
    "Java connector, default flags": ("AWS's Java base, default flags", 1),
}
# A function has one virtual core at so many MB of memory, and shares of it below (AWS, "Configure Lambda function memory").
CORE_MB = 1769
LIMIT_SECONDS = 900


@dataclass
class Prices:
    """Dollars, list prices of us-east-1 for x86; put your own in."""

    gb_second: float = 0.0000166667
    request: float = 0.20 / 1e6
    put: float = 0.005 / 1e3
    get: float = 0.0004 / 1e3


@dataclass
class Site:
    """The database and the account."""

    table_gb: float = 1000.0
    cores: int = 16
    max_connections: int = 500
    """Connections that are left to others."""
    reserved: int = 50
    """Reads that Athena has going at once."""
    concurrency: int = 1000
    """Of one function; measured by users of the Java connectors."""
    network_gb_per_second: float = 0.064
    """Spread of the splits' sizes around their mean."""
    unevenness: float = 0.2


@dataclass
class Reader:
    """One connector, from a result of `benches/run`: seconds are per GB of Arrow data."""

    name: str
    client_cpu: float
    server_cpu: float
    start: float
    object_gb: float
    memory_mb: int
    splits: int


def reader(run, key, name, memory_mb, splits):
    """What was measured of one reader on PostgreSQL's lineitem."""
    records = [
        record for record in run["records"]
        if (record["reader"], record["splits"]) == key and record["engine"] == "postgresql"
        and record["table"] == "lineitem" and "failed" not in record
    ]
    if not records:
        raise SystemExit(f"the result has no read of lineitem by {key[0]}")
    gb = run["tables"]["postgresql"]["lineitem"]["arrow_mb"] / 1e3
    middle = lambda values: sorted(values)[len(values) // 2]
    return Reader(
        name=name,
        client_cpu=middle([record["cpu"] for record in records]) / gb,
        server_cpu=middle([record["server_cpu"] for record in records]) / gb,
        start=middle([cold["first_rows"] for cold in run["cold"][key[0]]]),
        object_gb=middle([record["stored_mb"] / max(1, record["objects"]) for record in records]) / 1e3,
        memory_mb=memory_mb,
        splits=splits,
    )


def stream_rate(reader, site):
    """GB a second of one stream that has the server for itself: one session is one process of the server's."""
    return min(site.network_gb_per_second, 1 / reader.server_cpu, reader.memory_mb / CORE_MB / reader.client_cpu)


def sizes(site, splits):
    chance = random.Random(7)
    parts = [math.exp(chance.gauss(0, site.unevenness)) for _ in range(splits)]
    return [site.table_gb * part / sum(parts) for part in parts]


@dataclass
class Outcome:
    wall: float
    longest: float
    connections: int
    gb_seconds: float
    dollars: float
    fails: str


def simulate(reader, site, prices):
    """Runs the splits, as many at once as there may be, and adds up what they take."""
    at_once = min(reader.splits, site.concurrency)
    room = site.max_connections - site.reserved
    if at_once > room:
        return Outcome(0, 0, at_once, 0, 0, f"{at_once} connections, {room} to be had")
    alone, total = stream_rate(reader, site), site.cores / reader.server_cpu
    waiting, running, now, served = sizes(site, reader.splits), [], 0.0, 0.0
    longest = billed = 0.0
    # All streams are served alike, so each is known by how much a stream has to be served until it ends.
    while waiting or running:
        while waiting and len(running) < at_once:
            heapq.heappush(running, (served + waiting.pop(), now))
        rate = min(alone, total / len(running))
        ends, began = heapq.heappop(running)
        now += (ends - served) / rate
        served = ends
        took = now - began + reader.start
        longest, billed = max(longest, took), billed + took
    gb_seconds = billed * reader.memory_mb / 1024
    objects = math.ceil(site.table_gb / reader.object_gb)
    dollars = gb_seconds * prices.gb_second + reader.splits * prices.request + objects * (prices.put + prices.get)
    fails = f"a split takes {longest:,.0f} s, a function {LIMIT_SECONDS} s at most" if longest > LIMIT_SECONDS else ""
    return Outcome(now + reader.start, longest, at_once, gb_seconds, dollars, fails)


def fewest(reader, site, prices):
    """The fewest splits with which the table is read before the functions' time is over, if any number does."""
    for splits in range(1, site.max_connections - site.reserved + 1):
        if not simulate(replace(reader, splits=splits), site, prices).fails:
            return splits
    return None


def table(run, site, prices):
    room = site.max_connections - site.reserved
    # As many at once as the database lets in, where Athena would have more going.
    limited = [replace(site, concurrency=room)] if room < site.concurrency else []
    one_of = lambda name, splits, memory: reader(run, JAVA.get(name, OURS), name, memory, splits)
    each = [one_of("Glaux", 1, 512), *(one_of(name, 1, 3008) for name in JAVA)]
    few = {one.name: fewest(one, site, prices) for one in each}
    rows = []
    for one in each:
        rows += [(site, replace(one, splits=splits)) for splits in sorted({1, 20, 32, 64, 256, 1000, few[one.name] or 1})]
        rows += [(where, replace(one, splits=1000)) for where in limited]
    rows.append((site, one_of("Glaux", 64, 1769)))
    out = ["| connector | memory MB | splits | connections | longest split s | wall s | GB-seconds | dollars | |", "|---|---|---|---|---|---|---|---|---|"]
    for where, one in rows:
        got = simulate(one, where, prices)
        figures = f"{got.longest:,.0f} | {got.wall:,.0f} | {got.gb_seconds:,.0f} | {got.dollars:.2f}" if got.wall else " | | | "
        out.append(f"| {one.name} | {one.memory_mb} | {one.splits} | {got.connections} | {figures} | {got.fails} |")
    knee = {one.name: math.ceil(site.cores / one.server_cpu / stream_rate(one, site)) for one in each}
    said = lambda found: "; ".join(f"{name} {count or 'none'}" for name, count in found.items())
    out += ["", f"Fewest splits that end in time: {said(few)}. Streams from which on the server is the limit: {said(knee)}."]
    return out


def check(run):
    """That the simulator still says what can be said without it."""
    site, prices = Site(unevenness=0.0), Prices()
    one = reader(run, OURS, "Glaux", 1769, 1)
    alone = simulate(one, site, prices)
    assert math.isclose(alone.wall, site.table_gb / stream_rate(one, site) + one.start), alone
    few, many = (simulate(replace(one, splits=splits), site, prices) for splits in (4, 400))
    assert math.isclose(few.wall - one.start, (alone.wall - one.start) / 4), "four streams that do not meet are four times as fast"
    floor = site.table_gb * one.server_cpu / site.cores
    assert many.wall >= floor and math.isclose(many.wall, floor + one.start, rel_tol=0.05), "no more than the server has"
    assert simulate(replace(one, splits=900), site, prices).fails, "more connections than there are"


def check_readme():
    """That the table in the README is what comes of the result that it names."""
    lines = README.read_text().splitlines()
    name = next(line for line in lines if line.startswith("Measured: ")).split()[1].rstrip(".")
    run = json.loads((RESULTS / name).read_text())
    gone = [line for line in [measured(name, Site()), *table(run, Site(), Prices())] if line not in lines]
    assert not gone, "the README lacks:\n" + "\n".join(gone)


def measured(name, site):
    return f"Measured: {name}. {site}"


def newest():
    """The last result that has what is needed."""
    for result in sorted(RESULTS.glob("*.json"), reverse=True):
        run = json.loads(result.read_text())
        read = {(record["reader"], record["splits"]) for record in run["records"] if record["engine"] == "postgresql"}
        if {OURS, *JAVA.values()} <= read and run["cold"]:
            return result, run
    raise SystemExit(f"no result in {RESULTS} has both connectors on PostgreSQL and their cold starts")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("result", nargs="?", type=Path)
    parser.add_argument("--check", action="store_true")
    for field in ("table_gb", "cores", "max_connections", "reserved", "concurrency", "network_gb_per_second"):
        parser.add_argument(f"--{field.replace('_', '-')}", type=type(getattr(Site, field)), default=getattr(Site, field))
    options = parser.parse_args()
    result, run = newest() if options.result is None else (options.result, json.loads(options.result.read_text()))
    check(run)
    if options.check:
        check_readme()
        return print("the simulator says what can be said without it")
    site = Site(options.table_gb, options.cores, options.max_connections, options.reserved, options.concurrency, options.network_gb_per_second)
    print(measured(result.name, site) + "\n")
    print("\n".join(table(run, site, Prices())))


if __name__ == "__main__":
    main()
