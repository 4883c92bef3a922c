"""Random people at random doors with random values: no rule of the design is broken.

``FUNNEL_STEPS`` says how many steps are taken (10 000 in the long run); the seed is
fixed, so that a failure can be repeated.
"""

import os
import random
from contextlib import suppress
from uuid import uuid4

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ...models.losses.funnel_loss import OPEN
from ..base.test_handed_in import MAIL
from ..common_gates import GateCommon

STEPS = int(os.environ.get("FUNNEL_STEPS", "250"))
WATCHED = 40  # leads that are played with and looked at, the latest
CHECK_EVERY = 5  # steps; a failure names the last of them
DERIVED = {
    "won_status": ["won", "lost", "pending"],
    "funnel_evaluation_score": [9.0],
    "funnel_complexity": ["low"],
    "funnel_client_key": ["forged"],
    "funnel_score": [99],
    "funnel_last_contact_at": ["2026-01-01 10:00:00"],
    "funnel_next_contact_date": ["2099-01-01"],
    "funnel_keep_until": ["2099-01-01"],
    "funnel_proven_stage_id": [1],
}


class Doors:
    """What people try; each draws lead, values and who does it from ``self.dice``."""

    def step_write(self):
        self._lead().write(self._vals())

    def step_write_many(self):
        (self._lead() | self._lead()).write(self._vals())

    def step_form(self):
        self._lead().web_save(self._vals(), {"funnel_score_why": {}})

    def step_dialog(self):
        asked = self._lead().with_context(funnel_gate_stage_id=self._stage().id)
        asked.web_save(self._vals(), {"id": {}})

    def step_list(self):
        leads = self._lead() | self._lead()
        leads.web_save_multi([self._vals() for _lead in leads], {})

    def step_create(self):
        vals = {"name": "New", "user_id": self._user().id, **self._vals()}
        self._leads |= self._model().with_user(self._user()).create(vals).sudo()

    def step_load(self):
        names = ["name", "type", "stage_id/.id", "funnel_need", "won_status"]
        need = self.dice.choice(["", "A CRM"])
        status = self.dice.choice(["", "won", "pending"])
        row = ["Loaded", "opportunity", str(self._stage().id), need, status]
        loader = self._model().with_user(self._user()).with_context(import_file=True)
        self._leads |= self._model().browse(loader.load(names, [row])["ids"] or [])

    def step_by_partner(self):
        command = self._command()
        self.partner.with_user(self._user()).write({"opportunity_ids": [command]})

    def step_by_mail(self):
        values = {"name": "P", "opportunity_ids": [self._command()]}
        model = self.dice.choice(["res.partner", "crm.lead", "funnel.loss"])
        mail = MAIL.format(sender="a@example.com", to="b@example.com", id=uuid4())
        threads = self.env["mail.thread"].with_user(self._user())
        with suppress(ValueError):
            made = threads.message_process(model, mail, custom_values=values)
            if model == "crm.lead" and made:
                self._leads |= self._model().sudo().browse(made)

    def step_merge(self):
        leads = self._lead() | self._lead()
        auto_unlink = self.dice.random() < 0.7
        leads.merge_opportunity(auto_unlink=auto_unlink)

    def step_hand_over(self):
        self._lead().write({"user_id": self.dice.choice([*self._users(), False])})

    def step_convert(self):
        self._lead().convert_opportunity(self.partner.browse())

    def step_lose(self):
        self._lead().action_set_lost()

    def step_restore(self):
        self._lead().action_restore()

    def step_win(self):
        self._lead().action_set_won()

    def step_archive(self):
        self._lead().action_archive()

    def step_log(self):
        self._lead().write({"funnel_followup_ids": [Command.create({"summary": "x"})]})

    def step_move_person(self):
        people = self.env["funnel.stakeholder"].with_user(self._user())
        person = people.search([], limit=1, order="id desc")
        person.write({"lead_id": self._lead().id})

    def step_delete_person(self):
        people = self.env["funnel.stakeholder"].with_user(self._user())
        people.search([], limit=1).unlink()

    def step_forge_history(self):
        row = self.env["funnel.stage.move"].sudo().search([], limit=1)
        self.dice.choice([row.unlink, lambda: row.write({"to_status": "won"})])()

    def step_ask_approval(self):
        vals = {"lead_id": self._lead().id, "stage_id": self._stage().id}
        self.env["funnel.stage.approval"].with_user(self._user()).create(vals)

    def step_answer_approval(self):
        requests = self.env["funnel.stage.approval"].with_user(self._user())
        request = requests.search([("state", "=", "requested")], limit=1)
        self.dice.choice([request.action_approve, request.action_cancel])()

    # What the dice choose -----------------------------------------------------------

    def _users(self):
        return [self.rep.id, self.manager.id, self.director.id]

    def _user(self):
        users = [self.employee, self.rep, self.rep, self.manager, self.director]
        return self.dice.choice(users)

    def _model(self):
        return self.env["crm.lead"].with_context(active_test=False)

    def _lead(self):
        self._leads = self._leads.exists().sorted("id")[-WATCHED:]
        return self.dice.choice(self._leads).with_user(self._user())

    def _stage(self):
        return self.dice.choice(self._stages)

    def _vals(self):
        """Return one to three values: moves, answers, forgeries, papers."""
        vals = {}
        for _number in range(self.dice.randint(1, 3)):
            name, value = self.dice.choice(self._list_values())
            vals[name] = value
        items = list(vals.items())
        self.dice.shuffle(items)
        return dict(items)

    def _list_values(self):
        derived, values = self.dice.choice(list(DERIVED.items()))
        person = Command.create({"name": "Boss", "role": "decides"})
        return [
            ("stage_id", self.dice.choice([*self._stages.ids, False])),
            ("stage_id", self.dice.choice(self._stages.ids)),
            ("team_id", self.dice.choice([self.sales_team_1.id, self.team_other.id])),
            ("type", self.dice.choice(["lead", "opportunity"])),
            ("active", self.dice.random() < 0.7),
            ("probability", self.dice.choice([0, 40, 100])),
            ("funnel_need", self.dice.choice(["A CRM", False, "  "])),
            ("funnel_need", "A CRM"),
            ("user_id", self.dice.choice([*self._users(), False])),
            ("funnel_stakeholder_ids", [person]),
            ("funnel_stakeholder_ids", [Command.clear()]),
            (derived, self.dice.choice(values)),
        ]

    def _command(self):
        lead_id = self._lead().id
        return self.dice.choice(
            [
                Command.update(lead_id, self._vals()),
                Command.create({"name": "By list", **self._vals()}),
                Command.link(lead_id),
                Command.delete(lead_id),
            ]
        )


