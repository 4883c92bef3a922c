"""Criteria of stages: what may be saved, and what counts as an answer."""

import ast

from odoo.tests import tagged

from ...exceptions import FunnelCriterionError
from ...models.base.funnel_rules_mixin import GATE_FIELDS_PARAMETER
from ..common_gates import GateCommon


@tagged("post_install", "-at_install")
class TestCriterionIsChecked(GateCommon):
    def test_domain_must_be_usable_on_leads(self):
        for domain in ("[('nothing', '=', 1)]", "[('name'", "[('name', '>', 3)]", "{}"):
            refused = self.assertRaisesRegex(FunnelCriterionError, "Condition")
            with self.subTest(domain=domain), refused:
                self._create_criterion(domain=domain)

    def test_domain_with_a_day_that_cannot_be_is_refused(self):
        far = "[('funnel_purchase_date', '<', '+9999999999d')]"
        with self.assertRaisesRegex(FunnelCriterionError, "cannot be used on leads"):
            self._create_criterion(domain=far)

    def test_domain_may_not_ask_what_follows_from_it(self):
        with self.assertRaises(FunnelCriterionError):
            self._create_criterion(domain="[('funnel_stage_gap', '=', 0)]")

    def test_domain_may_ask_the_score(self):
        criterion = self._create_criterion(domain="[('funnel_score', '>=', 60)]")
        self.assertTrue(criterion)

    def test_required_fields_must_be_some(self):
        with self.assertRaisesRegex(FunnelCriterionError, "at least one field"):
            self.criteria.create({"stage_id": self.stage_next.id})

    def test_required_field_must_be_a_stored_field_of_the_lead(self):
        fields = self.env["ir.model.fields"]
        for model, name in (("res.partner", "name"), ("crm.lead", "is_rotting")):
            with self.subTest(name=name), self.assertRaises(FunnelCriterionError):
                self.criteria.create(
                    {
                        "stage_id": self.stage_next.id,
                        "field_ids": [(4, fields._get(model, name).id)],
                    }
                )

    def test_empty_dropout_condition_is_refused(self):
        with self.assertRaisesRegex(FunnelCriterionError, "drop every lead"):
            self._create_criterion(domain="[]", direction="dropout")

    def test_empty_condition_that_asks_nothing_is_refused(self):
        for effect in ("block", "warn"):
            refused = self.assertRaisesRegex(FunnelCriterionError, "asks nothing")
            with self.subTest(effect=effect), refused:
                self._create_criterion(domain="[]", effect=effect)
        criterion = self._create_criterion(domain="[]", effect="approve")
        with self.assertRaisesRegex(FunnelCriterionError, "asks nothing"):
            criterion.effect = "warn"

    def test_only_fields_that_people_answer_are_offered(self):
        domain = ast.literal_eval(self.criteria._fields["field_ids"].domain)
        offered = self.env["ir.model.fields"].search(domain)
        names = set(offered.mapped("name"))
        self.assertFalse(
            names & {"color", "automated_probability", "activity_ids", "message_ids"}
        )
        answers = {"phone", "funnel_need", "funnel_industry_id", "expected_revenue"}
        self.assertLessEqual(answers | {"funnel_stakeholder_ids"}, names)

    def test_new_criterion_is_called_so_until_it_says_what_it_asks(self):
        new = self.criteria.new({"kind": "domain"})
        self.assertEqual(new.display_name, "New criterion")
        new.name = "Budget is confirmed"
        self.assertEqual(new.display_name, "Budget is confirmed")

    def _create_field(self, model, name):
        return self.env["ir.model.fields"].create(
            {
                "name": name,
                "field_description": name,
                "model_id": self.env["ir.model"]._get_id(model),
                "ttype": "char",
            }
        )

    def assertKept(self, field, criterion):
        """The field goes only after the criterion."""
        with self.assertRaisesRegex(FunnelCriterionError, field.field_description):
            field.unlink()
        # Core takes the field out of the registry first; a request that fails puts it
        # back, as is done here.
        self.env.registry._setup_models__(self.env.cr)
        criterion.unlink()
        field.unlink()
        self.assertFalse(field.exists())

    def test_field_that_a_criterion_reads_is_kept(self):
        field = self._create_field("crm.lead", "x_asked")
        self.assertKept(field, self._create_criterion("x_asked"))

    def test_field_at_the_end_of_a_path_is_kept(self):
        domains = (
            "[('partner_id.x_asked', '!=', False)]",
            "[('partner_id', 'any', [('x_asked', '!=', False)])]",
        )
        for domain in domains:
            field = self._create_field("res.partner", "x_asked")
            with self.subTest(domain):
                self.assertKept(field, self._create_criterion(domain=domain))

    def test_field_of_the_same_name_elsewhere_may_go(self):
        self._create_field("res.partner", "x_asked")
        other = self._create_field("crm.tag", "x_asked")
        self._create_criterion(domain="[('partner_id.x_asked', '!=', False)]")
        other.unlink()
        self.assertFalse(other.exists())

    def test_criteria_go_with_their_stage(self):
        stage = self.env["crm.stage"].create({"name": "Passing"})
        criterion = self._create_criterion("funnel_need", stage=stage)
        self.assertIn(stage.id, self.criteria._get_gates().entry)
        stage.unlink()
        self.assertFalse(criterion.exists())
        self.assertNotIn(stage.id, self.criteria._get_gates().entry)
        parameters = self.env["ir.config_parameter"].sudo()
        self.assertFalse(parameters.get_param(GATE_FIELDS_PARAMETER))

    def test_name_falls_back_on_the_fields(self):
        criterion = self._create_criterion("funnel_need")
        self.assertEqual(criterion.display_name, "Initial need")

    def test_fields_in_use_are_watched(self):
        self._create_criterion("funnel_need")
        self._create_criterion(
            domain="[('funnel_stakeholder_ids', 'any', [('role', '=', 'decides')])]"
        )
        paths = self.env["ir.config_parameter"].sudo().get_param(GATE_FIELDS_PARAMETER)
        self.assertEqual(
            paths.split(","),
            ["funnel_need", "funnel_stakeholder_ids", "funnel_stakeholder_ids.role"],
        )


