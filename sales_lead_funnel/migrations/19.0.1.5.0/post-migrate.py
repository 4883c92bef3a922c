from odoo import SUPERUSER_ID, api

from odoo.addons.sales_lead_funnel.install import vocabulary


def migrate(cr, version):
    """Bring the words of the handbooks that the company does not have yet."""
    if version:
        vocabulary.load(api.Environment(cr, SUPERUSER_ID, {}))
