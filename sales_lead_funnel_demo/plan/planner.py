"""Seven made-up months of leads. The same day gives the same leads."""

from datetime import timedelta

from . import content, handbook
from .facts import get_tag, get_vals, make_clients
from .gates import Gates
from .life import Life
from .plan import LOCAL, Chance, Event, Plan
from .work import Work

SEED = 2024
DAYS = 212  # the oldest lead, in days before today
LEADS_PER_SOURCE = {"web": 72, "show": 60, "referral": 48, "ad": 40, "repeat": 16}
SHOW_DAYS_AGO = (172, 120, 64, 19)
# of 20 leads that a source brings: how many A, B, C
QUALITY = {
    "referral": {"A": 9, "B": 9, "C": 2},
    "show": {"A": 5, "B": 8, "C": 7},
    "web": {"A": 3, "B": 8, "C": 9},
    "ad": {"A": 1, "B": 7, "C": 12},
    "repeat": {"A": 10, "B": 8, "C": 2},
}
KEY_ACCOUNTS = {"manager": 3, "director": 3, None: 2}
LATE = {  # entered more than a day after: copies in the deck
    "show": {True: 3, False: 5},
    "referral": {True: 1, False: 8},
    "repeat": {True: 1, False: 15},
    "ad": {True: 1, False: 11},
}
TASK_DAYS = (-1, 0, 0, 1, 2, 3, 5, 7)  # from today
TASK_SHARE = 30  # in % of the open leads that are pursued
FORGOTTEN = 70  # days after which a lead without a move is given up, but for C leads
UNASSIGNED = 4  # newest leads of the website that nobody took yet
WAITING = 6  # more grades that wait for review, half of them too low
REOPENED = 6
ARCHIVED = 4
TWINS = 5  # clients that two reps follow without knowing
MERGED = 5  # leads that came twice


