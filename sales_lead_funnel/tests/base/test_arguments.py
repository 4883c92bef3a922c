"""What callers hand to our public methods: ids given twice, odd arguments."""

import inspect
from contextlib import suppress
from datetime import timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.service.model import call_kw, get_public_method
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import FunnelCommon
from ..common_gates import GateCommon

OURS = "odoo.addons.sales_lead_funnel."
CLEAN = (UserError, AccessError, MissingError)
ODD_IDS = (
    [0],
    [-1],
    [10**30],
    ["x"],
    [{"a": 1}],
    [[1]],
    [1.5],
    [True],
    [2**31 - 1],
    [],
)
ODD = (
    None,
    False,
    True,
    -1,
    0,
    2**31 - 1,
    10**30,
    1.5,
    "",
    "x",
    "\x00",
    [],
    [1],
    [[1]],
    {},
    {"a": 1},
    "0001-01-01",
)


def _is_ours(model, name):
    """Does no model of core have the method? Its arguments are ours to read then."""
    owners = [part for part in model.__mro__ if name in vars(part)]
    return all(part.__module__.startswith(OURS) for part in owners)


@tagged("post_install", "-at_install")
class TestRepeatedIds(GateCommon):
    def _repeat(self, record, user, times=2_000):
        return record.with_user(user).browse(record.ids * times)

    def test_grade_is_proposed_once(self):
        self._repeat(self.lead, self.rep).funnel_propose_grade(self.grade_a.id, "Big")
        self.assertEqual(len(self._changes(self.lead, "proposed")), 1)

    def test_grade_is_reviewed_once(self):
        self.lead.with_user(self.rep).funnel_propose_grade(self.grade_a.id, "Big")
        self._repeat(self.lead, self.manager).funnel_review_grade()
        self._repeat(self.lead, self.manager).funnel_review_grade(
            self.grade_b.id, "Smaller"
        )
        self.assertEqual(len(self._changes(self.lead, "reviewed")), 2)

    def test_grade_is_written_once(self):
        vals = {"funnel_grade_id": self.grade_a.id, "funnel_grade_reason": "Big"}
        self._repeat(self.lead, self.rep).write(vals)
        self.assertEqual(len(self._changes(self.lead, "proposed")), 1)

    def test_lead_is_merged_once(self):
        other = self._create_lead(name="Same one")
        with self.assertRaisesRegex(UserError, "at least two"):
            self._repeat(self.lead, self.rep, 2).merge_opportunity()
        leads = (self.lead + other).with_user(self.rep)
        leads.browse(leads.ids * 2).merge_opportunity()
        self.assertEqual(len(leads.exists()), 1)

    def test_list_is_saved_once(self):
        vals = {"funnel_grade_id": self.grade_a.id, "funnel_grade_reason": "Big"}
        leads = self._repeat(self.lead, self.rep, 40)
        leads.web_save_multi(
            [dict(vals) for _lead in leads], self._specification_of("list")
        )
        self.assertEqual(len(self._changes(self.lead, "proposed")), 1)

    def test_import_of_one_lead_many_times(self):
        xmlid = self.lead.export_data(["id"])["datas"][0][0]
        leads = self.env["crm.lead"].with_user(self.rep)
        result = leads.load(
            ["id", "funnel_grade_id/.id", "funnel_grade_reason"],
            [[xmlid, str(self.grade_a.id), "Big"]] * 40,
        )
        self.assertEqual(set(result["ids"]), set(self.lead.ids))
        self.assertEqual(len(self._changes(self.lead, "proposed")), 1)

    def test_same_proposal_again_is_none(self):
        for _time in range(3):
            self.lead.with_user(self.rep).funnel_propose_grade(self.grade_a.id, "Big")
        self.assertEqual(len(self._changes(self.lead, "proposed")), 1)
        self.lead.with_user(self.rep).funnel_propose_grade(self.grade_a.id, "Bigger")
        self.lead.with_user(self.rep).funnel_propose_grade(self.grade_b.id, "Bigger")
        self.assertEqual(len(self._changes(self.lead, "proposed")), 3)

    def test_reviewed_grade_can_be_proposed_again(self):
        self.lead.with_user(self.rep).funnel_propose_grade(self.grade_a.id, "Big")
        self.lead.with_user(self.manager).funnel_review_grade()
        self.lead.with_user(self.rep).funnel_propose_grade(self.grade_a.id, "Big")
        self.assertEqual(len(self._changes(self.lead, "proposed")), 2)
        self.assertEqual(self.lead.funnel_grade_state, "proposed")

    def test_wizards(self):
        ids = self.lead.ids * 50
        wizard = self.env["funnel.grade.wizard"].with_user(self.rep)
        wizard = wizard.create(
            {
                "mode": "propose",
                "lead_ids": [(6, 0, ids)],
                "grade_id": self.grade_a.id,
                "reason": "Big",
            }
        )
        wizard.browse(wizard.ids * 50).action_apply()
        self.assertEqual(len(self._changes(self.lead, "proposed")), 1)
        notes = len(self.lead.message_ids)
        wizard = self.env["funnel.pause.wizard"].with_user(self.rep)
        values = {"reason": "Holiday", "resume_date": "2099-01-01"}
        wizard.create({"lead_ids": [(6, 0, ids)], **values}).action_apply()
        self.assertEqual(len(self.lead.message_ids), notes + 1)

    def test_pause_is_told_once(self):
        notes = len(self.lead.message_ids)
        self._repeat(self.lead, self.rep, 50).funnel_pause("Holiday", "2099-01-01")
        self.assertEqual(len(self.lead.message_ids), notes + 1)

    def test_actions_open_each_once(self):
        leads = self._repeat(self.lead, self.manager)
        for name in ("propose_grade", "review_grade", "pause", "lose"):
            with self.subTest(name=name):
                action = getattr(leads, f"action_funnel_{name}")()
                ids = action["context"]["default_lead_ids"]
                self.assertEqual(ids, self.lead.ids)

    def test_lost_once(self):
        self._repeat(self.lead, self.rep).action_set_lost()
        self.assertEqual(len(self.lead.funnel_loss_ids), 1)
        self._repeat(self.lead.funnel_loss_ids, self.rep).write({"lesson": "Listen"})
        reason = self.env["crm.lost.reason"].create({"name": "Price"})
        self.lead.funnel_loss_ids.lost_reason_id = reason
        self._repeat(self.lead.funnel_loss_ids, self.rep).action_complete()
        self.assertEqual(self.lead.funnel_loss_ids.state, "done")

    def test_moved_once(self):
        self._repeat(self.lead, self.rep).write({"stage_id": self.stage_next.id})
        self.assertMoved(self.lead, self.stage_next, "server")

    def test_approvals(self):
        self._create_criterion(effect="approve", domain="[]")
        approvals = self.env["funnel.stage.approval"].with_user(self.rep)
        vals = {"lead_id": self.lead.id, "stage_id": self.stage_next.id}
        approval = approvals.create(vals)
        self._repeat(approval, self.rep).action_cancel()
        self.assertEqual(approval.state, "cancelled")
        approval = approvals.create(vals)
        approval.with_user(self.manager).reason = "Not yet"
        self._repeat(approval, self.manager).action_refuse()
        self.assertEqual(approval.state, "refused")
        approval = approvals.create(vals)
        self._repeat(approval, self.manager).action_approve()
        self.assertEqual(approval.state, "approved")
        self.assertEqual(self.lead.stage_id, self.stage_next)

    def test_requests(self):
        self.sales_team_1.user_id = self.manager
        request = self.env["funnel.resource.request"].with_user(self.rep)
        day = self._get_today() + timedelta(days=9)
        request = request.create(
            {"lead_id": self.lead.id, "name": "Expert", "wanted_date": day}
        )
        self._repeat(request, self.rep).action_submit()
        planned = [("funnel_purpose", "=", "request"), ("res_id", "=", request.id)]
        self.assertEqual(self.env["mail.activity"].search_count(planned), 1)
        request.with_user(self.manager).write(
            {"assignee_id": self.rep.id, "planned_date": day}
        )
        self._repeat(request, self.manager).action_approve()
        self.assertEqual(self.env["mail.activity"].search_count(planned), 1)
        self._repeat(request, self.manager).action_done()
        self.assertEqual(request.state, "done")


