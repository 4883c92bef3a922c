"""The addon goes in, up and out without a warning, and core keeps working."""


def test_install_over_plain_crm_logs_no_warning(odoo_cli):
    name = odoo_cli.new_db()
    odoo_cli.install(name)
    assert odoo_cli.complaints() == []


def test_upgrade_logs_no_warning(odoo_cli, addon_template):
    name = odoo_cli.new_db(addon_template)
    odoo_cli.upgrade(name)
    assert odoo_cli.complaints() == []


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
