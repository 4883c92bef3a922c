"""Scorecards: the handbook's arithmetic through records, and bad rules refused (D1)."""

import time
from contextlib import contextmanager
from unittest.mock import patch

from odoo import fields
from odoo.tests import Form, tagged
from odoo.tools import convert_file, mute_logger

from ...exceptions import FunnelScorecardError
from ..common import FULL_PROSPECT, FunnelCommon


@tagged("post_install", "-at_install")
class TestProspectCard(FunnelCommon):
    """Need 30, budget 30, authority 20, timeline 20 (S0-9, S1-9)."""

    def assertScored(self, lead, score, coverage, grade):
        self.assertEqual(lead.funnel_score, score)
        self.assertEqual(lead.funnel_score_coverage, coverage)
        self.assertEqual(lead.funnel_suggested_grade_id, grade)

    def test_nothing_answered_is_unknown_and_not_zero(self):
        lead = self._create_lead()
        self.assertScored(lead, 0, 0, self.env["funnel.grade"])

    def test_best_answers_give_100_and_an_a(self):
        self.assertScored(self._create_lead(**FULL_PROSPECT), 100, 100, self.grade_a)

    def test_weight_of_unanswered_questions_is_shared(self):
        lead = self._create_lead(funnel_need_fit="partial", funnel_authority="none")
        self.assertScored(lead, 36, 50, self.grade_c)  # (30 × 6 + 20 × 0) ÷ 50 × 10

    def test_one_answer_counts_in_full_but_covers_little(self):
        lead = self._create_lead(funnel_authority="influences")
        self.assertScored(lead, 60, 20, self.grade_b)

    def test_a_needs_budget_need_and_power_whatever_the_score(self):
        for name in ("funnel_need_fit", "funnel_authority"):
            lead = self._create_lead(**{**FULL_PROSPECT, name: False})
            self.assertScored(lead, 100, lead.funnel_score_coverage, self.grade_b)
        no_budget = {"funnel_budget_min": 0, "funnel_budget_max": 0}
        lead = self._create_lead(**{**FULL_PROSPECT, **no_budget})
        self.assertScored(lead, 100, 70, self.grade_b)

    def test_the_handbooks_example_is_an_a(self):
        """Purchasing head, live within three months, 100,000 to 200,000 (S0-9)."""
        soon = fields.Date.add(self._get_today(), months=2)
        lead = self._create_lead(**{**FULL_PROSPECT, "funnel_purchase_date": soon})
        self.assertScored(lead, 100, 100, self.grade_a)

    def test_budget_is_judged_by_its_upper_end_else_the_lower(self):
        for low, high, score in (
            (0, 100_000, 100),
            (0, 99_999, 70),
            (0, 50_000, 70),
            (0, 49_999, 40),
            (100_000, 0, 100),
            (60_000, 0, 70),
            (20_000, 60_000, 70),
            (1, 0, 40),
        ):
            with self.subTest(low=low, high=high):
                lead = self._create_lead(funnel_budget_min=low, funnel_budget_max=high)
                self.assertEqual(lead.funnel_score, score)

    def test_timeline_is_judged_from_today(self):
        today = self._get_today()
        for months, days, score in (
            (3, 0, 100),
            (3, 1, 60),
            (6, 0, 60),
            (6, 1, 30),
            (-1, 0, 100),
        ):
            with self.subTest(months=months, days=days):
                when = fields.Date.add(today, months=months, days=days)
                lead = self._create_lead(funnel_purchase_date=when)
                self.assertEqual(lead.funnel_score, score)


