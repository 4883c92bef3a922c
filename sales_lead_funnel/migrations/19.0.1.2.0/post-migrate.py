from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Give the leads that are lost already a loss to analyse."""
    if version:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["funnel.loss"]._reconcile()
