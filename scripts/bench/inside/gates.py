"""Criteria that every seeded lead meets, so that all ten are judged to their end."""

FIELDS = ("name", "partner_name", "funnel_need", "expected_revenue", "user_id")
DOMAINS = (
    "[('funnel_obtained_at', '!=', False)]",
    "[('expected_revenue', '>=', 0)]",
    "[('user_id.active', '=', True)]",
    "['|', ('funnel_followup_ids', '=', False), ('funnel_followup_ids', '!=', False)]",
    "[('funnel_stakeholder_ids', 'not any', [('stance', '=', 'opposes')])]",
)


def add_criteria(session):
    """Ten criteria on each open stage of core's pipeline; returns their number."""
    with session.env() as env:
        fields = env["ir.model.fields"]
        criteria = env["funnel.criterion"]
        for number in (1, 2, 3):
            common = {"stage_id": env.ref(f"crm.stage_lead{number}").id}
            criteria |= criteria.create(
                [
                    {
                        **common,
                        "kind": "fields",
                        "field_ids": [(4, fields._get("crm.lead", name).id)],
                    }
                    for name in FIELDS
                ]
                + [{**common, "kind": "domain", "domain": text} for text in DOMAINS]
            )
        return len(criteria)
