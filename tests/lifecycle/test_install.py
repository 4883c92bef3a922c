"""The addon goes in, up and out without a warning, and core keeps working."""


def test_install_over_plain_crm_logs_no_warning(odoo_cli):
    name = odoo_cli.new_db()
    odoo_cli.install(name)
    assert odoo_cli.complaints() == []


def test_upgrade_logs_no_warning(odoo_cli, addon_template):
    name = odoo_cli.new_db(addon_template)
    odoo_cli.upgrade(name)
    assert odoo_cli.complaints() == []


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
        (
            "UPDATE ir_module_module SET latest_version = '19.0.1.0.0'"
            " WHERE name = 'sales_lead_funnel'"
        ),
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
