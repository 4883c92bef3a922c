"""A company that has worked with plain CRM for years, written for ``odoo shell``.

Each line of the leads' lives is a transaction of its own, because the chatter tracks
what a transaction changed. ``result`` maps the name of each lead to its id.
"""

LIVE_COMPANY = """
from datetime import timedelta

env["res.partner"].search([], limit=1).tz = "UTC"
leads, result = env["crm.lead"], {}
stages = {s.name: s for s in env["crm.stage"].search([], order="sequence")}
new, qualified, proposition, won = list(stages.values())[:4]
passing = env["crm.stage"].create({"name": "Passing stage", "sequence": 2})
company = env["res.company"].create({"name": "Second company"})
team = env["crm.team"].create({"name": "Second team", "company_id": company.id})
buyer = env["res.partner"].create(
    {"name": "Buyer Ltd.", "is_company": True,
     "industry_id": env["res.partner.industry"].search([], limit=1).id}
)


def born(name, **vals):
    values = {"name": name, "type": "opportunity", "stage_id": new.id, **vals}
    lead = leads.create(values)
    env.cr.commit()
    result[name] = lead.id
    return lead


def move(lead, *path):
    for stage in path:
        lead.stage_id = stage
        env.cr.commit()


def act(lead, *names):
    for name in names:
        getattr(lead, name)()
        env.cr.commit()


move(born("walked"), qualified, proposition)
move(born("walked back"), qualified, new)
act(born("won", partner_id=buyer.id), "action_set_won")
act(born("lost"), "action_set_lost")
act(born("lost in Chinese").with_context(lang="zh_CN"), "action_set_lost")
act(born("won in Chinese").with_context(lang="zh_CN"), "action_set_won")
act(born("restored"), "action_set_lost", "action_restore")
lead = born("won and reopened")
act(lead, "action_set_won")
move(lead, proposition)
move(born("passed a stage that is gone"), passing, qualified)
born("never moved", partner_id=buyer.id)
act(born("archived"), "action_archive")
move(born("moved unseen").with_context(tracking_disable=True), proposition)
act(born("won unseen").with_context(tracking_disable=True), "action_set_won")
lead = born("seen, then unseen")
move(lead, qualified)
move(lead.with_context(tracking_disable=True), proposition)
born("born won", stage_id=won.id)
born("of the second company", company_id=company.id, team_id=team.id)
born("named client", partner_name="华为技术有限公司")
person = env["res.partner"].create({"name": "Somebody"})
colleague = env["res.partner"].create({"name": "Colleague", "parent_id": buyer.id})
born("of a person", partner_id=person.id)
born("of the buyer's colleague", partner_id=colleague.id, partner_name="")
born("of no company", company_id=False, user_id=False, team_id=False)
born("a lead", type="lead", partner_name="Foo Co., Ltd.", partner_id=buyer.id)
act(born("won of a person", partner_id=person.id, company_id=company.id),
    "action_set_won")
passing.unlink()
env.cr.commit()
env.cr.execute(
    "UPDATE crm_lead SET create_date = create_date - interval '2 years' WHERE id IN %s",
    [(result["walked"], result["never moved"])],
)
"""
