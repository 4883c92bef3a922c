"""What leads claim and prove, the checklist, and the dialog of a refused move."""

from lxml import etree

from odoo.tests import Form, tagged

from ...exceptions import FunnelGateError
from ...models.gates.crm_lead_ask import ANSWERS_KEY, ASK_KEY
from ..common import FULL_PROSPECT
from ..common_gates import GateCommon

DECIDER = "[('funnel_stakeholder_ids', 'any', [('role', '=', 'decides')])]"
BUDGET = ("funnel_budget_min", "funnel_budget_max")


@tagged("post_install", "-at_install")
class TestProvenStage(GateCommon):
    def _fact(self, lead=None):
        lead = lead or self.lead
        return lead.funnel_proven_stage_id, lead.funnel_stage_gap

    def test_nothing_is_proven_without_criteria(self):
        self.assertEqual(self._fact(), (self.env["crm.stage"], 0))

    def test_stage_whose_criteria_are_met_is_proven(self):
        self._create_criterion("funnel_need")
        self.lead.funnel_need = "A CRM"
        self.assertEqual(self._fact(), (self.stage_next, 0))

    def test_lead_above_its_proof(self):
        self._create_criterion("funnel_need")
        self._move(self.lead, self.stage_next)
        self.assertEqual(self._fact(), (self.stage_new, 1))
        self.assertEqual(
            self.lead.funnel_card_note,
            "Evidence supports only “New”, missing: Initial need",
        )
        self.assertTrue(self.lead.funnel_card_alert)
        domain = self._filter_domain("funnel_above_proof")
        self.assertIn(self.lead, self.env["crm.lead"].search(domain))

    def test_what_is_only_warned_of_is_no_alert(self):
        self._create_criterion("funnel_need", effect="warn", name="Need")
        self._move_as(self.rep)
        self.assertEqual(
            self.lead.funnel_card_note, "Evidence supports only “New”, missing: Need"
        )
        self.assertFalse(self.lead.funnel_card_alert)
        self._create_criterion("funnel_authority", name="Power", sequence=20)
        self.lead.invalidate_recordset()
        self.assertEqual(
            self.lead.funnel_card_note, "Evidence supports only “New”, missing: Need"
        )
        self.assertTrue(self.lead.funnel_card_alert)

    def test_the_first_stage_that_lacks_something_is_told(self):
        self._create_criterion("funnel_need", effect="warn", name="Need")
        self._create_criterion("funnel_authority", stage=self.stage_gen_1, name="Power")
        self._move(self.lead, self.stage_gen_1)
        self.assertTrue(self.lead.funnel_claim_note.endswith("“New”, missing: Need"))
        self.lead.funnel_need = "A CRM"
        self.assertTrue(self.lead.funnel_claim_note.endswith("missing: Power"))
        self.lead.action_set_won()
        self.assertFalse(self.lead.funnel_claim_note)

    def test_proof_follows_the_records_of_the_lead(self):
        self._create_criterion(domain=DECIDER)
        self._move(self.lead, self.stage_next)
        person = self.env["funnel.stakeholder"].create(
            {"lead_id": self.lead.id, "name": "Fry", "role": "decides"}
        )
        self.assertEqual(self._fact(), (self.stage_next, 0))
        person.unlink()
        self.assertEqual(self._fact(), (self.stage_new, 1))

    def test_proof_follows_the_deletion_of_what_a_field_points_to(self):
        for name, record in (
            ("source_id", self.env["utm.source"].create({"name": "Gone"})),
            ("campaign_id", self.env["utm.campaign"].create({"name": "Gone"})),
            ("tag_ids", self.env["crm.tag"].create({"name": "Gone"})),
            (
                "funnel_competitor_ids",
                self.env["funnel.competitor"].create({"name": "Gone"}),
            ),
            (
                "funnel_industry_id",
                self.env["res.partner.industry"].create({"name": "Gone"}),
            ),
            ("partner_id", self.env["res.partner"].create({"name": "Gone"})),
        ):
            with self.subTest(name=name):
                criterion = self._create_criterion(name)
                lead = self._create_lead(
                    stage_id=self.stage_next.id,
                    **{name: record.ids[0]}
                    if not name.endswith("_ids")
                    else {name: [(6, 0, record.ids)]},
                )
                self.assertEqual(self._fact(lead), (self.stage_next, 0))
                record.unlink()
                self.env.flush_all()
                self.env.invalidate_all()
                self.assertEqual(self._fact(lead), (self.stage_new, 1))
                criterion.unlink()

    def test_score_follows_the_deletion_of_what_it_reads(self):
        rival = self.env["funnel.competitor"].create({"name": "Gone"})
        self.grade_a.domain = "[('funnel_competitor_ids', '!=', False)]"
        met = [(6, 0, rival.ids)]
        lead = self._create_lead(**FULL_PROSPECT, funnel_competitor_ids=met)
        self.assertEqual(lead.funnel_suggested_grade_id, self.grade_a)
        rival.unlink()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(lead.funnel_suggested_grade_id, self.grade_b)

    def test_proof_moves_on_when_the_proven_stage_is_deleted(self):
        between = self.stage_next.copy({"name": "Between", "sequence": 3})
        self._create_criterion("funnel_need", stage=between)
        self._create_criterion("funnel_authority")
        self.lead.funnel_need = "A CRM"
        self.assertEqual(self._fact(), (between, 0))
        between.unlink()
        self.assertEqual(self._fact(), (self.stage_new, 0))

    def test_stages_in_between_count(self):
        self._create_criterion("funnel_need")
        self._create_criterion("funnel_authority", stage=self.stage_won)
        self.lead.funnel_authority = "decides"
        self._move(self.lead, self.stage_won)
        path = self.criteria._get_gates().get_path(self.lead.team_id.id)
        ids = [step.id for step in path]
        gap = ids.index(self.stage_won.id) - ids.index(self.stage_new.id)
        self.assertEqual(self._fact(), (self.stage_new, gap))

    def test_first_stage_needs_no_proof(self):
        self._create_criterion("funnel_need", stage=self.stage_new)
        self._create_criterion("funnel_authority")
        lead = self._create_lead()
        self.assertEqual(self._fact(lead), (self.stage_new, 0))
        lead.funnel_authority = "none"
        self.assertEqual(self._fact(lead), (self.stage_next, 0))

    def test_approval_is_a_proof(self):
        self._create_criterion(domain="[]", effect="approve")
        self._move(self.lead, self.stage_next)
        self.assertEqual(self._fact(), (self.stage_new, 1))
        self._move(self.lead, self.stage_new)
        self._move_as(self.manager)
        self.assertEqual(self._fact(), (self.stage_next, 0))

    def test_change_of_rules_is_followed_by_the_cron(self):
        self._move(self.lead, self.stage_next)
        criterion = self._create_criterion("funnel_need")
        with self.enter_registry_test_mode():
            self.env.ref("sales_lead_funnel.ir_cron_prove").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self._fact(), (self.stage_new, 1))
        criterion.unlink()
        with self.enter_registry_test_mode():
            self.env.ref("sales_lead_funnel.ir_cron_prove").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self._fact(), (self.env["crm.stage"], 0))

    def test_change_of_the_order_of_stages_is_followed_by_the_cron(self):
        self._create_criterion("funnel_need", stage=self.stage_gen_1)
        self._move(self.lead, self.stage_next)
        self.assertEqual(self.lead.funnel_proven_stage_id, self.stage_next)
        prove = self.env.ref("sales_lead_funnel.ir_cron_prove")
        wanted = [("cron_id", "=", prove.id)]
        count = self.env["ir.cron.trigger"].search_count(wanted)
        self.stage_gen_1.sequence = self.stage_new.sequence + 1
        self.assertGreater(self.env["ir.cron.trigger"].search_count(wanted), count)
        with self.enter_registry_test_mode():
            prove.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self._fact(), (self.stage_new, 2))

    def test_gap_is_summed_per_rep_and_team(self):
        self._create_criterion("funnel_need")
        others = self._create_leads(3)
        self._move(self.lead + others[:1], self.stage_next)
        rows = self.env["crm.lead"]._read_group(
            [("id", "in", (self.lead + others).ids)],
            ["team_id", "user_id"],
            ["funnel_stage_gap:sum"],
        )
        self.assertEqual(rows, [(self.sales_team_1, self.rep, 2)])


