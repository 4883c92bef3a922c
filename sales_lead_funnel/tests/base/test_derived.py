"""What follows from other records refuses every writer, on every door (rule 6)."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.models import MAGIC_COLUMNS
from odoo.tests import tagged

from ...exceptions import FunnelDerivedError
from ...models.base.derived import IGNORED, TREATMENTS
from ..common import FunnelCommon

OWN_GUARD = ("funnel.ledger.base", "funnel.guarded.child")  # refuse in their own words
VALUES = {  # by type of field; another than any record has
    "boolean": True,
    "char": "forged",
    "date": "2099-01-01",
    "datetime": "2026-01-01 10:00:00",
    "float": 99.0,
    "integer": 99,
    "monetary": 99.0,
    "text": "forged",
}


@tagged("post_install", "-at_install")
class TestDerived(FunnelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        long_ago = cls.env.cr.now() - timedelta(days=9)
        cls.lead = cls._create_lead(by=cls.rep, funnel_obtained_at=long_ago)
        cls.axis = cls.env["funnel.evaluation.axis"].search([], limit=1)
        cls.records = cls._create_records()
        cls.env.flush_all()

    @classmethod
    def _create_records(cls):
        """Return one record, as who may write it, per model that has such fields."""
        env = cls.env(user=cls.rep)
        lead = {"lead_id": cls.lead.id}
        evaluation = env["funnel.evaluation"].create(
            {**lead, "line_ids": [Command.create({"axis_id": cls.axis.id, "score": 5})]}
        )
        objection = cls.env["funnel.objection"].search([], limit=1)
        answer = {"objection_id": objection.id, "name": "Because"}
        cls.criterion = cls.env["funnel.criterion"].create(
            {
                "stage_id": cls.stage_won.id,
                "kind": "domain",
                "domain": "[('name', '!=', 'x')]",
            }
        )
        director = cls.env(user=cls.director)
        activity = cls.lead.with_user(cls.rep).activity_schedule(
            "mail.mail_activity_data_todo", user_id=cls.rep.id
        )
        found = [
            cls.lead.with_user(cls.rep),
            env["funnel.followup"].create(
                {
                    **lead,
                    "summary": "x",
                    "happened_at": cls.env.cr.now() - timedelta(days=3),
                }
            ),
            evaluation,
            evaluation.line_ids,
            env["funnel.stakeholder"].create({**lead, "name": "Boss"}),
            director["funnel.objection.answer"].create(answer),
            director["funnel.criterion"].browse(cls.criterion.id),
            director["crm.stage"].browse(cls.stage_new.id),
            activity,
        ]
        return {record._name: record for record in found}

    def _list_derived(self):
        """Yield each model and field that nobody may write, read off the registry."""
        for name, model in self.env.registry.items():
            if model._abstract or model._transient or not model._auto:
                continue
            ours = name.startswith("funnel.")
            if issubclass(model, tuple(self.env.registry[n] for n in OWN_GUARD)):
                continue
            for field in model._fields.values():
                if field.name in MAGIC_COLUMNS or not field.store:
                    continue
                is_ours = ours or field.name.startswith("funnel_")
                is_derived = is_ours and field.readonly and not field.type.endswith("y")
                named = field.name in TREATMENTS.get(name, {})
                computed = is_ours and field.compute and field.readonly
                if is_derived or named or computed:
                    yield name, field

    def _value(self, field, record):
        if field.type == "selection":
            values = field.get_values(self.env)
            return next(value for value in values if value != record[field.name])
        if field.type == "many2one":
            other = (
                self.env[field.comodel_name]
                .sudo()
                .search([("id", "!=", record[field.name].id)], limit=1)
            )
            return other.id
        return VALUES[field.type]

    def test_every_such_model_is_tried(self):
        models = {model for model, _field in self._list_derived()}
        self.assertEqual(models - {"funnel.followup.revision"}, set(self.records))

    def _list_tried(self):
        for model, field in self._list_derived():
            if model in self.records:
                yield model, field, self.records[model]

    def assertNotTaken(self, function, record, name, treatment):
        """The call is refused with the field named, or leaves the field as it was."""
        self.env.flush_all()
        before = record.sudo()[name]
        label = field_label(record, name)
        if treatment == IGNORED:
            function()
        else:
            with self.assertRaisesRegex(
                (FunnelDerivedError, AccessError), f"“{label}”"
            ):
                function()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(record.sudo()[name], before)

    def test_write_and_list(self):
        for model, field, record in self._list_tried():
            name, value = field.name, self._value(field, record)
            treatment = TREATMENTS.get(model, {}).get(name)
            if treatment == "own":
                continue
            for door, function in {
                "write": lambda r=record, n=name, v=value: r.write({n: v}),
                "web_save": lambda r=record, n=name, v=value: r.web_save({n: v}, {}),
                "list": lambda r=record, n=name, v=value: r.web_save_multi(
                    [{n: v}], {}
                ),
            }.items():
                with self.subTest(model=model, field=name, door=door):
                    self.assertNotTaken(function, record, name, treatment)

    def test_superuser_code_of_others_is_ignored(self):
        """No background is broken, and nothing is taken from it."""
        for model, field, record in self._list_tried():
            name, value = field.name, self._value(field, record)
            if TREATMENTS.get(model, {}).get(name) == "own":
                continue
            with self.subTest(model=model, field=name):
                before = record.sudo()[name]
                record.sudo().write({name: value})
                self.env.flush_all()
                self.env.invalidate_all()
                self.assertEqual(record.sudo()[name], before)

    def test_defaults_of_a_context_or_a_user_are_no_way(self):
        leads = self.env["crm.lead"].with_user(self.rep)
        forged = {
            "funnel_score": 99,
            "funnel_evaluation_score": 9.0,
            "funnel_next_contact_date": "2099-01-01",
            "funnel_keep_until": "2099-01-01",
            "funnel_client_key": "zzz",
        }
        for name, value in forged.items():
            self.env["ir.default"].with_user(self.rep).set(
                "crm.lead", name, value, user_id=True
            )
        context = {f"default_{name}": value for name, value in forged.items()}
        lead = leads.with_context(**context).create({"name": "Forged defaults"})
        self.env.flush_all()
        for name, value in forged.items():
            self.assertNotEqual(str(lead[name]), str(value), name)

    def test_birth_and_import(self):
        leads = self.env["crm.lead"].with_user(self.rep)
        for name, field in leads._fields.items():
            if leads._funnel_get_derived().get(name) != "refused":
                continue
            if field.type == "many2one":
                continue
            value = self._value(field, self.lead)
            with (
                self.subTest(field=name, door="create"),
                self.assertRaises(FunnelDerivedError),
            ):
                leads.create({"name": "Forged", name: value})
            with self.subTest(field=name, door="load"):
                loader = leads.with_context(import_file=True)
                result = loader.load(["name", name], [["Forged", str(value)]])
                self.assertFalse(result["ids"])
                self.assertIn(
                    field_label(leads, name), result["messages"][0]["message"]
                )

    def test_a_copy_takes_nothing_derived_along(self):
        """Else “Duplicate” would be refused."""
        for model, field, _record in self._list_tried():
            with self.subTest(model=model, field=field.name):
                self.assertFalse(field.copy)

    def test_lists_of_other_models_are_no_way(self):
        partner = self.env["res.partner"].create({"name": "P"})
        self.lead.partner_id = partner
        partners = partner.with_user(self.rep)
        command = Command.update(self.lead.id, {"won_status": "won"})
        with self.assertRaisesRegex(FunnelDerivedError, "Momcorp|Test lead"):
            partners.write({"opportunity_ids": [command]})
        log = self.records["funnel.followup"]
        command = Command.update(log.id, {"same_day": not log.same_day})
        with self.assertRaisesRegex(FunnelDerivedError, "Logged the same day"):
            self.lead.with_user(self.rep).write({"funnel_followup_ids": [command]})

    def test_what_a_form_shows_may_come_back_with_it(self):
        lead = self.lead.with_user(self.rep)
        shown = {
            "won_status": lead.won_status,
            "funnel_next_contact_date": lead.funnel_next_contact_date,
            "funnel_evaluation_score": lead.funnel_evaluation_score,
        }
        lead.write({**shown, "funnel_need": "A CRM"})
        self.assertEqual(lead.funnel_need, "A CRM")

    def test_odd_values_are_refused_in_words(self):
        lead = self.lead.with_user(self.rep)
        for value in ({"a": 1}, [1], "x"):
            with self.subTest(value=value), self.assertRaises(FunnelDerivedError):
                lead.write({"funnel_next_contact_date": value})

    def test_keeping_is_a_button(self):
        lead = self.lead.with_user(self.rep)
        lead.action_funnel_keep()
        self.assertGreater(lead.funnel_keep_until, self._get_today())


def field_label(record, name):
    return record._fields[name]._description_string(record.env)