@tagged("post_install", "-at_install")
class TestOddArguments(FunnelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._create_lead(name="Steel mill")
        cls.env.flush_all()

    def _methods(self):
        """Yield the public methods of ours that are not core's, model by model."""
        for name, model in sorted(self.env.registry.items()):
            for method_name, method in inspect.getmembers(model, inspect.isfunction):
                if method_name[0] == "_" or not _is_ours(model, method_name):
                    continue
                try:
                    get_public_method(self.env[name], method_name)
                except AccessError:
                    continue
                if model._abstract and name != "funnel.my.day":
                    continue
                yield self.env[name], method_name, method

    def _call(self, model, name, args):
        """Call a method as the web client does; only a clean error may come."""
        with self.env.cr.savepoint() as savepoint, mute_logger("odoo.sql_db"):
            with suppress(*CLEAN):
                call_kw(model.with_user(self.director), name, args, {})
                self.env.flush_all()
            savepoint.rollback()
        self.env.invalidate_all()

    def test_there_are_methods_to_walk(self):
        names = {name for _model, name, _method in self._methods()}
        expected = {"funnel_pause", "funnel_propose_grade", "action_approve", "get_day"}
        self.assertLessEqual(expected, names)

    def test_odd_ids(self):
        for model, name, method in self._methods():
            if getattr(method, "_api_model", False):
                continue
            required = self._count_required(method)
            for ids in ODD_IDS:
                with self.subTest(model=model._name, name=name, ids=ids):
                    self._call(model, name, [ids, *["x"] * required])

    def _count_required(self, method):
        parameters = [*inspect.signature(method).parameters.values()][1:]
        return sum(p.default is p.empty and p.kind == 1 for p in parameters)

    def test_odd_arguments(self):
        for model, name, method in self._methods():
            parameters = [*inspect.signature(method).parameters.values()][1:]
            first = [] if getattr(method, "_api_model", False) else [self._ids(model)]
            for position in range(len(parameters)):
                for odd in ODD:
                    args = ["2099-01-01"] * len(parameters)
                    args[position] = odd
                    with self.subTest(model=model._name, name=name, args=args):
                        self._call(model, name, [*first, *args])

    def _ids(self, model):
        if model._name == "crm.lead":
            return self.lead.ids
        return model.search([], limit=1).ids

    def test_grade_that_is_not_there(self):
        mine = self.lead.with_user(self.rep)
        for odd in (10**30, -1, "A", {"a": 1}, [self.grade_a.id], True, 2**31 - 1):
            with self.subTest(odd=odd), self.assertRaisesRegex(UserError, "Grade"):
                mine.funnel_propose_grade(odd, "Big")

    def test_texts_and_days(self):
        mine = self.lead.with_user(self.rep)
        for odd in (5, ["x"], {"a": 1}, True):
            with self.subTest(odd=odd), self.assertRaisesRegex(UserError, "Reason"):
                mine.funnel_pause(odd, "2099-01-01")
        for odd in (5, ["x"], {"a": 1}, True, "soon", "2099-13-01"):
            with self.subTest(odd=odd), self.assertRaisesRegex(UserError, "Resume on"):
                mine.funnel_pause("Holiday", odd)

    def test_one_record_at_a_time(self):
        leads = self._create_leads(2).with_user(self.rep)
        with self.assertRaisesRegex(UserError, "one record at a time, not for 2"):
            leads.action_funnel_log_followup()
        with self.assertRaisesRegex(UserError, "one record at a time, not for 0"):
            leads.browse().action_funnel_log_followup()

    def test_screen_of_my_day(self):
        days = self.env["funnel.my.day"].with_user(self.manager)
        for odd in ({"a": 1}, [1], 5, "x"):
            with self.subTest(odd=odd):
                self.assertEqual(days.get_day(odd)["screen"], "team")

    def test_figures_of_an_iterator(self):
        figures = self.env["funnel.metrics"]._get_figures(
            iter(["won_count"]), None, None
        )
        self.assertEqual(list(figures), ["won_count"])


@tagged("post_install", "-at_install")
class TestOddLinks(FunnelCommon):
    """What is no record does not get into a many2one of ours, on no door."""

    ODD = ([1], [], {"a": 1}, {}, "x", 1.5, True, 0, -1, 10**30, (2**31,), ([1],))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._create_lead(name="Steel mill")

    def _links(self):
        """Yield the many2one fields of ours that somebody may write, with model."""
        intake = self.env.registry["funnel.intake"]
        for model in self.env.registry.values():
            if model._abstract or not issubclass(model, intake):
                continue
            for field in model._fields.values():
                is_ours = f"{model._name}.{field.name}".find("funnel") >= 0
                is_told = field.store and not (field.readonly or field.related)
                if field.type == "many2one" and is_ours and is_told:
                    yield self.env[model._name], field

    def test_every_link_refuses_what_is_no_record(self):
        names = set()
        for model, field in self._links():
            names.add(str(field))
            for odd in self.ODD:
                with (
                    self.subTest(field=str(field), odd=odd),
                    self.assertRaisesRegex(UserError, "there is no such record"),
                ):
                    model._funnel_check_links({field.name: odd})
            for fine in (1, False, None, "", (1, "name"), (), model.env.user):
                model._funnel_check_links({field.name: fine})
        self.assertLessEqual(
            {"funnel.followup.lead_id", "crm.lead.funnel_grade_id"}, names
        )

    def test_people_are_told_the_field_when_they_create(self):
        env = self.env(user=self.rep)
        papers = {
            "funnel.followup": {"summary": "x"},
            "funnel.evaluation": {},
            "funnel.stakeholder": {"name": "Fry"},
            "funnel.closing.step": {"name": "Sign", "date_due": "2026-03-01"},
            "funnel.resource.request": {"name": "Demo", "wanted_date": "2026-03-01"},
            "funnel.stage.approval": {"stage_id": self.stage_next.id},
        }
        for model, vals in papers.items():
            for odd in self.ODD:
                with (
                    self.subTest(model=model, odd=odd),
                    self.assertRaisesRegex(UserError, "“Lead” is"),
                ):
                    env[model].create({**vals, "lead_id": odd})

    def test_people_are_told_the_field_when_they_write(self):
        env = self.env(user=self.rep)
        log = env["funnel.followup"].create({"lead_id": self.lead.id, "summary": "x"})
        step = env["funnel.closing.step"].create(
            {"lead_id": self.lead.id, "name": "Sign", "date_due": "2026-03-01"}
        )
        for odd in ({"a": 1}, [1], 10**30):
            with self.subTest(odd=odd):
                with self.assertRaisesRegex(UserError, "“Lead” is"):
                    step.write({"lead_id": odd})
                with self.assertRaises(UserError):
                    log.write({"lead_id": odd})
                with self.assertRaisesRegex(UserError, "“Person of the decision"):
                    log.write({"stakeholder_id": odd})

    def test_odd_default_of_the_context(self):
        logs = self.env["funnel.followup"].with_user(self.rep)
        for odd in ([1], [], "x", 1.5):
            forged = logs.with_context(default_lead_id=odd)
            with (
                self.subTest(odd=odd),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                forged.create({"summary": "x"})
