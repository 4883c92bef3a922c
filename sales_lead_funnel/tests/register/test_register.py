"""The lead register: numbers, times, combined columns, refusals (S0-5…8, S0-34, F1)."""

from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import ConcurrencyError, ValidationError
from odoo.modules.migration import load_script
from odoo.tests import Form, tagged
from odoo.tools import SQL, file_path, mute_logger

from ...exceptions import FunnelRegisterError
from ...models.register.crm_lead_number import SEQUENCE_CODE
from ..common import FunnelCommon


@tagged("post_install", "-at_install")
class TestLeadNumber(FunnelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Fresh numbers"})
        cls.company_two = cls.env["res.company"].create({"name": "Second numbers"})

    def _create_numbered(self, **vals):
        """Create a lead in a company that has no numbers yet, obtained in 2024."""
        values = {
            "company_id": self.company.id,
            "user_id": False,
            "team_id": False,
            "stage_id": self.stage_gen_1.id,
            "funnel_obtained_at": "2024-03-01 08:00:00",
        }
        return self._create_lead(**{**values, **vals})

    def test_numbers_count_up_from_one(self):
        codes = [self._create_numbered().funnel_code for _number in range(3)]
        self.assertEqual(codes, ["LX2024001", "LX2024002", "LX2024003"])

    def test_each_year_has_its_own_count(self):
        self._create_numbered()
        lead = self._create_numbered(funnel_obtained_at="2025-01-02 08:00:00")
        self.assertEqual(lead.funnel_code, "LX2025001")

    def test_year_is_the_one_at_the_company_s_place(self):
        self.rep.company_id.resource_calendar_id.tz = "Asia/Shanghai"
        moment = "2024-12-31 20:00:00"  # already 2025 in Shanghai
        for zone in ("Asia/Shanghai", "America/New_York", False):
            self.rep.tz = zone
            with self.subTest(zone=zone):
                lead = self._create_lead(by=self.rep, funnel_obtained_at=moment)
                self.assertTrue(lead.funnel_code.startswith("LX2025"))

    def test_each_company_has_its_own_count(self):
        self._create_numbered()
        lead = self._create_numbered(company_id=self.company_two.id)
        self.assertEqual(lead.funnel_code, "LX2024001")

    def test_lead_without_company_counts_in_the_users(self):
        lead = self._create_lead(by=self.rep, company_id=False)
        self.assertFalse(lead.company_id)
        self.assertEqual(lead.funnel_code_company_id, self.company_main)

    def test_batch_is_numbered_in_order(self):
        vals = [{**self._lead_vals(), "name": str(number)} for number in range(5)]
        leads = self.env["crm.lead"].create(vals)
        codes = leads.mapped("funnel_code")
        self.assertEqual(codes, sorted(set(codes)))
        self.assertEqual(leads.sorted("funnel_code").mapped("name"), list("01234"))

    def test_number_is_given_on_quick_create_and_mail(self):
        leads = self.env["crm.lead"].with_user(self.rep)
        self.assertTrue(leads.browse(leads.name_create("Quick")[0]).funnel_code)
        mail = self.env["crm.lead"].message_new(
            {"subject": "Hi", "from": "a@b.example"}
        )
        self.assertTrue(mail.funnel_code)

    def test_copy_gets_a_number_of_its_own(self):
        lead = self._create_numbered()
        copy = lead.copy()
        self.assertEqual(copy.funnel_code[:6], f"LX{self._company_today().year}")
        self.assertNotEqual(copy.funnel_code, lead.funnel_code)

    def test_given_number_is_kept_and_the_counter_moves_past_it(self):
        lead = self._create_numbered(funnel_code="LX2024041")
        self.assertEqual(lead.funnel_code, "LX2024041")
        self.assertEqual(self._create_numbered().funnel_code, "LX2024042")

    def test_counter_never_moves_back(self):
        self._create_numbered(funnel_code="LX2024041")
        self._create_numbered(funnel_code="LX2024007")
        self.assertEqual(self._create_numbered().funnel_code, "LX2024042")

    def test_given_and_missing_numbers_in_one_batch(self):
        self._create_numbered()  # so that the next number is the given one
        given = {
            "name": "Batch",
            "company_id": self.company.id,
            "user_id": False,
            "team_id": False,
            "funnel_obtained_at": "2024-05-01 08:00:00",
        }
        batch = [{**given, "funnel_code": "LX2024002"}, given, given]
        codes = self.env["crm.lead"].create(batch).mapped("funnel_code")
        self.assertEqual(codes[0], "LX2024002")
        self.assertEqual(len(set(codes)), 3)
        self.assertNotIn("LX2024001", codes)

    def test_batch_survives_whatever_flushes_in_between(self):
        self._create_numbered()
        values = self._lead_vals(company_id=self.company.id, user_id=False)
        values |= {"team_id": False, "funnel_obtained_at": "2024-05-01 08:00:00"}
        batch = [{**values, "funnel_code": "LX2024002"}, values]
        model = type(self.env["crm.lead"])
        flush = {"side_effect": lambda *_args: self.env.flush_all()}
        with patch.object(model, "_handle_won_lost", **flush):
            leads = self.env["crm.lead"].create(batch)
        self.assertEqual(leads.mapped("funnel_code"), ["LX2024002", "LX2024003"])

    def test_foreign_number_is_kept_as_it_is(self):
        lead = self._create_numbered(funnel_code="OLD-7")
        self.assertEqual(lead.funnel_code, "OLD-7")
        self.assertEqual(self._create_numbered().funnel_code, "LX2024001")

    def test_number_written_ahead_of_the_counter_is_skipped(self):
        """Given for another year, so its counter did not move."""
        self._create_numbered(
            funnel_code="LX2024001", funnel_obtained_at="2025-02-01 00:00:00"
        )
        self.assertEqual(self._create_numbered().funnel_code, "LX2024002")

    def test_duplicate_is_refused_with_its_number(self):
        self._create_numbered(funnel_code="LX2024005")
        with self.assertRaisesRegex(FunnelRegisterError, "LX2024005"):
            self._create_numbered(funnel_code="LX2024005")

    def test_duplicate_in_one_batch_is_refused(self):
        vals = self._lead_vals(funnel_code="LX2024888")
        with self.assertRaisesRegex(FunnelRegisterError, "LX2024888"):
            self.env["crm.lead"].create([vals, dict(vals)])

    def test_duplicate_of_a_hidden_or_archived_lead_is_refused(self):
        self._create_lead(
            funnel_code="LX2024777", user_id=self.manager.id, active=False
        )
        with self.assertRaisesRegex(FunnelRegisterError, "LX2024777"):
            self._create_lead(by=self.rep, funnel_code="LX2024777")

    def test_duplicate_is_refused_on_writing(self):
        one, two = self._create_numbered(), self._create_numbered()
        with self.assertRaisesRegex(FunnelRegisterError, one.funnel_code):
            two.write({"funnel_code": one.funnel_code})
        with self.assertRaisesRegex(FunnelRegisterError, "LX2024300"):
            (one + two).write({"funnel_code": "LX2024300"})

    def test_same_number_may_be_used_in_two_companies(self):
        self._create_numbered(funnel_code="LX2024005")
        other = self._create_numbered(
            funnel_code="LX2024005", company_id=self.company_two.id
        )
        self.assertEqual(other.funnel_code, "LX2024005")

    def test_emptied_number_is_given_anew(self):
        lead = self._create_numbered()
        lead.write({"funnel_code": False})
        self.assertEqual(lead.funnel_code, "LX2024002")

    def test_number_is_kept_in_another_company_where_it_is_free(self):
        lead = self._create_numbered(funnel_code="LX2024050")
        lead.company_id = self.company_two
        self.assertEqual(lead.funnel_code, "LX2024050")
        self.assertEqual(lead.funnel_code_company_id, self.company_two)

    def test_number_is_renewed_in_another_company_where_it_is_taken(self):
        self._create_numbered(company_id=self.company_two.id)
        lead = self._create_numbered()
        self.assertEqual(lead.funnel_code, "LX2024001")
        lead.company_id = self.company_two
        self.assertEqual(lead.funnel_code, "LX2024002")

    def test_number_survives_losing_the_company(self):
        lead = self._create_numbered()
        lead.company_id = False
        self.assertEqual(lead.funnel_code, "LX2024001")
        self.assertEqual(lead.funnel_code_company_id, self.company)

    def test_leads_that_change_company_together_do_not_collide(self):
        one = self._create_numbered()
        two = self._create_numbered(company_id=self.company_two.id)
        self.assertEqual(one.funnel_code, two.funnel_code)
        (one + two).write(
            {"company_id": self.env["res.company"].create({"name": "3"}).id}
        )
        self.env.flush_all()
        self.assertNotEqual(one.funnel_code, two.funnel_code)

    def test_given_number_survives_a_company_set_meanwhile(self):
        """The company follows the owner, as on most paths."""
        lead = self._create_lead(
            funnel_code="LX2024555", user_id=self.foreign_manager.id, team_id=False
        )
        self.env.flush_all()
        self.assertEqual(lead.funnel_code, "LX2024555")
        self.assertEqual(lead.funnel_code_company_id, lead.company_id)

    def test_default_in_the_context_is_checked_as_well(self):
        self._create_numbered(funnel_code="LX2024005")
        leads = self.env["crm.lead"].with_context(default_funnel_code="LX2024005")
        values = self._lead_vals(company_id=self.company.id, user_id=False)
        with self.assertRaisesRegex(FunnelRegisterError, "LX2024005"):
            leads.create({**values, "team_id": False})

    def test_form_shows_no_number_before_saving(self):
        form = Form(self.env["crm.lead"].with_user(self.rep), "crm.crm_lead_view_form")
        form.name = "New"
        self.assertFalse(form.funnel_code)
        self.assertTrue(form.save().funnel_code)

    def _get_sequence(self):
        """Return the company's own sequence, made with its first lead."""
        self._create_numbered()
        domain = [("code", "=", SEQUENCE_CODE), ("company_id", "=", self.company.id)]
        return self.env["ir.sequence"].search(domain)

    def test_absurdly_long_number_does_not_move_the_counter(self):
        self._create_numbered()
        for code in ("LX20249223372036854775807", "LX2024" + "9" * 30):
            self.assertEqual(self._create_numbered(funnel_code=code).funnel_code, code)
        self.assertEqual(self._create_numbered().funnel_code, "LX2024002")

    def test_one_count_for_all_years(self):
        self._get_sequence().write({"use_date_range": False, "prefix": "L"})
        first = self._create_numbered().funnel_code
        self.assertEqual(first, "L001")
        second = self._create_numbered(funnel_obtained_at="2025-03-01 08:00:00")
        self.assertEqual(second.funnel_code, "L002")
        self._create_numbered(funnel_code="L041")
        self.assertEqual(self._create_numbered().funnel_code, "L042")

    def test_sequence_without_gaps(self):
        self._get_sequence().implementation = "no_gap"
        numbers = self.env["ir.sequence.date_range"]
        numbers.search(
            [("sequence_id.company_id", "=", self.company.id)]
        ).number_next = 7
        leads = self._create_numbered() | self._create_numbered()
        self.assertEqual(leads.mapped("funnel_code"), ["LX2024007", "LX2024008"])
        self._create_numbered(funnel_code="LX2024030")
        self.assertEqual(self._create_numbered().funnel_code, "LX2024031")

    def test_counter_that_lags_behind_is_moved_on_at_once(self):
        leads = self._create_leads(
            30,
            company_id=self.company.id,
            user_id=False,
            team_id=False,
            funnel_obtained_at="2024-03-01 08:00:00",
        )
        self.assertEqual(leads[-1].funnel_code, "LX2024030")
        self.env["ir.sequence"].search([("code", "=", SEQUENCE_CODE)]).unlink()
        counter = self.env.registry["ir.sequence.date_range"]
        with patch.object(
            counter, "_funnel_draw", autospec=True, side_effect=counter._funnel_draw
        ) as draw:
            self.assertEqual(self._create_numbered().funnel_code, "LX2024031")
        self.assertEqual(draw.call_count, 2)

    def test_first_leads_of_a_year_twice_at_once_are_tried_again(self):
        sequence = self.env.registry["ir.sequence"]
        with (
            patch.object(
                sequence, "_get_current_sequence", side_effect=UniqueViolation
            ),
            self.assertRaises(ConcurrencyError),
        ):
            self._create_numbered()

    def test_thousandth_number_has_four_digits(self):
        self._create_numbered(funnel_code="LX2024999")
        self.assertEqual(self._create_numbered().funnel_code, "LX20241000")
        self.assertEqual(self._create_numbered().funnel_code, "LX20241001")


@tagged("post_install", "-at_install")
class TestRegisterTimes(FunnelCommon):
    def _create_obtained(self, **ago):
        return self._create_lead(
            funnel_obtained_at=self.env.cr.now() - timedelta(**ago)
        )

    def test_lead_is_obtained_now_unless_told_otherwise(self):
        lead = self._create_lead(by=self.rep)
        self.assertLess(lead.create_date - lead.funnel_obtained_at, timedelta(hours=1))

    def test_entered_within_a_day_is_on_time(self):
        self.assertTrue(self._create_obtained(hours=23).funnel_entered_on_time)
        self.assertFalse(self._create_obtained(hours=25).funnel_entered_on_time)

    def test_unknown_time_is_not_on_time(self):
        lead = self._create_lead(funnel_obtained_at=False)
        self.assertFalse(lead.funnel_entered_on_time)

    def test_search_gives_what_the_field_shows(self):
        early, late = self._create_obtained(hours=1), self._create_obtained(days=3)
        unknown = self._create_lead(funnel_obtained_at=False)
        leads = early + late + unknown
        for value in (True, False):
            found = self.env["crm.lead"].search(
                [("id", "in", leads.ids), ("funnel_entered_on_time", "=", value)]
            )
            expected = leads.filtered(lambda x, v=value: x.funnel_entered_on_time is v)
            self.assertEqual(set(found), set(expected))

    def test_filter_entered_late_leaves_unknown_times_out(self):
        late, unknown = self._create_obtained(days=3), self._create_obtained(hours=1)
        unknown.funnel_obtained_at = False
        domain = self._filter_domain("funnel_late_entry")
        found = self.env["crm.lead"].with_user(self.rep).search(domain)
        self.assertIn(late, found)
        self.assertNotIn(unknown, found)

    def test_time_in_the_future_is_refused_by_name(self):
        tomorrow = self.env.cr.now() + timedelta(days=1)
        with self.assertRaisesRegex(FunnelRegisterError, "Ahead.*Obtained at"):
            self._create_lead(name="Ahead", funnel_obtained_at=tomorrow)


@tagged("post_install", "-at_install")
class TestRegisterColumns(FunnelCommon):
    def test_company_and_person_are_told_apart(self):
        company = self._create_lead(funnel_client="科技有限公司")
        person = self._create_lead(funnel_client="王总(个人)")
        self.assertEqual(
            (company.partner_name, company.contact_name), ("科技有限公司", False)
        )
        self.assertEqual((person.partner_name, person.contact_name), (False, "王总"))

    def test_phone_and_mail_are_told_apart(self):
        lead = self._create_lead(funnel_contact="1388888 / li@example.com")
        self.assertEqual((lead.phone, lead.email_from), ("1388888", "li@example.com"))

    def test_columns_show_what_the_lead_holds(self):
        lead = self._create_lead(
            partner_name="Planet", phone="123", email_from="a@b.example"
        )
        self.assertEqual(lead.funnel_client, "Planet")
        self.assertEqual(lead.funnel_contact, "123 / a@b.example")

    def test_columns_show_the_customer_card(self):
        lead = self._create_lead(partner_id=self.contact_1.id)
        self.assertEqual(lead.funnel_client, "Planet Express")

    def test_columns_can_be_edited(self):
        lead = self._create_lead()
        lead.write({"funnel_client": "Momcorp", "funnel_contact": "555 0199"})
        self.assertEqual((lead.partner_name, lead.phone), ("Momcorp", "555 0199"))

    def test_explicit_field_wins_over_the_column(self):
        lead = self._create_lead(funnel_client="Shown", partner_name="Meant")
        self.assertEqual(lead.partner_name, "Meant")

    def test_nameless_lead_is_named_by_client_and_need(self):
        lead = self._create_lead(
            name=False, funnel_client="科技有限公司", funnel_need="需要系统\n细节"
        )
        self.assertEqual(lead.name, "科技有限公司 · 需要系统")

    def test_long_need_is_cut_in_the_title(self):
        lead = self._create_lead(name=False, partner_name="P", funnel_need="x" * 300)
        self.assertEqual(lead.name, "P · " + "x" * 60)

    def test_given_title_is_kept(self):
        self.assertEqual(self._create_lead(name="Mine", funnel_client="C").name, "Mine")

    def test_budget_range_upside_down_is_refused_by_name(self):
        with self.assertRaisesRegex(FunnelRegisterError, "Odd.*Budget from.*Budget to"):
            self._create_lead(name="Odd", funnel_budget_min=20, funnel_budget_max=10)

    def test_negative_budget_is_refused(self):
        with self.assertRaisesRegex(FunnelRegisterError, "Budget"):
            self._create_lead(funnel_budget_min=-1)
        with self.assertRaisesRegex(FunnelRegisterError, "Budget"):
            self._create_lead(funnel_budget_max=-1)

    def test_budget_with_one_end_open_is_fine(self):
        lead = self._create_lead(funnel_budget_min=20)
        lead.write({"funnel_budget_min": 0, "funnel_budget_max": 10})
        self.assertEqual(lead.funnel_budget_max, 10)

    def test_errors_can_be_caught_as_validation_errors(self):
        self.assertTrue(issubclass(FunnelRegisterError, ValidationError))

    def test_industry_follows_the_client_but_stays_editable(self):
        industry, other = self.env["res.partner.industry"].create(
            [{"name": "Delivery"}, {"name": "Mining"}]
        )
        self.contact_company_1.industry_id = industry
        lead = self._create_lead(partner_id=self.contact_1.id)
        self.assertEqual(lead.funnel_industry_id, industry)
        lead.funnel_industry_id = other
        self.assertEqual(lead.funnel_industry_id, other)

    def test_client_that_bought_before_is_existing(self):
        self._create_lead(partner_id=self.contact_1.id).action_set_won()
        lead = self._create_lead(partner_id=self.contact_1.id)
        self.assertEqual(lead.funnel_client_type, "existing")
        self.assertEqual(self._create_lead().funnel_client_type, "new")


@tagged("post_install", "-at_install")
class TestRegisterMerge(FunnelCommon):
    def _merge(self, **other_vals):
        survivor = self._create_lead(
            stage_id=self.stage_next.id, funnel_obtained_at="2024-03-05 08:00:00"
        )
        other = self._create_lead(**other_vals)
        leads = (survivor + other).with_user(self.manager)
        self.assertEqual(leads.merge_opportunity(), survivor)
        return survivor

    def test_earliest_time_obtained_is_kept(self):
        survivor = self._merge(funnel_obtained_at="2024-03-01 08:00:00")
        self.assertEqual(str(survivor.funnel_obtained_at), "2024-03-01 08:00:00")

    def test_unknown_time_obtained_does_not_erase_the_known(self):
        survivor = self._merge(funnel_obtained_at=False)
        self.assertEqual(str(survivor.funnel_obtained_at), "2024-03-05 08:00:00")

    def test_facts_of_the_merged_lead_fill_the_gaps(self):
        survivor = self._merge(
            funnel_need="A CRM",
            funnel_source_detail="Spring fair 2024",
            funnel_budget_max=50_000,
            funnel_authority="decides",
        )
        self.assertEqual(survivor.funnel_need, "A CRM")
        self.assertEqual(survivor.funnel_source_detail, "Spring fair 2024")
        self.assertEqual(survivor.funnel_budget_max, 50_000)
        self.assertEqual(survivor.funnel_authority, "decides")

    def test_survivor_keeps_its_number(self):
        survivor = self._merge(funnel_code="LX2024123")
        self.assertNotEqual(survivor.funnel_code, "LX2024123")

    def test_budgets_that_do_not_fit_do_not_stop_a_merge(self):
        survivor = self._create_lead(
            stage_id=self.stage_next.id, funnel_budget_min=100_000
        )
        other = self._create_lead(funnel_budget_max=50_000)
        leads = (survivor + other).with_user(self.manager)
        self.assertEqual(leads.merge_opportunity(), survivor)
        self.assertEqual(survivor.funnel_budget_min, 100_000)


@tagged("post_install", "-at_install")
class TestNumberTyped(FunnelCommon):
    """A number is one however it is typed, and a mistyped one does no harm."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Typed numbers"})
        cls.rep.company_ids += cls.company
        cls.values = {
            "company_id": cls.company.id,
            "team_id": False,
            "stage_id": cls.stage_gen_1.id,
            "funnel_obtained_at": "2024-03-01 08:00:00",
        }

    def _number(self, code=False, **kwargs):
        return self._create_lead(funnel_code=code, **self.values, **kwargs).funnel_code

    def test_blanks_case_and_width_do_not_count(self):
        self.assertEqual(self._number(" ｌx2024 007\u200b"), "LX2024007")
        for code in ("LX2024007 ", "lx2024007", "ＬＸ2024007", "LX2024\u3000007\xa0"):
            with self.assertRaisesRegex(FunnelRegisterError, "LX2024007"):
                self._number(code)

    def test_written_number_is_the_same_as_well(self):
        self._number("LX2024007")
        lead = self._create_lead(**self.values)
        for door in (
            lambda: lead.write({"funnel_code": "lx 2024007"}),
            lambda: lead.with_user(self.manager).web_save(
                {"funnel_code": "ｌx2024007"}, {}
            ),
        ):
            with self.assertRaisesRegex(FunnelRegisterError, "LX2024007"):
                door()
        lead.funnel_code = "lx2024009"
        self.assertEqual(lead.funnel_code, "LX2024009")

    def test_number_of_blanks_is_none(self):
        self.assertEqual(self._number(" \u3000\u200b"), "LX2024001")

    def test_small_letters_of_a_sequence_are_capitals(self):
        self._number()
        sequence = self.env["ir.sequence"].search(
            [("code", "=", SEQUENCE_CODE), ("company_id", "=", self.company.id)]
        )
        sequence.write({"prefix": "no-", "use_date_range": False})
        self.assertEqual(self._number(), "NO-001")
        self.assertEqual(self._number("no-005"), "NO-005")
        self.assertEqual(self._number(), "NO-006")

    def test_number_far_ahead_is_kept_but_moves_nothing(self):
        self._number()
        for code in ("LX2024999999999", "LX2024000123456", "LX2024010500"):
            self.assertEqual(self._number(code, by=self.rep), code)
            self.assertRegex(self._number(), "^LX202400.$")

    def test_largest_jump_is_a_setting(self):
        self._number()
        self.assertEqual(self.company.funnel_number_step, 10_000)
        self._number("LX202410001")
        self.assertEqual(self._number(), "LX202410002")
        self.company.funnel_number_step = 10
        self._number("LX202410020")
        self.assertEqual(self._number(), "LX202410003")
        self._number("LX202410013")
        self.assertEqual(self._number(), "LX202410014")

    def test_jump_of_a_sequence_without_gaps(self):
        self._number()
        sequences = self.env["ir.sequence"].search([("code", "=", SEQUENCE_CODE)])
        sequences.implementation = "no_gap"
        self._number("LX2024999999999")
        self.assertEqual(self._number(), "LX2024002")
        self._number("LX202410002")
        self.assertEqual(self._number(), "LX202410003")

    def test_reps_do_not_renumber(self):
        lead = self._create_lead(by=self.rep)
        code = lead.funnel_code
        for door in (
            lambda: lead.write({"funnel_code": "LX2024500"}),
            lambda: lead.write({"funnel_code": False}),
            lambda: lead.web_save({"funnel_code": "LX2024500"}, {}),
        ):
            with self.assertRaisesRegex(FunnelRegisterError, f"{code}. Ask a manager"):
                door()
        lead.write({"funnel_code": f" {code.lower()} "})
        self.assertEqual(lead.funnel_code, code)

    def test_form_lets_reps_renumber_no_lead_that_is_there(self):
        def is_readonly(lead, user):
            return Form(lead.with_user(user))._get_modifier("funnel_code", "readonly")

        lead, new = self._create_lead(), self.env["crm.lead"]
        self.assertTrue(is_readonly(lead, self.rep))
        self.assertFalse(is_readonly(new, self.rep))  # it may be on paper already
        self.assertFalse(is_readonly(lead, self.manager))

    def test_managers_and_machines_renumber(self):
        lead = self._create_lead(by=self.rep)
        lead.with_user(self.manager).funnel_code = "LX2024500"
        lead.sudo().funnel_code = "LX2024501"
        self.assertEqual(lead.funnel_code, "LX2024501")

    def test_jump_below_0_is_refused(self):
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self.company.funnel_number_step = -1
            self.company.flush_recordset()


@tagged("post_install", "-at_install")
class TestMigratedRegister(FunnelCommon):
    def _migrate(self, **columns):
        """Write columns of new leads as older versions did, and migrate."""
        leads = self._create_leads(len(next(iter(columns.values()))))
        for name, values in columns.items():
            for lead, value in zip(leads, values, strict=True):
                column = SQL.identifier(name)
                query = SQL(
                    "UPDATE crm_lead SET %s = %s WHERE id = %s", column, value, lead.id
                )
                self.env.cr.execute(query)
        folder = "sales_lead_funnel/migrations/19.0.1.4.0/post-migrate.py"
        script = load_script(file_path(folder), "sales_lead_funnel_post_migrate")
        script.migrate(self.env.cr, "19.0.1.3.0")
        self.env.invalidate_all()
        return leads

    def test_numbers_are_spelled_alike_where_that_is_free(self):
        self._create_lead(funnel_code="LX1999003")
        codes = ["lx1999001 ", "ＬＸ1999002", "lx1999003", "OLD-7", None]
        with self.assertLogs(level="WARNING") as logs:
            leads = self._migrate(funnel_code=codes)
        spelled = ["LX1999001", "LX1999002", "lx1999003", "OLD-7", False]
        self.assertEqual([lead.funnel_code for lead in leads], spelled)
        self.assertIn("lx1999003", logs.output[0])

    def test_placeholders_are_no_client_any_more(self):
        keys = ["na", "远山"]
        leads = self._migrate(partner_name=["N/A", "远山公司"], funnel_client_key=keys)
        self.assertEqual(leads.mapped("funnel_client_key"), [False, "远山"])
