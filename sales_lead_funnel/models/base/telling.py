"""What people tell late: when it happened, and how far back they may say so.

Background code (``is_judged``) is not asked: it cannot answer.
"""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from .calendar import CLOCK_TOLERANCE, read_day
from .door import current_path, is_judged
from .rights import is_manager
from .step import has_mark

HAPPENED_KEY = "funnel_happened_at"
HISTORY_KEY = "funnel_history"  # mark of our own code that acts out the past
LATE = timedelta(days=1)  # told later than this after it happened, it is noted


def explicit_happened_at(env):
    """Return the context's ``funnel_happened_at`` (UTC) or None.

    The public way to record something late: ``with_context(funnel_happened_at=…)``.
    What lies in the future is refused from people, and taken as now from others.

    :raise UserError: it is no moment in the past
    """
    value = env.context.get(HAPPENED_KEY)
    if not value or not _may_be_told(env):
        return None
    try:
        told = read_day("datetime", value)
    except ValueError as error:
        raise UserError(
            env._(
                "“funnel_happened_at” is %s; it must be a moment in UTC, such as "
                "2026-03-01 09:00:00.",
                value,
            )
        ) from error
    if is_told_by_people(env) and told > get_latest(env):
        raise UserError(
            env._(
                "“funnel_happened_at” is %s, which lies in the future. Say when it "
                "happened.",
                format_datetime(env, told),
            )
        )
    return min(told, env.cr.now())


def _may_be_told(env):
    """May the context say when it happened? Not what a person sets off elsewhere.

    There nobody is judged, so nothing would limit what the person's context says.
    """
    if has_mark(env, HISTORY_KEY):
        return True
    if env.su:
        return current_path(env) != "automation"
    return is_judged(env)


def is_told_by_people(env):
    """Is it a person who tells what happened, and not our own account of the past?"""
    return is_judged(env) and not has_mark(env, HISTORY_KEY)


def get_told(env):
    """Return the moment that a person tells of, to be checked; None where none does."""
    told = explicit_happened_at(env)
    return told if told and is_told_by_people(env) else None


def is_late(env, told):
    """Does a person tell of more than a day ago?"""
    return bool(told) and env.cr.now() - told > LATE and is_told_by_people(env)


def get_latest(env):
    """Return the moment after which everything lies in the future."""
    return max(env.cr.now(), fields.Datetime.now()) + CLOCK_TOLERANCE


def check_how_far(lead, told):
    """Refuse what a rep tells of longer ago than the lead's company allows.

    :raise UserError: names the lead and the limit
    """
    env = lead.env
    # Which company is active is the caller's to say: without one, the strictest counts.
    companies = lead.sudo().company_id or env.user.sudo().company_ids
    days = min(companies.mapped("funnel_backdate_days"))
    if told >= env.cr.now() - timedelta(days=days) or is_manager(env):
        return
    raise UserError(
        env._(
            "%(lead)s: “When” is %(told)s, longer ago than you may enter (days "
            "allowed: %(days)s). Ask your manager to enter what lies further back.",
            lead=lead.display_name,
            told=format_datetime(env, told),
            days=days,
        )
    )


def check_not_before(lead, told, start, reason):
    """Refuse what is told to have happened before something else did.

    :param datetime start: of what comes first; None where nothing does
    :param str reason: what that is, and what to do
    :raise UserError: names the lead and both moments
    """
    if not start or told >= start:
        return
    raise UserError(
        lead.env._(
            "%(lead)s: %(told)s is before %(start)s, %(reason)s",
            lead=lead.display_name,
            told=format_datetime(lead.env, told),
            start=format_datetime(lead.env, start),
            reason=reason,
        )
    )
