from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL, format_date, plaintext2html

from ...exceptions import FunnelFollowupError
from ..base.arguments import is_id
from ..base.door import current_path
from ..base.limits import LIMITS, cut
from ..base.mail_activity import CALL, MEETING
from ..base.telling import explicit_happened_at, get_latest
from ..base.zones import get_person_day

# What a log says, in this order.
CONTENT = [
    "happened_at",
    "channel",
    "contact",
    "stakeholder_id",
    "summary",
    "situation",
    "problem",
    "implication",
    "need_payoff",
    "feedback",
    "decider_info",
    "mood",
    "stage_name",
    "objection_id",
    "answer_id",
    "next_action",
    "next_date",
    "user_id",
]
CHANNELS = [
    ("call", "Call"),
    ("visit", "Visit"),
    ("email", "E-mail"),
    ("video", "Online meeting"),
    ("demo", "On-site demo"),
    ("chat", "Chat"),
    ("other", "Other"),
]
MOODS = [
    ("positive", "Positive"),
    ("neutral", "Neutral"),
    ("hesitant", "Hesitant"),
    ("negative", "Negative"),
]
MET = ("visit", "video", "demo")  # channels of which the next contact is a meeting
CONTACT_FIELDS = {"happened_at", "next_date", "stakeholder_id", "lead_id"}
# What the first lines of a log in the chatter say.
IN_TITLE = {"channel", "contact", "happened_at", "summary", "user_id", "stakeholder_id"}
PLAN_FIELDS = {"next_date", "next_action", "channel"}


def name_key(name):
    """Return a person's name as two people may type it."""
    return str(name or "").strip().casefold()


