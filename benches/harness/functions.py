"""Functions as Athena asks them: our Lambda over the Runtime API, AWS's Java base over the endpoint that its program opens."""
import json
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from .measure import Failed, Watch
from .servers import PASSWORD, cpu_seconds
from .tables import SCHEMA

IDENTITY = {"id": "UNKNOWN", "principal": "UNKNOWN", "account": "111122223333", "arn": "arn:aws:iam::111122223333:user/bench", "tags": {}, "groups": [], "configOptions": {}}
NO_CONSTRAINTS = {"summary": {}, "expression": [], "orderByClause": [], "limit": -1, "queryPassthroughArguments": {}}
HOUR_MS = 3_600_000


class Sink:
    """The S3 stand-in beside the functions; its work is in no figure."""

    def __init__(self):
        program = Path(__file__).with_name("sink.py")
        self.process = subprocess.Popen(["python3", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.endpoint = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    def counted(self):
        """Objects and bytes so far."""
        with urllib.request.urlopen(f"{self.endpoint}/counted") as answer:
            return [int(number) for number in answer.read().split()]

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class Function:
    """A process that answers one request at a time, as on AWS."""

    def watch(self):
        self.watched = Watch(self.process.pid)

    def cpu(self):
        return cpu_seconds(self.process.pid)

    def stop(self):
        """Ends it: its CPU seconds from start to end and its peak memory."""
        self.watched.look()
        try:
            usage = self.reap()
        finally:
            self.watched.stop()
            self.close()
        return usage.ru_utime + usage.ru_stime, self.watched.peak

    def reap(self):
        if self.process.poll() is not None:
            raise Failed(f"the function has ended with status {self.process.returncode}")
        self.process.send_signal(signal.SIGKILL)
        _, _, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = -signal.SIGKILL
        return usage

    def ask(self, kind, **fields):
        message = {"@type": kind, "identity": IDENTITY, "queryId": f"q-{time.monotonic_ns()}", "catalogName": "bench", **fields}
        if kind == "PingRequest":
            message = {"@type": kind, "identity": IDENTITY, "catalogName": "bench", "queryId": "q"}
        answer = json.loads(self.invoke(json.dumps(message).encode()))
        if "errorMessage" in answer:
            raise Failed(str(answer["errorMessage"])[:300])
        return answer


class RuntimeApi(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A function that is ended while it waits for work is no error."""


class Lambda(Function):
    """Our function, driven over a Runtime API of its own."""

    def __init__(self, program, server, sink, settings):
        self.asked, self.answered = queue.Queue(), queue.Queue()
        function = self

        class Api(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Otherwise every answer waits for the acknowledgement of its own headers.
            disable_nagle_algorithm = True
            wbufsize = -1

            def log_message(self, *_):
                pass

            def do_GET(self):
                payload = function.asked.get()
                if payload is None:
                    return
                self.send_response(200)
                self.send_header("Lambda-Runtime-Aws-Request-Id", str(time.monotonic_ns()))
                self.send_header("Lambda-Runtime-Deadline-Ms", str(int(time.time() * 1000) + HOUR_MS))
                self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:111122223333:function:bench")
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                function.answered.put(body)
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self.api = RuntimeApi(("127.0.0.1", 0), Api)
        threading.Thread(target=self.api.serve_forever, args=(0.01,), daemon=True).start()
        environment = {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.api.server_address[1]}",
            "AWS_LAMBDA_FUNCTION_NAME": "bench",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "3008",
            "AWS_LAMBDA_LOG_GROUP_NAME": "bench",
            "AWS_LAMBDA_LOG_STREAM_NAME": "bench",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": sink.endpoint,
            "AWS_ENDPOINT_URL_S3": sink.endpoint,
            "spill_bucket": "spill",
            "default": server.setting(),
            **settings,
        }
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen([program], env=environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.watch()

    def invoke(self, payload):
        self.asked.put(payload)
        while True:
            try:
                return self.answered.get(timeout=1)
            except queue.Empty:
                if self.process.poll() is not None:
                    self.log.seek(0)
                    last = self.log.read().decode(errors="replace").strip().splitlines()[-1:]
                    raise Failed(f"the function ended with status {self.process.returncode}: {last}") from None

    def close(self):
        self.log.close()
        self.asked.put(None)
        self.api.shutdown()
        self.api.server_close()


LAMBDA_FLAGS = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx2557m"]


class Java(Function):
    """The connector on AWS's published base, `tests/conformance`; the driver of MySQL comes from Maven, not from here."""

    def __init__(self, java, server, sink, flags):
        arguments = ["java", *flags, "--add-opens=java.base/java.nio=ALL-UNNAMED", "-cp", java, "conformance.Main", "serve"]
        arguments += ["--port", "0", "--url", server.jdbc(), "--user", server.user, "--password-env", "PEER_PASSWORD"]
        arguments += ["--s3-endpoint", sink.endpoint, "--spill-bucket", "spill"]
        environment = {**os.environ, "PEER_PASSWORD": PASSWORD}
        self.process = subprocess.Popen(arguments, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.watch()
        line = self.process.stdout.readline().strip()
        if not line.startswith("listening on "):
            raise Failed(f"AWS's connector did not start: {line}")
        self.url = f"http://{line.removeprefix('listening on ')}/2015-03-31/functions/bench/invocations"

    def invoke(self, payload):
        with urllib.request.urlopen(urllib.request.Request(self.url, data=payload)) as answer:
            return answer.read()

    def close(self):
        self.process.stdout.close()


def name(table):
    return {"schemaName": SCHEMA, "tableName": table}


def described(function, table):
    return function.ask("GetTableRequest", tableName=name(table), queryPassthroughArguments={})["schema"]


def planned(function, table, schema):
    """The splits of the whole table, page after page."""
    layout = function.ask("GetTableLayoutRequest", tableName=name(table), constraints=NO_CONSTRAINTS, schema=schema, partitionColumns=[])
    splits, token = [], None
    while True:
        page = function.ask(
            "GetSplitsRequest", tableName=name(table), partitions=layout["partitions"], partitionColumns=[],
            constraints=NO_CONSTRAINTS, continuationToken=token,
        )
        splits += page["splits"]
        token = page.get("continuationToken")
        if not token:
            return splits


def read(function, table, schema, split):
    return function.ask(
        "ReadRecordsRequest", tableName=name(table), schema=schema, split=split, constraints=NO_CONSTRAINTS,
        maxBlockSize="16000000", maxInlineBlockSize="5242880",
    )


def whole_way(start, server, sink, table, schema, splits):
    """Every split in a process of its own, all at once: what the reads cost, and what they and the processes' starts cost."""
    functions = [start() for _ in splits]
    # A process is started by its first request, which is not this one.
    for function in functions:
        function.ask("PingRequest")
    stored, before, used = sink.counted(), server.cpu(), [function.cpu() for function in functions]
    began, failures = time.monotonic(), []

    def one(function, split):
        try:
            read(function, table, schema, split)
        except Failed as failure:
            failures.append(failure)

    threads = [threading.Thread(target=one, args=pair) for pair in zip(functions, splits)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.monotonic() - began
    cpu = sum(function.cpu() for function in functions) - sum(used)
    server_cpu = server.cpu() - before
    ended = [function.stop() for function in functions]
    objects, size = (after - then for after, then in zip(sink.counted(), stored))
    failed = {"failed": str(failures[0])} if failures else {}
    return {
        **failed, "wall": wall, "cpu": cpu, "server_cpu": server_cpu, "peak_mb": max(peak for _, peak in ended),
        "cpu_with_start": sum(cpu for cpu, _ in ended), "objects": objects, "stored_mb": size / 1e6, "sessions": len(splits),
    }


def cold_start(start, table):
    """Seconds from a process's start to its first Ping answered and to the first rows of a small table."""
    began = time.monotonic()
    function = start()
    function.ask("PingRequest")
    ping = time.monotonic() - began
    schema = described(function, table)
    split = planned(function, table, schema)[0]
    answer = read(function, table, schema, split)
    rows = time.monotonic() - began
    cpu, peak = function.stop()
    if answer["@type"] != "ReadRecordsResponse":
        raise Failed("a small table was spilled")
    return {"ping": ping, "first_rows": rows, "cpu": cpu, "peak_mb": peak}
