"""The tables, the same rows in every engine: TPC-H's region, orders and lineitem, and a wide mixed one."""
import subprocess

SCHEMA = "bench"

TPCH = {
    "region": "r_regionkey bigint primary key, r_name varchar(25), r_comment varchar(152)",
    "orders": "o_orderkey bigint primary key, o_custkey bigint, o_orderstatus varchar(1), o_totalprice numeric(15, 2), "
    "o_orderdate date, o_orderpriority varchar(15), o_clerk varchar(15), o_shippriority integer, o_comment varchar(79)",
    "lineitem": "l_orderkey bigint, l_partkey bigint, l_suppkey bigint, l_linenumber integer, l_quantity numeric(15, 2), "
    "l_extendedprice numeric(15, 2), l_discount numeric(15, 2), l_tax numeric(15, 2), l_returnflag varchar(1), "
    "l_linestatus varchar(1), l_shipdate date, l_commitdate date, l_receiptdate date, l_shipinstruct varchar(25), "
    "l_shipmode varchar(10), l_comment varchar(44), primary key (l_orderkey, l_linenumber)",
}
# Number, small, medium and big integers, decimals of two scales, double, real, flag, three texts, day, two times, uuid, bytes.
WIDE = (
    "id bigint primary key, small smallint, medium integer, big bigint, price numeric(15, 2), rate numeric(28, 10), "
    "ratio double precision, single {real}, flag boolean, code varchar(10), name varchar(80), note text, day date, "
    "made {time}, seen {zoned}, token {uuid}, body {bytes}"
)
WIDE_TYPES = {
    "postgresql": {"real": "real", "time": "timestamp(3)", "zoned": "timestamptz(3)", "uuid": "uuid", "bytes": "bytea"},
    "mysql": {"real": "float", "time": "datetime(3)", "zoned": "datetime(3)", "uuid": "varchar(36)", "bytes": "varbinary(40)"},
}
KEYS = {"region": "r_regionkey", "orders": "o_orderkey", "lineitem": "l_orderkey", "wide": "id"}


def columns(server, table):
    if table != "wide":
        return TPCH[table]
    return WIDE.format(**WIDE_TYPES["postgresql" if server.engine == "postgresql" else "mysql"])


def fill(server, tool, table, scale):
    """Makes and fills a table and returns how many rows it has."""
    name = f"{SCHEMA}.{table}"
    server.sql(f"create schema if not exists {SCHEMA}; create table {name} ({columns(server, table)})")
    rows = server.dir / "rows.csv"
    with rows.open("wb") as out:
        subprocess.run([tool, "generate", table, str(scale)], stdout=out, check=True)
    if server.engine == "postgresql":
        server.load(rows, f"copy {name} from stdin (format csv, null '\\N')")
        # Otherwise the first readers would set the hint bits for the others.
        server.sql(f"vacuum (freeze, analyze) {name}; checkpoint")
    else:
        server.sql(
            f"set global local_infile = 1; load data local infile '{rows}' into table {name} character set utf8mb4 "
            f"fields terminated by ',' optionally enclosed by '\"' escaped by '\\\\'; analyze table {name}"
        )
    rows.unlink()
    return int(server.sql(f"select count(*) from {name}"))
