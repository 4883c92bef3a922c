from odoo import SUPERUSER_ID, api

from odoo.addons.sales_lead_funnel.install import vocabulary


def migrate(cr, version):
    """Bring the words of the handbooks that the company does not have yet.

    And take back a state of losses that a version between releases had.
    """
    if version:
        cr.execute("UPDATE funnel_loss SET state = 'reopened' WHERE state = 'merged'")
        vocabulary.load(api.Environment(cr, SUPERUSER_ID, {}))
