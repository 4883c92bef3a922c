"""Migrations run only up to the manifest's version; one above it never would."""

import ast
from pathlib import Path

ADDON = Path(__file__).resolve().parents[2] / "sales_lead_funnel"


def _parse(version):
    return tuple(map(int, version.split(".")))


def test_no_migration_is_above_the_manifest():
    manifest = ast.literal_eval((ADDON / "__manifest__.py").read_text("utf-8"))
    folders = [path.name for path in (ADDON / "migrations").iterdir() if path.is_dir()]
    versions = [name for name in folders if name[0].isdigit()]
    above = [v for v in versions if _parse(v) > _parse(manifest["version"])]
    assert versions
    assert above == []
