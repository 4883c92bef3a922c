"""The work on the demo leads: contacts, people, evaluations, plans, requests."""

from datetime import timedelta

from . import content, talk
from .agenda import is_worked_on, set_turns
from .facts import get_person
from .plan import Chance, Log
from .spin import SPIN

GAPS = {"A": (3.5, 6), "B": (9, 14), "C": (12, 20)}  # days between contacts
MOST = {"A": 7, "B": 5, "C": 1}  # contacts of one lead
LOGGED_LATE = {True: 1, False: 8}  # copies in the deck
OBJECTS = {True: 85, False: 45}  # % of the contacts about a proposal: won or not
SPIN_FIELDS = ("situation", "problem", "implication", "need_payoff")
# which parts the first contacts answer, one after the other
SPIN_PACE = {
    "A": ((0, 1), (2,), (3,)),
    "B": ((0,), (1,), (2,), (3,)),
    "C": ((0,),),
}
ROLES = {"decides": "decides", "influences": "influences", "none": "guards"}


class Work:
    """Adds what was done on the leads of all plans."""

    def __init__(self, now, seed):
        self.chance = Chance(now, seed)
        self.now = self.chance.now

    def add(self, plans):
        merged = {e.value for plan in plans for e in plan.events if e.kind == "merge"}
        worked = [p for p in plans if p.is_assigned and p not in merged]
        set_turns(self.chance, worked)
        for plan in worked:
            self._add_people(plan)
            self._add_logs(plan)
            self._add_evaluations(plan)
            self._add_steps(plan)
            self._pause(plan)
        self._add_requests(worked)

    def _say(self, texts, plan):
        return self.chance.text(texts, plan.client)

    def _say_new(self, texts, plan, said):
        """Pick what was not said about this lead yet, while there is something."""
        texts = texts[plan.client.is_foreign]
        text = self.chance.one_of([t for t in texts if t not in said] or texts)
        said.add(text)
        return text

    # Follow-ups ----------------------------------------------------------------------

    def _add_logs(self, plan):
        moments = self._get_moments(plan)
        said = set()
        for place, moment in enumerate(moments):
            phase = self._get_phase(plan, place, moment, is_last=moment == moments[-1])
            following = moments[place + 1] if moment != moments[-1] else None
            channel, summary = self._say_new(talk.SUMMARIES[phase], plan, said)
            vals = {
                "channel": channel,
                "contact": self._get_contact(plan, phase, following),
                "summary": summary,
                "mood": self._get_mood(plan),
                **self._get_answers(plan, place, phase),
                **self._get_objection(plan, phase),
                "next_action": self._say_new(
                    talk.NEXT.get(phase, talk.NEXT["none"]), plan, said
                ),
                "next_date": self._get_next_date(plan, phase, following),
            }
            moment = moment.replace(second=0, microsecond=0)
            recorded = self._get_recorded(moment)
            plan.logs.append(Log(moment, recorded, plan.owner, vals))

    def _get_moments(self, plan):
        """When the client was contacted, in order."""
        moments = []
        for start, end in plan.get_spans():
            until = end or self._get_last_contact(plan, start)
            if not until or until - timedelta(minutes=40) < start:
                continue
            moment = self.chance.later(start, self.chance.random.uniform(0.05, 0.9))
            span = []
            while moment < until - timedelta(days=1.5) or not span:
                span.append(min(moment, until - timedelta(minutes=20)))
                gap = self.chance.random.uniform(*GAPS[plan.grade])
                moment = self.chance.later(moment, gap)
            if plan.turn and not end:
                span = [m for m in span if m < until - timedelta(days=1.5)] + [until]
            moments += span
        most = MOST[plan.grade]
        keep = most // 2
        return (
            moments if len(moments) <= most else moments[:keep] + moments[keep - most :]
        )

    def _get_last_contact(self, plan, start):
        """The last contact with an open lead; None: there was none yet."""
        soonest = start + timedelta(minutes=40)
        if plan.turn:
            return max(self.chance.earlier(self.now, plan.turn.ago), soonest)
        if plan.grade == "C" and plan.events:
            return min(start + timedelta(days=3), self.now - timedelta(hours=1))
        return None

    def _get_phase(self, plan, place, moment, *, is_last):
        if is_last and not plan.is_open:
            return "won" if plan.events[-1].kind == "won" else "lost"
        if is_last and plan.turn and plan.turn.kind == "silent":
            return "silent"
        if plan.grade == "C":
            return "none"
        stage = plan.get_stage_at(moment)
        return "first" if stage == "new" and not place else stage

    def _get_contact(self, plan, phase, following):
        """Mostly whoever asked; about a proposal also those who decide."""
        deciders = [person for person in plan.people if person["role"] == "decides"]
        is_last = plan.is_open and not following
        if deciders and phase == "proposition" and (is_last or self.chance.hits(40)):
            return deciders[0]["name"]
        if plan.people and phase in ("qualified", "silent") and self.chance.hits(35):
            return self.chance.one_of(plan.people)["name"]
        return plan.vals.get("contact_name")

    def _get_mood(self, plan):
        outcome = "open" if plan.is_open else plan.events[-1].kind
        return self.chance.pick(talk.MOODS.get(outcome, talk.MOODS["lost"]))

    def _get_answers(self, plan, place, phase):
        """What this contact brought to light, along SPIN and beside it."""
        pace = SPIN_PACE[plan.grade]
        parts = pace[place] if place < len(pace) else ()
        if plan.turn and plan.turn.kind == "no decider":
            parts = (0, 1, 2)  # what is left to ask is who decides
        known = SPIN[plan.title]
        vals = {SPIN_FIELDS[part]: known[part] for part in parts}
        if phase in talk.FEEDBACK:
            vals["feedback"] = self._say(talk.FEEDBACK[phase], plan)
        if phase == "qualified" and self.chance.hits(30):
            vals["decider_info"] = self._say(talk.DECIDER, plan)
        return vals

    def _get_objection(self, plan, phase):
        is_won = not plan.is_open and plan.events[-1].kind == "won"
        if phase != "proposition" or not self.chance.hits(OBJECTS[is_won]):
            return {}
        objection = self.chance.deal("objection", talk.OBJECTIONS)
        answers = {
            answer: copies[0 if is_won else 1]
            for answer, copies in talk.ANSWERS[objection].items()
        }
        answer = self.chance.deal(f"{objection} {is_won}", answers)
        return {"objection_id": objection, "answer_id": answer}

    def _get_next_date(self, plan, phase, following):
        """The day agreed on: mostly kept, sometimes a little late."""
        if following:
            late = self.chance.one_of((0, 0, 0, 0, 1, 2))
            return self.chance.day(following - timedelta(days=late))
        if not plan.turn or plan.turn.due is None:
            return False
        day = self.now + timedelta(days=plan.turn.due)
        return self.chance.day(self.chance.to_workday(day, plan.turn.due))

    def _get_recorded(self, moment):
        minutes = self.chance.random.randrange(10, 150)
        recorded = moment + timedelta(minutes=minutes)
        if self.chance.deal("logged late", LOGGED_LATE):
            recorded += timedelta(days=self.chance.one_of((1, 1, 2, 3)))
        return max(moment, min(recorded, self.now - timedelta(minutes=5)))

    # Decision chain ------------------------------------------------------------------

    def _is_known(self, plan):
        """Is it far enough for people, scores and plans, or was it lately?"""
        if plan.grade == "C" or plan.stage == "new":
            return False
        days = (self.now - plan.last_at) / timedelta(days=1)
        is_won = not plan.is_open and plan.events[-1].kind == "won"
        return is_worked_on(self.chance, plan) or (is_won and days < 60)

    def _add_people(self, plan):
        kind = plan.turn and plan.turn.kind
        if not self._is_known(plan) or (not kind and self.chance.hits(20)):
            return
        own = ROLES.get(plan.vals.get("funnel_authority"), "uses")
        skipped = {"decides"} if kind == "no decider" else set()
        skipped |= {role for role in ("uses", "guards") if self.chance.hits(45)}
        names = {plan.vals["contact_name"]}
        for role, power, jobs, boss in talk.CHAIN:
            if role != own and role in skipped:
                continue
            person = {"role": role, "power": power, "boss": boss}
            if role == own:
                person |= {
                    "name": plan.vals["contact_name"],
                    "function": plan.vals["function"],
                }
            else:
                person |= {
                    "name": self._get_new_name(plan, names),
                    "function": self._say(jobs, plan),
                }
            plan.people.append(person | self._get_stance(plan, role))

    def _get_new_name(self, plan, names):
        while True:
            name = (
                self.chance.one_of(content.FOREIGN_CONTACTS)
                if plan.client.is_foreign
                else get_person(self.chance)[0]
            )
            if name not in names:
                names.add(name)
                return name

    def _get_stance(self, plan, role):
        stance = self.chance.pick(talk.STANCES[role])
        notes = talk.CHAIN_NOTES.get("opposes" if stance == "opposes" else role)
        note = notes and self._say(notes, plan)
        return {"stance": stance, "note": note or False}

    # Evaluations ---------------------------------------------------------------------

    def _add_evaluations(self, plan):
        """The first one early, another one later where there was time."""
        if not self._is_known(plan) or self.chance.hits(35) or len(plan.logs) < 2:
            return
        logs = [plan.logs[1], *plan.logs[3:][-1:]]
        urgency, budget = {"A": (7, 7), "B": (5, 5)}[plan.grade]
        for later, log in enumerate(logs):
            shift = self.chance.random.randint(-1, 2)
            people = len(plan.people) or self.chance.random.randint(2, 4)
            approvals = self.chance.random.randint(0, 2)
            scores = {
                "axis_urgency": urgency + shift + later,
                "axis_budget": budget + self.chance.random.randint(-1, 2) + later,
                "axis_competition": self.chance.random.randint(3, 8),
                "axis_decision": 10 - people - approvals,
            }
            plan.evaluations.append(
                {
                    "date": self.chance.day(log.at),
                    "scores": scores,
                    "competition": self._say(talk.COMPETITION, plan),
                    "people_count": people,
                    "approval_count": approvals,
                    "note": self._say(talk.EVALUATED, plan),
                    "next_action": log.vals["next_action"],
                }
            )

    # Closing plans -------------------------------------------------------------------

    def _add_steps(self, plan):
        if plan.stage != "proposition" or not self._is_known(plan):
            return
        is_late = plan.turn is not None and plan.turn.kind == "late"
        if not is_late and self.chance.hits(35):
            return
        if not plan.is_open:
            self._add_done_steps(plan)
            return
        due = [self.now + timedelta(days=days) for days in (-6, -3, 6, 13, 21)]
        done = 1 if is_late else 2
        for place in range(len(talk.STEPS)):
            day = self.chance.to_workday(due[place], 1)
            step = self._get_step(plan, place, day)
            if place < done:
                step["done_on"] = self.chance.day(min(day, self.now))
            plan.steps.append(step)

    def _add_done_steps(self, plan):
        for place, days in enumerate((-14, -9, -5, 0, 0)):
            day = plan.last_at + timedelta(days=days)
            step = self._get_step(plan, place, day)
            step["done_on"] = self.chance.day(
                min(day + timedelta(days=place == 1), self.now)
            )
            plan.steps.append(step)

    def _get_step(self, plan, place, day):
        name = talk.STEPS[place][plan.client.is_foreign]
        return {
            "name": name,
            "sequence": place + 1,
            "date_due": self.chance.day(day),
            "done_on": False,
        }

    # Pauses and requests -------------------------------------------------------------

    def _pause(self, plan):
        if plan.turn and plan.turn.kind == "paused":
            reasons = dict.fromkeys(talk.PAUSE[plan.client.is_foreign], 1)
            reason = self.chance.deal(f"pause {plan.client.is_foreign}", reasons)
            plan.pause = (reason, self.chance.date(18, 26))

    def _add_requests(self, plans):
        """Hand the requests to pursued leads of whoever asks, the largest first."""
        plans = [plan for plan in plans if plan.turn and plan.stage != "new"]
        plans.sort(key=lambda plan: plan.vals["expected_revenue"], reverse=True)
        for who in ("rep", "rep2", "rep3"):
            own = [plan for plan in plans if plan.owner == who]
            asked = [request for request in talk.REQUESTS if request[0] == who]
            for plan, request in zip(own, asked, strict=False):
                plan.requests.append(request)
