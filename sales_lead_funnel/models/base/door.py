"""Through which door a change came, and whether a person is judged there.


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

import re
import threading
from typing import NamedTuple
from urllib.parse import urlsplit

from odoo.http import request
from odoo.models import BaseModel

PATH_KEY = "funnel_path"


class Door(NamedTuple):
    """A way by which leads change."""

    label: str
    is_person: bool = True  # is what comes by it a person's own change?
    is_loop: bool = False  # does core write many leads by it, each several times?


DOORS = {
    "form": Door("Form"),
    "board": Door("Board"),
    "list": Door("List"),
    "button": Door("Button or wizard"),
    "import": Door("Import"),
    "rpc": Door("External call"),
    "merge": Door("Merge", is_person=False, is_loop=True),
    "convert": Door("Conversion to opportunity", is_loop=True),
    "mail": Door("Incoming mail"),
    "automation": Door("Automation rule", is_person=False),
    "server": Door("Server code", is_loop=True),
    "install": Door("Rebuilt at installation", is_person=False),
    "reconcile": Door("Found by the nightly check", is_person=False),
}
PATHS = [(name, door.label) for name, door in DOORS.items()]  # a selection
OUR_MODELS = ("crm.lead", "crm.merge.opportunity", "funnel.", "base_import.import")
OUR_PAGES = ("/xmlrpc", "/jsonrpc", "/json/", "/web/dataset/", "/lead/")
# Methods that every model has and that write what the caller says, also to leads by
# way of a list of theirs. Whatever the model, this is the person and not its addon.
METHODS = {
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
WEB_CALL = "/web/dataset/call_"
RPC_PREFIXES = ("/xmlrpc", "/jsonrpc", "/json/", f"{WEB_CALL}kw")
# What the web client calls for the entries of its menus, on leads.
SCREEN_CALLS = {
    "action_archive": "button",
    "action_unarchive": "button",
    "copy": "button",
    "name_create": "form",
}
_JSON_CALL = re.compile(r"^/json/\d+/([^/]+)/([^/]+)")


def is_judged(env):
    """Are changes of leads judged that are made in this environment?"""
    if env.su or not get_door(env).is_person:
        return False
    return not _is_foreign(_get_url_path())


def _is_foreign(url_path):
    """Does the request being served belong to another addon?"""
    if not url_path:
        return False
    if not url_path.startswith(OUR_PAGES):
        return True
    model, method = get_call(url_path)
    if not model or method in METHODS:
        return False
    return not model.startswith(OUR_MODELS)


class PathToken(str):
    """A path set by our own code.

    The context of a remote caller holds plain strings only, so a path that is
    an instance of this class cannot be forged from outside.
    """

    __slots__ = ()


def with_path(records, path):
    """Return ``records`` with ``path`` noted, unless an outer door is noted."""
    if isinstance(records.env.context.get(PATH_KEY), PathToken):
        return records
    return records.with_context(**{PATH_KEY: PathToken(path)})


def current_path(env):
    """Name the door of the change being written, a key of ``DOORS``.

    An automation rule counts as the door also when a screen set it off.
    """
    if _is_automation(env):
        return "automation"
    token = env.context.get(PATH_KEY)
    if isinstance(token, PathToken):
        return str(token)
    return _name_request(_get_url_path())


def get_door(env):
    """Return the door of the change being written."""
    return DOORS[current_path(env)]


def _name_request(url_path):
    """Name the door of a request by its address and what it calls."""
    if not url_path.startswith(RPC_PREFIXES):
        return "server"
    if url_path.startswith(WEB_CALL):
        model, method = get_call(url_path)
        return SCREEN_CALLS.get(method if model == "crm.lead" else "", "rpc")
    return "rpc"


def get_call(url_path):
    """Return the model and method that a remote call names, empty where unknown.

    The web client repeats them in the address, which says nothing: only the
    parameters count. With /json/2 the address is what is called.
    """
    called = _JSON_CALL.match(url_path)
    if called:
        return called.groups()
    if request and url_path.startswith(WEB_CALL):
        params = request.params
        return params.get("model") or "", params.get("method") or ""
    return "", ""


def _is_automation(env):
    """Does an automation rule run? Core's memo is empty while rules only watch.

    Its keys are rules, which no remote caller can send.
    """
    done = env.context.get("__action_done")
    return isinstance(done, dict) and any(isinstance(key, BaseModel) for key in done)


def _get_url_path():
    """Return the path of the request being served, "" outside of one.

    XML-RPC and /jsonrpc hide the request from what they call; its address stays
    noted on the thread.
    """
    if request:
        path = request.httprequest.path
        return path if isinstance(path, str) else ""  # a stand-in in core's tests
    return urlsplit(getattr(threading.current_thread(), "url", "")).path
