"""What a run needs built or fetched: our programs, the peers' packages, AWS's Java base. All of it lands in the build's folder."""
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from .servers import ROOT

# As `glaux package` has it: 50 ms less of a processor in every process.
SHIPPED = {"AWS_LC_SYS_NO_JITTER_ENTROPY": "1"} | os.environ
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
OWN = TARGET / "benches"
REQUIREMENTS = ROOT / "benches/peers/requirements.txt"
CONNECTOR_J = "26.7.0"
FLIGHT = "18.3.0"
MSSQL = "12.10.1.jre11"


class Programs:
    """Paths; a peer that cannot be had is none, and `missing` says why."""

    def __init__(self, folder, peers, served=None, replay=False):
        self.missing = []
        folder = Path(folder) if folder else built()
        self.tool, self.function = folder / "glaux-bench", folder / "glaux-lambda"
        if not self.tool.exists():
            raise SystemExit(f"{self.tool} is not there")
        if not self.function.exists():
            self.function = None
            self.missing.append("the Lambda, which is not built")
        self.folder = folder
        OWN.mkdir(parents=True, exist_ok=True)
        self.packages = self.have("connectorx, ADBC and DuckDB", packages) if peers else None
        self.java = self.have("AWS's Java base", java) if peers else None
        self.raw = self.have("MySQL's C client", raw) if peers else None
        self.served, self.flight = served, self.have("Flight SQL's JDBC driver", flight) if served else None
        self.replay = self.have("the replay of SQL Server's answers", replayed) if replay else None
        self.mssql = self.have("SQL Server's JDBC driver", lambda: jar("com.microsoft.sqlserver", "mssql-jdbc", MSSQL)) if replay else None

    def have(self, what, make):
        try:
            return make()
        except (OSError, subprocess.CalledProcessError, StopIteration) as error:
            self.missing.append(f"{what}, since {error}")
            return None

    def versions(self):
        found = {}
        if self.packages:
            for package in importlib.metadata.distributions(path=[str(self.packages)]):
                if package.name in ("connectorx", "adbc-driver-flightsql", "adbc-driver-postgresql", "duckdb", "pyarrow"):
                    found[package.name] = package.version
        if self.java:
            pom = (ROOT / "tests/conformance/pom.xml").read_text()
            found["athena-jdbc"] = re.search(r"<sdk.version>(.*?)<", pom)[1]
            found["pgjdbc"] = re.search(r"<artifactId>postgresql</artifactId>\s*<version>(.*?)<", pom)[1]
            found["Connector/J"] = CONNECTOR_J
        if self.mssql:
            found |= {"mssql-jdbc": MSSQL, "mssql-tds": re.search(r'name = "mssql-tds"\nversion = "(.*?)"', (ROOT / "Cargo.lock").read_text())[1]}
        if shutil.which("java"):
            said = subprocess.run(["java", "-version"], capture_output=True, text=True).stderr
            found["Java"] = said.splitlines()[0].split('"')[1]
        for program in ("psql", "mariadb"):
            if shutil.which(program):
                found[program] = re.search(r"\d+\.\d+(\.\d+)?(?=[^.\d]*(-MariaDB|\(|$))", output([program, "--version"]))[0]
        return found


def output(arguments):
    return subprocess.run(arguments, capture_output=True, text=True, check=True, cwd=ROOT).stdout.strip()


def built():
    """Both of ours, as the Lambda ships."""
    features = ",".join(f"glaux/{engine}" for engine in ("postgresql", "mysql", "sqlserver", "oracle"))
    subprocess.run(
        ["cargo", "build", "--profile", "dist", "-p", "glaux", "-p", "glaux-benches", "--no-default-features",
         "--features", features, "--bin", "glaux-lambda", "--bin", "glaux-bench"],
        check=True, cwd=ROOT, env=SHIPPED,
    )
    return TARGET / "dist"


def replayed():
    """What makes an answer up and reads it, and Microsoft's reader beside it, which needs OpenSSL's headers."""
    for package, example in (("connector-sqlserver", "replay"), ("connector-sqlserver-mock-tests", "rows")):
        subprocess.run(["cargo", "build", "--release", "-p", package, "--example", example], check=True, cwd=ROOT, env=SHIPPED)
    return TARGET / "release/examples"


def packages():
    folder = OWN / "packages"
    if not (folder / "connectorx").is_dir():
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "-q", "--root-user-action", "ignore", "--target", folder, "-r", REQUIREMENTS],
            check=True,
        )
    return folder


def java():
    """The class path of the thin connector and of MySQL's driver."""
    subprocess.run(["mvn", "-q", "-B", "-f", ROOT / "tests/conformance/pom.xml", "package"], check=True, stdout=subprocess.DEVNULL)
    driver = jar("com.mysql", "mysql-connector-j", CONNECTOR_J)
    return f"{ROOT / 'tests/conformance/target/conformance.jar'}:{driver}"


def flight():
    return jar("org.apache.arrow", "flight-sql-jdbc-driver", FLIGHT)


def jar(group, name, version):
    file = OWN / f"{name}-{version}.jar"
    if not file.exists():
        plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
        words = [f"-Dartifact={group}:{name}:{version}", f"-DoutputDirectory={OWN}"]
        subprocess.run(["mvn", "-q", "-B", plugin, *words], check=True, stdout=subprocess.DEVNULL)
    return file


def raw():
    library = next(Path("/usr/lib").glob("*/libmariadb.so.3"))
    program = OWN / "raw"
    subprocess.run(["cc", "-O2", "-o", program, ROOT / "benches/peers/raw.c", library], check=True)
    return program
