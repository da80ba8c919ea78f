create schema tpch;
create table tpch.region (r_regionkey bigint primary key, r_name varchar(25), r_comment varchar(152));
create table tpch.nation (n_nationkey bigint primary key, n_name varchar(25), n_regionkey bigint, n_comment varchar(152));
create table tpch.part (p_partkey bigint primary key, p_name varchar(55), p_mfgr varchar(25), p_brand varchar(10),
  p_type varchar(25), p_size integer, p_container varchar(10), p_retailprice numeric(15, 2), p_comment varchar(23));
create table tpch.supplier (s_suppkey bigint primary key, s_name varchar(25), s_address varchar(40), s_nationkey bigint,
  s_phone varchar(15), s_acctbal numeric(15, 2), s_comment varchar(101));
create table tpch.partsupp (ps_partkey bigint, ps_suppkey bigint, ps_availqty integer, ps_supplycost numeric(15, 2),
  ps_comment varchar(199), primary key (ps_partkey, ps_suppkey));
create table tpch.customer (c_custkey bigint primary key, c_name varchar(25), c_address varchar(40), c_nationkey bigint,
  c_phone varchar(15), c_acctbal numeric(15, 2), c_mktsegment varchar(10), c_comment varchar(117));
create table tpch.orders (o_orderkey bigint primary key, o_custkey bigint, o_orderstatus varchar(1),
  o_totalprice numeric(15, 2), o_orderdate date, o_orderpriority varchar(15), o_clerk varchar(15), o_shippriority integer,
  o_comment varchar(79));
create table tpch.lineitem (l_orderkey bigint, l_partkey bigint, l_suppkey bigint, l_linenumber integer,
  l_quantity numeric(15, 2), l_extendedprice numeric(15, 2), l_discount numeric(15, 2), l_tax numeric(15, 2),
  l_returnflag varchar(1), l_linestatus varchar(1), l_shipdate date, l_commitdate date, l_receiptdate date,
  l_shipinstruct varchar(25), l_shipmode varchar(10), l_comment varchar(44), primary key (l_orderkey, l_linenumber));
