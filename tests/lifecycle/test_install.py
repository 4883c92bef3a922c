"""The addon goes in, up and out without a warning, and core keeps working."""

ORIGINS = (  # tables of what the addon brings along to work with
    "funnel_cadence",
    "funnel_evaluation_axis",
    "funnel_spin_question",
    "funnel_objection",
    "funnel_objection_answer",
)
LIBRARY = [
    *(f"SELECT count(*) FROM {table}" for table in ORIGINS),
    "SELECT count(*) FROM base_automation WHERE name->>'en_US' LIKE 'Funnel%'",
    "SELECT count(*) FROM ir_act_server WHERE code LIKE '%ask_reviews%'",
    "SELECT count(*) FROM crm_tag",
]
FIRST_VERSION = (
    "UPDATE ir_module_module SET latest_version = '19.0.1.0.0'"
    " WHERE name = 'sales_lead_funnel'"
)


def test_install_over_plain_crm_logs_no_warning(odoo_cli):
    name = odoo_cli.new_db()
    odoo_cli.install(name)
    assert odoo_cli.complaints() == []


def test_upgrade_logs_no_warning(odoo_cli, addon_template):
    name = odoo_cli.new_db(addon_template)
    odoo_cli.upgrade(name)
    assert odoo_cli.complaints() == []


def test_upgrade_leaves_what_was_replaced_or_deleted(odoo_cli, addon_template):
    name = odoo_cli.new_db(addon_template)
    odoo_cli.shell(
        name,
        """
        find = lambda xmlid: env.ref(f"sales_lead_funnel.{xmlid}")
        env["funnel.cadence.preset"].create({"preset": "pace"}).action_apply()
        find("grade_a").unlink()
        find("grade_b").unlink()
        find("axis_urgency").unlink()
        find("objection_price").unlink()
        find("question_silent_2").unlink()
        find("automation_review_grade_a").unlink()
        find("tag_high_urgent").unlink()
        """,
    )
    before = [odoo_cli.sql(name, counting) for counting in LIBRARY]
    odoo_cli.upgrade(name)
    assert odoo_cli.complaints() == []
    assert [odoo_cli.sql(name, counting) for counting in LIBRARY] == before


def test_upgrade_from_the_first_version_brings_the_library(odoo_cli):
    """Also where grade B was deleted: nothing else needs it."""
    name = odoo_cli.new_db()
    odoo_cli.install(name, languages="zh_CN")
    tables = ", ".join(ORIGINS)
    for statement in (
        f"TRUNCATE {tables} CASCADE",
        "DELETE FROM base_automation WHERE name->>'en_US' LIKE 'Funnel%'",
        "DELETE FROM ir_act_server WHERE code LIKE '%ask_reviews%'",
        "DELETE FROM funnel_grade WHERE name->>'en_US' = 'B'",
        "DELETE FROM crm_tag",
        (
            "DELETE FROM ir_model_data WHERE module = 'sales_lead_funnel'"
            " AND name ~ '^(axis|question|objection|automation|grade_b|tag)'"
        ),
        FIRST_VERSION,
    ):
        odoo_cli.sql(name, statement)
    odoo_cli.upgrade(name)
    assert odoo_cli.complaints() == []
    lines = "SELECT days, channel FROM funnel_cadence ORDER BY id"
    assert odoo_cli.sql(name, lines) == [[1, "call"], [5, "visit"], [0, "email"]]
    counts = [odoo_cli.sql(name, counting)[0][0] for counting in LIBRARY]
    assert counts == [3, 4, 13, 5, 6, 1, 1, 7]
    untold = (
        "SELECT name->>'en_US' FROM {} WHERE name->>'zh_CN' IS NULL"
        " OR name->>'zh_CN' = name->>'en_US'"
    )
    for table in ORIGINS[1:]:
        assert odoo_cli.sql(name, untold.format(table)) == []
    odoo_cli.upgrade(name)
    assert [odoo_cli.sql(name, counting)[0][0] for counting in LIBRARY] == counts


def test_upgrade_from_the_first_version_starts_the_cadence(odoo_cli, addon_template):
    """As 19.0.1.0.0 left the leads: numbered and scored, nothing planned."""
    name = odoo_cli.new_db(addon_template)
    odoo_cli.shell(
        name,
        """
        env["crm.lead"].create({"name": "Old", "funnel_obtained_at": "2020-01-01"})
        """,
    )
    for statement in (
        "ALTER TABLE crm_lead DROP COLUMN funnel_next_contact_date",
        "ALTER TABLE crm_stage DROP COLUMN funnel_aliases",
        "ALTER TABLE crm_stage DROP COLUMN funnel_quote_out",
        "DELETE FROM ir_config_parameter WHERE key = 'sales_lead_funnel.cadence_start'",
        FIRST_VERSION,
    ):
        odoo_cli.sql(name, statement)
    odoo_cli.upgrade(name)
    assert odoo_cli.complaints() == []
    due = "SELECT funnel_next_contact_date FROM crm_lead WHERE name = 'Old'"
    assert odoo_cli.sql(name, due) == [[None]]
    start = odoo_cli.sql(
        name,
        "SELECT value::date >= CURRENT_DATE - 1 FROM ir_config_parameter"
        " WHERE key = 'sales_lead_funnel.cadence_start'",
    )
    assert start == [[True]]
    quoted = "SELECT name->>'en_US' FROM crm_stage WHERE funnel_quote_out"
    assert odoo_cli.sql(name, quoted) == [["Proposition"]]


