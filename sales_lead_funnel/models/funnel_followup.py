from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, format_date, format_datetime, plaintext2html

from ..exceptions import FunnelFollowupError
from .funnel_grade_mixin import REVIEWER_GROUP
from .funnel_path import explicit_happened_at

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
CALL, MEETING = "mail.mail_activity_data_call", "mail.mail_activity_data_meeting"
CORRECTION_TIME = timedelta(hours=24)  # a rep may correct the own log for so long
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
# Who recorded what and when is not up to the caller (D13).
FIXED_FIELDS = {"lead_id", "recorded_at"}


def name_key(name):
    """Return a person's name as two people may type it."""
    return (name or "").strip().casefold()


class FunnelFollowup(models.Model):
    """One contact with the client, asked along SPIN (S0-17…20, F2, F5, F7)."""

    _name = "funnel.followup"
    _description = "Follow-up"
    _inherit = ["funnel.followup.form"]
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
    contact = fields.Char(string="Talked to")
    stakeholder_id = fields.Many2one(
        "funnel.stakeholder",
        string="Person of the decision chain",
        domain="[('lead_id', '=', lead_id)]",
        ondelete="set null",
    )
    summary = fields.Text(string="What was talked about")
    situation = fields.Text(string="Situation (S)")
    problem = fields.Text(string="Problem (P)")
    implication = fields.Text(string="Implication (I)")
    need_payoff = fields.Text(string="Need-payoff (N)")
    feedback = fields.Text(string="Feedback / pain")
    decider_info = fields.Text(string="About the decision maker")
    mood = fields.Selection(MOODS)
    objection_id = fields.Many2one("funnel.objection")
    answer_id = fields.Many2one(
        "funnel.objection.answer",
        string="Answer given",
        domain="[('objection_id', '=', objection_id)]",
    )
    next_action = fields.Char(string="Next action")
    next_date = fields.Date(string="Next contact")
    show_more = fields.Boolean(
        string="SPIN and more",
        store=False,
        help="The short form has six inputs; this shows the others.",
    )
    coach_gap = fields.Selection(related="lead_id.funnel_gap")
    coach_questions = fields.Text(related="lead_id.funnel_gap_questions")
    can_correct = fields.Boolean(compute="_compute_can_correct")
    revision_ids = fields.One2many(
        "funnel.followup.revision", "followup_id", string="Earlier versions"
    )

    _lead_time_idx = models.Index("(lead_id, happened_at DESC, id DESC)")

    # ------------------------------------------------------------
    # COMPUTES
    # ------------------------------------------------------------

    @api.depends("happened_at", "recorded_at", "user_id")
    def _compute_same_day(self):
        """Judged in the zone of the day; moving to another zone changes no past."""
        for followup in self:
            zone = pytz.timezone(followup.user_id.tz or "UTC")
            days = [
                pytz.utc.localize(moment).astimezone(zone).date()
                for moment in (followup.happened_at, followup.recorded_at)
                if moment
            ]
            followup.same_day = len(set(days)) == 1

    @api.depends("user_id", "recorded_at")
    @api.depends_context("uid")
    def _compute_can_correct(self):
        """One rule for button and refusal: own log for 24 h, a manager always."""
        is_manager = self.env.su or self.env.user.has_group(REVIEWER_GROUP)
        limit = self.env.cr.now() - CORRECTION_TIME
        for followup in self:
            is_fresh = not followup.recorded_at or followup.recorded_at >= limit
            is_own = followup.user_id == self.env.user
            followup.can_correct = is_manager or (is_own and is_fresh)

    @api.depends("lead_id", "channel", "happened_at")
    def _compute_display_name(self):
        channels = dict(self._fields["channel"]._description_selection(self.env))
        for followup in self:
            moment = followup.happened_at and fields.Datetime.context_timestamp(
                followup, followup.happened_at
            )
            day = f"{moment:%Y-%m-%d}" if moment else ""
            followup.display_name = f"{day} {channels.get(followup.channel, '')}"

    # ------------------------------------------------------------
    # CONSTRAINTS
    # ------------------------------------------------------------

    @api.constrains("happened_at")
    def _check_happened_in_the_past(self):
        limit = fields.Datetime.now() + timedelta(minutes=5)
        for followup in self:
            if followup.happened_at > max(limit, followup.recorded_at):
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
        if not self.env.su:
            moment = {"recorded_at": self.env.cr.now()}
            vals_list = [{**vals, **moment} for vals in vals_list]
            self._check_is_own(vals_list)
        followups = super().create(self._name_stakeholders(vals_list))
        followups._refresh_contacts(followups.stakeholder_id)
        if not self.env.context.get("tracking_disable"):
            for followup in followups:
                followup._post_to_chatter()
        followups._plan_next()
        return followups

    def write(self, vals):
        if not FIXED_FIELDS.issuperset(vals):
            self._check_may_correct()
            self._keep_old_text(vals)
        if not self.env.su:
            self._check_is_own([vals])
            self._check_is_fixed(vals)
        people = self.stakeholder_id
        result = super().write(vals)
        self._refresh_contacts(people | self.stakeholder_id)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise AccessError(
            self.env._(
                "A follow-up is never deleted. Correct it, or log another one that "
                "puts it right."
            )
        )

    @api.model
    def _name_stakeholders(self, vals_list):
        """Take whom was talked to for the person of the chain who is called so."""
        lead_id = self.env.context.get("default_lead_id")
        keys = [
            (vals.get("lead_id", lead_id), name_key(vals.get("contact")))
            for vals in vals_list
        ]
        people = self.env["funnel.stakeholder"].search_fetch(
            [("lead_id", "in", [lead for lead, name in keys if name])],
            ["lead_id", "name"],
        )
        known = {
            (person.lead_id.id, name_key(person.name)): person.id for person in people
        }
        return [
            {"stakeholder_id": known[key], **vals} if key in known else vals
            for key, vals in zip(keys, vals_list, strict=True)
        ]

    def _check_is_own(self, vals_list):
        """Reps log what they did themselves; a log of others can be imported."""
        others = {vals.get("user_id") or self.env.uid for vals in vals_list}
        if others == {self.env.uid} or self.env.context.get("import_file"):
            return
        if not self.env.user.has_group(REVIEWER_GROUP):
            raise AccessError(
                self.env._(
                    "“Followed up by” must be you. Ask your manager to log what a "
                    "colleague did."
                )
            )

    def _check_is_fixed(self, vals):
        """A log stays with its lead and its moment; only merging moves it."""
        for name in FIXED_FIELDS.intersection(vals):
            if any(followup[name] != self._to_cache(name, vals) for followup in self):
                raise AccessError(
                    self.env._(
                        "“%(field)s” of a follow-up cannot be changed. Log another "
                        "one where it belongs.",
                        field=self._fields[name]._description_string(self.env),
                    )
                )

    def _to_cache(self, name, vals):
        """Return a value to be written as a record holds it."""
        field = self._fields[name]
        return field.convert_to_record(field.convert_to_cache(vals[name], self), self)

    def _check_may_correct(self):
        for followup in self:
            if not followup.can_correct:
                raise AccessError(
                    self.env._(
                        "%(followup)s of %(lead)s was logged more than 24 hours ago or "
                        "by somebody else. Log another follow-up, or ask your manager "
                        "to correct it.",
                        followup=followup.display_name,
                        lead=followup.lead_id.display_name,
                    )
                )

    def _keep_old_text(self, changed):
        """Note what a correction is about to replace.

        Sudo: nobody may write revisions, and the right to correct was checked.
        """
        names = [name for name in CONTENT if name in changed]
        if names:
            self.env["funnel.followup.revision"].sudo().create(
                [
                    {"followup_id": followup.id, "old_text": followup._tell(names)}
                    for followup in self
                ]
            )

    def _tell(self, names):
        """Return ``names`` and their values as lines of text."""
        lines = []
        for name in names:
            field = self._fields[name]
            value = self._tell_value(field)
            if value:
                label = field._description_string(self.env)
                lines.append(f"{label}: {value}")
        return "\n".join(lines)

    def _tell_value(self, field):
        """Return the value of a field as the user reads it on a screen."""
        value = self[field.name]
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value)
        if field.type == "datetime":
            return format_datetime(self.env, value)
        if field.type == "date":
            return format_date(self.env, value)
        return field.convert_to_display_name(value, self)

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

    def _refresh_contacts(self, people):
        """Tell leads and people of the chain when they were contacted last."""
        self.lead_id._funnel_refresh_contacts()
        people._refresh_last_contact()

    def _post_to_chatter(self):
        shown = [n for n in CONTENT if n not in ("user_id", "stakeholder_id")]
        self.lead_id.message_post(
            body=plaintext2html(self._tell(shown)),
            subtype_xmlid="mail.mt_note",
        )

    def _plan_next(self):
        """End the calls that this contact fulfilled, and plan the next one."""
        planned = self.lead_id._funnel_get_open([("funnel_purpose", "!=", False)])
        lead_ids = set(planned.mapped("res_id"))
        for followup in self:
            lead = followup.lead_id
            if lead.id in lead_ids:
                day = lead._funnel_get_local_date(followup.happened_at)
                lead._funnel_finish_contacts(followup.user_id, day)
            if followup._is_plan():
                lead._funnel_schedule(
                    "next_contact",
                    MEETING if followup.channel in MET else CALL,
                    followup.next_date,
                    followup.next_action or False,
                    lead.user_id or followup.user_id,
                )

    def _is_plan(self):
        """Does the next contact lie ahead, and was nothing else agreed since?"""
        lead = self.lead_id
        is_latest = self.happened_at == lead.funnel_last_contact_at
        is_import = bool(self.env.context.get("import_file"))
        return (
            bool(self.next_date)
            and is_latest
            and lead.won_status == "pending"
            and not (is_import and self.next_date < fields.Date.context_today(self))
        )


class FunnelFollowupRevision(models.Model):
    """What a follow-up said before it was corrected."""

    _name = "funnel.followup.revision"
    _description = "Earlier version of a follow-up"
    _order = "id desc"

    followup_id = fields.Many2one(
        "funnel.followup", required=True, index=True, ondelete="cascade", readonly=True
    )
    old_text = fields.Text(readonly=True)

    def write(self, vals):
        self._refuse()
        return super().write(vals)

    def _refuse(self):
        raise AccessError(
            self.env._("An earlier version of a follow-up stays as it is.")
        )
