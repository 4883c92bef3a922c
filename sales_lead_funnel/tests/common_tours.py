"""Users and the lead of the tours in a real browser."""

from odoo.tests import HttpCase

from odoo.addons.mail.tests.common import mail_new_test_user


class ToursCommon(HttpCase):
    """A rep with one lead in a team that the manager leads; no other lead is open."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rep = cls._create_user("tour_rep", "sales_team.group_sale_salesman")
        cls.manager = cls._create_user(
            "tour_manager", "sales_team.group_sale_salesman_all_leads"
        )
        cls.env["crm.lead"].search([]).action_archive()
        team = cls.env["crm.team"].create(
            {"name": "Tour team", "user_id": cls.manager.id}
        )
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "Tour lead",
                "type": "opportunity",
                "user_id": cls.rep.id,
                "team_id": team.id,
                **cls._prepare_lead(),
            }
        )

    @classmethod
    def _prepare_lead(cls):
        """Override to set up what the lead of the tours needs; return its values."""
        return {}

    @classmethod
    def _create_user(cls, login, group, **vals):
        return mail_new_test_user(
            cls.env,
            login=login,
            password=login,  # a tour logs in with the login as password
            groups=f"base.group_user,{group}",
            tz="UTC",
            **{"name": login, **vals},
        )
