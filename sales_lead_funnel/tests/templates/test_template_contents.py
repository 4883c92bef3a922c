"""What the handbooks' funnels ask of the people in them; templates of one's own."""

from odoo.tests import Form, tagged

from ...exceptions import FunnelCriterionError, FunnelGateError, FunnelRegisterError
from ..common_forms import F7_STAGES
from ..common_gates import GateCommon

S2_NAMES = [
    "Initial contact",
    "Need analysis",
    "Proposal submitted",
    "Negotiation",
    "Ready to sign",
]


class TemplateCommon(GateCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Only the team's own stages: new, next, won.
        cls.env["crm.stage"].search(
            [("team_ids", "=", False)]
        ).team_ids = cls.team_other
        cls.team = cls.sales_team_1

    def _open(self, code):
        form = Form(self.env["funnel.template.wizard"].with_user(self.director))
        form.team_id = self.team
        form.code = code
        return form

    def _apply(self, code):
        """Apply a template as the director, and return ``{key: stage}``."""
        self._open(code).save().action_apply()
        self.env.flush_all()
        stages = self.env["crm.stage"].search([("team_ids", "in", self.team.ids)])
        return {key: stage for stage in stages for key in stage._funnel_list_keys()}


@tagged("post_install", "-at_install")
class TestS2(TemplateCommon):
    def test_stages_are_called_as_in_the_handbook(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        stages = list(self._apply("s2").values())
        chinese = [stage.with_context(lang="zh_CN").name for stage in stages[:-1]]
        english = [stage.with_context(lang="en_US").name for stage in stages[:-1]]
        self.assertEqual((english, chinese), (S2_NAMES, F7_STAGES))
        self.assertEqual(stages[-1], self.stage_won)

    def test_what_is_one_word_in_english_is_two_in_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        names = {
            key: self._apply(key[:2])[key].with_context(lang="zh_CN").name
            for key in ("s1.negotiation", "s4.contact")
        }
        told = {"s1.negotiation": "谈判客户", "s4.contact": "初次接触"}
        self.assertEqual(names, told)

    def test_stages_of_f7_are_found_whoever_reads_the_file(self):
        stages = self._apply("s2")
        every = self.env["crm.stage"].union(*stages.values())
        for lang in ("en_US", "zh_CN"):
            told = every.with_context(lang=lang)
            found = [told._funnel_find_by_name(name) for name in F7_STAGES]
            with self.subTest(lang=lang):
                self.assertEqual(found, list(every[:-1]))
        self.assertEqual(every._funnel_find_by_name("談判階段"), every[3])

    def test_stages_with_the_names_of_f7_become_those_of_the_template(self):
        self.stage_new.funnel_aliases = "初步接洽, Hello"
        self.stage_next.funnel_aliases = "方案提交"
        wizard = self._open("s2").save()
        contact, _need, proposal = wizard.line_ids[:3]
        self.assertEqual(contact.stage_id, self.stage_new)
        self.assertEqual(proposal.stage_id, self.stage_next)
        self.assertEqual((wizard.stage_count, wizard.is_too_many), (6, False))
        self.assertIn("other names", contact.change)
        self.assertNotIn("other names", proposal.change)
        wizard.action_apply()
        self.assertRegex(self.stage_new.funnel_aliases, "^初步接洽, Hello, 初步接触")
        self.assertEqual(self.stage_next.funnel_aliases, "方案提交")

    def test_a_name_that_was_taken_back_stays_so(self):
        stage = self._apply("s2")["s2.signing"]
        stage.funnel_aliases = "Ours"
        wizard = self._open("s2").save()
        self.assertEqual(set(wizard.line_ids.mapped("outcome")), {"unchanged"})
        wizard.action_apply()
        self.assertEqual(stage.funnel_aliases, "Ours")


@tagged("post_install", "-at_install")
class TestS1(TemplateCommon):
    def setUp(self):
        super().setUp()
        self.stages = self._apply("s1")
        # The manager's word is asked in other tests.
        asks = self.criteria.search([("template_key", "=", "s1.sql.confirmed")])
        asks.active = False
        self.lead.write(
            {
                "funnel_need": "A CRM",
                "funnel_budget_min": 150_000,
                "funnel_budget_max": 200_000,
                "funnel_purchase_date": "2020-01-01",
                "expected_revenue": 180_000,
                "partner_name": "Momcorp",
            }
        )
        self.env["funnel.stakeholder"].create(
            {
                "lead_id": self.lead.id,
                "name": "Mom",
                "role": "decides",
                "stance": "neutral",
            }
        )
        self.has_sales = "order_ids" in self.lead._fields

    def _drop(self, key, **vals):
        """Let go of the card in a column of the board, as the rep."""
        stage = self.stages[key]
        lead = self.lead.with_user(self.rep)
        lead.web_save({"stage_id": stage.id, **vals}, {"stage_id": {}})
        self.assertEqual(lead.stage_id, stage)

    def test_sql_asks_that_the_budget_is_approved(self):
        self._drop("s1.mql")
        self.assertStays(lambda: self._drop("s1.sql"), "client approved the budget")
        self._drop("s1.sql", funnel_budget_approved_on="2024-03-01")

    def test_negotiation_asks_quotation_objections_and_talks(self):
        self._drop("s1.sql", funnel_budget_approved_on="2024-03-01")
        quoted = "Quotation is sent" if self.has_sales else "quotation was sent"
        told = f"{quoted}.*what the client objects to.*where the talks stand"
        self.assertStays(lambda: self._drop("s1.negotiation"), told)
        facts = {"funnel_objections": "none", "funnel_talks": "Terms of payment"}
        self.assertStays(lambda: self._drop("s1.negotiation", **facts), quoted)
        if not self.has_sales:
            self._drop("s1.negotiation", **facts, funnel_quoted_on="2024-03-20")

    def test_the_dialog_asks_what_the_board_refused(self):
        self._drop("s1.sql", funnel_budget_approved_on="2024-03-01")
        lead, stage = self.lead.with_user(self.rep), self.stages["s1.negotiation"]
        action = lead.action_funnel_gate_ask(stage.id)
        asked = {"funnel_objections", "funnel_talks"}
        asked.add("order_ids" if self.has_sales else "funnel_quoted_on")
        names = set(action["context"]["funnel_gate_view_ref"].split(","))
        self.assertLessEqual(asked, names)
        if self.has_sales:
            return
        with Form(
            lead.with_context(**action["context"]), action["views"][0][0]
        ) as form:
            form.funnel_objections = "The price"
            form.funnel_talks = "They ask for 5 % off"
            form.funnel_quoted_on = "2024-03-20"
        self.env.invalidate_all()
        self.assertEqual(lead.funnel_objections, "The price")

    def test_what_turned_against_us_makes_candidates_to_drop(self):
        facts = {"funnel_objections": "none", "funnel_talks": "All said"}
        self.lead.write({"funnel_budget_approved_on": "2024-03-01", **facts})
        for key, setback, told in (
            ("s1.sql", "need_changed", "Need has changed"),
            ("s1.sql", "competitor_won", "Competitor has won"),
            ("s1.negotiation", "broken_off", "Talks have broken off"),
        ):
            self.lead.sudo().write({"stage_id": self.stages[key].id})
            lead = self.lead.with_user(self.rep)
            with self.subTest(setback), Form(lead) as form:
                form.funnel_setback = setback
            lead.invalidate_recordset()
            self.assertTrue(lead.funnel_is_dropout)
            self.assertEqual(lead.funnel_dropout_reason, told)
            lead.funnel_setback = False
            lead.invalidate_recordset()
            self.assertFalse(lead.funnel_is_dropout)

    def test_what_has_not_happened_yet_is_no_paper(self):
        lead = self.lead.with_user(self.rep)
        for name in ("funnel_budget_approved_on", "funnel_quoted_on"):
            with (
                self.subTest(name),
                self.assertRaisesRegex(FunnelRegisterError, "2190.*future"),
            ):
                lead[name] = "2190-01-01"

    def test_merging_keeps_where_the_talks_stand(self):
        other = self._create_lead(
            funnel_quoted_on="2024-03-20", funnel_setback="need_changed"
        )
        survivor = (self.lead + other).merge_opportunity()
        self.assertEqual(str(survivor.funnel_quoted_on), "2024-03-20")
        self.assertEqual(survivor.funnel_setback, "need_changed")

    def test_who_applied_it_before_gets_what_is_new_only(self):
        """As a database of an earlier version has it, without the sales app."""
        new = ("approved", "need_changed", "quoted", "objections", "talks")
        keys = [f"s1.{stage}.{key}" for stage in ("sql", "negotiation") for key in new]
        criteria = self.criteria.with_context(active_test=False)
        criteria.search([("template_key", "in", keys)]).unlink()
        kept = criteria.search(
            [("stage_id", "in", [s.id for s in self.stages.values()])]
        )
        before = kept.read(["name", "domain", "sequence", "write_date"])
        wizard = self._open("s1").save()
        self.assertIn("Quotation is sent", wizard.line_ids[3].change)
        self._apply("s1")
        self.assertEqual(
            kept.read(["name", "domain", "sequence", "write_date"]), before
        )


@tagged("post_install", "-at_install")
class TestOwnTemplate(TemplateCommon):
    def _create_template(self, *criteria):
        templates = self.env["funnel.template"].with_user(self.director)
        stages = [
            {
                "key": "ours.trial",
                "name": "Trial",
                "goal": "The client tries it.",
                "criterion_ids": [(0, 0, criterion) for criterion in criteria],
            },
            {"key": "ours.won", "name": "Ours", "is_won": True},
        ]
        return templates.create(
            {
                "code": "ours",
                "name": "Our funnel",
                "stage_ids": [(0, 0, stage) for stage in stages],
            }
        )

    def test_a_template_of_ones_own_is_chosen_and_applied(self):
        need = self.env["ir.model.fields"]._get("crm.lead", "funnel_need")
        fields = {"key": "need", "name": "Need", "field_ids": [(6, 0, need.ids)]}
        gone = {
            "key": "gone",
            "name": "Gone",
            "kind": "domain",
            "domain": "[('of_an_app_that_went', '=', 1)]",
        }
        template = self._create_template(fields, gone)
        trial = self._apply("ours")["ours.trial"]
        self.assertEqual(trial.funnel_goal, "The client tries it.")
        self.assertEqual(trial.funnel_criterion_ids.mapped("name"), ["Need"])
        with self.assertRaisesRegex(FunnelGateError, "Need"):
            self._move_as(self.rep, stage=trial)
        template.active = False
        choice = self.env["funnel.template.wizard"].fields_get(["code"])
        codes = [code for code, _label in choice["code"]["selection"]]
        self.assertEqual(codes, ["s0", "s1", "s2", "s4"])

    def test_a_condition_that_cannot_be_read_is_refused(self):
        odd = {"key": "odd", "name": "Odd", "kind": "domain", "domain": "[('x'"}
        with self.assertRaisesRegex(FunnelCriterionError, "Odd.*Condition"):
            self._create_template(odd)