def test_install_with_demo_data_logs_no_warning(odoo_cli):
    name = odoo_cli.new_db(template=None)
    odoo_cli.install(name, demo=True)
    assert odoo_cli.complaints() == []


OWN_WORDS = """
    env["crm.tag"].create({"name": "低意向-仅咨询"})
    env["utm.source"].create({"name": "Trade Show"})
    env["crm.lost.reason"].create({"name": "缺乏信任", "active": False})
"""
WORDS = (
    "SELECT name->>'en_US' FROM crm_tag UNION ALL SELECT name FROM utm_source"
    " UNION ALL SELECT name->>'en_US' FROM crm_lost_reason ORDER BY 1"
)


def test_words_of_the_company_are_taken_and_left(odoo_cli):
    """Channels, tags and reasons that are there do not come twice."""
    name = odoo_cli.new_db()
    odoo_cli.shell(name, OWN_WORDS)
    before = odoo_cli.sql(name, WORDS)
    odoo_cli.install(name)
    assert odoo_cli.complaints() == []
    with_ours = [word for (word,) in odoo_cli.sql(name, WORDS)]
    assert len(with_ours) == len(before) + 14
    assert "Low intent – only asking" not in with_ours
    assert not {"Lack of trust", "行业展会", "Price too high"} & set(with_ours)
    odoo_cli.shell(
        name,
        """
        tag = env.ref("sales_lead_funnel.tag_high")
        env["crm.lead"].create({"name": "Keen", "tag_ids": [(4, tag.id)]})
        """,
    )
    odoo_cli.uninstall(name)
    assert sorted(odoo_cli.sql(name, WORDS)) == sorted([*before, ["High intent"]])


def test_uninstall_leaves_core_crm_working(odoo_cli, addon_template):
    name = odoo_cli.new_db(addon_template)
    odoo_cli.uninstall(name)
    moved = odoo_cli.shell(
        name,
        """
        lead = env["crm.lead"].create({"name": "After", "type": "opportunity"})
        won = env["crm.stage"].search([("is_won", "=", True)], limit=1)
        lead.stage_id = won
        result = lead.won_status
        """,
    )
    assert moved == "won"
    left = odoo_cli.sql(
        name,
        "SELECT count(*) FROM information_schema.columns"
        " WHERE table_name = 'crm_lead' AND column_name LIKE 'funnel%'",
    )
    assert left == [[0]]


def test_uninstall_leaves_nothing_saved_that_names_us(odoo_cli, addon_template):
    """Favourites (domain, grouping, order), exports, default values and dashboards."""
    name = odoo_cli.new_db(addon_template)
    odoo_cli.shell(
        name,
        """
        filters = {"model_id": "crm.lead", "user_ids": [(4, env.uid)]}
        env["ir.filters"].create([
            {**filters, "name": "Domain", "domain": "[('funnel_grade_id', '!=', 1)]"},
            {**filters, "name": "Group", "context": "{'group_by': ['funnel_need']}"},
            {**filters, "name": "Order", "sort": '["funnel_score desc"]'},
            {**filters, "name": "Path", "model_id": "res.partner", "active": False,
             "domain": "[('opportunity_ids.funnel_need', '!=', False)]"},
            {**filters, "name": "Ours", "model_id": "funnel.loss"},
            {**filters, "name": "Theirs", "domain": "[('name', '=', 'my_funnel_x')]",
             "context": "{'group_by': ['stage_id']}"},
        ])
        line = lambda name: (0, 0, {"name": name})
        env["ir.exports"].create([
            {"name": "Both", "resource": "crm.lead",
             "export_fields": [line("funnel_code"), line("name")]},
            {"name": "Path", "resource": "res.partner",
             "export_fields": [line("opportunity_ids/funnel_code")]},
            {"name": "Ours", "resource": "funnel.loss",
             "export_fields": [line("lesson")]},
        ])
        env["ir.default"].set("crm.lead", "funnel_need", "A CRM")
        env["ir.default"].set("crm.lead", "name", "X", condition="funnel_need=A CRM")
        env["ir.default"].set("crm.lead", "description", "Y", condition="type=lead")
        shown = "<action name='1' domain='%s' context='{}'/>"
        view = env.ref("crm.crm_lead_view_form")
        env["ir.ui.view.custom"].create({
            "ref_id": view.id, "user_id": env.uid,
            "arch": "<form><board><column>"
            + shown % "[[&quot;funnel_score&quot;, &quot;>&quot;, 5]]"
            + shown % "[[&quot;stage_id&quot;, &quot;>&quot;, 5]]"
            + "<action name='%d'/>" % env.ref("sales_lead_funnel.funnel_loss_action").id
            + "</column></board></form>",
        })
        """,
    )
    odoo_cli.uninstall(name)
    assert odoo_cli.complaints() == []
    defaults = (
        "SELECT field.name FROM ir_default JOIN ir_model_fields field"
        " ON field.id = ir_default.field_id WHERE field.model = 'crm.lead'"
    )
    kept = "SELECT array_length(string_to_array(arch, '<action'), 1) - 1, arch"
    for statement, left in (
        ("SELECT name FROM ir_filters ORDER BY name", [["Theirs"]]),
        ("SELECT name FROM ir_exports ORDER BY name", [["Both"]]),
        ("SELECT name FROM ir_exports_line", [["name"]]),
        (defaults, [["description"]]),
    ):
        assert odoo_cli.sql(name, statement) == left
    [[actions, arch]] = odoo_cli.sql(name, f"{kept} FROM ir_ui_view_custom")
    assert (actions, "stage_id" in arch, "funnel" in arch) == (1, True, False)
