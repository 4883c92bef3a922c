"""When something happened: how far back people may tell it, and who sees that."""

import ast
from datetime import timedelta

from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.base.door import with_path
from ..common import FunnelCommon
from ..common_gates import RemoteCommon


class ToldCommon(FunnelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = cls.env.cr.now()
        cls.lead = cls._create_lead(
            name="Old one", funnel_obtained_at=cls.now - timedelta(days=90)
        )

    def _ago(self, **age):
        return self.now - timedelta(**age)

    def _told(self, user, **age):
        """The lead in the hands of a user who tells of then."""
        told = self._ago(**age) if age else None
        return self.lead.with_user(user).with_context(funnel_happened_at=told)

    def _notes(self):
        return " ".join(self.lead.message_ids.mapped("body"))

    def _found(self, model, name):
        """Return the records that a filter of a model's search view finds."""
        arch = self.env[model].get_view(view_type="search")["arch"]
        [domain] = etree.fromstring(arch).xpath(f"//filter[@name='{name}']/@domain")
        return self.env[model].search(ast.literal_eval(domain))


@tagged("post_install", "-at_install")
class TestMovesToldLate(ToldCommon):
    def _doors(self):
        won = self.stage_won.id
        board = self._specification_of("kanban")
        return {
            "write": lambda lead: lead.write({"stage_id": won}),
            "board": lambda lead: lead.web_save({"stage_id": won}, board),
            "won": lambda lead: lead.action_set_won(),
            "lost": lambda lead: lead.action_set_lost(),
            "import": lambda lead: self._load(lead, [[str(lead.id), str(won)]]),
        }

    def _load(self, lead, rows):
        result = lead.browse().load([".id", "stage_id/.id"], rows)
        if not result["ids"]:
            raise UserError(result["messages"][0]["message"])

    def test_rep_goes_back_a_month_and_no_further(self):
        for name, door in self._doors().items():
            with (
                self.subTest(name),
                self.assertRaisesRegex(UserError, "Old one.*allowed: 31.*manager"),
                self.env.cr.savepoint(),
            ):
                door(self._told(self.rep, days=40))
                self.env.flush_all()
        self.assertEqual(len(self._moves(self.lead)), 1)
        self._told(self.rep, days=30).stage_id = self.stage_next
        self.assertEqual(self._moves(self.lead)[-1].happened_at, self._ago(days=30))

    def test_company_says_how_far(self):
        self.rep.company_ids.funnel_backdate_days = 5
        with self.assertRaisesRegex(UserError, "allowed: 5"):
            self._told(self.rep, days=6).stage_id = self.stage_next

    def test_laxest_company_is_not_the_callers_to_choose(self):
        lax = self.env["res.company"].create(
            {"name": "Lax", "funnel_backdate_days": 999}
        )
        self.rep.company_ids |= lax
        self.lead.write({"team_id": False, "company_id": False})
        lead = self._told(self.rep, days=60)
        lead = lead.with_context(allowed_company_ids=lax.ids)
        with self.assertRaisesRegex(UserError, "allowed: 31"):
            lead.stage_id = self.stage_next

    def test_manager_goes_back_to_the_last_move(self):
        self._told(self.manager, days=80).stage_id = self.stage_next
        self.assertEqual(self._moves(self.lead)[-1].happened_at, self._ago(days=80))
        for days in (81, 100):
            with (
                self.assertRaisesRegex(UserError, "Old one.*moved last"),
                self.env.cr.savepoint(),
            ):
                self._told(self.manager, days=days).stage_id = self.stage_won

    def test_nobody_tells_of_the_future(self):
        for user in (self.rep, self.manager):
            with (
                self.assertRaisesRegex(UserError, "future"),
                self.env.cr.savepoint(),
            ):
                self._told(user, hours=-1).stage_id = self.stage_next
        self._told(self.rep, minutes=-3).stage_id = self.stage_next
        self.assertEqual(self._moves(self.lead)[-1].happened_at, self.now)

    def test_background_code_is_not_asked(self):
        told = self.lead.with_context(funnel_happened_at=self._ago(days=100))
        told.stage_id = self.stage_next
        first, last = self._moves(self.lead)
        self.assertEqual(last.happened_at, first.happened_at)
        ahead = self.lead.with_context(funnel_happened_at=self._ago(days=-9))
        ahead.stage_id = self.stage_won
        self.assertEqual(self._moves(self.lead)[-1].happened_at, self.now)
        self.assertNotIn("added later", self._notes())

    def test_what_a_person_sets_off_elsewhere_is_not_told_late(self):
        """Nobody is judged there, so nothing would limit what the context says."""
        told = self._told(self.rep, days=400)
        with_path(told, "merge").stage_id = self.stage_next
        self.assertEqual(self._moves(self.lead)[-1].happened_at, self.now)
        with_path(told.sudo(), "merge").stage_id = self.stage_won
        self.assertEqual(self._moves(self.lead)[-1].happened_at, self.now)

    def test_birth_told_by_a_rep(self):
        told = {"funnel_happened_at": self._ago(days=40)}
        leads = self.env["crm.lead"].with_user(self.rep).with_context(**told)
        with self.assertRaisesRegex(UserError, "Born late.*allowed: 31"):
            leads.create(self._lead_vals(name="Born late"))

    def _merge_told(self, user, **age):
        """Merge the lead with another one, by which it gets a team of other stages."""
        team = self.env["crm.team"].create({"name": "Branch"})
        self.env["crm.stage"].create(
            {"name": "Branch only", "sequence": -9, "team_ids": team.ids}
        )
        self.lead.stage_id.team_ids = self.lead.team_id or self.team
        other = self._create_lead(
            name="Same one", funnel_obtained_at=self._ago(days=90)
        )
        leads = self._told(user, **age) + other.with_user(user)
        return leads.merge_opportunity(team_id=team.id)

    def test_merge_happens_when_it_is_done(self):
        survivor = self._merge_told(self.rep, days=40)
        self.assertEqual(survivor.stage_id.name, "Branch only")
        self.assertEqual(self._moves(survivor)[-1].happened_at, self.now)

    def test_what_is_told_late_is_noted(self):
        self._told(self.rep, days=3).stage_id = self.stage_next
        note = self.lead.message_ids.filtered(lambda msg: "added later" in msg.body)
        self.assertIn(self.stage_next.name, note.body)
        self.assertIn(self.rep.name, note.body)
        self.assertIn(self._ago(days=3).strftime("%d"), note.body)
        self.assertEqual(note.author_id, self.rep.partner_id)
        self._told(self.rep, days=2).action_set_lost()
        self.assertIn("(Lost)", self._notes())

    def test_what_is_told_at_once_is_not_noted(self):
        self._told(self.rep, hours=20).stage_id = self.stage_next
        self._told(self.rep).stage_id = self.stage_won
        self._told(self.rep, days=3).write({"color": 3})
        self.assertNotIn("added later", self._notes())

    def test_list_finds_what_was_told_late(self):
        self._told(self.rep, days=3).stage_id = self.stage_next
        late = self._moves(self.lead)[-1]
        self._told(self.rep).stage_id = self.stage_won
        found = self._found("funnel.stage.move", "told_late")
        self.assertIn(late, found)
        self.assertTrue(late.told_late)
        self.assertNotIn(self._moves(self.lead)[-1], found)

    def test_what_is_no_moment_gets_a_message(self):
        for value in ({"a": 1}, [1], True, 5, 2.5, "x", "0001-01-01", "9999-12-31"):
            lead = self.lead.with_user(self.rep)
            lead = lead.with_context(funnel_happened_at=value)
            with self.subTest(value), self.assertRaisesRegex(UserError, "happened_at"):
                lead.stage_id = self.stage_next


@tagged("post_install", "-at_install")
class TestGradesToldLate(ToldCommon):
    def test_step_is_not_before_the_birth(self):
        with self.assertRaisesRegex(UserError, "Old one.*obtained"):
            self._told(self.manager, days=99).funnel_propose_grade(
                self.grade_a.id, "Fits"
            )

    def test_rep_is_held_to_the_limit(self):
        with self.assertRaisesRegex(UserError, "Old one.*allowed: 31"):
            self._told(self.rep, days=40).funnel_propose_grade(self.grade_a.id, "Fits")

    def test_step_told_late_is_noted(self):
        self._told(self.rep, days=3).funnel_propose_grade(self.grade_a.id, "Fits")
        self.assertIn("added later: grade A", self._notes())
        [step] = self._changes(self.lead, "proposed")
        self.assertIn(step, self._found("funnel.grade.change", "told_late"))


@tagged("post_install", "-at_install")
class TestLogsToldLate(ToldCommon):
    def _log(self, user, **vals):
        logs = self.env["funnel.followup"].with_user(user)
        return logs.create({"lead_id": self.lead.id, "summary": "Met them", **vals})

    def test_rep_goes_back_a_month(self):
        with self.assertRaisesRegex(UserError, "Old one.*allowed: 31"):
            self._log(self.rep, happened_at=self._ago(days=40))
        log = self._log(self.rep, happened_at=self._ago(days=20))
        with self.assertRaisesRegex(UserError, "Old one.*allowed: 31"):
            log.happened_at = self._ago(days=40)
        self.assertTrue(self._log(self.manager, happened_at=self._ago(days=40)))

    def test_log_is_not_before_the_lead(self):
        for user in (self.rep, self.manager):
            lead = self._create_lead(name="Fresh")
            with self.assertRaisesRegex(UserError, "Fresh.*Obtained at"):
                self._log(user, lead_id=lead.id, happened_at=self._ago(days=2))
            log = self._log(user, lead_id=lead.id)
            with self.assertRaisesRegex(UserError, "Fresh.*Obtained at"):
                log.happened_at = self._ago(days=2)

    def test_moment_of_the_context_is_held_to_it_too(self):
        logs = self.env["funnel.followup"].with_user(self.rep)
        told = logs.with_context(funnel_happened_at=self._ago(days=40))
        with self.assertRaisesRegex(UserError, "Old one.*allowed: 31"):
            told.create({"lead_id": self.lead.id, "summary": "Met them"})

    def test_correcting_something_else_of_an_old_log_is_free(self):
        log = self._log(
            self.manager, happened_at=self._ago(days=60), user_id=self.rep.id
        )
        log.with_user(self.rep).write(
            {"summary": "Met all", "happened_at": log.happened_at}
        )
        self.assertEqual(log.summary, "Met all")

    def test_background_code_logs_what_was_long_ago(self):
        log = self.env["funnel.followup"].create(
            {
                "lead_id": self.lead.id,
                "summary": "x",
                "happened_at": self._ago(days=200),
            }
        )
        self.assertEqual(log.happened_at, self._ago(days=200))

    def _import_log(self, user, **cells):
        cells = {
            "lead_id/.id": self.lead.id,
            "happened_at": "2024-03-05 10:00:00",
            "summary": "Long ago",
            **cells,
        }
        logs = self.env["funnel.followup"].with_user(user)
        result = logs.load(list(cells), [[str(cell) for cell in cells.values()]])
        return logs.browse(result["ids"] or []), result["messages"]

    def test_imported_log_keeps_its_day_and_says_who_imported(self):
        log, messages = self._import_log(
            self.rep, **{"user_id/.id": self.manager.id, "imported_by_id/.id": 2}
        )
        self.assertFalse(messages)
        self.assertEqual((log.user_id, log.imported_by_id), (self.manager, self.rep))
        self.assertEqual(str(log.happened_at), "2024-03-05 10:00:00")
        for who in (f"Imported by: {self.rep.name}", self.manager.name):
            self.assertIn(who, self._notes())
        self.assertEqual(
            self._found("funnel.followup", "imported").filtered(
                lambda found: found.lead_id == self.lead
            ),
            log,
        )

    def test_who_imported_is_not_the_callers_to_say(self):
        log = self._log(self.rep, imported_by_id=self.manager.id)
        self.assertFalse(log.imported_by_id)
        log.imported_by_id = self.manager
        self.assertFalse(log.imported_by_id)
        forged = self.env["funnel.followup"].with_user(self.rep)
        forged = forged.with_context(default_imported_by_id=self.manager.id)
        log = forged.create({"lead_id": self.lead.id, "summary": "x"})
        self.assertFalse(log.imported_by_id)

    def test_import_over_an_own_log_moves_it_no_further(self):
        log = self._log(self.rep)
        for column, cell, text in (
            ("happened_at", "2024-03-05 10:00:00", "allowed: 31"),
            ("user_id/.id", str(self.manager.id), "Followed up by"),
        ):
            result = log.browse().load([".id", column], [[str(log.id), cell]])
            self.assertFalse(result["ids"])
            self.assertIn(text, str(result["messages"]))


@tagged("post_install", "-at_install")
class TestRemoteMoments(RemoteCommon):
    def test_odd_moments_over_http(self):
        for value in ({"a": 1}, [1], True, 5, "x", "0001-01-01 00:00:00"):
            with self.subTest(value), self.assertRaisesRegex(Exception, "happened_at"):
                self._by_xmlrpc(
                    self.rep,
                    self.lead,
                    {"stage_id": self.stage_two.id},
                    context={"funnel_happened_at": value},
                )
        self.assertEqual(self.lead.stage_id, self.stage_one)
