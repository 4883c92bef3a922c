"""Installing over live data, and leaving it as it was (design rule 4)."""

import logging
from datetime import date

from odoo.fields import Domain
from odoo.tools import SQL, sql

from .install import facts, rebuild, traces, vocabulary

MODULE = "sales_lead_funnel"
_logger = logging.getLogger(__name__)

# Columns made before the ORM does, because it would fill each by computing every
# lead one by one, or write today's date into "obtained at".
COLUMNS = {
    **facts.COLUMNS,
    "funnel_obtained_at": "timestamp",
    "funnel_score": "numeric",
    "funnel_score_coverage": "numeric",
    "funnel_suggested_grade_id": "int4",
    "funnel_next_contact_date": "date",
    "funnel_proven_stage_id": "int4",
    "funnel_stage_gap": "int4",
}


def pre_init_hook(env):
    """Add our columns to the leads without touching their rows."""
    for name, column_type in COLUMNS.items():
        if not sql.column_exists(env.cr, "crm_lead", name):
            sql.create_column(env.cr, "crm_lead", name, column_type)
    # A constant default is metadata only, whatever the number of leads.
    env.cr.execute(
        "ALTER TABLE crm_lead"
        " ADD COLUMN IF NOT EXISTS funnel_grade_state varchar DEFAULT 'none'"
    )
    env.cr.execute("ALTER TABLE crm_lead ALTER COLUMN funnel_grade_state DROP DEFAULT")


def post_init_hook(env):
    """Give the leads that are there numbers, history and scores, set by set."""
    steps = {
        "facts": facts.fill_facts,
        "ledger": rebuild.rebuild_moves,
        "words": vocabulary.load,
        "stages": lambda env: env["crm.stage"]._funnel_preset_aliases(),
        "cadence": _start_cadence,
        "rules": lambda env: env["funnel.scorecard"]._apply_rules(),
        "scores": lambda env: env["funnel.regrade"]._regrade(),
        "losses": lambda env: env["funnel.loss"]._reconcile(),
    }
    env.flush_all()
    for name, step in steps.items():
        _logger.info("Existing leads: %s", name)
        step(env)
    env["crm.lead"].invalidate_model(flush=False)


def _start_cadence(env):
    """Plan contacts from today on; demo data has begun with its first lead."""
    if env["crm.lead"]._funnel_get_cadence_start() == date.min:
        env["crm.lead"]._funnel_start_cadence()


def uninstall_hook(env):
    """Drop what uninstalling would leave behind.

    That is the counters of lead numbers, each with its database sequence, which go
    only with the record itself; core's notes of our foreign keys on its tables; what
    other modules noted of our models that have a chatter; and what people saved that
    names our fields. Words that the company uses by now are left to it.
    """
    counters = env["ir.sequence"].with_context(active_test=False)
    counters = counters.search([("code", "=", "funnel.lead.number")])
    counters.date_range_ids.unlink()
    counters.unlink()
    traces.forget_saved(env)
    vocabulary.leave(env)
    _free_activities(env)
    env["ir.model.constraint"].search(
        [("module.name", "=", "sales_lead_funnel"), ("type", "=", "f")]
    ).unlink()
    _get_notes_of_others(env).unlink()
    env["ir.config_parameter"].search(
        [("key", "=like", "sales_lead_funnel.%")]
    ).unlink()
    env.cr.execute(
        SQL(
            "DELETE FROM base_import_mapping"
            " WHERE field_name LIKE %s OR res_model LIKE 'funnel.%%'",
            r"funnel\_%",
        )
    )


def _free_activities(env):
    """Activities on our records go; those of our types on leads become to-dos."""
    types = env["mail.activity.type"].with_context(active_test=False)
    types = types.search([("id", "in", _get_own_activity_types(env))])
    activities = env["mail.activity"].with_context(active_test=False)
    activities.search([("res_model", "=like", "funnel.%")]).unlink()
    ours = activities.search([("activity_type_id", "in", types.ids)])
    ours.write({"activity_type_id": env.ref("mail.mail_activity_data_todo").id})


def _get_notes_of_others(env):
    """Return what modules with a chatter noted of our models, and would leave."""
    own = [model for model in env.registry.values() if model._original_module == MODULE]
    patterns = [r"%\_\_" + model._table.replace("_", r"\_") + r"\_\_%" for model in own]
    return env["ir.model.data"].search(
        Domain("model", "in", ["ir.model.inherit", "ir.model.fields.selection"])
        & Domain("module", "!=", MODULE)
        & Domain.OR(Domain("name", "=like", pattern) for pattern in patterns)
    )


def _get_own_activity_types(env):
    data = env["ir.model.data"].search(
        [("module", "=", "sales_lead_funnel"), ("model", "=", "mail.activity.type")]
    )
    return data.mapped("res_id")
