"""pytest plugin that narrows Odoo's ``test_lint`` to ours (``LINTED_ADDONS``).

Those tests walk through every addon they find; what they say of Odoo's own is not ours
to mend, and pylint alone would take half an hour over all of it.
"""

import os
import subprocess
import sys
from types import SimpleNamespace

ADDONS = os.environ["LINTED_ADDONS"].split(",")
PACKAGE = "odoo.addons.test_lint.tests."


def pytest_collection_finish(session):
    """Once the tests are imported, show them our addons."""
    from odoo.modules import Manifest  # noqa: PLC0415

    ours = [Manifest.for_addon(name) for name in ADDONS]
    Manifest.all_addon_manifests = staticmethod(lambda: ours)
    for name, module in list(sys.modules.items()):
        if name.startswith(PACKAGE) and hasattr(module, "get_modules"):
            module.get_modules = lambda: ADDONS
    pylint_test = sys.modules.get(PACKAGE + "test_pylint")
    if pylint_test:
        pylint_test.subprocess = SimpleNamespace(
            run=_run_on(*(one.path for one in ours))
        )


def _run_on(*paths):
    """``subprocess.run`` that gives pylint the addons' paths instead of all paths."""

    def run(command, **options):
        switches = [part for part in command[1:] if part.startswith("-")]
        return subprocess.run([command[0], *switches, *paths], **options, check=False)

    return run
