"""pytest plugin that narrows Odoo's ``test_lint`` to one addon (``LINTED_ADDON``).

Those tests walk through every addon they find; what they say of Odoo's own is not ours
to mend, and pylint alone would take half an hour over all of it.
"""

import os
import subprocess
import sys
from types import SimpleNamespace

ADDON = os.environ["LINTED_ADDON"]
PACKAGE = "odoo.addons.test_lint.tests."


def pytest_collection_finish(session):
    """Once the tests are imported, show them one addon."""
    from odoo.modules import Manifest  # noqa: PLC0415

    ours = Manifest.for_addon(ADDON)
    Manifest.all_addon_manifests = staticmethod(lambda: [ours])
    for name, module in list(sys.modules.items()):
        if name.startswith(PACKAGE) and hasattr(module, "get_modules"):
            module.get_modules = lambda: [ADDON]
    pylint_test = sys.modules.get(PACKAGE + "test_pylint")
    if pylint_test:
        pylint_test.subprocess = SimpleNamespace(run=_run_on_addon(ours.path))


def _run_on_addon(path):
    """``subprocess.run`` that gives pylint the addon's path instead of all paths."""

    def run(command, **options):
        switches = [part for part in command[1:] if part.startswith("-")]
        return subprocess.run([command[0], *switches, path], **options, check=False)

    return run