class FunnelFollowup(models.Model):
    """One contact with the client, asked along SPIN (S0-17…20, F2, F5, F7)."""

    _name = "funnel.followup"
    _description = "Follow-up"
    _inherit = ["funnel.lead.child"]
    _order = "happened_at desc, id desc"
    _rec_name = "summary"

    user_id = fields.Many2one(
        "res.users",
        string="Followed up by",
        required=True,
        index=True,
        default=lambda self: self.env.uid,
    )
    happened_at = fields.Datetime(
        string="When",
        required=True,
        default=lambda self: explicit_happened_at(self.env) or self.env.cr.now(),
    )
    recorded_at = fields.Datetime(
        string="Recorded at",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self.env.cr.now(),
    )
    same_day = fields.Boolean(
        string="Logged the same day",
        compute="_compute_same_day",
        store=True,
        help="Recorded on the day it happened, in the salesperson's time zone.",
    )
    channel = fields.Selection(CHANNELS, required=True, default="call")
    contact = fields.Char(string="Person contacted")
    stakeholder_id = fields.Many2one(
        "funnel.stakeholder",
        string="Person of the decision chain",
        domain="[('lead_id', '=', lead_id)]",
        ondelete="set null",
    )
    summary = fields.Text()
    situation = fields.Text(string="Situation (S)")
    problem = fields.Text(string="Problem (P)")
    implication = fields.Text(string="Implication (I)")
    need_payoff = fields.Text(string="Need-payoff (N)")
    feedback = fields.Text(string="Feedback / pain")
    decider_info = fields.Text(string="About the decision maker")
    mood = fields.Selection(MOODS)
    objection_id = fields.Many2one("funnel.objection", ondelete="restrict")
    answer_id = fields.Many2one(
        "funnel.objection.answer",
        string="Answer given",
        ondelete="restrict",
        domain="[('objection_id', '=', objection_id)]",
    )
    next_action = fields.Char(string="Next action")
    next_date = fields.Date(string="Next contact")
    show_more = fields.Boolean(
        string="SPIN and more",
        store=False,
        help="The short form has six inputs; this shows the others.",
    )
    coach_gap = fields.Char(compute="_compute_coach", export_string_translation=False)
    coach_questions = fields.Text(
        compute="_compute_coach", export_string_translation=False
    )

    _lead_time_idx = models.Index("(lead_id, happened_at DESC, id DESC)")

    # ------------------------------------------------------------
    # COMPUTES
    # ------------------------------------------------------------

    @api.depends("happened_at", "recorded_at", "user_id")
    def _compute_same_day(self):
        """Judged in the zone of the day; moving to another zone changes no past."""
        for followup in self:
            lead = followup.lead_id
            days = [
                lead._funnel_get_local_date(moment, followup.user_id)
                for moment in (followup.happened_at, followup.recorded_at)
                if moment
            ]
            followup.same_day = len(set(days)) == 1

    @api.depends("lead_id")
    def _compute_coach(self):
        """Say what to ask next, of leads that the user may see."""
        gaps = dict(
            self.env["crm.lead"]._fields["funnel_gap"]._description_selection(self.env)
        )
        for followup in self:
            lead = followup.lead_id._filtered_access("read")
            followup.coach_gap = gaps.get(lead.funnel_gap)
            followup.coach_questions = lead.funnel_gap_questions

    @api.depends("lead_id", "channel", "happened_at")
    def _compute_display_name(self):
        channels = dict(self._fields["channel"]._description_selection(self.env))
        for followup in self:
            moment = followup.happened_at
            day = moment and get_person_day(followup.env, moment)
            day = format_date(self.env, day) if day else ""
            followup.display_name = f"{day} {channels.get(followup.channel, '')}"

    # ------------------------------------------------------------
    # CONSTRAINTS
    # ------------------------------------------------------------

    @api.constrains("happened_at")
    def _check_happened_in_the_past(self):
        limit = get_latest(self.env)
        for followup in self:
            if followup.happened_at and followup.happened_at > max(
                limit, followup.recorded_at
            ):
                raise FunnelFollowupError(
                    self.env._(
                        "%(lead)s: “When” lies in the future. A follow-up is logged "
                        "after it happened; plan a contact with “Next contact”.",
                        lead=followup.lead_id.display_name,
                    )
                )

    @api.constrains("stakeholder_id", "lead_id")
    def _check_stakeholder_is_of_the_lead(self):
        for followup in self.filtered("stakeholder_id"):
            if followup.stakeholder_id.lead_id != followup.lead_id:
                raise FunnelFollowupError(
                    self.env._(
                        "%(lead)s: the “Person of the decision chain” is not in the "
                        "chain of this lead. Choose another, or add the person.",
                        lead=followup.lead_id.display_name,
                    )
                )

    @api.constrains("answer_id", "objection_id")
    def _check_answer_is_to_the_objection(self):
        for followup in self.filtered("answer_id"):
            if followup.answer_id.objection_id != followup.objection_id:
                raise FunnelFollowupError(
                    self.env._(
                        "%(lead)s: “Answer given” is no answer to “%(objection)s”. "
                        "Choose one of its answers.",
                        lead=followup.lead_id.display_name,
                        objection=followup.objection_id.name or "—",
                    )
                )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        followups = super().create(self._name_people(vals_list))
        if not followups._is_import():
            followups._check_author()
            followups._check_told()
        followups._check_says_something()
        followups._tell_contact()
        if not self.env.context.get("tracking_disable"):
            for followup in followups:
                followup._post_to_chatter()
        followups._end_what_was_due()
        followups._end_pause()
        followups._plan_next()
        return followups

    def write(self, vals):
        people = self.stakeholder_id
        is_contact = not (CONTACT_FIELDS | PLAN_FIELDS).isdisjoint(vals)
        is_moved = is_contact and is_id(vals.get("lead_id"))
        leads = self.lead_id | self.lead_id.browse(is_moved and vals["lead_id"])
        agreed = self._get_agreed(leads) if is_contact else {}
        result = super().write(vals)
        if "user_id" in vals:
            self._check_author()
        if is_contact:
            changed = self._follow_agreed(agreed)
            (people | self.stakeholder_id)._refresh_last_contact()
            if "lead_id" not in vals:  # a merge settles the plans itself
                changed._funnel_replan_next()
        return result

    def _follow_agreed(self, agreed):
        """Let leads follow what their latest follow-up says, and return the changed.

        A contact that was put off stays so while the day agreed is the same.

        :param dict agreed: what was agreed before (:meth:`_get_agreed`)
        """
        now = self._get_agreed(agreed)
        changed = self.lead_id.filtered(lambda lead: now[lead] != agreed[lead])
        is_same = {lead: now[lead][:2] == agreed[lead][:2] for lead in changed}
        for keeps_day, leads in changed.grouped(is_same.get).items():
            leads._funnel_refresh_contacts(keeps_day=keeps_day)
        return changed

    def _get_agreed(self, leads):
        """Return ``{lead: what was agreed last}``: in which follow-up, for when."""
        names = ["id", "next_date", "happened_at", "next_action", "channel"]
        leads = self.env["crm.lead"].union(*leads)
        latest, none = self.sudo()._get_latest(leads), self.sudo().browse()
        logs = {lead: latest.get(lead.id, none) for lead in leads}
        return {lead: [log[name] for name in names] for lead, log in logs.items()}

    @api.model
    def _name_people(self, vals_list):
        """Take whom was talked to for the person of the chain who is called so.

        And note the name beside the person, who may leave the chain one day.
        """
        for vals in vals_list:
            self._funnel_check_links(vals)
        lead_id = self.env.context.get("default_lead_id")
        lead_id = lead_id if is_id(lead_id) else False
        keys = [
            (vals.get("lead_id", lead_id), name_key(vals.get("contact")))
            for vals in vals_list
        ]
        people = self.env["funnel.stakeholder"].search_fetch(
            [("lead_id", "in", list({lead for lead, _name in keys}))],
            ["lead_id", "name", "partner_id"],
        )
        known = people._index_by_name()
        names = {person.id: cut(person.name, LIMITS["char"]) for person in people}
        named = []
        for key, vals in zip(keys, vals_list, strict=True):
            person_id = vals.get("stakeholder_id") or known.get(key, False)
            contact = vals.get("contact") or names.get(person_id, False)
            named.append({**vals, "stakeholder_id": person_id, "contact": contact})
        return named

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _get_latest(self, leads, *, with_objection=False):
        """Return ``{lead id: its latest follow-up}``, from the index; one query.

        For leads that the user found: follow-ups have the rules of leads.
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT lead.id, log.id
                  FROM unnest(%s::int[]) AS lead (id)
                 CROSS JOIN LATERAL (
                       SELECT id FROM funnel_followup
                        WHERE lead_id = lead.id %s
                        ORDER BY happened_at DESC, id DESC LIMIT 1) log
                """,
                leads.ids,
                SQL("AND objection_id IS NOT NULL" if with_objection else ""),
            )
        )
        logs = self.browse(log for _lead, log in rows)
        return {lead: logs.browse(log).with_prefetch(logs.ids) for lead, log in rows}

    # ------------------------------------------------------------
    # EFFECTS
    # ------------------------------------------------------------

    def _tell_contact(self):
        """Tell leads and people of the chain when they were contacted last."""
        latest = self.sudo()._get_latest(self.lead_id)
        news = self.filtered(lambda log: latest[log.lead_id.id] == log)
        news.lead_id._funnel_refresh_contacts()
        self.stakeholder_id._refresh_last_contact()

    def _post_to_chatter(self):
        """Tell how, with whom and when in one line, what was said, and the rest."""
        shown = [name for name in CONTENT if name not in IN_TITLE]
        if self.imported_by_id:
            shown += ["user_id", "imported_by_id"]
        told = "\n".join(filter(None, [self.summary, self._tell(shown)]))
        self.lead_id.message_post(
            body=Markup("<b>%s</b>%s") % (self._tell_title(), plaintext2html(told)),
            subtype_xmlid="mail.mt_note",
        )

    def _tell_title(self):
        names = ("channel", "contact", "happened_at")
        parts = [self._tell_value(self._fields[name]) for name in names]
        return " · ".join(filter(None, parts))

    def _end_what_was_due(self):
        """Mark the calls as done that this contact fulfilled."""
        planned = self.lead_id._funnel_get_open([("funnel_purpose", "!=", False)])
        lead_ids = set(planned.mapped("res_id"))
        for followup in self.filtered(lambda log: log.lead_id.id in lead_ids):
            lead = followup.lead_id
            day = lead._funnel_get_local_date(followup.happened_at)
            lead._funnel_finish_contacts(followup.user_id, day)

    def _end_pause(self):
        """Take a lead back on the list when the next contact is agreed."""
        agreed = self.filtered(lambda log: log.next_date and log._is_latest())
        agreed.lead_id.filtered("funnel_resume_date")._funnel_end_pause()

    def _plan_next(self):
        """Plan what was agreed in logs that are the latest, and return it."""
        planned = self.env["mail.activity"]
        for followup in self.filtered(lambda log: log._is_latest() and log._is_plan()):
            lead = followup.lead_id
            planned |= lead._funnel_schedule(
                "next_contact",
                MEETING if followup.channel in MET else CALL,
                lead.funnel_agreed_contact_date or followup.next_date,
                followup.next_action or False,
                lead.user_id,
                followup.user_id,
            )
        return planned

    def _is_latest(self):
        """Was nothing else agreed with the client since?"""
        return self.happened_at == self.lead_id.funnel_last_contact_at

    def _is_plan(self):
        """Does the next contact lie ahead?"""
        is_import = current_path(self.env) == "import"
        return (
            bool(self.next_date)
            and self.lead_id.won_status == "pending"
            and not (is_import and self.next_date < get_person_day(self.env))
        )
