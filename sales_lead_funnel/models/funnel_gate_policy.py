"""Who and what the gates of stages judge: the one place that decides.

People are judged: whoever changes a lead as a user, in the web client, by import, by
an external call or in a script that acts for a user. Not judged, because rule 3 of the
design lets them never break, are

* superuser code: crons, automation rules, portals, website forms, other addons' sudo;
* merges and incoming mail;
* code of other addons that a person sets off (a button of theirs, their controllers).

What passes so without proof is found by “To complete” and by the proven stage.
"""

import re

from .funnel_grade_mixin import REVIEWER_GROUP
from .funnel_path import _get_url_path, current_path

PASS_KEY = "funnel_gate_pass"
BACKGROUND = ("merge", "mail", "automation", "install", "reconcile")
OUR_MODELS = ("crm.lead", "funnel.", "base_import.import")
OUR_PAGES = ("/xmlrpc", "/jsonrpc", "/json/", "/web/dataset/call_", "/lead/")
_CALLED_MODEL = re.compile(r"^/(?:web/dataset/call_\w+|json/\d+)/([^/]+)/")


class GatePass:
    """Marks a move as an answered approval; no remote caller can forge it."""

    __slots__ = ()


def is_judged(env):
    """Are changes of leads judged that are made in this environment?"""
    if env.su or current_path(env) in BACKGROUND:
        return False
    return not _is_foreign(_get_url_path())


def _is_foreign(url_path):
    """Does the request being served belong to another addon?"""
    if not url_path:
        return False
    called = _CALLED_MODEL.match(url_path)
    if called:
        return not called[1].startswith(OUR_MODELS)
    return not url_path.startswith(OUR_PAGES)


def has_approval(env):
    """Is this the move of a request that was just approved?"""
    return isinstance(env.context.get(PASS_KEY), GatePass)


def may_pass(env, rule):
    """Is the user of one of the groups that a criterion does not stop?"""
    return not rule.group_ids.isdisjoint(env.user._get_group_ids())


def may_jump(env):
    return env.user.has_group(REVIEWER_GROUP)


def may_approve(env, lead, owner_id):
    """May the user let this lead in, without asking anybody?

    :param int owner_id: whose lead it was before the change
    """
    if not env.user.has_group(REVIEWER_GROUP):
        return False
    return owner_id != env.uid or may_approve_own(env, lead)


def may_approve_own(env, lead):
    """Does the lead's company let managers approve their own leads?"""
    company = lead.sudo().company_id or env.company
    return company.sudo().funnel_self_approval