@tagged("post_install", "-at_install")
class TestCustomerCard(FunnelCommon):
    """Value 60, potential 40 (S2-5…8)."""

    def _create_customer(self, **vals):
        return self._create_lead(funnel_client_type="existing", **vals)

    def test_points_of_the_handbook(self):
        for name, value, score in (
            ("funnel_sales_12m", 1_000_000, 100),
            ("funnel_sales_12m", 500_000, 70),
            ("funnel_sales_12m", 499_999, 40),
            ("funnel_industry_growth", 15.1, 80),
            ("funnel_industry_growth", 15, 50),
            ("funnel_industry_growth", -1, 0),
            ("funnel_need_fit", "full", 90),
            ("funnel_decision_people", 3, 70),
            ("funnel_decision_people", 4, 40),
        ):
            with self.subTest(name=name, value=value):
                lead = self._create_customer(**{name: value})
                self.assertEqual(lead.funnel_score, score)

    def test_a_dimension_is_the_mean_of_its_answers(self):
        lead = self._create_customer(
            funnel_sales_12m=1_200_000,
            funnel_industry_growth=20,
            funnel_need_fit="full",
            funnel_decision_people=2,
        )
        self.assertEqual(lead.funnel_score, 92)  # 60 + 40 × (8 + 9 + 7) ÷ 3 ÷ 10
        self.assertEqual(lead.funnel_score_coverage, 100)
        self.assertEqual(lead.funnel_suggested_grade_id, self.grade_a)

    def test_an_unanswered_criterion_does_not_lower_the_mean(self):
        lead = self._create_customer(funnel_sales_12m=500_000, funnel_need_fit="full")
        self.assertEqual(lead.funnel_score, 78)  # 60 × 7 + 40 × 9
        self.assertEqual(lead.funnel_score_coverage, 73.33)  # 60 + 40 ÷ 3
        self.assertEqual(lead.funnel_suggested_grade_id, self.grade_b)

    def test_a_new_client_is_judged_as_a_prospect(self):
        lead = self._create_lead(funnel_sales_12m=1_000_000)
        self.assertEqual(lead.funnel_score_coverage, 0)
        lead.funnel_client_type = "existing"
        self.assertEqual(lead.funnel_score, 100)


