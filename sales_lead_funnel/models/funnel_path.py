"""Through which door a change came."""

import threading
from urllib.parse import urlsplit

from odoo.http import request
from odoo.models import BaseModel

PATH_KEY = "funnel_path"
RPC_PREFIXES = ("/xmlrpc", "/jsonrpc", "/json/", "/web/dataset/call_kw")


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
    """Name the door of the change being written, one of ``PATHS``.

    An automation rule counts as the door also when a screen set it off.
    """
    if _is_automation(env):
        return "automation"
    token = env.context.get(PATH_KEY)
    if isinstance(token, PathToken):
        return str(token)
    return "rpc" if _get_url_path().startswith(RPC_PREFIXES) else "server"


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