@tagged("post_install", "-at_install")
class TestChecklist(GateCommon):
    def _items(self, claimed=False):
        self.lead.invalidate_recordset(["funnel_checklist"])
        parts = self.lead.with_user(self.rep).funnel_checklist or []
        return next((p["items"] for p in parts if p["claimed"] == claimed), [])

    def test_no_block_without_criteria(self):
        self.assertFalse(self.lead.funnel_checklist)

    def test_next_stage_done_missing_and_why(self):
        self._create_criterion("funnel_need", message="Ask what they need.")
        self._create_criterion("funnel_authority", sequence=20)
        self.lead.funnel_authority = "decides"
        missing, done = self._items()
        self.assertFalse(missing["done"])
        self.assertIn("Ask what they need.", missing["why"])
        self.assertIn("Initial need", missing["why"])
        self.assertTrue(done["done"])
        self.assertEqual(done["proofs"], [{"text": "Decision power: Decides"}])

    def test_records_that_met_it_are_cited(self):
        self._create_criterion(domain=DECIDER)
        people = self.env["funnel.stakeholder"].create(
            [
                {"lead_id": self.lead.id, "name": "Fry", "role": "decides"},
                {"lead_id": self.lead.id, "name": "Leela", "role": "uses"},
            ]
        )
        [item] = self._items()
        [proof] = item["proofs"]
        self.assertEqual((proof["model"], proof["id"]), (people._name, people[0].id))
        self.assertIn("Fry", proof["text"])

    def test_value_that_does_not_hold_is_no_proof(self):
        self._create_criterion(
            domain="['|', ('phone', '!=', False), ('email_from', '!=', False)]"
        )
        self.lead.phone = "+1 555 0100"
        [item] = self._items()
        self.assertEqual(item["proofs"], [{"text": "Phone: +1 555 0100"}])

    def _hide_client(self):
        """The client of the lead is now one of a company that the rep does not see."""
        client = self.env["res.partner"].create({"name": "Hidden client"})
        self.lead.partner_id = client
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET company_id = %s WHERE id = %s",
            [company.id, client.id],
        )
        self.env.ref("base.res_partner_rule").active = True
        self.env.invalidate_all()
        self.assertFalse(client.with_user(self.rep).has_access("read"))

    def test_hidden_proof_is_met_and_not_cited(self):
        self._create_criterion("partner_id")
        self._create_criterion(domain="[('partner_id', '!=', False)]", sequence=20)
        self._create_criterion(
            domain="[('partner_id.name', '=', 'Hidden client')]", sequence=30
        )
        self._hide_client()
        items = self._items()
        self.assertEqual([item["done"] for item in items], [True] * 3)
        self.assertEqual([item["proofs"] for item in items], [[]] * 3)

    def test_own_stage_is_listed_too(self):
        self._create_criterion("funnel_need")
        self._move(self.lead, self.stage_next)
        [item] = self._items(claimed=True)
        self.assertFalse(item["done"])

    def test_what_waits_for_the_manager_says_so(self):
        self._create_criterion(domain="[]", effect="approve", message="Confirm it.")
        [item] = self._items()
        self.assertFalse(item["waits"])
        self.assertIn("needs the manager's approval", item["why"])
        self.env["funnel.stage.approval"].with_user(self.rep).create(
            {"lead_id": self.lead.id, "stage_id": self.stage_next.id}
        )
        [item] = self._items()
        self.assertTrue(item["waits"])
        self.assertIn("Confirm it. – waiting for the manager", item["why"])
        self.assertIn(self.rep.name, item["why"])

    def test_checklist_follows_while_editing(self):
        self._create_criterion("funnel_need")
        form = Form(self.lead.with_user(self.rep), "crm.crm_lead_view_form")
        self.assertFalse(form.funnel_checklist[0]["items"][0]["done"])
        form.funnel_need = "A CRM"
        self.assertTrue(form.funnel_checklist[0]["items"][0]["done"])