@tagged("post_install", "-at_install")
class TestCriterionIsChanged(GateCommon):
    def _change(self, criterion):
        """Change, as a manager, all that makes a rule."""
        lead_fields = self.env["ir.model.fields"].sudo()
        asked = [lead_fields._get("crm.lead", "phone").id]
        criterion.with_user(self.manager).write(
            {
                "stage_id": self.stage_won.id,
                "direction": "dropout",
                "kind": "domain",
                "domain": "[('phone', '=', False)]",
                "effect": "warn",
                "field_ids": [(6, 0, asked)],
                "group_ids": [(4, self.env.ref("sales_team.group_sale_manager").id)],
            }
        )

    def test_chatter_tells_every_change_of_a_rule(self):
        criterion = self._create_criterion("funnel_need")
        self.flush_tracking()
        self._change(criterion)
        self.flush_tracking()
        message = criterion.message_ids[0]
        self.assertEqual(message.author_id, self.manager.partner_id)
        values = message.sudo().tracking_value_ids
        seen = values._filter_has_field_access(self.env(user=self.manager))
        changed = {value.field_id.name: value for value in seen}
        self.assertEqual(
            set(changed),
            {"stage_id", "direction", "kind", "domain", "effect"}
            | {"field_ids", "group_ids"},
        )
        self.assertIn("Initial need", changed["field_ids"].old_value_char)
        self.assertIn("Phone", changed["field_ids"].new_value_char)
        self.assertIn("Administrator", changed["group_ids"].new_value_char)

    def test_every_change_of_a_rule_is_compiled(self):
        criterion = self._create_criterion("funnel_need")
        lead_fields = self.env["ir.model.fields"]
        for vals in (
            {"stage_id": self.stage_won.id},
            {"direction": "dropout"},
            {"effect": "warn"},
            {"sequence": 3},
            {"field_ids": [(4, lead_fields._get("crm.lead", "phone").id)]},
            {"group_ids": [(4, self.env.ref("base.group_user").id)]},
            {"kind": "domain", "domain": "[('phone', '=', False)]"},
            {"active": False},
        ):
            gates = self.criteria._get_gates()
            with self.subTest(vals):
                criterion.write(vals)
                self.assertIsNot(self.criteria._get_gates(), gates)

    def test_words_are_no_rules(self):
        criterion = self._create_criterion("funnel_need")
        gates = self.criteria._get_gates()
        criterion.write({"name": "Need", "message": "Ask the client."})
        self.stage_next.write(
            {
                "name": "Second",
                "funnel_goal": "The need is known.",
                "funnel_aliases": "Two",
                "funnel_owner_role": "Rep",
            }
        )
        self.assertIs(self.criteria._get_gates(), gates)

    def test_rules_of_stages_are_compiled(self):
        approval = {"effect": "approve"}
        for vals in (
            {"sequence": 3},
            {"is_won": True},
            {"team_ids": [(4, self.team_other.id)]},
            {"funnel_allow_skip": False},
            {"funnel_allow_back": False},
            {"funnel_criterion_ids": [(0, 0, {"kind": "domain", **approval})]},
        ):
            gates = self.criteria._get_gates()
            with self.subTest(vals):
                self.stage_next.write(vals)
                self.assertIsNot(self.criteria._get_gates(), gates)

    def test_name_that_changes_the_order_is_compiled(self):
        self.stage_next.sequence = self.stage_new.sequence
        self.stage_new.name, self.stage_next.name = "Beta", "Alpha"
        steps = [step.id for step in self.criteria._get_gates().steps]
        self.assertLess(steps.index(self.stage_next.id), steps.index(self.stage_new.id))