@tagged("post_install", "-at_install")
class TestScoreFollows(FunnelCommon):
    def test_form_shows_the_score_before_saving(self):
        lead = self._create_lead(by=self.rep)
        with Form(lead.with_user(self.rep), "crm.crm_lead_view_form") as form:
            form.funnel_authority = "influences"
            self.assertEqual(form.funnel_score, 60)
            self.assertEqual(form.funnel_suggested_grade_id, self.grade_b)
            form.funnel_need_fit = "full"
            self.assertEqual(form.funnel_score, 84)
        self.assertEqual(lead.funnel_score, 84)

    def test_every_field_of_the_preset_cards_is_followed(self):
        watched = {
            "funnel_need_fit": "full",
            "funnel_authority": "decides",
            "funnel_budget_min": 10_000,
            "funnel_budget_max": 20_000,
            "funnel_purchase_date": "2024-01-01",
        }
        for name, value in watched.items():
            with self.subTest(name=name):
                lead = self._create_lead()
                lead.write({name: value})
                self.assertGreater(lead.funnel_score, 0)

    def test_batch_is_followed(self):
        leads = self._create_leads(3)
        leads.write({"funnel_authority": "decides"})
        self.assertEqual(leads.mapped("funnel_score"), [100, 100, 100])

    def test_suggestion_that_changes_is_a_step(self):
        lead = self._create_lead(funnel_authority="influences")
        lead.funnel_authority = "none"
        steps = self._changes(lead, "suggested")
        self.assertEqual(steps.mapped("to_grade_id"), self.grade_b | self.grade_c)
        self.assertEqual(steps[-1].from_grade_id, self.grade_b)

    def test_score_that_changes_within_a_grade_is_no_step(self):
        lead = self._create_lead(**FULL_PROSPECT)
        lead.write({"funnel_budget_min": 0, "funnel_budget_max": 60_000})
        self.assertEqual(lead.funnel_score, 91)
        self.assertEqual(lead.funnel_suggested_grade_id, self.grade_a)
        self.assertEqual(len(self._changes(lead, "suggested")), 1)

    def test_new_rule_on_a_new_field_is_followed_at_once(self):
        lead = self._create_lead()
        criterion = self.env["funnel.scorecard.criterion"].with_user(self.manager)
        criterion = criterion.create(
            {
                "name": "Revenue",
                "dimension_id": self.env.ref(
                    "sales_lead_funnel.dimension_prospect_need"
                ).id,
                "band_ids": [
                    (0, 0, {"name": "x", "points": 4, "domain": domain})
                    for domain in ("[('expected_revenue', '>', 1000)]",)
                ],
            }
        )
        self.addCleanup(criterion.sudo().unlink)
        lead.expected_revenue = 5000
        self.assertEqual(lead.funnel_score, 40)
        lead.expected_revenue = 10
        self.assertEqual(lead.funnel_score_coverage, 0)

    def test_new_rule_on_a_related_record_is_followed(self):
        band = self.env.ref("sales_lead_funnel.band_prospect_authority_none")
        self.addCleanup(band.write, {"domain": band.domain})
        band.domain = "[('partner_id.city', '=', 'Delft'), ('tag_ids', '=', False)]"
        lead = self._create_lead(partner_id=self.contact_1.id)
        self.assertEqual(lead.funnel_score_coverage, 0)
        self.contact_1.city = "Delft"
        self.assertEqual(lead.funnel_score_coverage, 20)

    def test_edited_rule_waits_for_the_cron(self):
        lead = self._create_lead(funnel_authority="influences")
        triggers = self.env["ir.cron.trigger"].search([])
        band = self.env.ref("sales_lead_funnel.band_prospect_authority_influences")
        band.with_user(self.manager).points = 9
        new = self.env["ir.cron.trigger"].search([]) - triggers
        cron = self.env.ref("sales_lead_funnel.ir_cron_regrade")
        self.assertEqual(new.cron_id, cron)
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(lead.funnel_score, 90)
        self.assertEqual(lead.funnel_suggested_grade_id, self.grade_b)

    def test_card_of_a_company_is_for_its_leads_only(self):
        card = self.env.ref("sales_lead_funnel.scorecard_prospect")
        card.company_id = self.company_foreign
        ours = self._create_lead(
            company_id=self.company_main.id, funnel_authority="decides"
        )
        open_to_all = self._create_lead(company_id=False, funnel_authority="decides")
        self.assertEqual(ours.funnel_score_coverage, 0)
        self.assertEqual(open_to_all.funnel_score, 100)

    def test_rules_on_a_field_that_has_gone_are_left_out(self):
        """An addon was removed: leads can be entered and are scored by the rest."""
        band = self.env.ref("sales_lead_funnel.band_prospect_authority_decides")
        gone = "[('x_gone', '!=', False)]"
        self.env.flush_all()
        for record in (
            band,
            self.grade_b,
            self.env.ref("sales_lead_funnel.scorecard_customer"),
        ):
            self.env.cr.execute(
                f"UPDATE {record._table} SET domain = %s WHERE id = %s",
                [gone, record.id],
            )
        self.env.invalidate_all()
        with mute_logger("odoo.addons.sales_lead_funnel.models.base.lead_domain"):
            self.env["funnel.scorecard"]._apply_rules()
            lead = self._create_lead(
                funnel_need_fit="partial",
                funnel_authority="decides",
                funnel_client_type="existing",
            )
            self.assertEqual((lead.funnel_score, lead.funnel_score_coverage), (60, 30))
            self.assertEqual(lead.funnel_suggested_grade_id, self.grade_c)
            self.assertEqual(len(lead.funnel_score_why["lines"]), 4)
            self.assertEqual(
                self.env["funnel.regrade"]._regrade([("id", "=", lead.id)]), 0
            )

    def test_upgrade_leaves_deleted_presets_deleted(self):
        """Else a band made anew could overlap with the one that took its place."""
        band = self.env.ref("sales_lead_funnel.band_prospect_budget_low")
        values = {"name": "Little", "domain": band.domain, "points": 1}
        criterion = band.criterion_id
        band.unlink()
        criterion.band_ids = [(0, 0, values)]
        convert_file(
            self.env,
            "sales_lead_funnel",
            "data/funnel_scorecard_data.xml",
            {},
            mode="update",
            noupdate=True,
        )
        self.assertIn("Little", criterion.band_ids.mapped("name"))
        self.assertFalse(
            self.env.ref("sales_lead_funnel.band_prospect_budget_low", False)
        )

    def test_archived_card_is_not_used(self):
        self.env.ref("sales_lead_funnel.scorecard_prospect").active = False
        lead = self._create_lead(**FULL_PROSPECT)
        self.assertFalse(lead.funnel_suggested_grade_id or lead.funnel_score)

    def test_score_cannot_be_written_from_outside(self):
        lead = self._create_lead(funnel_authority="none").with_user(self.rep)
        lead.write({"funnel_score": 99, "funnel_suggested_grade_id": self.grade_a.id})
        self.env.flush_all()
        self.assertEqual(lead.funnel_score, 0)
        self.assertEqual(lead.funnel_suggested_grade_id, self.grade_c)


@tagged("post_install", "-at_install")
class TestScoreWhy(FunnelCommon):
    def test_why_tells_each_criterion(self):
        lead = self._create_lead(funnel_need_fit="partial", funnel_authority="none")
        why = lead.with_user(self.rep).funnel_score_why
        self.assertEqual(why["card"], "Prospect")
        need, budget, authority, _timeline = why["lines"]
        self.assertEqual(
            need,
            {
                "dimension": "Need",
                "criterion": "Need fits our offer",
                "answered": True,
                "answer": "Partial match",
                "points": 6.0,
                "weight": 60.0,
            },
        )
        self.assertEqual((budget["answered"], budget["points"]), (False, False))
        self.assertEqual((authority["points"], authority["weight"]), (0.0, 40.0))

    def test_points_times_weight_give_the_score(self):
        lead = self._create_lead(**{**FULL_PROSPECT, "funnel_need_fit": "partial"})
        lines = lead.funnel_score_why["lines"]
        total = sum(line["points"] * line["weight"] / 10 for line in lines)
        self.assertEqual(total, lead.funnel_score)

    def test_lead_without_a_card_has_no_why(self):
        self.env["funnel.scorecard"].search([]).active = False
        self.assertFalse(self._create_lead().funnel_score_why)


