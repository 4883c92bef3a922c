"""Gates and losses: each role × operation × company, and screens for each role."""

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ...exceptions import FunnelApprovalError, FunnelLossError
from ..common_access import AccessCommon
from ..common_gates import GateCommon

CHILDREN = ("funnel.stage.approval", "funnel.loss")


@tagged("post_install", "-at_install")
class TestGateAccess(AccessCommon, GateCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_criterion(domain="[]", effect="approve", name="Confirmed")
        cls.env["funnel.stage.approval"].create(
            [
                {
                    "lead_id": lead.id,
                    "stage_id": (
                        cls.stage_won if lead.team_id else cls.stage_gen_won
                    ).id,
                    "note": "Hush",
                }
                for lead in cls.leads
            ]
        )
        cls.lost = cls.leads.browse()
        for lead in cls.leads:
            cls.lost += lead.copy(
                {"user_id": lead.user_id.id, "stage_id": lead.stage_id.id}
            )
        cls.lost.action_set_lost()
        cls.all = cls.leads + cls.lost
        cls.env.flush_all()
        cls.env.invalidate_all()

    def test_everybody_finds_what_belongs_to_visible_leads(self):
        for model in CHILDREN:
            everything = [("lead_id", "in", self.all.ids)]
            for user, leads in self.visible.items():
                found = self.env[model].with_user(user).search(everything)
                names = found.sudo().lead_id.mapped("name")
                with self.subTest(model=model, user=user.login):
                    self.assertEqual(
                        {name.removesuffix(" (copy)") for name in names},
                        set(leads.mapped("name")),
                    )

    def test_hidden_records_are_neither_read_nor_answered(self):
        for hidden in (self.others, self.foreign):
            approval = hidden.funnel_approval_ids.with_user(self.rep)
            with self.subTest(lead=hidden.name), self.assertRaises(AccessError):
                approval.read(["note"])
        approval = self.foreign.funnel_approval_ids.with_user(self.manager)
        with self.assertRaises(AccessError):
            approval.action_approve()

    def test_nobody_asks_for_a_hidden_lead(self):
        self.others.funnel_approval_ids.action_cancel()
        approvals = self.env["funnel.stage.approval"].with_user(self.rep)
        with self.assertRaises(AccessError):
            approvals.create(
                {"lead_id": self.others.id, "stage_id": self.stage_next.id}
            )
        with self.assertRaises(AccessError):
            self.others.with_user(self.rep).action_funnel_gate_ask(self.stage_next.id)

    def test_loss_of_a_hidden_lead_is_not_told(self):
        loss = self.lost[1].funnel_loss_ids
        for user, records in ((self.rep, loss), (self.manager, self.lost[3])):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                records.with_user(user).read(["display_name"])
        with self.assertRaises(AccessError):
            loss.with_user(self.rep).write({"lesson": "Mine"})

    def test_histories_are_not_written_through_the_lead(self):
        approval = self.own.funnel_approval_ids
        command = [(1, approval.id, {"state": "approved"})]
        with self.assertRaises(FunnelApprovalError):
            self.own.with_user(self.rep).write({"funnel_approval_ids": command})
        lost = self.lost[0]
        command = [(1, lost.funnel_loss_ids.id, {"amount": 1})]
        with self.assertRaises(FunnelLossError):
            lost.with_user(self.rep).write({"funnel_loss_ids": command})

    def test_nobody_deletes_them(self):
        for records in (self.own.funnel_approval_ids, self.lost[0].funnel_loss_ids):
            for user in (self.rep, self.manager, self.director):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    records.with_user(user).unlink()

    def test_proof_names_no_record_that_is_hidden(self):
        """What a rep is told of an own lead comes from records the rep may read."""
        self._create_criterion(
            domain="[('partner_id', '!=', False)]", name="Client", sequence=1
        )
        self.own.partner_id = self.contact_1
        names = ["funnel_checklist", "funnel_asked_checklist", "funnel_card_note"]
        [told] = self.own.with_user(self.rep).read(names)
        self.assertIn(self.contact_1.name, str(told))
        with self.assertRaises(AccessError):
            self.others.with_user(self.rep).read(names)


@tagged("post_install", "-at_install")
class TestGateScreensOfRoles(GateCommon):
    def test_manager_sets_up_a_criterion(self):
        form = Form(self.env["funnel.criterion"].with_user(self.manager))
        form.stage_id = self.stage_next
        form.name = "Need"
        form.field_ids.add(self.env["ir.model.fields"]._get("crm.lead", "funnel_need"))
        self.assertEqual(form.save().effect, "block")

    def test_director_sets_up_a_stage(self):
        form = Form(self.stage_next.with_user(self.director))
        form.funnel_goal = "Need is known"
        with form.funnel_criterion_ids.new() as criterion:
            criterion.kind = "domain"
            criterion.domain = "[('funnel_need', '!=', False)]"
        stage = form.save()
        self.assertEqual(stage.funnel_criterion_ids.direction, "entry")

    def test_rep_opens_every_screen(self):
        self._create_criterion("funnel_need")
        self.lead.action_set_lost()
        for xmlid in (
            "funnel_criterion_action",
            "funnel_stage_approval_action",
            "funnel_loss_action",
            "funnel_competitor_action",
            "crm_lead_action_dropout",
            "crm_lead_action_above_proof",
        ):
            action = self.env["ir.actions.act_window"]._for_xml_id(
                f"sales_lead_funnel.{xmlid}"
            )
            model = self.env[action["res_model"]].with_user(self.rep)
            views = [view for view in action["views"] if view[1] != "kanban"]
            with self.subTest(action=xmlid):
                described = model.get_views([*views, (False, "search")])
                self.assertTrue(described["views"])
                for view in described["views"].values():
                    self.assertTrue(view["arch"])

    def test_reps_comment_criteria_but_do_not_change_them(self):
        criterion = self._create_criterion("funnel_need").with_user(self.rep)
        criterion.message_post(body="Ask for the date as well")
        with self.assertRaises(AccessError):
            criterion.write({"effect": "warn"})

    def test_form_of_a_lost_lead_opens_for_the_rep(self):
        lead = self.lead.with_user(self.rep)
        lead.action_set_lost()
        form = Form(lead, "crm.crm_lead_view_form")
        self.assertEqual(len(form.funnel_loss_ids), 1)

    def test_mass_edit_of_a_list_may_clear_no_gate(self):
        """What gates and proofs write is not written by people."""
        lead = self.lead.with_user(self.rep)
        specification = self._specification_of("list")
        self._create_criterion("funnel_need")
        self._move(self.lead, self.stage_next)
        lead.web_save({"funnel_stage_gap": 0}, specification)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.lead.funnel_stage_gap, 1)