@tagged("post_install", "-at_install")
class TestRefusedMoveAsks(GateCommon):
    def _ask(self, user=None):
        lead = self.lead.with_user(user or self.rep)
        return lead.action_funnel_gate_ask(self.stage_next.id)

    def _open(self, action):
        lead = self.lead.with_user(self.rep).with_context(**action["context"])
        return lead, Form(lead, action["views"][0][0])

    def test_exactly_the_missing_answers_are_asked(self):
        self._create_criterion("funnel_need", "funnel_authority", "funnel_budget_max")
        self._create_criterion(domain="[('funnel_purchase_date', '!=', False)]")
        self.lead.funnel_authority = "decides"
        self.env.flush_all()
        action = self._ask()
        self.assertEqual(
            action["context"][ANSWERS_KEY].split(","),
            [*BUDGET, "funnel_need", "funnel_purchase_date"],
        )
        _lead, form = self._open(action)
        asked = form._view["fields"]
        self.assertIn("funnel_need", asked)
        self.assertNotIn("funnel_authority", asked)

    def test_what_skipped_stages_lack_is_told(self):
        self._create_criterion("funnel_need", name="Need")
        self._create_criterion("funnel_authority", effect="warn", name="Power")
        self._create_criterion(
            "funnel_purchase_date", name="Date", stage=self.stage_gen_1
        )
        self.lead.funnel_need = False
        lead = self.lead.with_user(self.rep)
        action = lead.action_funnel_gate_ask(self.stage_gen_1.id)
        _lead, form = self._open(action)
        told = [
            (part["stage"], [(item["label"], item["done"]) for item in part["items"]])
            for part in form.funnel_asked_checklist
        ]
        expected = [
            (self.stage_next.name, [("Need", False), ("Power", False)]),
            (self.stage_gen_1.name, [("Date", False)]),
        ]
        self.assertEqual(told, expected)
        form.funnel_need = "A CRM"
        form.funnel_authority = "decides"
        self.assertEqual(
            [part["stage"] for part in form.funnel_asked_checklist],
            [self.stage_gen_1.name],
        )

    def test_number_that_was_given_is_no_gap_while_editing(self):
        self._create_criterion(*BUDGET, "funnel_need", name="Budget and need")
        for vals, missing in (
            ({}, "Budget to.*Budget from.*Initial need"),
            (dict.fromkeys(BUDGET, 0), "missing: “Initial need”$"),
        ):
            self.lead.write(vals)
            self.env.flush_all()
            self.env.invalidate_all()
            _lead, form = self._open(self._ask())
            form.funnel_need = "A CRM"
            form.funnel_need = False
            [part] = form.funnel_asked_checklist
            with self.subTest(vals=vals):
                self.assertRegex(part["items"][0]["why"], missing)

    def test_request_that_waits_is_not_asked_for_again(self):
        self._create_criterion(domain="[]", effect="approve")
        vals = {"lead_id": self.lead.id, "stage_id": self.stage_next.id}
        self.env["funnel.stage.approval"].with_user(self.rep).create(vals)
        action = self._ask()
        self.assertEqual(action["tag"], "display_notification")
        self.assertIn(self.stage_next.name, action["params"]["message"])

    def test_both_ends_of_a_range_are_asked_in_one_row(self):
        for name in BUDGET:
            criterion = self._create_criterion(name)
            action = self._ask()
            self.assertEqual(action["context"][ANSWERS_KEY].split(","), [*BUDGET])
            arch = self._open(action)[1]._view["tree"]
            [row] = arch.xpath("//div[hasclass('o_row')]")
            self.assertEqual([n.get("name") for n in row.iter("field")], [*BUDGET])
            self.assertEqual(len(arch.xpath("//field[@name='funnel_budget_min']")), 1)
            criterion.unlink()

    def test_a_list_is_asked_below_its_title_in_a_large_dialog(self):
        self._create_criterion("funnel_need")
        self.assertEqual(self._ask()["context"]["dialog_size"], "medium")
        self._create_criterion(domain=DECIDER)
        action = self._ask()
        self.assertEqual(action["context"]["dialog_size"], "large")
        arch = self._open(action)[1]._view["tree"]
        [title] = arch.xpath("//separator[following-sibling::field[@nolabel='1']]")
        self.assertEqual(title.get("string"), "Decision chain")

    def test_answers_are_saved_and_the_lead_moves_in_one_go(self):
        self._create_criterion("funnel_need")
        action = self._ask()
        lead = self.lead.with_user(self.rep).with_context(**action["context"])
        lead.web_save({"funnel_need": "A CRM"}, {"funnel_card_note": {}})
        self.assertMoved(self.lead, self.stage_next, "board")
        self.assertEqual(self.lead.funnel_need, "A CRM")
        self.assertEqual(
            lead.action_funnel_gate_move()["infos"], {"funnel_moved": True}
        )
        self.assertEqual(len(self._moves(self.lead)), 2)

    def test_records_can_be_added_in_the_dialog(self):
        self._create_criterion(domain=DECIDER)
        action = self._ask()
        self.assertEqual(
            action["context"][ANSWERS_KEY], "funnel_stakeholder_ids?role=decides"
        )
        _lead, form = self._open(action)
        with form.funnel_stakeholder_ids.new() as person:
            person.name = "Fry"  # in the role that is wanted, as it begins with that
        form.save()
        self.assertEqual(self.lead.stage_id, self.stage_next)
        self.assertEqual(self.lead.funnel_stakeholder_ids.name, "Fry")

    def test_dialog_saves_a_zero_as_an_answer(self):
        """In the dialog 0 is what the user left there, so it is an answer then."""
        self._create_criterion("funnel_decision_people")
        self.env.flush_all()
        self.env.invalidate_all()
        lead, _form = self._open(self._ask())
        lead.web_save({"funnel_decision_people": 0}, {})
        self.assertEqual(self.lead.stage_id, self.stage_next)

    def test_answers_that_do_not_do_change_nothing(self):
        self._create_criterion("funnel_need", "funnel_authority")
        lead = self.lead.with_user(self.rep).with_context(**self._ask()["context"])
        self.assertStays(lambda: lead.web_save({"funnel_need": "A CRM"}, {}), "power")

    def test_error_in_the_dialog_does_not_ask_again(self):
        self._create_criterion("funnel_need")
        lead = self.lead.with_user(self.rep).with_context(**self._ask()["context"])
        with self.assertRaises(FunnelGateError) as caught:
            lead.action_funnel_gate_move()
        self.assertNotIn("funnel_gate", caught.exception.context)

    def test_only_the_approval_is_missing(self):
        self._create_criterion(domain="[]", effect="approve")
        action = self._ask()
        self.assertEqual(action["res_model"], "funnel.stage.approval")
        approvals = self.env["funnel.stage.approval"].with_user(self.rep)
        form = Form(approvals.with_context(**action["context"]), action["views"][0][0])
        form.note = "They are ready"
        approval = form.save()
        self.assertEqual(approval.lead_id, self.lead)
        self.assertEqual(approval.action_send()["infos"], {"funnel_moved": True})

    def test_answers_first_and_then_the_approval(self):
        self._create_criterion("funnel_need")
        self._create_criterion(domain="[]", effect="approve")
        lead = self.lead.with_user(self.rep).with_context(**self._ask()["context"])
        lead.web_save({"funnel_need": "A CRM"}, {})
        self.assertEqual(self.lead.funnel_need, "A CRM")
        self.assertEqual(self.lead.stage_id, self.stage_new)
        action = lead.action_funnel_gate_move()
        self.assertEqual(action["res_model"], "funnel.stage.approval")

    def test_manager_is_not_asked_for_approval(self):
        self._create_criterion(domain="[]", effect="approve")
        self.assertFalse(self._ask(self.manager))

    def test_jump_cannot_be_asked_for(self):
        self._create_criterion("funnel_need", stage=self.stage_won)
        self.stage_won.funnel_allow_skip = False
        lead = self.lead.with_user(self.rep)
        self.assertFalse(lead.action_funnel_gate_ask(self.stage_won.id))

    def test_title_names_lead_and_stage(self):
        self._create_criterion("funnel_need")
        title = self._ask()["name"]
        self.assertIn(self.lead.name, title)
        self.assertIn(self.stage_next.name, title)

    def test_refused_answers_name_the_fields_to_mark(self):
        """Whether something was filled in or not: the two ways the dialog saves."""
        self._create_criterion("funnel_need", "funnel_budget_max")
        self._create_criterion(domain="[('funnel_stakeholder_ids', '!=', False)]")
        lead, _form = self._open(self._ask())
        fields_left = [*BUDGET, "funnel_stakeholder_ids"]
        ways = {
            "nothing filled in": (
                lead.action_funnel_gate_move,
                ["funnel_need", *fields_left],
            ),
            "need filled in": (
                lambda: lead.web_save({"funnel_need": "A CRM"}, {}),
                fields_left,
            ),
        }
        for name, (save, missing) in ways.items():
            with self.subTest(way=name):
                self.assertEqual(self._get_marked(save), set(missing))

    def _get_marked(self, save):
        """Return the fields that the dialog marks when it cannot be saved so."""
        with self.assertRaises(FunnelGateError) as refused, self.env.cr.savepoint():
            save()
        return set(refused.exception.context["funnel_missing"])

    def test_refused_move_outside_of_the_dialog_marks_nothing(self):
        self._create_criterion("funnel_need")
        with self.assertRaises(FunnelGateError) as refused:
            self._move_as(self.rep)
        self.assertEqual(set(refused.exception.context), {"funnel_gate"})

    def test_people_are_added_in_the_rows_of_the_dialog(self):
        self._create_criterion(domain="[('funnel_stakeholder_ids', '!=', False)]")
        action = self._ask()
        lead, form = self._open(action)
        arch = lead.get_view(action["views"][0][0], "form")["arch"]
        path = "//field[@name='funnel_stakeholder_ids']/list/@editable"
        self.assertEqual(etree.fromstring(arch).xpath(path), ["bottom"])
        with form.funnel_stakeholder_ids.new() as person:
            person.name = "Olga"
            person.role = "decides"
        form.save()
        self.assertEqual(self.lead.stage_id, self.stage_next)

    def test_fields_in_the_dialog_are_real_ones(self):
        context = {ASK_KEY: self.stage_next.id, ANSWERS_KEY: "funnel_need,nonsense"}
        view = self.env.ref("sales_lead_funnel.crm_lead_view_form_ask")
        leads = self.env["crm.lead"].with_context(**context)
        arch = leads.get_view(view.id, "form")["arch"]
        self.assertIn("funnel_need", arch)
        self.assertNotIn("nonsense", arch)
        plain = self.env["crm.lead"].get_view(view.id, "form")["arch"]
        self.assertNotIn("funnel_need", plain)
