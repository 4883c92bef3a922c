"""Serving a database over HTTP, in front (``make demo``) or behind (screenshots)."""

import contextlib
import socket
import subprocess
import time
import urllib.error
import urllib.request

from . import layout, mailbox, odoo, postgres
from .say import Problem, info

DEMO_PORT = 8069
MAIL = layout.REPO / "build" / "mail"
# Odoo's jobs that talk to services on the internet, which nobody asked for here.
CALLING_OUT = """
UPDATE ir_cron SET active = FALSE WHERE id IN (
    SELECT res_id FROM ir_model_data WHERE model = 'ir.cron' AND (module, name) IN (
        ('crm_iap_enrich', 'ir_cron_lead_enrichment'),
        ('mail', 'ir_cron_mail_gateway_action'),
        ('mail', 'ir_cron_module_update_notification'),
        ('mail', 'ir_cron_web_push_notification'),
        ('sms', 'ir_cron_sms_scheduler_action'),
        ('snailmail', 'snailmail_print')))
"""


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


def in_front(database, port):
    """Serve until Ctrl-C as in daily life: jobs run, and mail goes into files.

    Jobs that call services on the internet are switched off in the database.
    """
    postgres.query(CALLING_OUT, database=database)
    with contextlib.ExitStack() as stack:
        post = stack.enter_context(mailbox.open_mailbox(MAIL / database))
        alive = ("--max-cron-threads=1", "--smtp=127.0.0.1", f"--smtp-port={post.port}")
        process, log = stack.enter_context(_server(database, port, *alive))
        info(f"ready: http://localhost:{port} (Ctrl-C ends it; Odoo's log: {log})")
        info(f"scheduled actions run; mail is kept in {post.folder} and not sent")
        try:
            code = process.wait()
        except KeyboardInterrupt:
            info("ending")
            return 0
    raise Problem(f"The Odoo server ended with code {code}.", f"Read {log}.")


@contextlib.contextmanager
def behind(database):
    """A still server (no jobs) for the time of a ``with`` block; gives its address."""
    port = free_port()
    with _server(database, port):
        yield f"http://localhost:{port}"


@contextlib.contextmanager
def _server(database, port, *options):
    """Start a server for one database, wait until it answers, end it afterwards."""
    arguments = ["-d", database, "--http-port", str(port), *options]
    arguments.append("--log-handler=py.warnings:ERROR")
    log = layout.LOGS / f"serve-{database}.log"
    with open(log, "wb") as handle:
        process = subprocess.Popen(
            [str(part) for part in odoo.command(*arguments)],
            env=odoo.environment(database),
            stdout=handle,
            stderr=handle,
            cwd=layout.CACHE,
        )
    try:
        _wait_for(f"http://localhost:{port}", process, log)
        yield process, log
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
