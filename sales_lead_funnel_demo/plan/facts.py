"""Clients of the demo leads, and what the register says about each."""

from datetime import timedelta

from . import content
from .plan import LOCAL, Client

BUDGETS = {  # 1,000 CNY, from and to; 0: unknown
    "high": ((100, 200), (120, 180), (150, 300), (200, 400)),
    "mid": ((50, 80), (60, 90)),
    "low": ((10, 30), (20, 45)),
    None: ((0, 0),),
}
TIMELINES = {"soon": (25, 80), "later": (100, 170), "far": (200, 330)}  # days
# (need fit, decision power, budget, timeline); each scores as its grade says
PROFILES = {
    "A": (
        ("full", "decides", "high", "soon"),
        ("full", "decides", "high", "soon"),
        ("full", "decides", "mid", "soon"),
        ("full", "decides", "high", "later"),
    ),
    "B": (
        ("partial", "influences", "high", "later"),
        ("full", "influences", "mid", "later"),
        ("full", "influences", "high", "soon"),
        ("partial", "decides", "low", "soon"),
        ("full", "decides", None, "later"),
    ),
    "C": (
        ("partial", "none", "low", "far"),
        ("none", "influences", "mid", "later"),
        ("partial", "none", None, None),
        (False, "none", "low", None),
        ("none", "decides", "low", "later"),
    ),
}
# existing clients: sales of 12 months in 1,000 CNY, growth in %, people who decide
CUSTOMERS = {"A": (1250, 18, 3), "B": (720, 16, 3), "C": (260, 6, 5)}
TAGS = {
    "A": ("high_budget", "high_urgent", "high"),
    "B": ("mid_compare", "mid_budget", "high"),
    "C": ("low_ask", "low"),
}


def make_clients(chance):
    """Return all clients: Chinese ones, with a foreign one now and then."""
    brands = [
        (first[0] + second[0], first[1] + second[1])
        for first in content.FIRST
        for second in content.SECOND
        if first[1] != second[1]
    ]
    chance.random.shuffle(brands)
    clients = [_make_client(chance, *brand) for brand in brands]
    step = len(clients) // len(content.FOREIGN)
    for place, (name, slug, industry) in enumerate(content.FOREIGN):
        brand = " ".join(name.split()[:2]).removesuffix(" &")
        client = Client(name, brand, slug, industry, "rep3", True)
        clients.insert(place * step, client)
    return clients


def _make_client(chance, brand, pinyin):
    industry = chance.pick(content.INDUSTRY_WEIGHTS)
    line = chance.one_of(content.LINES[industry])
    is_south = chance.hits(46)
    city = chance.one_of(content.SOUTH if is_south else content.EAST)
    owner = "rep2" if is_south else "rep3" if chance.hits(25) else "rep"
    shape = chance.one_of(
        ("{city}{brand}{line}有限公司", "{brand}{line}（{city}）有限公司")
    )
    name = shape.format(city=city, brand=brand, line=line)
    return Client(name, brand, pinyin, industry, owner, False)


def get_vals(chance, plan, detail=None):
    """Return the lead's plain values; ``detail``: of its source, if known."""
    facts = _get_facts(chance, plan)
    return {
        **facts,
        **_get_request(chance, plan, facts["funnel_authority"]),
        "funnel_source_detail": detail or _get_detail(chance, plan),
        "funnel_obtained_at": plan.obtained,
    }


def _get_facts(chance, plan):
    """The answers to the scorecard, as the grade wants them."""
    fit, authority, budget, timeline = chance.one_of(PROFILES[plan.grade])
    low, high = chance.one_of(BUDGETS[budget])
    amount = chance.random.uniform(low or 30, (high or 90) * 0.95)
    facts = {
        "funnel_need_fit": fit,
        "funnel_authority": authority,
        "funnel_budget_min": low * 1000 or False,
        "funnel_budget_max": high * 1000 or False,
        "expected_revenue": round(amount) * 1000,
        "priority": str(max(0, "CBA".index(plan.grade) - chance.random.randint(0, 1))),
    }
    if timeline:
        facts["funnel_purchase_date"] = _get_purchase_date(chance, plan, timeline)
    if plan.source == "repeat":
        sales, growth, people = CUSTOMERS[plan.grade]
        facts |= {
            "funnel_client_type": "existing",
            "funnel_sales_12m": (sales + 10 * chance.random.randint(-9, 9)) * 1000,
            "funnel_industry_growth": growth + chance.random.randint(0, 3),
            "funnel_decision_people": people,
        }
    return facts


def _get_purchase_date(chance, plan, timeline):
    first, last = TIMELINES[timeline]
    if timeline != "soon":
        return chance.date(first, last)
    days = chance.random.randint(first, last)
    return (plan.obtained + LOCAL + timedelta(days=days)).date().isoformat()


def _get_request(chance, plan, authority):
    """What they want, and who asks."""
    client = plan.client
    if plan.source == "web" and plan.grade == "C" and chance.hits(25):
        title, need = content.STUDENT_NEED
        person = get_person(chance)[0]
        return {"name": title, "contact_name": person, "funnel_need": need}
    title, need = chance.text(content.NEEDS[client.industry], client)
    person, box = get_person(chance)
    if client.is_foreign:
        person = chance.one_of(content.FOREIGN_CONTACTS)
        box = person.lower().replace(" ", ".")
    return {
        "name": f"{client.brand} {title}",
        "funnel_need": need,
        "partner_name": client.name,
        "contact_name": person,
        "function": chance.text(content.JOBS[authority], client),
        "email_from": f"{box}@{client.domain}.example.com",
    }


def get_person(chance):
    """Return a Chinese name and the name of the mail box."""
    surname, given = chance.one_of(content.SURNAMES), chance.one_of(content.GIVEN)
    return surname[0] + given[0], f"{given[1]}.{surname[1]}"


def _get_detail(chance, plan):
    return chance.text(content.SOURCE_DETAILS[plan.source], plan.client)


def get_tag(chance, grade):
    return chance.one_of(TAGS[grade])
