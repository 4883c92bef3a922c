"""The wheel installs into an Odoo that does not know this checkout, and works."""

import email
import subprocess
import zipfile

import pytest

from toolchain import layout, odoo, readme, venv, wheel

SMOKE = """
lead = env["crm.lead"].create({"name": "From the wheel", "funnel_need": "A CRM"})
lead.funnel_propose_grade(env.ref("sales_lead_funnel.grade_a").id, "Known for years")
module = env["ir.module.module"].search([("name", "=", "sales_lead_funnel")])
from odoo.addons import sales_lead_funnel
result = {
    "code": lead.funnel_code,
    "year": lead.funnel_obtained_at.year,
    "grade": lead.funnel_grade_id.name,
    "moves": env["funnel.stage.move"].search_count([("lead_id", "=", lead.id)]),
    "version": module.latest_version,
    "folder": list(sales_lead_funnel.__path__),
}
"""


@pytest.fixture(scope="module")
def built(odoo_source, tmp_path_factory):
    """Path of the wheel."""
    return wheel.build(tmp_path_factory.mktemp("dist"), venv.ensure_build())


@pytest.fixture(scope="module")
def site(built, tmp_path_factory):
    """A folder of packages that holds what pip makes of the wheel, and no more."""
    folder = tmp_path_factory.mktemp("site-packages")
    pip = [layout.VENV_PYTHON, "-m", "pip", "install", "--quiet", "--no-deps"]
    command = [*pip, "--no-index", "--target", folder, built]
    subprocess.run(list(map(str, command)), check=True, cwd=layout.CACHE)
    return folder


@pytest.fixture
def clean_odoo(odoo_cli, site, tmp_path):
    """An ``Odoo`` whose addons are core's, and what ``site`` adds to them."""
    theirs = ",".join(map(str, odoo_cli.source.addons))
    conf = tmp_path / "odoo.conf"
    text = odoo.conf().read_text()
    conf.write_text(text.replace(f"{theirs},{layout.REPO}", theirs))
    assert str(layout.REPO) not in conf.read_text()
    odoo_cli.variables = {"ODOO_RC": str(conf), "PYTHONPATH": str(site)}
    return odoo_cli


def test_wheel_says_what_it_needs(built):
    name, version = f"odoo_addon_{layout.ADDON}", readme.manifest()["version"]
    assert built.name == f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(built) as packed:
        about = packed.read(f"{name}-{version}.dist-info/METADATA").decode()
        files = packed.namelist()
    about = email.message_from_string(about)
    assert about.get_all("Requires-Dist") == ["odoo==19.0.*", "xlsxwriter"]
    assert about["Description-Content-Type"] == "text/markdown"
    inside = f"odoo/addons/{layout.ADDON}"
    for path in ("__manifest__.py", "i18n/zh_CN.po", "static/description/icon.png"):
        assert f"{inside}/{path}" in files
    assert not [path for path in files if "__pycache__" in path]


def test_wheel_works_in_a_clean_odoo(clean_odoo, site):
    name = clean_odoo.new_db()
    clean_odoo.install(name)
    assert clean_odoo.complaints() == []
    seen = clean_odoo.shell(name, SMOKE)
    assert seen == {
        "code": f"LX{seen['year']}001",
        "year": seen["year"],
        "grade": "A",
        "moves": 1,
        "version": readme.manifest()["version"],
        "folder": [str(site / "odoo" / "addons" / layout.ADDON)],
    }
