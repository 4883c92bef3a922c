"""Texts within their limits, names that can be read: on every door."""

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from ...exceptions import FunnelTextError
from ...models.base.door import with_path
from ...models.base.limits import LIMITS, cut, get_limit
from ..common import FunnelCommon

LONG_NAME, LONG_TEXT, LONG_LOG = "n" * 257, "t" * 2_001, "l" * 10_001
BLANKS = ("", " ", "\u00a0", "\u3000", "\u200b", " \ufeff\n", False)
MAIL = """Message-Id: <{id}@example.com>
From: client@example.com
To: sales@example.com
Subject: {subject}
Content-Type: text/plain; charset=utf-8

Hello
"""
# Models whose texts no caller writes.
NOT_WRITTEN = ("funnel.stage.move", "funnel.grade.change", "funnel.stage.episode")


class LimitsCommon(FunnelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._create_lead(name="Steel mill")
        cls.mine = cls.lead.with_user(cls.rep)

    def assertTold(self, pattern):
        return self.assertRaisesRegex(FunnelTextError, pattern)

    def _notes(self, lead):
        return "".join(lead.message_ids.mapped(lambda message: message.body or ""))


@tagged("post_install", "-at_install")
class TestEveryText(LimitsCommon):
    def _texts(self):
        """Yield the fields of ours that hold a text and that somebody may write."""
        for model in self.env.registry.values():
            if model._abstract or not model._auto or model._name in NOT_WRITTEN:
                continue
            for field in model._fields.values():
                is_text = get_limit(field) and (field.store or field.inverse)
                if is_text and not field.related:
                    yield self.env[model._name], field

    def test_every_text_has_its_limit(self):
        """A field or model that is new is looked after, or named above."""
        intake = self.env.registry["funnel.intake"]
        checked = {model._name for model, _field in self._texts()}
        self.assertLessEqual({"crm.lead", "crm.stage", "funnel.followup"}, checked)
        for model, field in self._texts():
            with self.subTest(field=str(field)):
                self.assertTrue(issubclass(type(model), intake))
                self.assertGreaterEqual(get_limit(field), LIMITS[field.type])

    def test_every_text_is_cut_where_machines_bring_it(self):
        for model, field in self._texts():
            limit = get_limit(field)
            with self.subTest(field=str(field)):
                vals, whole = model.sudo()._funnel_fit({field.name: "x" * (limit + 1)})
                self.assertEqual(vals[field.name], "x" * (limit - 1) + "…")
                self.assertEqual(len(whole[field.name]), limit + 1)

    def test_limits_of_the_kinds(self):
        limits = [
            ("crm.lead", "name", 256),
            ("crm.lead", "partner_name", 256),
            ("crm.lead", "funnel_client", 256),
            ("crm.lead", "funnel_need", 2_000),
            ("crm.lead", "funnel_grade_reason", 2_000),
            ("crm.lead", "funnel_obtained_reason", 2_000),
            ("crm.lead", "funnel_pause_reason", 2_000),
            ("funnel.stage.approval", "reason", 2_000),
            ("funnel.resource.request", "answer", 2_000),
            ("funnel.followup", "summary", 10_000),
            ("funnel.followup", "next_action", 256),
            ("crm.lead", "description", None),
            ("res.partner", "name", None),
        ]
        for model, name, limit in limits:
            with self.subTest(model=model, name=name):
                self.assertEqual(get_limit(self.env[model]._fields[name]), limit)

    def test_cut_keeps_to_the_limit(self):
        self.assertEqual(cut("abc def", 5), "abc…")
        self.assertEqual(cut("abcde", 5), "abcde")


@tagged("post_install", "-at_install")
class TestPeopleAreTold(LimitsCommon):
    def test_create_names_record_field_length_and_limit(self):
        with self.assertTold("(?s)Pump.*Initial need.*2001.*2000"):
            self._create_lead(by=self.rep, name="Pump", funnel_need=LONG_TEXT)

    def test_long_name_is_told_by_its_beginning(self):
        with self.assertRaises(FunnelTextError) as told:
            self._create_lead(by=self.rep, name=LONG_NAME)
        self.assertLess(len(str(told.exception)), 300)
        self.assertIn("257", str(told.exception))

    def test_unsaved_record_is_called_by_its_lead(self):
        for context, lead in (
            ({}, {"lead_id": self.lead.id}),
            (
                {"default_lead_id": self.lead.id},
                {},
            ),
        ):
            logs = self.env["funnel.followup"].with_user(self.rep)
            with self.assertTold("Steel mill: “Next action” has 257"):
                logs.with_context(**context).create(
                    {**lead, "summary": "x", "next_action": LONG_NAME}
                )
        with self.assertTold("Pump: “Initial need”"):
            self._create_lead(
                by=self.rep, partner_name="Pump", name=False, funnel_need=LONG_TEXT
            )

    def test_lead_that_is_hidden_is_not_named(self):
        hidden = self._create_lead(name="Hush-hush", user_id=self.manager.id)
        logs = self.env["funnel.followup"].with_user(self.rep)
        with self.assertTold("^Follow-up: “Next action”"):
            logs.create({"lead_id": hidden.id, "next_action": LONG_NAME})

    def test_what_just_fits(self):
        lead = self._create_lead(
            by=self.rep, name="n" * 256, funnel_need="t" * 2_000, partner_name="p" * 256
        )
        self.assertEqual((len(lead.name), len(lead.funnel_need)), (256, 2_000))

    def test_write(self):
        for name in ("name", "partner_name", "contact_name", "funnel_source_detail"):
            with self.subTest(name=name), self.assertTold("Steel mill.*257.*256"):
                self.mine.write({name: LONG_NAME})

    def test_columns_of_the_register(self):
        for name in ("funnel_client", "funnel_contact"):
            with self.subTest(name=name), self.assertTold("257"):
                self._create_lead(by=self.rep, **{name: LONG_NAME})

    def test_web_save(self):
        with self.assertTold("Steel mill.*Initial need"):
            self.mine.web_save({"funnel_need": LONG_TEXT}, {})
        with self.assertTold("Initial need"):
            self.mine.browse().web_save(self._lead_vals(funnel_need=LONG_TEXT), {})

    def test_form(self):
        form = Form(self.mine)
        form.partner_name = LONG_NAME
        with self.assertTold("Steel mill.*Company Name"):
            form.save()

    def test_multi_edit(self):
        other = self._create_lead(name="Silk mill")
        leads = (self.lead | other).with_user(self.rep)
        with self.assertTold("Steel mill.*Opportunity"):
            leads.web_save_multi([{"name": LONG_NAME}, {"name": "Fits"}], {})

    def test_import_tells_the_row(self):
        leads = self.env["crm.lead"].with_user(self.rep)
        result = leads.with_context(import_file=True).load(
            ["name", "funnel_need"], [["Fits", "short"], ["Pump", LONG_TEXT]]
        )
        self.assertFalse(result["ids"])
        [message] = result["messages"]
        self.assertEqual(message["rows"], {"from": 1, "to": 1})
        self.assertIn("2001", message["message"])

    def test_list_of_another_record(self):
        log = {"happened_at": self.env.cr.now(), "summary": LONG_LOG}
        with self.assertTold("Summary.*10001.*10000"):
            self.mine.write({"funnel_followup_ids": [(0, 0, log)]})
        log["summary"] = "l" * 10_000
        self.mine.write({"funnel_followup_ids": [(0, 0, log)]})
        self.assertEqual(len(self.mine.funnel_followup_ids.summary), 10_000)

    def test_defaults_of_the_caller(self):
        leads = self.env["crm.lead"].with_user(self.rep)
        with self.assertTold("Initial need"):
            leads.with_context(default_funnel_need=LONG_TEXT).create(
                {"name": "Pump", "type": "opportunity"}
            )

    def test_steps_that_write_as_superuser(self):
        with self.assertTold("Steel mill.*Paused because.*2001"):
            self.mine.funnel_pause(LONG_TEXT, "2099-01-01")
        with self.assertTold("Steel mill.*Reason of the grade.*2001"):
            self.mine.funnel_propose_grade(self.grade_a.id, LONG_TEXT)
        self.assertFalse(self.lead.funnel_resume_date)
        self.assertFalse(self.lead.funnel_grade_id)
        self.mine.funnel_pause("t" * 2_000, "2099-01-01")
        self.assertEqual(len(self.lead.funnel_pause_reason), 2_000)

    def test_wizard(self):
        wizard = self.env["crm.lead.lost"].with_user(self.rep)
        with self.assertTold("What was learnt.*2001"):
            wizard.create({"lead_ids": self.lead.ids, "funnel_lesson": LONG_TEXT})

    def test_translation(self):
        objection = self.env["funnel.objection"].create({"name": "Too dear"})
        objection = objection.with_user(self.director)
        with self.assertTold("Too dear.*Name.*257"):
            objection.update_field_translations("name", {"en_US": LONG_NAME})
        with self.assertTold("Name.*empty"):
            objection.update_field_translations("name", {"en_US": "\u200b"})
        objection.update_field_translations("name", {"en_US": "Too costly"})
        self.assertEqual(objection.name, "Too costly")

    def test_what_was_there_before_may_stay(self):
        """A lead that is older than the addon is saved as it is."""
        self.env.cr.execute(
            "UPDATE crm_lead SET name = %s WHERE id = %s", (LONG_NAME, self.lead.id)
        )
        self.lead.invalidate_recordset()
        self.mine.write({"name": LONG_NAME, "expected_revenue": 5})
        self.assertEqual(self.mine.name, LONG_NAME)
        with self.assertTold("258"):
            self.mine.write({"name": LONG_NAME + "n"})

    def test_name_that_we_make_fits(self):
        lead = self._create_lead(
            by=self.rep, name=False, partner_name="p" * 256, funnel_need="t" * 60
        )
        self.assertEqual(len(lead.name), 256)


@tagged("post_install", "-at_install")
class TestMachinesAreCut(LimitsCommon):
    def assertCut(self, lead, name, whole):
        limit = get_limit(lead._fields[name])
        self.assertEqual(lead[name], whole[: limit - 1] + "…")
        self.assertIn(whole, self._notes(lead))

    def _receive(self, leads, subject):
        mail = MAIL.format(id=f"{self.id()}{leads.env.su}", subject=subject)
        lead_id = leads.message_process("crm.lead", mail)
        return self.env["crm.lead"].browse(lead_id)

    def test_superuser_code(self):
        lead = self._create_lead(name=LONG_NAME, funnel_need=LONG_TEXT)
        self.assertCut(lead, "name", LONG_NAME)
        self.assertCut(lead, "funnel_need", LONG_TEXT)
        self.lead.write({"partner_name": LONG_NAME})
        self.assertCut(self.lead, "partner_name", LONG_NAME)

    def test_website_form(self):
        """Its controller creates as superuser, in the name of the public user."""
        public = self.env["crm.lead"].with_user(self.env.ref("base.public_user"))
        lead = public.sudo().create({"name": "Web", "funnel_client": LONG_NAME})
        self.assertEqual(lead.partner_name, "n" * 255 + "…")
        self.assertIn(LONG_NAME, self._notes(lead))

    def test_mail(self):
        subject = "long subject " * 40
        for leads in (self.env["crm.lead"], self.env["crm.lead"].with_user(self.rep)):
            with self.subTest(su=leads.env.su):
                lead = self._receive(leads, subject)
                self.assertEqual(lead.name, cut(subject.strip(), 256))
                self.assertIn(subject.strip(), self._notes(lead))

    def test_automation_and_merge(self):
        for path in ("automation", "merge"):
            with self.subTest(path=path):
                lead = self._create_lead(name=path)
                with_path(lead.with_user(self.rep), path).write({"name": LONG_NAME})
                self.assertCut(lead, "name", LONG_NAME)

    def test_merge_of_leads_that_are_too_long(self):
        others = self._create_leads(2)
        self.env.cr.execute(
            "UPDATE crm_lead SET partner_name = %s WHERE id IN %s",
            (LONG_NAME, others._ids),
        )
        others.invalidate_recordset()
        survivor = others.with_user(self.manager).merge_opportunity()
        self.assertIn(LONG_NAME[:255], survivor.partner_name)

    def test_records_of_a_lead(self):
        self.env["funnel.followup"].create(
            {"lead_id": self.lead.id, "summary": LONG_LOG}
        )
        log = self.lead.funnel_followup_ids
        self.assertEqual(log.summary, "l" * 9_999 + "…")
        self.assertIn(LONG_LOG, self._notes(self.lead))

    def test_grade_of_background_code(self):
        self.lead.funnel_propose_grade(self.grade_a.id, LONG_TEXT)
        self.assertCut(self.lead, "funnel_grade_reason", LONG_TEXT)
        [change] = self._changes(self.lead, "proposed")
        self.assertEqual(change.reason, self.lead.funnel_grade_reason)

    def test_without_a_lead(self):
        objection = self.env["funnel.objection"].create({"name": LONG_NAME})
        self.assertEqual(objection.name, "n" * 255 + "…")

    def test_person_with_a_very_long_name(self):
        """Nobody typed it here, and the person is talked to all the same."""
        contact = self.env["res.partner"].create(
            {"name": "y" * 400, "function": "z" * 400}
        )
        lead = {"lead_id": self.lead.id}
        person = self.env["funnel.stakeholder"].with_user(self.rep)
        person = person.create({**lead, "partner_id": contact.id})
        self.assertEqual((len(person.name), len(person.function)), (256, 256))
        log = self.env["funnel.followup"].with_user(self.rep)
        log = log.create({**lead, "summary": "Met", "stakeholder_id": person.id})
        self.assertEqual(log.contact, person.name)

    def test_client_with_a_very_long_name(self):
        """The key has an index, which takes no longer texts."""
        vals = {"name": "steel 公司" * 2_000, "is_company": True}
        client = self.env["res.partner"].create(vals)
        lead = self._create_lead(partner_id=client.id)
        self.assertEqual(len(lead.funnel_client_key), 256)

    def test_no_query_is_added(self):
        self.mine.write({"funnel_need": "warm"})
        self.env.flush_all()
        fits = self._count(lambda: self.mine.write({"funnel_need": "s" * 200}))
        longer = self._count(lambda: self.mine.write({"funnel_need": "t" * 2_000}))
        self.assertEqual(fits, longer)


@tagged("post_install", "-at_install")
class TestNames(LimitsCommon):
    def _vocabularies(self):
        """Return ``{model: other values that a new record needs}``."""
        card = self.env["funnel.scorecard"].create({"name": "Card"})
        dimension = self.env["funnel.scorecard.dimension"].create(
            {"name": "Fit", "scorecard_id": card.id}
        )
        criterion = self.env["funnel.scorecard.criterion"].create(
            {"name": "Size", "dimension_id": dimension.id}
        )
        objection = self.env["funnel.objection"].create({"name": "Too dear"})
        template = self.env["funnel.template"].create({"name": "Ours", "code": "x"})
        stage = self.env["funnel.template.stage"].create(
            {"name": "Trial", "key": "x.trial", "template_id": template.id}
        )
        of_lead = {"lead_id": self.lead.id}
        day = "2099-01-01"
        return {
            "funnel.template": {"code": "y"},
            "funnel.template.stage": {"template_id": template.id, "key": "x.y"},
            "funnel.template.criterion": {"stage_id": stage.id, "key": "y"},
            "funnel.competitor": {},
            "funnel.objection": {},
            "funnel.objection.answer": {"objection_id": objection.id},
            "funnel.grade": {"cut": 33.3},
            "funnel.scorecard": {},
            "funnel.scorecard.dimension": {"scorecard_id": card.id},
            "funnel.scorecard.criterion": {"dimension_id": dimension.id},
            "funnel.scorecard.band": {"criterion_id": criterion.id},
            "funnel.evaluation.axis": {},
            "funnel.spin.question": {"topic": "situation"},
            "funnel.stakeholder": of_lead,
            "funnel.closing.step": {**of_lead, "date_due": day},
            "funnel.resource.request": {**of_lead, "wanted_date": day},
        }

    def test_all_models_with_a_name_are_tried(self):
        named = {
            name
            for name, model in self.env.registry.items()
            if name.startswith("funnel.")
            and not model._abstract
            and (field := model._fields.get("name"))
            and field.required
        }
        self.assertEqual(named, set(self._vocabularies()))

    def test_create_and_write(self):
        for model, vals in self._vocabularies().items():
            records = self.env[model]
            known = records.create({**vals, "name": "Known"})
            for blank in BLANKS:
                with self.subTest(model=model, blank=blank):
                    with self.assertTold("empty"):
                        records.create({**vals, "cut": 44, "name": blank})
                    with self.assertTold("empty"):
                        known.write({"name": blank})

    def test_create_without_a_name(self):
        for model, vals in self._vocabularies().items():
            if model == "funnel.stakeholder":  # named after its contact
                continue
            with self.subTest(model=model), self.assertTold("empty"):
                self.env[model].create(vals)
            with self.subTest(model=model), self.assertTold("empty"):
                self.env[model].with_context(default_name="\u200b").create(vals)

    def test_default_is_a_name(self):
        competitors = self.env["funnel.competitor"].with_context(default_name="Acme")
        self.assertEqual(competitors.create({}).name, "Acme")

    def test_competitor_by_other_doors(self):
        competitors = self.env["funnel.competitor"].with_user(self.manager)
        for blank in BLANKS:
            with self.subTest(blank=blank):
                with self.assertTold("Competitor.*Name.*empty"):
                    competitors.name_create(blank)
                with self.assertTold("Competitor.*Name.*empty"):
                    competitors.web_save({"name": blank}, {})
                with self.assertTold("Competitor.*Name.*empty"):
                    self.lead.with_user(self.manager).write(
                        {"funnel_competitor_ids": [(0, 0, {"name": blank})]}
                    )
        for blank in ("", " ", "\u200b"):
            with self.subTest(blank=blank):
                result = competitors.load(["name"], [[blank]])
                self.assertFalse(result["ids"])
                self.assertTrue(result["messages"])

    def test_stakeholder_of_a_nameless_contact(self):
        contact = self.env["res.partner"].create({"name": "\u200b"})
        with self.assertRaises(UserError):
            self.env["funnel.stakeholder"].create(
                {"lead_id": self.lead.id, "partner_id": contact.id}
            )

    def test_error_is_one_of_validation(self):
        with self.assertRaises(ValidationError):
            self.env["funnel.competitor"].create({"name": " "})
