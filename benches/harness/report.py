"""The table of a run: medians, rates, and how they stand to each other and to what was asked for."""
from statistics import median

MEASURES = ("wall", "cpu", "server_cpu", "peak_mb", "cpu_with_start")


def summary(run):
    """One line a reader and table, of all its repetitions."""
    found = {}
    for record in run["records"]:
        found.setdefault((record["engine"], record["table"], record["reader"], record["splits"], record["way"]), []).append(record)
    lines = []
    for (engine, table, reader, splits, way), records in found.items():
        line = {"engine": engine, "table": table, "reader": reader, "splits": splits, "way": way, "runs": len(records)}
        failed = [record["failed"] for record in records if "failed" in record]
        if failed:
            line["failed"] = failed[0]
        else:
            line |= {key: median(record[key] for record in records) for key in MEASURES if key in records[0]}
        lines.append(line)
    return lines


class Found:
    """The medians of one engine and table by reader and splits."""

    def __init__(self, lines, engine, table):
        self.lines = {(line["reader"], line["splits"]): line for line in lines if line["engine"] == engine and line["table"] == table}

    def value(self, reader, splits, measure):
        line = self.lines.get((reader, splits), {})
        return line.get(measure)


# What was asked for: engine, what it says, ours, the peer's, the measure, and the most that the first may be of the second.
GLAUX, WHOLE, JAVA, JAVA_LAMBDA = ("Glaux", 1), ("Glaux, Lambda", 1), ("AWS's Java base, default flags", 1), ("AWS's Java base, Lambda's flags", 1)
PSQL, RAW, CX = ("psql, COPY binary to nowhere", 1), ("C client, rows fetched and dropped", 1), ("connectorx", 1)
POSTGRES_GOALS = [
    (GLAUX, CX, "cpu", 1 / 4),
    (GLAUX, ("ADBC", 1), "cpu", 1 / 6),
    (GLAUX, ("DuckDB", 1), "cpu", 1 / 2),
    (GLAUX, PSQL, "cpu", 1),
    (GLAUX, PSQL, "wall", 1.05),
    (("Glaux", 2), PSQL, "wall", 0.65),
    (WHOLE, JAVA, "cpu", 1 / 15),
    (WHOLE, JAVA_LAMBDA, "cpu", 1 / 30),
    (WHOLE, JAVA, "peak_mb", 1 / 8),
    (WHOLE, JAVA_LAMBDA, "peak_mb", 1 / 8),
]
MYSQL_GOALS = [
    (GLAUX, CX, "cpu", 1 / 3),
    (GLAUX, RAW, "wall", 1.1),
    (WHOLE, JAVA, "cpu", 1 / 15),
    (WHOLE, JAVA_LAMBDA, "cpu", 1 / 30),
]
GOALS = {"postgresql": POSTGRES_GOALS, "mariadb": MYSQL_GOALS, "mysql": MYSQL_GOALS}
SAID = {"cpu": "client CPU", "wall": "wall", "peak_mb": "peak memory"}


def goals(lines, engine, table):
    found, rows = Found(lines, engine, table), fastest(lines, engine, table)
    for ours, theirs, measure, most in GOALS[engine]:
        mine, other = found.value(*ours, measure), found.value(*theirs, measure)
        if mine is None or not other:
            continue
        called = lambda reader: f"{reader[0]} × {reader[1]}" if reader[1] > 1 else reader[0]
        rows.append((SAID[measure], called(ours), called(theirs), mine / other, most))
    return rows


def fastest(lines, engine, table):
    """The best of ours by the best of the peers that decode, however many splits each takes."""
    plain = [line for line in lines if (line["engine"], line["table"], line["way"]) == (engine, table, "plain") and "failed" not in line]
    ours = [line for line in plain if line["reader"] == "Glaux"]
    peers = [line for line in plain if line["reader"] in ("connectorx", "ADBC", "DuckDB")]
    best = lambda those, measure: min(those, key=lambda line: line[measure])
    called = lambda line: f"{line['reader']} × {line['splits']}" if line["splits"] > 1 else line["reader"]
    rows = []
    for measure in ("cpu", "wall") if ours and peers else ():
        mine, other = best(ours, measure), best(peers, measure)
        rows.append((f"{SAID[measure]}, best of each", called(mine), called(other), mine[measure] / other[measure], 1))
    return rows


def markdown(run):
    lines, out = summary(run), heading(run)
    for engine in run["engines"]:
        for table, told in run["tables"][engine].items():
            mine = [line for line in lines if line["engine"] == engine and line["table"] == table]
            if mine:
                out += ["", f"## {engine}: {table}, {told['rows']:,} rows, {told['arrow_mb']:,.0f} MB of Arrow", ""]
                out += measured(mine, told) + asked(lines, engine, table)
    return "\n".join(out + extras(run)) + "\n"


def heading(run):
    said = [f"# {run['date']}, commit {run['commit']}", ""]
    said += [f"{run['machine']}. Scale {run['scale']}; median of the repetitions that are given. {run['note']}".strip()]
    said += ["", "Versions: " + ", ".join(f"{name} {version}" for name, version in run["versions"].items()) + "."]
    if run["missing"]:
        said += ["", "Left out: " + "; ".join(run["missing"]) + "."]
    return said


