"""A criterion may ask for what another addon brings: here a quotation that was sent."""

SETUP = """
stages = env["crm.stage"].search([])
groups = "base.group_user", "sales_team.group_sale_salesman"
rep = env["res.users"].with_context(no_reset_password=True).create({
    "name": "Rep", "login": "rep_of_sales",
    "group_ids": [(6, 0, [env.ref(group).id for group in groups])],
})
env["funnel.criterion"].create({
    "stage_id": stages[2].id, "kind": "domain", "message": "Send the quotation.",
    "domain": "[('order_ids.state', 'in', ['sent', 'sale'])]",
})
client = env["res.partner"].create({"name": "Client"})
lead = env["crm.lead"].create({
    "name": "Quoted", "type": "opportunity", "user_id": rep.id,
    "partner_id": client.id, "stage_id": stages[0].id,
})
env.flush_all()
"""

QUOTE = """
from odoo.exceptions import UserError
told = "moved"
try:
    lead.with_user(rep).write({"stage_id": stages[2].id})
except UserError as error:
    told = str(error)
order = env["sale.order"].with_user(rep).create({
    "partner_id": client.id, "opportunity_id": lead.id,
})
order.action_quotation_sent()
lead.with_user(rep).write({"stage_id": stages[2].id})
[part] = lead.with_user(rep).funnel_checklist
[proof] = part["items"][0]["proofs"]
proven = lead.funnel_proven_stage_id == stages[2]
order.action_cancel()
result = [told, proof["model"], proven, lead.funnel_stage_gap]
"""

MOVE_ON = """
lead = env["crm.lead"].search([("name", "=", "Quoted")])
rep = lead.user_id
stages = env["crm.stage"].search([])
lead.with_user(rep).write({"stage_id": stages[0].id})
lead.with_user(rep).write({"stage_id": stages[2].id})
result = [lead.stage_id == stages[2], lead.funnel_stage_gap]
"""


def test_criterion_on_a_quotation_with_sales_and_after_it_went(
    odoo_cli, addon_template
):
    name = odoo_cli.new_db(addon_template)
    odoo_cli.install(name, "sale_crm")
    told, model, proven, gap = odoo_cli.shell(name, SETUP + QUOTE)
    assert "Send the quotation" in told
    assert (model, proven) == ("sale.order", True)
    assert gap == 1, "a cancelled quotation proves nothing"
    odoo_cli.uninstall(name, "sale")
    assert odoo_cli.shell(name, MOVE_ON) == [True, 0]


APPLY = """
team = env["crm.team"].search([], limit=1)
wizard = env["funnel.template.wizard"].create({"team_id": team.id, "code": "s1"})
wizard.action_apply()
asked = env["funnel.criterion"].search([("template_key", "=", "s1.negotiation.quoted")])
result = [asked.mapped("kind"), asked.mapped("domain")]
"""


def test_template_asks_for_the_quotation_itself_with_sales(odoo_cli, addon_template):
    name = odoo_cli.new_db(addon_template)
    odoo_cli.install(name, "sale_crm")
    kinds, [domain] = odoo_cli.shell(name, APPLY)
    assert kinds == ["domain"]
    assert "order_ids" in domain
