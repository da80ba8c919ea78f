"""Servers of the bench's own, started as the engines' tests start theirs, and the CPU seconds that they spend."""
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "benches"
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid, reaped=False):
    """User and system time of a process, with that of the children it has waited for if `reaped`; 0 once it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(ticks) for ticks in fields[11 : 15 if reaped else 13]) / TICKS


def children(pid):
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def certificate(folder):
    """What the keepers give the servers, though nobody here asks for TLS."""
    key, signed = folder / "server.key", folder / "server.crt"
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=localhost"]
    subprocess.run(["openssl", *words, "-keyout", key, "-out", signed], check=True, capture_output=True)
    key.chmod(0o600)
    shutil.copy(signed, folder / "ca.crt")


class Server:
    """A server that its keeper stops and removes when this process lets go of it, however it ends."""

    def __init__(self, prefix, programs, keeper, files):
        place = "/dev/shm" if os.path.isdir("/dev/shm") else tempfile.gettempdir()
        self.dir = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
        self.dir.chmod(0o711)  # the server runs as another user than root
        certificate(self.dir)
        for name, text in files.items():
            (self.dir / name).write_text(text)
        self.keeper = subprocess.Popen(
            ["bash", ROOT / keeper, *programs, self.dir], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        line = self.keeper.stdout.readline().strip()
        if not line:
            raise SystemExit(f"the server of {programs} did not start; its log was in {self.dir}")
        self.port = int(line)

    def stop(self):
        self.keeper.stdin.close()
        self.keeper.wait()

    def sql(self, text):
        """Runs statements as the owner and returns what the server's own client prints, without decoration."""
        ran = subprocess.run(self.client(), input=text, capture_output=True, text=True, env=self.environment())
        if ran.returncode:
            raise SystemExit(f"{text[:200]}: {ran.stderr.strip()}")
        return ran.stdout.strip()


class Postgres(Server):
    engine = "postgresql"
    user = "postgres"

    def __init__(self):
        found = shutil.which("initdb") or next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))), None)
        if not found:
            raise FileNotFoundError("PostgreSQL is not installed")
        self.bin = Path(found).resolve().parent
        rules = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        files = {"password": PASSWORD, "pg_hba.conf": rules}
        super().__init__("glaux-bench-pg-", [self.bin], "connectors/postgresql/tests/support/keeper.sh", files)
        self.pid = int((self.dir / "data/postmaster.pid").read_text().split()[0])
        self.version = "PostgreSQL " + self.sql("show server_version")

    def environment(self):
        return {**os.environ, "PGPASSWORD": PASSWORD, "PGSSLMODE": "disable"}

    def client(self):
        return ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port), "-U", self.user, "postgres"]

    def load(self, rows, statement):
        """Feeds a file of rows to a statement that reads the client's input."""
        with open(rows) as source:
            subprocess.run([*self.client(), "-c", statement], stdin=source, check=True, env=self.environment())

    def cpu(self):
        """Of the postmaster, of every session that has ended and of every one that has not."""
        return cpu_seconds(self.pid, reaped=True) + sum(cpu_seconds(child) for child in children(self.pid))

    def jdbc(self):
        return f"jdbc:postgresql://127.0.0.1:{self.port}/postgres?sslmode=disable"

    def url(self):
        return f"postgresql://{self.user}:{PASSWORD}@127.0.0.1:{self.port}/postgres"

    def setting(self):
        """The catalog's connection string, as the Lambda has it."""
        return f"postgres://{self.jdbc()}&user={self.user}&password={PASSWORD}"


class MySql(Server):
    """MariaDB, or MySQL itself where it lies unpacked in `TEST_MYSQL_ROOT`."""

    user = "root"

    def __init__(self, engine):
        self.engine = engine
        if engine == "mysql":
            root = os.environ.get("TEST_MYSQL_ROOT")
            if not root or not os.path.exists(f"{root}/usr/sbin/mysqld"):
                raise FileNotFoundError("TEST_MYSQL_ROOT names no unpacked MySQL")
        else:
            root = next((at for at in ("/usr/sbin", "/usr/bin", "/usr/libexec") if os.path.exists(f"{at}/mariadbd")), None)
            if not root:
                raise FileNotFoundError("MariaDB is not installed")
        create, plugin = ("CREATE OR REPLACE USER", "") if engine == "mariadb" else ("CREATE USER", "WITH caching_sha2_password ")
        users = (
            f"{create} root@'127.0.0.1' IDENTIFIED {plugin}BY '{PASSWORD}';\n"
            "GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;\n"
        )
        keeper = "connectors/mysql/tests/support/keeper.sh"
        super().__init__(f"glaux-bench-{engine}-", [engine, root], keeper, {"init.sql": users})
        self.pid = int((self.dir / "pid").read_text())
        name = "MySQL" if engine == "mysql" else "MariaDB"
        self.version = f"{name} " + self.sql("select version()")

    def environment(self):
        return {**os.environ, "MYSQL_PWD": PASSWORD}

    def client(self):
        return ["mariadb", "--no-defaults", "-N", "-B", "--skip-ssl", "--local-infile=1", "-h", "127.0.0.1", "-P", str(self.port), "-u", self.user]

    def cpu(self):
        return cpu_seconds(self.pid)

    def jdbc(self):
        options = "sslMode=DISABLED&allowPublicKeyRetrieval=true"
        return f"jdbc:mysql://127.0.0.1:{self.port}/?{options}"

    def url(self):
        return f"mysql://{self.user}:{PASSWORD}@127.0.0.1:{self.port}/bench"

    def setting(self):
        return f"mysql://{self.jdbc()}&user={self.user}&password={PASSWORD}"


def start(engine):
    return Postgres() if engine == "postgresql" else MySql(engine)