@tagged("post_install", "-at_install")
class TestAnswers(GateCommon):
    """0 and No are answers; blank text and a number nobody gave are none."""

    def _is_missing(self, name, **vals):
        self._create_criterion(name)
        lead = self._create_lead(**vals)
        self.env.flush_all()
        self.env.invalidate_all()
        [rule] = self.criteria._get_gates().entry[self.stage_next.id]
        missing = bool(lead._funnel_find_unmet([rule]))
        self.criteria.search([]).unlink()
        return missing

    def test_number_that_nobody_gave_is_none_in_a_copy_either(self):
        self._create_criterion("funnel_decision_people")
        [rule] = self.criteria._get_gates().entry[self.stage_next.id]
        for vals, is_missing in (
            ({}, True),
            ({"funnel_decision_people": 0}, False),
            ({"funnel_decision_people": 3}, False),
        ):
            copy = self._create_lead(**vals).copy()
            self.env.flush_all()
            with self.subTest(vals=vals):
                self.assertEqual(bool(copy._funnel_find_unmet([rule])), is_missing)
        copy = self._create_lead().copy({"funnel_decision_people": 0})
        self.assertFalse(copy._funnel_find_unmet([rule]))

    def test_day_within_the_records_of_a_lead_is_the_companys(self):
        for domain, is_dated in (
            ("[('funnel_purchase_date', '<', '+3m')]", True),
            ("[('funnel_followup_ids', 'any', [('next_date', '<', '+3m')])]", True),
            ("[('funnel_stakeholder_ids', 'any', [('role', '=', 'decides')])]", False),
        ):
            self._create_criterion(domain=domain)
            [rule] = self.criteria._get_gates().entry[self.stage_next.id]
            with self.subTest(domain=domain):
                self.assertEqual(rule.is_dated, is_dated)
            self.criteria.search([]).unlink()

    def test_numbers(self):
        self.assertTrue(self._is_missing("funnel_decision_people"))
        self.assertFalse(
            self._is_missing("funnel_decision_people", funnel_decision_people=0)
        )
        self.assertTrue(self._is_missing("funnel_budget_min"))
        self.assertFalse(self._is_missing("funnel_budget_min", funnel_budget_min=0))
        self.assertFalse(self._is_missing("funnel_budget_min", funnel_budget_min=5))

    def test_booleans_are_always_answered(self):
        self.assertFalse(self._is_missing("active"))

    def test_texts(self):
        self.assertTrue(self._is_missing("funnel_need"))
        for text in (" \n ", "\u200b", "\u3164", "\ufeff", "\ufe0f"):
            with self.subTest(text=text):
                self.assertTrue(self._is_missing("funnel_need", funnel_need=text))
        self.assertFalse(self._is_missing("funnel_need", funnel_need="A CRM"))
        self.assertTrue(self._is_missing("description", description="<p><br></p>"))
        self.assertFalse(self._is_missing("description", description="<p>So</p>"))

    def test_choices_and_records(self):
        self.assertTrue(self._is_missing("funnel_authority"))
        self.assertFalse(self._is_missing("funnel_authority", funnel_authority="none"))
        self.assertFalse(self._is_missing("priority", priority="0"))
        self.assertTrue(self._is_missing("tag_ids"))
        tag = self.env["crm.tag"].create({"name": "Keen"})
        self.assertFalse(self._is_missing("tag_ids", tag_ids=tag.ids))
