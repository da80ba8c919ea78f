"""How much memory one Lambda process takes for one request: a table, ten times the table, and cells near and beyond the limits."""
from . import functions
from .tables import SCHEMA

MB = 1_000_000
# What a process may take in MB to spill a table, however long that is; and how many times its largest cell on top, where cells are large.
SPILL = 96
CELLS = 2


def measured(bench, ten_times):
    sql, engine = bench.server.sql, bench.server.engine
    found = [one(bench, "lineitem", "lineitem, spilled", at_most=SPILL)]
    if ten_times:
        ten = " union all ".join(["select 1"] * 10)
        sql(f"create view {SCHEMA}.lineitem_ten as select l.* from {SCHEMA}.lineitem l cross join ({ten}) ten")
        found.append(one(bench, "lineitem_ten", "a view of lineitem ten times, spilled", at_most=SPILL))
    if engine != "postgresql":
        sql("set global max_allowed_packet = 1073741824")
    raised = {"glaux_max_cell_bytes": str(128 * MB)}
    cells = (
        (15, 40, {}, "40 rows of 15 MB each, spilled"),
        (100, 4, {}, "4 cells of 100 MB, larger than `glaux_max_cell_bytes`"),
        (100, 4, raised, "4 cells of 100 MB, that limit raised: no block can hold one"),
    )
    for size, rows, settings, what in cells:
        table = f"{SCHEMA}.cells_{size}"
        if engine == "postgresql":
            sql(f"create table {table} (id bigint primary key, body text); alter table {table} alter body set storage external")
        else:
            # InnoDB's log, which is small here, would have to hold several rows.
            sql(f"create table {table} (id bigint primary key, body longtext) engine = myisam")
        for at in range(1, rows + 1):
            sql(f"insert into {table} values ({at}, repeat('owl ', {size * MB // 4}))")
        found.append(one(bench, f"cells_{size}", what, settings, at_most=SPILL + CELLS * size))
        sql(f"drop table {table}")
    return found


def one(bench, table, what, settings=None, at_most=None):
    start = bench.ours_started(settings=settings)
    schema, splits = bench.plan(table, 1, start)
    cost = functions.whole_way(start, bench.server, bench.sink, table, schema, splits)
    print(f"memory      {bench.server.engine}, {what}: {cost['peak_mb']:.0f} MB {cost.get('failed', '')}", flush=True)
    return {"engine": bench.server.engine, "what": what, "at_most": at_most, **cost}
