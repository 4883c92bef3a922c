from odoo.tests import HttpCase

from odoo.addons.mail.tests.common import mail_new_test_user


class TourCommon(HttpCase):
    """A rep with one lead, and a manager, each in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rep = cls._create_user("tour_rep", "sales_team.group_sale_salesman")
        cls.manager = cls._create_user(
            "tour_manager", "sales_team.group_sale_salesman_all_leads"
        )
        cls.env["crm.lead"].search([]).action_archive()
        cls._prepare_lead()

    @classmethod
    def _prepare_lead(cls):
        """Make ``cls.lead``, and what it needs. Override to make more."""
        cls.lead = cls._create_lead()

    @classmethod
    def _create_user(cls, login, group, **vals):
        return mail_new_test_user(
            cls.env,
            login=login,
            password=login,  # a tour logs in with the login as password
            groups=f"base.group_user,{group}",
            **{"name": login, "tz": "UTC", **vals},
        )

    @classmethod
    def _create_team(cls):
        return cls.env["crm.team"].create(
            {"name": "Tour team", "user_id": cls.manager.id}
        )

    @classmethod
    def _create_lead(cls, **vals):
        return cls.env["crm.lead"].create(
            {
                "name": "Tour lead",
                "type": "opportunity",
                "user_id": cls.rep.id,
                **vals,
            }
        )
