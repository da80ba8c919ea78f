"""One way of being measured for every reader: a process that is started, watched from outside, and waited for."""
import os
import subprocess
import tempfile
import threading
import time
from pathlib import Path


class Failed(Exception):
    """A reader that did not do its work, with what it said."""


class Watch:
    """The most memory a process has resident, in MB, asked of the kernel's own high-water mark until it is gone.

    `ru_maxrss` would begin with the memory of whoever started the process.
    """

    def __init__(self, pid):
        self.pid, self.peak, self.ended = pid, 0.0, threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def look(self):
        try:
            status = Path(f"/proc/{self.pid}/status").read_text()
        except OSError:
            return
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                self.peak = max(self.peak, int(line.split()[1]) * 1024 / 1e6)

    def run(self):
        while not self.ended.wait(0.02):
            self.look()

    def stop(self):
        self.ended.set()
        self.thread.join()


def command(arguments, environment, server, discard=False):
    """Runs a reader to its end: wall and CPU seconds of both sides, its peak memory, and what it printed."""
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as errors:
        out = subprocess.DEVNULL if discard else told
        before, start = server.cpu(), time.monotonic()
        child = subprocess.Popen(arguments, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=errors)
        watch = Watch(child.pid)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        watch.stop()
        after = settled(server)
        told.seek(0)
        errors.seek(0)
        if child.returncode:
            raise Failed(why(errors.read().decode(errors="replace"), child.returncode))
        printed = told.read().decode(errors="replace").strip().splitlines()
    cpu = usage.ru_utime + usage.ru_stime
    return {"wall": wall, "cpu": cpu, "server_cpu": after - before, "peak_mb": watch.peak}, printed


def why(told, status):
    """The line of an error output that says most."""
    lines = told.strip().splitlines() or [f"status {status}"]
    return next((line for line in lines if "panicked" in line or "rror" in line), lines[-1])[:300]


def settled(server):
    """The server's CPU time once it has noticed that its client is gone."""
    last = server.cpu()
    while True:
        time.sleep(0.05)
        now = server.cpu()
        if now - last < 0.02:
            return now
        last = now
