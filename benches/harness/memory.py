"""How much memory one Lambda process takes for one request: a table, ten times the table, and cells near and beyond the limits."""
from . import functions
from .tables import SCHEMA

MB = 1_000_000
# What a process may take in MB to spill a table, however long that is; and how many times its largest cell on top, where cells are large.
SPILL = 96
CELLS = 2


def measured(bench, ten_times):
    sql = bench.server.sql
    found = [one(bench, "lineitem", "lineitem, spilled", at_most=SPILL)]
    if ten_times:
        sql(f"create view {SCHEMA}.lineitem_ten as select l.* from {SCHEMA}.lineitem l cross join generate_series(1, 10)")
        found.append(one(bench, "lineitem_ten", "a view of lineitem ten times, spilled", at_most=SPILL))
    raised = {"glaux_max_cell_bytes": str(128 * MB)}
    cells = (
        (15, 40, {}, "40 rows of 15 MB each, spilled"),
        (100, 4, {}, "4 cells of 100 MB, larger than `glaux_max_cell_bytes`"),
        (100, 4, raised, "4 cells of 100 MB, that limit raised: no block can hold one"),
    )
    for size, rows, settings, what in cells:
        table = f"cells_{size}"
        sql(
            f"create table {SCHEMA}.{table} (id bigint primary key, body text); "
            f"alter table {SCHEMA}.{table} alter body set storage external; "
            f"insert into {SCHEMA}.{table} select at, repeat('owl ', {size * MB // 4}) from generate_series(1, {rows}) at"
        )
        found.append(one(bench, table, what, settings, at_most=SPILL + CELLS * size))
        sql(f"drop table {SCHEMA}.{table}")
    return found


def one(bench, table, what, settings=None, at_most=None):
    start = bench.ours_started(settings=settings)
    schema, splits = bench.plan(table, 1, start)
    cost = functions.whole_way(start, bench.server, bench.sink, table, schema, splits)
    print(f"memory      {what}: {cost['peak_mb']:.0f} MB {cost.get('failed', '')}", flush=True)
    return {"what": what, "at_most": at_most, **cost}
