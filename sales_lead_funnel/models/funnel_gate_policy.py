"""Who and what the gates of stages judge: the one place that decides.

People are judged: whoever changes a lead as a user, in the web client, by import, by
an external call or in a script that acts for a user. Not judged, because rule 3 of the
design lets them never break, are

* superuser code: crons, automation rules, portals, website forms, other addons' sudo,
  incoming mail (also where a gateway hands it to ``message_process`` as a user, who
  cannot say the stage there);
* merges;
* code of other addons that a person sets off (a button of theirs, their controllers),
  but for the methods every model has, such as ``write``.

What passes so without proof is found by “To complete” and by the proven stage.
"""

from .base.rights import REVIEWER_GROUP
from .funnel_mark import Mark, get_mark
from .funnel_path import _get_url_path, current_path, get_call

PASS_KEY = "funnel_gate_pass"
BACKGROUND = ("merge", "automation", "install", "reconcile")
OUR_MODELS = ("crm.lead", "crm.merge.opportunity", "funnel.", "base_import.import")
OUR_PAGES = ("/xmlrpc", "/jsonrpc", "/json/", "/web/dataset/", "/lead/")
# Methods that every model has and that write what the caller says, also to leads by
# way of a list of theirs. Whatever the model, this is the person and not its addon.
DOORS = {
    "action_archive",
    "action_unarchive",
    "copy",
    "create",
    "load",
    "message_new",
    "message_update",
    "name_create",
    "toggle_active",
    "unlink",
    "web_resequence",
    "web_save",
    "web_save_multi",
    "write",
}


def is_judged(env):
    """Are changes of leads judged that are made in this environment?"""
    if env.su or current_path(env) in BACKGROUND:
        return False
    return not _is_foreign(_get_url_path())


def _is_foreign(url_path):
    """Does the request being served belong to another addon?"""
    if not url_path:
        return False
    if not url_path.startswith(OUR_PAGES):
        return True
    model, method = get_call(url_path)
    if not model or method in DOORS:
        return False
    return not model.startswith(OUR_MODELS)


class Pass(Mark):
    """An approved request: it lets one lead into one stage."""

    __slots__ = ("lead_id", "stage_id")

    def __init__(self, lead_id, stage_id):
        self.lead_id = lead_id
        self.stage_id = stage_id


def get_pass(env):
    """Return the request that was just approved and is moving its lead, or None."""
    return get_mark(env, PASS_KEY)


def may_pass(env, rule):
    """Is the user of one of the groups that a criterion does not stop?"""
    return not rule.group_ids.isdisjoint(env.user._get_group_ids())


def may_jump(env):
    return env.user.has_group(REVIEWER_GROUP)


def may_approve(env, lead, owner_id):
    """May the user let this lead in, without asking anybody?

    Nobody's lead is as good as the own one: who takes it next is not known.

    :param int owner_id: whose lead it was before the change, falsy for nobody's
    """
    if env.su:
        return True
    if not env.user.has_group(REVIEWER_GROUP):
        return False
    is_of_another = bool(owner_id) and owner_id != env.uid
    return is_of_another or may_approve_own(env, lead)


def may_approve_own(env, lead):
    """Does the lead's company let managers approve their own leads?"""
    company = lead.sudo().company_id
    return (
        company.funnel_self_approval if company else may_approve_own_of_no_company(env)
    )


def may_approve_own_of_no_company(env):
    """Do all companies of the user? Which is active is the caller's to say."""
    return all(env.user.sudo().company_ids.mapped("funnel_self_approval"))
