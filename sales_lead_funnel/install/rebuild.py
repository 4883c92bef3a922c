"""The ledger of leads that were there before, from what their chatter tracked."""

from odoo.tools import SQL


def rebuild_moves(env):
    """Rebuild births and moves, then make the last state of each lead the live one.

    What the chatter never saw (imports, untracked writes) cannot be rebuilt; the
    final step adds one move to the live state, so that replaying holds all the same.
    """
    env.cr.execute(
        SQL(
            """
            WITH %(events)s, %(history)s
            INSERT INTO funnel_stage_move (
                lead_id, from_stage_id, to_stage_id, from_status, to_status,
                happened_at, recorded_at, user_id, path, rebuilt, deleted_stage)
            SELECT history.lead_id,
                   from_stage.id, to_stage.id, history.from_status, history.to_status,
                   history.happened_at, %(now)s, users.id, 'install', TRUE,
                   CASE WHEN to_stage.id IS NULL THEN history.stage_name END
              FROM history
              LEFT JOIN crm_stage from_stage ON from_stage.id = history.from_stage
              LEFT JOIN crm_stage to_stage ON to_stage.id = history.to_stage
              LEFT JOIN res_users users ON users.id = history.user_id
             WHERE history.from_status IS NULL
                OR history.from_stage IS DISTINCT FROM history.to_stage
                OR history.from_status IS DISTINCT FROM history.to_status
             ORDER BY history.lead_id, history.step
            """,
            events=_events_sql(),
            history=_history_sql(),
            now=env.cr.now(),
        )
    )
    env["funnel.stage.move"]._reconcile("install", rebuilt=True)


def _events_sql():
    """One row per chatter message that tracked stage or won/lost.

    Tracking keeps a selection by its label in some user's language, so the labels
    of all languages are looked up. Columns: lead_id, message_id, happened_at,
    user_id, old_stage, new_stage, stage_name, new_status.
    """
    return SQL(
        """
        tracked AS (
            SELECT id, name FROM ir_model_fields
             WHERE model = 'crm.lead' AND name IN ('stage_id', 'won_status')
        ),
        label AS (
            SELECT DISTINCT translation.value AS text, selection.value AS status
              FROM ir_model_fields_selection selection
              JOIN tracked ON tracked.id = selection.field_id,
                   jsonb_each_text(selection.name) translation
        ),
        event AS (
            SELECT message.res_id AS lead_id, message.id AS message_id,
                   min(value.create_date) AS happened_at,
                   min(value.create_uid) AS user_id,
                   max(value.old_value_integer)
                       FILTER (WHERE tracked.name = 'stage_id') AS old_stage,
                   max(value.new_value_integer)
                       FILTER (WHERE tracked.name = 'stage_id') AS new_stage,
                   max(value.new_value_char)
                       FILTER (WHERE tracked.name = 'stage_id') AS stage_name,
                   max(label.status) AS new_status
              FROM mail_tracking_value value
              JOIN tracked ON tracked.id = value.field_id
              JOIN mail_message message ON message.id = value.mail_message_id
               AND message.model = 'crm.lead'
              LEFT JOIN label ON tracked.name = 'won_status'
               AND label.text = value.new_value_char
             GROUP BY message.res_id, message.id
        )
        """
    )


def _history_sql():
    """Births and events in order, each with the state before and after it.

    Columns: lead_id, step, happened_at, user_id, from_stage, to_stage, stage_name,
    from_status, to_status.
    """
    return SQL(
        """
        %(steps)s,
        filled AS (
            SELECT *,
                   row_number() OVER ordered AS step,
                   count(new_stage) OVER ordered AS stage_group,
                   count(new_status) OVER ordered AS status_group
              FROM step
            WINDOW ordered AS (
                PARTITION BY lead_id
                ORDER BY message_id > 0, happened_at, message_id)
        ),
        state AS (
            SELECT lead_id, step, happened_at, user_id, stage_name,
                   max(new_stage) OVER (
                       PARTITION BY lead_id, stage_group) AS to_stage,
                   max(new_status) OVER (
                       PARTITION BY lead_id, status_group) AS to_status
              FROM filled
        ),
        history AS (
            SELECT *,
                   lag(to_stage) OVER ordered AS from_stage,
                   lag(to_status) OVER ordered AS from_status
              FROM state
            WINDOW ordered AS (PARTITION BY lead_id ORDER BY step)
        )
        """,
        steps=_steps_sql(),
    )


def _steps_sql():
    """Births and events, each with what it changed.

    A lead is born in the stage that its first tracked move left, else in its live
    one.
    """
    return SQL(
        """
        birth AS (
            SELECT lead.id AS lead_id,
                   LEAST(lead.create_date, first.happened_at) AS happened_at,
                   lead.create_uid AS user_id,
                   COALESCE(first.stage, lead.stage_id) AS stage
              FROM crm_lead lead
              JOIN (SELECT lead_id, min(happened_at) AS happened_at,
                           (array_agg(old_stage ORDER BY happened_at, message_id)
                            FILTER (WHERE new_stage IS NOT NULL))[1] AS stage
                      FROM event
                     GROUP BY lead_id) first ON first.lead_id = lead.id
        ),
        step AS (
            SELECT lead_id, 0 AS message_id, happened_at, user_id,
                   stage AS new_stage, NULL AS stage_name, 'pending' AS new_status
              FROM birth
             UNION ALL
            SELECT event.lead_id, event.message_id, event.happened_at,
                   event.user_id, event.new_stage, event.stage_name, event.new_status
              FROM event JOIN birth USING (lead_id)
        )
        """
    )