@tagged("post_install", "-at_install")
class TestBadRules(FunnelCommon):
    """What cannot work is refused on save, with the record and the field named."""

    @contextmanager
    def assertRefused(self, pattern):
        error = self.assertRaisesRegex(FunnelScorecardError, pattern)
        with error, self.env.cr.savepoint():
            yield
        self.env.registry.clear_cache()

    def _create_card(self, **vals):
        dimensions = [
            (0, 0, {"name": name, "weight": weight})
            for name, weight in vals.pop("weights", {}).items()
        ]
        values = {"name": "Mine", "dimension_ids": dimensions, **vals}
        return self.env["funnel.scorecard"].with_user(self.manager).create(values)

    def _create_bands(self, *domains, points=5):
        dimension = self._create_card(weights={"Fit": 1}).dimension_ids
        return self.env["funnel.scorecard.criterion"].create(
            {
                "name": "Question",
                "dimension_id": dimension.id,
                "band_ids": [
                    (0, 0, {"name": f"Band {i}", "domain": domain, "points": points})
                    for i, domain in enumerate(domains)
                ],
            }
        )

    def test_weights_that_are_all_0(self):
        with self.assertRefused("Mine.*Weight"):
            self._create_card(weights={"One": 0, "Two": 0})

    def test_weights_that_become_0(self):
        card = self._create_card(weights={"One": 1, "Two": 0})
        with self.assertRefused("Mine.*Weight"):
            card.dimension_ids[0].weight = 0
        with self.assertRefused("Mine.*One.*Weight"):
            card.dimension_ids[0].unlink()

    def test_negative_weight(self):
        with self.assertRefused("Mine.*One.*Weight.*-1"):
            self._create_card(weights={"One": -1, "Two": 5})

    def test_overlapping_bands(self):
        with self.assertRefused("Mine.*Question.*Band 0.*Band 1.*Condition"):
            self._create_bands(
                "[('funnel_budget_max', '>=', 10)]", "[('funnel_budget_max', '<', 20)]"
            )

    def test_bands_that_overlap_after_an_edit(self):
        criterion = self._create_bands(
            "[('funnel_budget_max', '>=', 20)]", "[('funnel_budget_max', '<', 20)]"
        )
        with self.assertRefused("Question.*Condition"):
            criterion.band_ids[0].domain = "[('funnel_budget_max', '>', 10)]"

    def _ranges(self, count):
        name = "funnel_budget_max"
        return [
            f"[('{name}', '>=', {low}), ('{name}', '<', {low + 1})]"
            for low in range(count)
        ]

    def test_as_many_bands_as_possible(self):
        criterion = self._create_bands(*self._ranges(50))
        self.assertEqual(len(criterion.band_ids), 50)
        with self.assertRefused("Mine.*Question.*51 bands.*50"):
            criterion.band_ids = [(0, 0, {"name": "More", "domain": "[(0, '=', 1)]"})]
        swap = [(2, criterion.band_ids[0].id), (0, 0, {"name": "Other"})]
        swap[1][2]["domain"] = "[('funnel_budget_max', '>', 999)]"
        criterion.band_ids = swap
        self.assertEqual(len(criterion.band_ids), 50)

    def test_too_many_bands_by_every_door(self):
        """They are counted before any is tried on leads."""
        start = time.perf_counter()
        with self.assertRefused("Question.*500 bands.*50"):
            self._create_bands(*self._ranges(500))
        self.assertLess(time.perf_counter() - start, 10)
        criterion = self._create_bands(*self._ranges(50))
        other = self._create_bands("[('funnel_budget_max', '>', 999)]")
        with self.assertRefused("51 bands"):
            other.band_ids.criterion_id = criterion
        with self.assertRefused("51 bands"):
            self.env["funnel.scorecard.band"].create(
                {"name": "51st", "criterion_id": criterion.id, "domain": "[]"}
            )

    def test_bands_are_compared_once(self):
        path = "odoo.addons.sales_lead_funnel.models.grading.funnel_scorecard_parts"
        with patch(f"{path}.first_overlap", return_value=None) as compare:
            self._create_bands(*self._ranges(20))
        self.assertEqual(compare.call_count, 1)

    def test_bands_that_touch_are_fine(self):
        criterion = self._create_bands(
            "[('funnel_budget_max', '>=', 20)]", "[('funnel_budget_max', '<', 20)]"
        )
        self.assertEqual(len(criterion.band_ids), 2)

    def test_field_that_does_not_exist(self):
        with self.assertRefused("Mine.*Question.*Band 0.*Condition.*no_such_field"):
            self._create_bands("[('no_such_field', '=', 1)]")
        with self.assertRefused("Band 0.*Condition.*no_such"):
            self._create_bands("[('partner_id.no_such', '=', 1)]")
        with self.assertRefused("Mine.*For leads that.*no_such_field"):
            self._create_card(domain="[('no_such_field', '=', 1)]")
        with self.assertRefused("Grade B.*Must also hold.*no_such_field"):
            self.grade_b.domain = "[('no_such_field', '=', 1)]"

    def test_condition_that_cannot_be_read(self):
        for domain in ("[('user_id', '='", "user_id = 1", "[1, 2]", "{}", "[('a',)]"):
            with self.subTest(domain=domain), self.assertRefused("Band 0.*Condition"):
                self._create_bands(domain)

    def test_value_that_does_not_fit_the_field(self):
        for leaf in (
            "('funnel_budget_max', '=', 'abc')",
            "('funnel_need', '>', 5)",
            "('tag_ids', '>', 5)",
            "('id', '=', 'abc')",
        ):
            with (
                self.subTest(leaf=leaf),
                mute_logger("odoo.sql_db"),
                self.assertRefused("Band 0.*Condition"),
            ):
                self._create_bands(f"[{leaf}]")

    def test_field_that_the_manager_may_not_read(self):
        """A score would tell what is in it."""
        domain = "[('user_id.totp_last_counter', '>', 1)]"
        with self.assertRefused("Mine.*For leads that"):
            self._create_card(domain=domain)

    def test_unknown_operator(self):
        with self.assertRefused("Band 0.*Condition"):
            self._create_bands("[('name', '~~', 'x')]")

    def test_rule_that_reads_the_score_itself(self):
        with self.assertRefused("Band 0.*Condition.*funnel_score"):
            self._create_bands("[('funnel_score', '>', 50)]")
        with self.assertRefused("Grade A.*Must also hold"):
            self.grade_a.domain = "[('funnel_suggested_grade_id', '!=', False)]"

    def test_cut_outside_the_score(self):
        for cut in (-0.01, 100.01, 500):
            with self.subTest(cut=cut), self.assertRefused("Grade B.*Lowest score"):
                self.grade_b.cut = cut

    @mute_logger("odoo.sql_db")
    def test_two_grades_with_one_cut(self):
        with self.assertRefused("Grade B.*Lowest score.*80"):
            self.grade_b.cut = 80
        with self.assertRefused("Grade D.*Lowest score.*60"):
            self.env["funnel.grade"].create({"name": "D", "cut": 60})

    def test_archived_grade_takes_no_cut(self):
        self.grade_b.active = False
        self.env["funnel.grade"].create({"name": "D", "cut": 60})
        with self.assertRefused("Grade B.*Lowest score"):
            self.grade_b.active = True

    def test_points_outside_0_to_10(self):
        for points in (-1, 10.5):
            with self.subTest(points=points), self.assertRefused("Band 0.*Points"):
                self._create_bands("[]", points=points)

    def test_card_can_be_copied_whole(self):
        card = self.env.ref("sales_lead_funnel.scorecard_customer").copy()
        bands = card.dimension_ids.criterion_ids.band_ids
        self.assertEqual((len(card.dimension_ids), len(bands)), (2, 11))

    def test_field_that_a_rule_reads_is_kept(self):
        domain = [("model", "=", "crm.lead"), ("name", "=", "funnel_need_fit")]
        field = self.env["ir.model.fields"].search(domain)
        with self.assertRefused("Need fits our offer.*read by a scorecard"):
            field._unlink_not_while_a_rule_reads_it()

    def test_field_at_the_end_of_a_path_is_kept(self):
        self._create_bands("[('partner_id.city', '=', 'Delft')]")
        fields = self.env["ir.model.fields"]
        with self.assertRefused("City.*read by a scorecard"):
            fields._get("res.partner", "city")._unlink_not_while_a_rule_reads_it()
        fields._get("res.partner", "zip")._unlink_not_while_a_rule_reads_it()