NAMES = sorted(name for name in vars(Doors) if name.startswith("step_"))


@tagged("post_install", "-at_install")
class TestGateProperty(Doors, GateCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee = new_test_user(cls.env, "property_employee", "base.group_user")
        cls.partner = cls.env["res.partner"].create({"name": "Client"})
        cls._stages = cls.stage_new + cls.stage_next + cls.stage_gen_1 + cls.stage_won
        cls._stages += cls.stage_other_team
        for stage in (cls.stage_next, cls.stage_won):
            cls._create_criterion("funnel_need", stage=stage)
            cls._create_criterion("funnel_stakeholder_ids", stage=stage)
        cls._create_criterion(stage=cls.stage_gen_1, domain="[]", effect="approve")
        cls.env.company.funnel_self_approval = False

    @mute_logger(
        "odoo.models.unlink", "odoo.sql_db", "odoo.addons.mail.models.mail_thread"
    )
    def test_no_step_breaks_a_rule(self):
        self.dice = random.Random(9)
        self._leads = self._model()
        for number in range(6):
            self._leads |= self._create_lead(
                name=f"Lead {number}", partner_id=self.partner.id
            )
        done = []
        for number in range(STEPS):
            done.append(self._take())
            if number % CHECK_EVERY == 0:
                self._check_rules(f"step {number}, after {done[-CHECK_EVERY:]}")

    def _take(self):
        """Take one step; what is refused has not happened."""
        name = self.dice.choice(NAMES)
        before = self._leads
        try:
            with self.env.cr.savepoint():
                getattr(self, name)()
                self.env.flush_all()
        except UserError:
            self.env.invalidate_all()
            self._leads = before
            return f"{name} refused"
        return name

    def _check_rules(self, when):
        self.env.flush_all()
        self.env.invalidate_all()
        leads = self._leads.exists().with_context(active_test=False)
        self.assertReplayGivesLive()
        for lead in leads:
            told = f"{when}: {lead.name}, {self._tell_moves(lead)}"
            self._check_loss(lead, told)
            self._check_gates(lead, told)
            self._check_derived(lead, told)

    def _tell_moves(self, lead):
        return [
            (move.path, move.user_id.login, move.to_stage_id.name, move.to_status)
            for move in self._moves(lead)
        ]

    def _check_loss(self, lead, told):
        """Losses of leads that were merged into it are not its own."""
        own = lead.funnel_loss_ids.filtered(lambda loss: loss.state in OPEN)
        self.assertEqual(len(own), int(lead.won_status == "lost"), told)

    def _check_gates(self, lead, told):
        """Who stands in a stage that asks has answered, or was let in by another."""
        if lead.type != "opportunity" or lead.won_status == "lost":
            return
        self.assertTrue(lead.stage_id, told)
        if lead.stage_id in (self.stage_next, self.stage_won):
            self.assertTrue((lead.funnel_need or "").strip(), told)
            self.assertTrue(lead.funnel_stakeholder_ids, told)
        if lead.stage_id == self.stage_gen_1 and not lead.funnel_merged_move_ids:
            approvals = lead.funnel_approval_ids.filtered("answered_by_id")
            self.assertIn(lead.stage_id, approvals.stage_id, told)

    def _check_derived(self, lead, told):
        names = ["funnel_client_key", "funnel_score", "funnel_next_contact_date"]
        names += ["funnel_proven_stage_id", "won_status"]
        stored = [lead[name] for name in names]
        for name in names:
            self.env.add_to_compute(lead._fields[name], lead)
        self.assertEqual([lead[name] for name in names], stored, told)
        latest = lead.funnel_followup_ids.sorted("happened_at")[-1:]
        self.assertEqual(lead.funnel_last_contact_at, latest.happened_at, told)
        self.assertFalse(lead.funnel_evaluation_score or lead.funnel_keep_until, told)
