from datetime import timedelta

from odoo import models
from odoo.fields import Command
from odoo.tools import SQL, plaintext2html

from odoo.addons.sales_lead_funnel.models.base.derived import with_step
from odoo.addons.sales_lead_funnel.models.contact.funnel_followup import CONTENT

from ..plan import talk
from ..plan.plan import LOCAL

# Levels of a decision chain, from the top: roles that may report to one above
LEVELS = (("decides",), ("approves", "influences", "guards"), ("uses",))


class FunnelDemoWork(models.AbstractModel):
    """Acts the planned work on demo leads out: follow-ups, papers, requests."""

    _name = "funnel.demo.work"
    _description = "Demo data of the work on leads"

    def _add_work(self, leads):
        self._add_people(leads)
        self._log_contacts(leads)
        self._add_evaluations(leads)
        self._add_steps(leads)
        for plan, lead in leads.items():
            if plan.pause:
                self._speaking(lead, plan.owner).funnel_pause(*plan.pause)
            for request in plan.requests:
                self._request(lead, *request)

    def _speaking(self, records, login):
        """These records in the hands of a user, in the user's language."""
        return self._as(records, login).with_context(lang=self._user(login).lang)

    def _create_each(self, model, rows, *, sudo=False):
        """Create records in the hands of their users, each user's in one go.

        :param rows: ``[(login, values)]``
        :param bool sudo: skip the checks of what a user may say
        :return: records in the order of the rows
        """
        ids = {}
        for login in sorted({login for login, _vals in rows}):
            places = [place for place, row in enumerate(rows) if row[0] == login]
            records = self._speaking(self.env[model], login)
            records = with_step(records.sudo()) if sudo else records
            records = records.create([rows[place][1] for place in places])
            ids |= dict(zip(places, records.ids, strict=True))
        return self.env[model].browse(ids[place] for place in range(len(rows)))

    # ------------------------------------------------------------
    # DECISION CHAINS
    # ------------------------------------------------------------

    def _add_people(self, leads):
        """Create the chains level by level, each below whom they report to."""
        bosses = {}
        for roles in LEVELS:
            keys, rows = [], []
            for plan, lead in leads.items():
                for person in plan.people:
                    if person["role"] in roles:
                        vals = {name: person[name] for name in person if name != "boss"}
                        boss = bosses.get((plan, person["boss"]), False)
                        keys.append((plan, person["role"]))
                        link = {"lead_id": lead.id, "parent_id": boss}
                        rows.append((plan.owner, {**vals, **link}))
            people = self._create_each("funnel.stakeholder", rows)
            bosses |= dict(zip(keys, people.ids, strict=True))

    # ------------------------------------------------------------
    # FOLLOW-UPS
    # ------------------------------------------------------------

    def _log_contacts(self, leads):
        """Log all contacts, and keep the activity of each lead's last one.

        Sudo: a user logs now, and cannot say that it was recorded then.
        """
        logs = [(lead, log) for plan, lead in leads.items() for log in plan.logs]
        logs.sort(key=lambda pair: pair[1].at)
        last_id = self._get_last_id("mail.activity")
        self._create_each(
            "funnel.followup",
            [(log.who, self._get_log_vals(lead, log)) for lead, log in logs],
            sudo=True,
        )
        self._drop_done_activities(leads, last_id)
        self._tell_chatter(leads)

    def _get_log_vals(self, lead, log):
        vals = {**log.vals, "lead_id": lead.id}
        for name in ("objection_id", "answer_id"):
            if name in vals:
                vals[name] = self._id(vals[name])
        return {**vals, "happened_at": log.at, "recorded_at": log.recorded}

    def _drop_done_activities(self, leads, last_id):
        """What an earlier contact planned, or a restore, was done by the next one."""
        ours = self.env["crm.lead"].union(*leads.values())
        for lead in ours:
            new = lead.activity_ids.filtered(
                lambda a: a.id > last_id or a.funnel_purpose == "first_contact"
            )
            last = new.sorted("id")[-1:] if lead.funnel_agreed_contact_date else new[:0]
            (new - last).unlink()

    def _tell_chatter(self, leads):
        """Put the logs into the chatter, where they stand when logged one by one."""
        note = self._id("mail.mt_note")
        shown = [name for name in CONTENT if name not in ("user_id", "stakeholder_id")]
        rows = []
        for plan, lead in leads.items():
            logs = self._speaking(lead, plan.owner).funnel_followup_ids
            rows += [
                {
                    "model": "crm.lead",
                    "res_id": lead.id,
                    "date": log.recorded_at,
                    "author_id": log.user_id.partner_id.id,
                    "message_type": "notification",
                    "subtype_id": note,
                    "body": plaintext2html(log._tell(shown)),
                }
                for log in logs.sorted("recorded_at")
            ]
        self.env["mail.message"].create(rows)

    # ------------------------------------------------------------
    # PAPERS
    # ------------------------------------------------------------

    def _add_evaluations(self, leads):
        rows = [
            (plan.owner, {**self._get_scores(evaluation), "lead_id": lead.id})
            for plan, lead in leads.items()
            for evaluation in plan.evaluations
        ]
        self._create_each("funnel.evaluation", rows)

    def _get_scores(self, evaluation):
        """Return the values of an evaluation, its scores as lines."""
        vals = dict(evaluation)
        scores = vals.pop("scores", {})
        lines = [
            Command.create({"axis_id": self._id(axis), "score": min(10, max(1, score))})
            for axis, score in scores.items()
        ]
        return {**vals, "line_ids": lines} if lines else vals

    def _add_steps(self, leads):
        rows = [
            (plan.owner, {**step, "lead_id": lead.id})
            for plan, lead in leads.items()
            for step in plan.steps
        ]
        self._create_each("funnel.closing.step", rows)

    # ------------------------------------------------------------
    # REQUESTS
    # ------------------------------------------------------------

    def _request(self, lead, who, kind, state, name, text, days, answer="", *answered):
        """Ask for a resource, and let it go through its states."""
        today = (self.env.cr.now() + LOCAL).date()
        request = self._speaking(self.env["funnel.resource.request"], who).create(
            {
                "lead_id": lead.id,
                "kind": kind,
                "name": name,
                "description": text,
                "wanted_date": today + timedelta(days=days),
            }
        )
        self._set_asked(request, state)
        if state in ("submitted", "approved", "refused", "done"):
            request.action_submit()
        if state == "cancelled":
            request.action_cancel()
        if answer:
            self._answer(request, state, answer, *answered)

    def _set_asked(self, request, state):
        """Date the request back. SQL: the ORM keeps the date of creation."""
        request.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE funnel_resource_request"
                " SET create_date = create_date - make_interval(days => %s)"
                " WHERE id = %s",
                talk.ASKED[state],
                request.id,
            )
        )
        request.invalidate_recordset(["create_date"])

    def _answer(self, request, state, answer, assignee=None, days=0):
        today = (self.env.cr.now() + LOCAL).date()
        request = self._speaking(request, "manager")
        request.answer = answer
        if state == "refused":
            request.action_refuse()
            return
        request.write(
            {
                "assignee_id": self._user(assignee).id,
                "planned_date": today + timedelta(days=days),
            }
        )
        request.action_approve()
        if state == "done":
            self._speaking(request, assignee).action_done()

    # ------------------------------------------------------------
    # CORE'S LEADS
    # ------------------------------------------------------------

    def _contact_core_leads(self, leads):
        """Core's own demo leads were called yesterday: they are due in turn."""
        now = self.env.cr.now()
        open_leads = leads.filtered(lambda lead: lead.won_status == "pending")
        self.env["funnel.followup"].create(
            [
                {
                    "lead_id": lead.id,
                    "user_id": lead.user_id.id or self.env.uid,
                    "happened_at": max(now - timedelta(days=1), lead.create_date),
                    "summary": "Call: asked for a catalogue and prices.",
                    "next_action": "Call again",
                    "next_date": (now + LOCAL).date() + timedelta(days=number % 15 - 1),
                }
                for number, lead in enumerate(open_leads)
            ]
        )
