"""``make ways``: what five ways through the addon cost, as calls of our own code."""

import subprocess

from . import database, layout, odoo, prepare

SCRIPT = layout.SCRIPTS / "trace_ways.py"


def trace():
    """Print calls, files and returns of each way; with WAYS=1 every call."""
    prepare.with_templates()
    name = database.TEMPLATE_ADDON
    options = ("shell", "-d", name, "--no-http", "--log-level=error")
    with SCRIPT.open(encoding="utf-8") as script:
        return subprocess.call(
            list(map(str, odoo.command(*options))),
            env=odoo.environment(name),
            stdin=script,
            cwd=layout.CACHE,
        )
