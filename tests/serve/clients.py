"""The drivers of ADBC and JDBC against `glaux serve`: they list, bind, read, are refused and cancel.

Takes the binary's path and that of the JDBC driver's jar.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading

import adbc_driver_flightsql.dbapi as flightsql
import adbc_driver_manager

ENDLESS = "select o.id from shop.orders o cross join shop.orders p cross join shop.orders q"


def start(binary, folder):
    """A server over the tables in memory, and what it says behind each word."""
    environment = {"default": "memory://shop", "HOME": folder, "TMPDIR": folder}
    server = subprocess.Popen(
        [binary, "serve", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )
    said = {}
    for line in server.stdout:
        word, _, rest = line.strip().partition("  ")
        said[word] = rest.strip()
        if word.startswith("metrics"):
            return server, said
    sys.exit("the server ended at once")


def refused(act, told):
    """Fails unless `act` is refused with these words."""
    try:
        act()
    except adbc_driver_manager.Error as error:
        assert told in str(error), error
    else:
        sys.exit(f"it was not refused: {told}")


def main(binary, jar):
    with tempfile.TemporaryDirectory() as folder:
        server, said = start(binary, folder)
        try:
            adbc(said)
            jdbc(said, jar)
            server.send_signal(signal.SIGINT)
            assert server.wait(10) == 0
        finally:
            server.kill()


def jdbc(said, jar):
    """What is checked of JDBC stands beside this file."""
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Jdbc.java")
    # Arrow's memory reaches into the JDK's buffers.
    java = ["java", "--add-opens=java.base/java.nio=ALL-UNNAMED", "-cp", jar, program]
    subprocess.run([*java, said["JDBC"], said["token"]], check=True)


def adbc(said):
    # The line that the server prints is the one that is run.
    expression = said["ADBC"].replace("adbc_driver_flightsql.dbapi", "flightsql")
    connect = lambda token: eval(expression, {"flightsql": flightsql, "TOKEN": token, "open": open})
    refused(lambda: connect("wrong-token-0123456789"), "token")
    with connect(said["token"]) as connection, connection.cursor() as cursor:
        tables = connection.adbc_get_objects(depth="tables").read_all().to_pylist()
        names = [
            table["table_name"]
            for catalog in tables
            for schema in catalog["catalog_db_schemas"]
            for table in schema["db_schema_tables"]
        ]
        assert names == ["customers", "every_type", "orders"], names
        assert "note" in connection.adbc_get_table_schema("orders", db_schema_filter="shop").names
        cursor.execute("select id, note from shop.orders where id = ? or note = ? order by id", (5, "note on order 9"))
        assert cursor.fetchall() == [(5, "note on order 5"), (9, "note on order 9")]
        cursor.execute("select * from shop.orders")
        assert cursor.fetch_arrow_table().num_rows == 1000
        refused(lambda: cursor.execute("select 1 from nowhere.shop.orders"), "there are default")
        refused(lambda: cursor.execute("delete from shop.orders"), "only statements that read")
        cursor.execute(ENDLESS)
        threading.Timer(0.2, cursor.adbc_cancel).start()
        refused(lambda: [None for _ in iter(lambda: cursor.fetchmany(100_000), [])], "ancel")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