def measured(lines, told):
    rows = ["| reader | splits | runs | wall s | rows/s | MB/s | client CPU s | server CPU s | peak MB |", "|---|---|---|---|---|---|---|---|---|"]
    for line in lines:
        head = f"| {line['reader']} | {line['splits']} | {line['runs']} |"
        if "failed" in line:
            rows.append(f"{head} failed: {line['failed'].replace('|', ' ')} | | | | | |")
            continue
        wall = line["wall"]
        rows.append(
            f"{head} {wall:.2f} | {told['rows'] / wall:,.0f} | {told['arrow_mb'] / wall:,.0f} | {line['cpu']:.2f} | "
            f"{line['server_cpu']:.2f} | {line['peak_mb']:.0f} |"
        )
    return rows


def asked(lines, engine, table):
    found = goals(lines, engine, table) if table == "lineitem" else []
    if not found:
        return []
    rows = ["", "| what | of | to | ratio | at most | |", "|---|---|---|---|---|---|"]
    for measure, ours, theirs, ratio, most in found:
        rows.append(f"| {measure} | {ours} | {theirs} | {ratio:.3f} | {most:.3f} | {'met' if ratio <= most else '**not met**'} |")
    return rows


def extras(run):
    return replay(run) + cold(run) + memory(run) + serve(run) + (["", "## Smallest parts", "", "```text", *run["micro"], "```"] if run.get("micro") else [])


def cold(run):
    if not run.get("cold"):
        return []
    middle = lambda who, measure: median(one[measure] for one in run["cold"][who])
    ours = next(iter(run["cold"]))
    out = ["", "## Cold start, seconds from the process's start", "", "| function | runs | Ping | first rows | CPU s | peak MB | first rows, of ours |", "|---|---|---|---|---|---|---|"]
    for who, runs in run["cold"].items():
        times = middle(who, "first_rows") / middle(ours, "first_rows")
        out.append(f"| {who} | {len(runs)} | {middle(who, 'ping'):.3f} | {middle(who, 'first_rows'):.3f} | {middle(who, 'cpu'):.2f} | {middle(who, 'peak_mb'):.0f} | × {times:.0f} |")
    return out + ["", "Asked for: at least × 30."]


def memory(run):
    if not run.get("memory"):
        return []
    out = ["", "## Peak memory of one Lambda process for one request", "", "| engine | what | peak MB | at most | wall s | CPU s | |", "|---|---|---|---|---|---|---|"]
    for one in run["memory"]:
        said = one.get("failed") or (("met" if one["peak_mb"] <= one["at_most"] else "**not met**") if one["at_most"] else "")
        out.append(f"| {one['engine']} | {one['what']} | {one['peak_mb']:.0f} | {one['at_most'] or ''} | {one['wall']:.1f} | {one['cpu']:.1f} | {said} |")
    return out


# The most that ours may take of each peer's client CPU.
REPLAY_GOALS = {"mssql-tds, RowWriter": 1, "mssql-jdbc, default flags": 1 / 15, "mssql-jdbc, Lambda's flags": 1 / 15}


def replay(run):
    if not run.get("replay"):
        return []
    middle = lambda who, measure: median(one[measure] for one in run["replay"][who])
    rows = next(iter(run["replay"].values()))[0]["rows"]
    out = ["", f"## SQL Server's answer of lineitem's columns, replayed: {rows:,} rows", ""]
    out += ["| reader | runs | wall s | client CPU s | peak MB | ours of it | at most | |", "|---|---|---|---|---|---|---|---|"]
    for who, runs in run["replay"].items():
        line = f"| {who} | {len(runs)} | {middle(who, 'wall'):.2f} | {middle(who, 'cpu'):.2f} | {middle(who, 'peak_mb'):.0f} |"
        most, ratio = REPLAY_GOALS.get(who), middle("Glaux", "cpu") / middle(who, "cpu")
        out.append(line + (f" {ratio:.3f} | {most:.3f} | {'met' if ratio <= most else '**not met**'} |" if most else " | | |"))
    return out


def serve(run):
    if not run.get("serve"):
        return []
    heads = ["client", "runs", "rows", "connect s", "list tables s", "bound query s", "read s", "rows/s", "cancel s"]
    heads += ["client CPU s", "client peak MB", "serve CPU s", "serve peak MB", "source CPU s"]
    out = ["", "## Clients of the local Athena, a million rows of lineitem", "", "| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for who, runs in run["serve"].items():
        middle = lambda measure: median(one[measure] for one in runs) if runs[0].get(measure) is not None else None
        shown = lambda measure, digits: "" if middle(measure) is None else f"{middle(measure):.{digits}f}"
        cells = [who, str(len(runs)), f"{runs[0]['rows']:,}", shown("connect", 3), shown("list", 3), shown("bound", 3), shown("read", 2)]
        cells += [f"{runs[0]['rows'] / middle('read'):,.0f}", shown("cancel", 3), shown("cpu", 2), shown("peak_mb", 0)]
        cells += [shown("serve_cpu", 2), shown("serve_peak_mb", 0), shown("server_cpu", 2)]
        out.append("| " + " | ".join(cells) + " |")
    return out
