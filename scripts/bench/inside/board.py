"""What people do on the board, as the web client asks for it."""

import json

from lxml import etree

from odoo.tools.json import json_default

from .session import MANAGER, Clock

DOMAIN = [("type", "=", "opportunity")]
CONTEXT = {"default_type": "opportunity", "show_user_team_stages": 1}
TAG_FIELDS = {"display_name": {}, "color": {}}
ACTIVITY_FIELDS = (
    "activity_exception_decoration",
    "activity_exception_icon",
    "activity_state",
    "activity_summary",
    "activity_type_icon",
    "activity_type_id",
)


def find(session, count):
    """Ids of open leads of the first stage; the same in copies of one database."""
    with session.env(MANAGER) as env:
        stage = env.ref("crm.stage_lead1")
        domain = [("stage_id", "=", stage.id), ("won_status", "=", "pending")]
        return env["crm.lead"].search(domain, order="id", limit=count).ids


def move(session, ids, stage, is_tracked=True):
    """Move leads by one write, commit included; seconds.

    :param int stage: 0 for the first of the open stages
    """
    context = {} if is_tracked else {"tracking_disable": True}
    with session.env(MANAGER, **CONTEXT, **context) as env:
        leads = env["crm.lead"].browse(ids)
        stage_id = _get_stage(env, stage)
        with Clock(session) as clock:
            leads.write({"stage_id": stage_id})
            env.cr.commit()
        leads.invalidate_recordset()
        if leads.stage_id.id != stage_id:
            raise ValueError("some leads were not moved")
    return clock.read()


def drag(session, ids, stage):
    """Drag leads one by one, a request each; mean milliseconds."""
    with session.env(MANAGER, **CONTEXT) as env:
        specification = _get_board(env)["specification"]
        stage_id = _get_stage(env, stage)
    with Clock(session) as clock:
        for lead_id in ids:
            with session.env(MANAGER, **CONTEXT) as env:
                lead = env["crm.lead"].browse(lead_id)
                _send(lead.web_save({"stage_id": stage_id}, specification))
    return clock.read(1000 / len(ids))


def open_board(session):
    """The two requests of opening the pipeline; milliseconds."""
    with session.env(MANAGER, **CONTEXT) as env:
        board = _get_board(env)
    with Clock(session) as clock:
        for method in (_read_groups, _read_progress):
            with session.env(MANAGER, read_group_expand=True, **CONTEXT) as env:
                _send(method(env["crm.lead"], board))
    return clock.read(1000)


def open_list(session):
    """The request of the pipeline's list, its first page; milliseconds."""
    with session.env(MANAGER, **CONTEXT) as env:
        specification = _specify_view(
            env["crm.lead"], _get_arch(env, "crm.crm_case_tree_view_oppor", "list")
        )
    with Clock(session) as clock, session.env(MANAGER, **CONTEXT) as env:
        page = {"limit": 80, "order": "", "count_limit": 10_001}
        _send(env["crm.lead"].web_search_read(DOMAIN, specification, **page))
    return clock.read(1000)


def _read_groups(leads, board):
    return leads.web_read_group(
        DOMAIN,
        ["stage_id"],
        board["aggregates"],
        limit=80,
        auto_unfold=True,
        unfold_read_specification=board["specification"],
        unfold_read_default_limit=80,
    )


def _read_progress(leads, board):
    return leads.read_progress_bar(DOMAIN, "stage_id", board["progress"])


def _send(result):
    return json.dumps(result, default=json_default)


def _get_stage(env, number):
    return env.ref(f"crm.stage_lead{number + 1}").id


def _get_board(env):
    """The read specification of the pipeline's view, as the client derives it."""
    leads = env["crm.lead"]
    arch = _get_arch(env, "crm.crm_case_kanban_view_leads", "kanban")
    progress = arch.find("progressbar")
    specification = _specify_view(leads, arch, *ACTIVITY_FIELDS, progress.get("field"))
    return {
        "specification": specification,
        "aggregates": [
            f"{name}:{leads._fields[name].aggregator}"
            for name in specification
            if leads._fields[name].type in ("integer", "float", "monetary")
            and leads._fields[name].aggregator
            and leads._fields[name].store
        ],
        "progress": {
            "field": progress.get("field"),
            "colors": json.loads(progress.get("colors")),
            "sum_field": progress.get("sum_field"),
        },
    }


def _get_arch(env, xmlid, kind):
    view = env.ref(xmlid)
    return etree.fromstring(env["crm.lead"].get_view(view.id, kind)["arch"])


def _specify_view(leads, arch, *others):
    """What the client asks for of each field in a view, and of some others."""
    names = dict.fromkeys(node.get("name") for node in arch.iter("field"))
    names |= dict.fromkeys(others)
    fields = leads.fields_get(list(names), ["type", "relation"])
    return {name: _specify(field) for name, field in fields.items() if name in names}


def _specify(field):
    if field["type"] == "many2one":
        return {"fields": {"display_name": {}}}
    is_tags = field["type"] == "many2many" and field["relation"] == "crm.tag"
    return {"fields": TAG_FIELDS} if is_tags else {}
