"""Through which door a change came, and when it really happened."""

from odoo.fields import Datetime
from odoo.http import request

PATH_KEY = "funnel_path"
HAPPENED_KEY = "funnel_happened_at"
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
    """Name the door of the change being written, one of ``PATHS``."""
    token = env.context.get(PATH_KEY)
    if isinstance(token, PathToken):
        return str(token)
    if env.context.get("import_file"):
        return "import"
    if "__action_done" in env.context:
        return "automation"
    if request and request.httprequest.path.startswith(RPC_PREFIXES):
        return "rpc"
    return "server"


def explicit_happened_at(env):
    """Return the context's ``funnel_happened_at`` (UTC) or None.

    The public way to record something late: ``with_context(funnel_happened_at=…)``.
    What lies in the future is taken as now.
    """
    value = env.context.get(HAPPENED_KEY)
    if not value:
        return None
    return min(Datetime.to_datetime(value), env.cr.now())
