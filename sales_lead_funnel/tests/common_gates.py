"""Builders and asserts for the gates of stages."""

from ..exceptions import FunnelGateError
from .common import FunnelCommon


class GateCommon(FunnelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.criteria = cls.env["funnel.criterion"]
        cls.criteria.search([]).unlink()
        cls.stage_gen_1.sequence = 60  # so that “next” follows “new”
        cls.lead = cls._create_lead(name="Gated")

    @classmethod
    def _create_criterion(cls, *names, stage=None, **vals):
        """Create a criterion that requires the named fields, or asks a domain."""
        if names:
            lead_fields = cls.env["ir.model.fields"]
            found = lead_fields.browse(
                lead_fields._get("crm.lead", name).id for name in names
            )
            vals["field_ids"] = [(6, 0, found.ids)]
        elif "domain" in vals:
            vals.setdefault("kind", "domain")
        stage = stage or cls.stage_team1_2
        return cls.criteria.create({"stage_id": stage.id, **vals})

    def _as_user(self, user, lead=None):
        return (lead or self.lead).with_user(user)

    def _move_as(self, user, *leads, stage=None):
        stage = stage or self.stage_next
        self.lead.union(*leads).with_user(user).write({"stage_id": stage.id})

    def assertStays(self, function, text, lead=None):
        """``function`` is refused, the error says ``text``, and nothing has changed."""
        lead = lead or self.lead
        self.env.flush_all()
        before = lead.read(["stage_id", "funnel_need", "won_status", "type"])
        moves = len(self._moves(lead))
        with self.assertRaisesRegex(FunnelGateError, text):
            function()
        self.env.invalidate_all()
        self.assertEqual(
            lead.read(["stage_id", "funnel_need", "won_status", "type"]), before
        )
        self.assertEqual(len(self._moves(lead)), moves)