class Planner:
    def __init__(self, now, seed=SEED):
        self.seed = seed
        self.chance = Chance(now, seed)
        self.now = self.chance.now
        self.clients = iter(make_clients(self.chance))

    def get_plans(self):
        """Return all plans in the order in which their leads are recorded."""
        plans = [
            self._make_plan(source, obtained, detail)
            for source, count in LEADS_PER_SOURCE.items()
            for obtained, detail in self._get_births(source, count)
        ]
        self._leave_newest_unassigned(plans)
        self._keep_some_waiting(plans)
        self._reopen_some(plans)
        self._archive_some(plans)
        self._give_up_some(plans)
        plans += [*self._get_twins(plans), *self._get_duplicates(plans)]
        plans.sort(key=lambda plan: plan.recorded)
        for number, plan in enumerate(plans):
            plan.vals["phone"] = f"138 0000 {number:04d}"
            self._look_ahead(plan)
        Work(self.now, self.seed + 1).add(plans)
        Gates(self.now, self.seed + 2).add(plans)
        return handbook.get_plans() + plans

    def get_first_day(self):
        return self.chance.day(self.now - timedelta(days=DAYS + 1))

    # Births --------------------------------------------------------------------------

    def _get_births(self, source, count):
        """Yield (obtained, source detail or None) of the leads of a source."""
        for number in range(count):
            if source == "show":
                yield self._get_show(number * len(SHOW_DAYS_AGO) // count)
                continue
            share = ((number + self.chance.random.random()) / count) ** 1.15
            moment = self.now - timedelta(days=DAYS * share + 0.3)
            if source in ("referral", "repeat"):
                moment = min(self.chance.later(moment), self.now - timedelta(hours=6))
            yield moment, None

    def _get_show(self, show):
        """A visitor on one of the three days of a show."""
        opening = self.now + LOCAL - timedelta(days=SHOW_DAYS_AGO[show])
        opening = opening.replace(hour=9, minute=0) - LOCAL
        hours = 24 * self.chance.random.randrange(3) + self.chance.random.uniform(0, 8)
        obtained = opening + timedelta(hours=hours)
        return obtained, f"{(obtained + LOCAL).year}{content.SHOWS[show]}"

    def _get_recorded(self, source, obtained):
        """When it was entered: at once by the website, else mostly the same day."""
        if source == "web":
            return obtained + timedelta(minutes=1)
        recorded = obtained + timedelta(hours=self.chance.random.uniform(0.3, 5))
        if self.chance.deal(f"late {source}", LATE[source]):
            recorded = self.chance.later(obtained, self.chance.random.uniform(1.3, 5))
        elif not 7 <= (recorded + LOCAL).hour < 22:
            recorded += timedelta(hours=10)
        recorded = recorded.replace(microsecond=0)
        return min(recorded, self.now - timedelta(minutes=9))

    def _make_plan(self, source, obtained, detail):
        client = next(self.clients)
        obtained = obtained.replace(microsecond=0)
        recorded = self._get_recorded(source, obtained)
        grade = self.chance.deal(source, QUALITY[source])
        owner = client.owner
        if source == "repeat":  # managers keep some key accounts (S0-2)
            owner = self.chance.deal("key account", KEY_ACCOUNTS) or owner
        plan = Plan(client, source, grade, owner, obtained, recorded)
        plan.tag = get_tag(self.chance, grade)
        plan.creator = None if source == "web" else owner
        plan.is_lead = source == "web" and self.chance.hits(14)
        plan.vals = get_vals(self.chance, plan, detail)
        plan.events = Life(self.chance, plan).get_events()
        return plan

    def _look_ahead(self, plan):
        """Expected closing, and what is to be sent to the client."""
        chance = self.chance
        if not plan.is_open:
            days = (plan.last_at - self.now).days
            plan.vals["date_deadline"] = chance.date(days - 10, days + 15)
            return
        first, last = (-12, -1) if chance.hits(10) else (5, 75)
        plan.vals["date_deadline"] = chance.date(first, last)
        if plan.events and plan.grade != "C" and chance.hits(TASK_SHARE):
            summary = chance.text(content.TASKS, plan.client)
            plan.task = ("email", chance.one_of(TASK_DAYS), summary)

    # Special cases -------------------------------------------------------------------

    def _days_ago(self, plan):
        return (self.now - plan.last_at) / timedelta(days=1)

    def _leave_newest_unassigned(self, plans):
        web = [plan for plan in plans if plan.source == "web" and not plan.is_lead]
        for plan in sorted(web, key=lambda plan: plan.recorded)[-UNASSIGNED:]:
            plan.events = []
            for name in ("funnel_need_fit", "funnel_authority", "funnel_purchase_date"):
                plan.vals.pop(name, None)

    def _keep_some_waiting(self, plans):
        found = [plan for plan in plans if plan.is_open and plan.grade == "B"]
        found = [plan for plan in found if self._has_one_review(plan)]
        found.sort(key=lambda plan: plan.recorded)
        for number, plan in enumerate(found[-WAITING:]):
            events = [event for event in plan.events if event.kind != "review"]
            if number % 2:
                reason = self.chance.text(content.REASONS["C"], plan.client)
                said = ("C", reason)
                events = [
                    event._replace(value=said) if event.kind == "propose" else event
                    for event in events
                ]
            plan.events = events

    def _has_one_review(self, plan):
        return sum(event.kind == "review" for event in plan.events) == 1

    def _reopen_some(self, plans):
        """The client comes back weeks after the lead was lost."""
        lost = [
            plan
            for plan in plans
            if plan.grade != "C"
            and not plan.is_open
            and 30 < self._days_ago(plan) < 110
        ]
        lost = [plan for plan in lost if plan.events[-1].kind == "lost"]
        for plan in self.chance.random.sample(lost, min(REOPENED, len(lost))):
            at = self.chance.later(plan.last_at, self.chance.random.uniform(8, 20))
            plan.events.append(Event(at, plan.owner, "restore"))
            at = self.chance.later(at, self.chance.random.uniform(3, 8))
            if plan.stage != "proposition":
                plan.events.append(Event(at, plan.owner, "move", "proposition"))
            elif self.chance.hits(50):
                plan.events.append(Event(at, plan.owner, "won"))

    def _archive_some(self, plans):
        lying = [plan for plan in plans if plan.is_open and self._days_ago(plan) > 60]
        lying = [plan for plan in lying if plan.grade == "C"]
        for plan in lying[:ARCHIVED]:
            at = self.chance.later(plan.last_at, 35)
            plan.events.append(Event(at, plan.owner, "archive"))

    def _give_up_some(self, plans):
        """No reaction for weeks: the salesperson closes the lead."""
        for plan in plans:
            days = self._days_ago(plan)
            is_pursued = plan.grade != "C" or not plan.is_graded
            if plan.is_open and plan.is_assigned and is_pursued and days > FORGOTTEN:
                at = self.chance.later(plan.last_at, 45)
                plan.events.append(Event(at, plan.owner, "lost", "function"))

    def _get_open(self, plans, count):
        """Return open leads of companies, last touched some days ago; each once."""
        found = [
            plan
            for plan in plans
            if plan.is_open
            and plan.events
            and plan.grade != "C"
            and 3 < self._days_ago(plan) < 45
            and not plan.client.is_foreign
        ]
        return self.chance.random.sample(found, min(count, len(found)))

    def _get_twins(self, plans):
        """The same client, typed differently, followed by another rep (S0-39)."""
        for plan in self._get_open(plans, TWINS):
            name = plan.client.name.replace("有限公司", " 有限公司")
            name = name.replace("（", "(").replace("）", ")")
            other = "rep2" if plan.owner != "rep2" else "rep"
            client = plan.client._replace(name=name, owner=other)
            obtained = self.chance.later(plan.last_at, -2)
            twin = self._make_repeat(client, "referral", obtained, other)
            yield twin

    def _get_duplicates(self, plans):
        """The same request once more, merged by the manager."""
        chosen = self._get_open(plans, MERGED)
        for plan in chosen:
            obtained = plan.last_at - timedelta(days=1, hours=3)
            copy = self._make_repeat(plan.client, "ad", obtained, plan.owner)
            copy.vals |= {
                "name": plan.vals["name"],
                "funnel_need": plan.vals["funnel_need"],
            }
            at = self.chance.later(plan.last_at, self.chance.random.uniform(0.2, 1.5))
            plan.events.append(Event(at, "manager", "merge", copy))
            yield copy

    def _make_repeat(self, client, source, obtained, owner):
        """A further lead of a client, not yet worked on."""
        recorded = self._get_recorded(source, obtained)
        plan = Plan(client, source, "B", owner, obtained, recorded, creator=owner)
        plan.vals = get_vals(self.chance, plan)
        plan.tag = get_tag(self.chance, "B")
        return plan
