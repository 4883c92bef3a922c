from odoo import SUPERUSER_ID, api
from odoo.tools import convert_file

MODULE = "sales_lead_funnel"


def migrate(cr, version):
    """Start the cadence today, and let core's stages be called as in the handbooks.

    What is new of the library is loaded here: upgrading creates none of it, so that
    what somebody deletes later stays deleted.
    """
    if version:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["crm.stage"]._funnel_preset_aliases()
        env["crm.lead"]._funnel_start_cadence()
        env["funnel.cadence.preset"]._start()
        load(env, "data/funnel_work_data.xml")
        if env.ref(f"{MODULE}.grade_a", raise_if_not_found=False):
            load(env, "data/base_automation_data.xml")


def load(env, path):
    convert_file(env, MODULE, path, {}, mode="init", noupdate=True)
