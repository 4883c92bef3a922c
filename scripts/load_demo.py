"""Loads our demo data, and not core's, in an ``odoo shell``."""

from odoo.tools.convert import convert_file

convert_file(
    env(su=True),  # noqa: F821 (the shell gives env)
    "sales_lead_funnel",
    "demo/funnel_demo.xml",
    {},
    mode="init",
    noupdate=True,
)
env.cr.commit()  # noqa: F821
