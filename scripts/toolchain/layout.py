"""Where things are: the repository, and the one cache folder outside it."""

import os
from pathlib import Path

ADDON = "sales_lead_funnel"
DEMO_ADDON = "sales_lead_funnel_demo"  # the made-up company
ADDONS = (ADDON, DEMO_ADDON)
REPO = Path(__file__).resolve().parents[2]
ADDON_DIR = REPO / ADDON
DEMO_DIR = REPO / DEMO_ADDON
ADDON_DIRS = (ADDON_DIR, DEMO_DIR)
SCRIPTS = REPO / "scripts"
REQUIREMENTS = REPO / "requirements"


CACHE_VARIABLE = "SALES_LEAD_FUNNEL_CACHE"  # set for child processes only


def _cache_root():
    if os.environ.get(CACHE_VARIABLE):
        return Path(os.environ[CACHE_VARIABLE])
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base).expanduser().resolve() / "sales-lead-funnel"


CACHE = _cache_root()
ODOO_DEB = CACHE / "odoo-debian"
VENV = CACHE / "venv"
POSTGRES = CACHE / "postgres"
DATA = CACHE / "odoo-data"
NODE = CACHE / "node"
LOGS = CACHE / "logs"
CONF = CACHE / "conf"
STAMPS = CACHE / "stamps"
HOME = CACHE / "home"
TMP = CACHE / "tmp"
RESULTS = CACHE / "results"

VENV_PYTHON = VENV / "bin" / "python"


def ensure_cache():
    """Create the cache folder and its parts."""
    for folder in (CACHE, DATA, LOGS, CONF, STAMPS, HOME, TMP, RESULTS):
        folder.mkdir(parents=True, exist_ok=True)
