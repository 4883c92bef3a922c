"""Lets the pure tests import ``tools`` without Odoo."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "sales_lead_funnel"))
