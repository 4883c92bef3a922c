"""Serving a database over HTTP, in front (``make demo``) or behind (screenshots)."""

import contextlib
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request

from . import layout, odoo
from .say import Problem

DEMO_PORT = 8069


def is_free(port):
    """Whether nothing listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port():
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(database, port):
    """Command line and environment of a server for one database."""
    environment = odoo.environment(database)
    arguments = ["-d", database, "--http-port", str(port)]
    return [str(part) for part in odoo.command(*arguments)], environment


def in_front(database, port):
    """Become the server: it ends with Ctrl-C."""
    argv, environment = command(database, port)
    os.chdir(layout.CACHE)
    os.execve(argv[0], argv, environment)


@contextlib.contextmanager
def behind(database):
    """A server for the time of a ``with`` block; gives its address."""
    port = free_port()
    argv, environment = command(database, port)
    log = layout.LOGS / f"serve-{database}.log"
    with open(log, "wb") as handle:
        process = subprocess.Popen(
            argv, env=environment, stdout=handle, stderr=handle, cwd=layout.CACHE
        )
    base = f"http://localhost:{port}"
    try:
        _wait_for(base, process, log)
        yield base
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        if process.poll() is None:
            process.kill()


def _wait_for(base, process, log, seconds=90):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"{base}/web/health", timeout=5).read()
            return
        time.sleep(0.3)
    raise Problem("The Odoo server did not start.", f"Read {log}.")
