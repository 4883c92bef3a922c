"""Importing leads as the importer does."""

import random

from .seed import FACTORIES, REPS, TAGS
from .session import MANAGER, Clock

COLUMNS = (
    "name",
    "partner_name",
    "email_from",
    "phone",
    "expected_revenue",
    "stage_id",
    "user_id",
    "tag_ids",
)
REGISTER = (
    "funnel_obtained_at",
    "source_id",
    "funnel_source_detail",
    "funnel_industry_id",
    "funnel_need",
    "funnel_need_fit",
    "funnel_authority",
    "funnel_budget_min",
    "funnel_budget_max",
    "funnel_purchase_date",
)
IMPORT = {
    "import_file": True,
    "tracking_disable": True,
    "name_create_enabled_fields": {},
}


def load(session, count, start, has_register=False):
    """Load rows, commit included; seconds.

    :param int start: number of the first row, so that no two are alike
    :param bool has_register: with the columns of the addon's register too
    """
    columns = [*COLUMNS, *(REGISTER if has_register else ())]
    rows = [_get_row(number)[: len(columns)] for number in range(start, start + count)]
    with session.env(MANAGER, **IMPORT) as env:
        leads = env["crm.lead"].with_context(lang="en_US")
        with Clock(session) as clock:
            result = leads.load(columns, rows)
            env.cr.commit()
    if len(result["ids"] or ()) != count:
        raise ValueError(f"not all rows were loaded: {result['messages'][:3]}")
    return clock.read()


def _get_row(number):
    """One row as the importer hands it over: texts only."""
    draw = random.Random(number)
    low = draw.randrange(1, 90) * 1000
    return [
        f"Import {number} {draw.choice(FACTORIES)}",
        f"{draw.choice(FACTORIES)}{number}有限公司",
        f"import{number}@works{number // 2}.example",
        f"+86 139 {number // 10000 % 10000:04d} {number % 10000:04d}",
        str(draw.randrange(1, 900) * 500),
        draw.choice(("New", "Qualified", "Proposition")),
        f"bench rep{draw.randrange(REPS)}",
        ",".join(draw.sample(TAGS, draw.randrange(3))),
        "2026-01-15 08:30:00",
        draw.choice(("Newsletter", "LinkedIn", "Facebook")),
        f"Hall {number % 9}",
        draw.choice(("Agriculture", "Manufacturing", "Energy supply")),
        f"需求 {number}",
        draw.choice(("Full match", "Partial match", "No match")),
        draw.choice(("Decides", "Influences the decision")),
        str(low),
        str(low * 2),
        f"2027-0{1 + number % 9}-15",
    ]
