from odoo import models
from odoo.fields import Domain
from odoo.tools import clean_context

from .derived import with_step
from .mail_activity import LOGGED_CATEGORIES
from .rights import REVIEWER_GROUP
from .step import has_mark, with_mark
from .zones import get_person_day, get_person_zone

# Purposes that a contact with the client fulfils.
CONTACTS = ("first_contact", "next_contact", "overdue", "resume")
# Purposes whose open activity moves to the new day; reminders stay where they are.
MOVED = ("next_contact", "resume", "request")
NOTIFIED = ("request",)  # others are told by no mail
SILENCE_KEY = "funnel_silence"  # mark of messages that notify nobody


class FunnelActivityMixin(models.AbstractModel):
    """Plans activities, each once per record, purpose and user, and ends them."""

    _name = "funnel.activity.mixin"
    _description = "Activities that the addon plans"

    # ------------------------------------------------------------
    # PLANNING
    # ------------------------------------------------------------

    def _funnel_schedule(self, purpose, activity_type_xmlid, day, summary, *users):
        """Plan something for a user, unless it is planned already.

        What is open for the same purpose and user is moved to ``day``, and made what
        is planned now, where people named the day (``MOVED``), and left alone where it
        is a reminder.

        Sudo: the caller wrote the record or runs for all; the activity may be
        somebody else's.

        :param str purpose: one of ``mail_activity.PURPOSES``
        :param users: whom to ask, the first of them who can act on the record; empty
            records leave it to whoever sees the record
        :return: the open activity; none if nobody of the users can act
        """
        self.ensure_one()
        named = list(filter(None, users))
        user = next(filter(self._funnel_can_ask, named), self.env["res.users"])
        if named and not user:
            return self.env["mail.activity"]
        is_same = Domain("funnel_purpose", "=", purpose) & Domain(
            "user_id", "=", user.id
        )
        activity = self._funnel_get_open(is_same)[:1]
        planned = {"date_deadline": day, "summary": summary}
        if not activity:
            return self._funnel_new_activity(
                activity_type_xmlid,
                user_id=user.id,
                funnel_purpose=purpose,
                **planned,
            )
        if purpose in MOVED:
            kind = self.env.ref(activity_type_xmlid, raise_if_not_found=False)
            kind = kind or activity.activity_type_id
            activity.write({**planned, "activity_type_id": kind.id})
        return activity

    def _funnel_new_activity(self, activity_type_xmlid, **values):
        record = self.sudo().with_context(clean_context(self.env.context))
        record = with_step(record, "mail.activity")
        is_quiet = values["funnel_purpose"] not in NOTIFIED
        activity = record.with_context(
            mail_activity_quick_update=is_quiet
        ).activity_schedule(activity_type_xmlid, **values)
        return activity or self.env["mail.activity"]

    def _funnel_can_ask(self, user):
        """Tell whether a user is there, internal, and of the record's company."""
        user, company = user.sudo(), self.sudo().company_id
        is_there = user.active and not user.share
        return is_there and (not company or company in user.company_ids)

    def _funnel_pick_manager(self, *leaders):
        """Return the first leader of a team who may answer here, else nobody."""
        for leader in filter(None, leaders):
            if leader.sudo().has_group(REVIEWER_GROUP) and self._funnel_can_ask(leader):
                return leader
        return self.env["res.users"]

    def _funnel_speaking_to(self, user):
        """Return the record in the language and the time zone of a user."""
        company = self.sudo().company_id or self.env.company
        return self.with_context(
            lang=user.sudo().lang or self.env.lang,
            tz=get_person_zone(self.env, user, company),
        )

    def _funnel_get_today(self):
        return get_person_day(self.env)

    def _funnel_drop_double_plans(self):
        """Keep what is due first, where merged records were planned for the same."""
        planned = self._funnel_get_open([("funnel_purpose", "!=", False)])
        groups = planned.sorted("date_deadline").grouped(
            lambda activity: (
                activity.res_id,
                activity.funnel_purpose,
                activity.user_id,
            )
        )
        for activities in groups.values():
            activities[1:].unlink()

    # ------------------------------------------------------------
    # ENDING
    # ------------------------------------------------------------

    def _funnel_get_open(self, domain):
        """Return open activities of these records.

        Sudo: those of others count as well.
        """
        activities = self.env["mail.activity"].sudo().with_context(active_test=True)
        ours = Domain("res_model", "=", self._name) & Domain("res_id", "in", self.ids)
        return activities.search(ours & Domain(domain))

    def _funnel_finish_contacts(self, user, day):
        """Mark as done the calls and meetings that a contact has fulfilled.

        Only what the addon planned, due up to ``day``; also the managers' questions
        about it. Notifies nobody and moves nothing.

        :param user: who talked to the client, whoever was to
        """
        is_call = Domain("activity_type_id.category", "in", LOGGED_CATEGORIES)
        planned = Domain("funnel_purpose", "in", CONTACTS) & is_call
        asked = Domain("funnel_purpose", "=", "escalation")
        due = Domain("date_deadline", "<=", day)
        self._funnel_finish(self._funnel_get_open((planned | asked) & due), user)

    def _funnel_finish(self, activities, user):
        """Mark activities as done by a user, without a mail to anybody."""
        activities = with_mark(activities.with_user(user).sudo(), SILENCE_KEY)
        activities = activities.with_context(mail_activity_quick_update=True)
        if activities:
            activities._action_done()

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        if has_mark(self.env, SILENCE_KEY):
            return []
        return super()._notify_thread(message, msg_vals=msg_vals, **kwargs)
