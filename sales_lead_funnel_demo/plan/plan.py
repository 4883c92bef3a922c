"""A made-up lead as plain values: what is entered, who does what, and when."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

LOCAL = timedelta(hours=8)  # Asia/Shanghai is UTC+8 all year
OPENS, CLOSES = 9, 18  # office hours
ENDS = {"won", "lost", "archive", "restore"}  # events that end or revive a lead


class Client(NamedTuple):
    name: str
    brand: str
    domain: str  # of its mail addresses, below example.com
    industry: str
    owner: str
    is_foreign: bool


class Event(NamedTuple):
    """``who`` (login; None: the system) does something to a lead."""

    at: datetime
    who: str | None
    kind: str
    value: object = None


class Log(NamedTuple):
    """One contact with the client, and when it was written down."""

    at: datetime
    recorded: datetime
    who: str
    vals: dict


class Turn(NamedTuple):
    """Where an open lead stands: when it was contacted, when it is due."""

    due: int | None  # days from today; None: as the cadence says
    ago: int  # days since the last contact
    kind: str = ""  # "silent", "late", "paused" or "no decider"


@dataclass(eq=False)
class Plan:
    """One lead. Times are UTC without a time zone, as Odoo keeps them."""

    client: Client
    source: str
    grade: str
    owner: str
    obtained: datetime
    recorded: datetime
    creator: str | None = None
    is_lead: bool = False  # born as a lead, converted later
    vals: dict = field(default_factory=dict)
    tag: str = ""
    events: list = field(default_factory=list)
    task: tuple = ()  # (kind, days from today, summary) still to be done
    turn: object = None  # of an open lead that is worked on
    logs: list = field(default_factory=list)
    people: list = field(default_factory=list)  # of the decision chain, as values
    evaluations: list = field(default_factory=list)  # as values
    steps: list = field(default_factory=list)  # of the closing plan, as values
    requests: list = field(default_factory=list)
    pause: tuple = ()  # (reason, day to resume)
    rivals: list = field(default_factory=list)  # competitors that were met
    loss: dict = field(default_factory=dict)  # what was told of it
    is_analysed: bool = True  # the loss, if it was lost
    approval: tuple = ()  # (state, asked at, why now, reason of the answer)

    @property
    def stage(self):
        moves = [event.value for event in self.events if event.kind == "move"]
        return moves[-1] if moves else "new"

    @property
    def is_open(self):
        ends = [event.kind for event in self.events if event.kind in ENDS]
        return not ends or ends[-1] == "restore"

    @property
    def lost_for(self):
        """The reason, if it is lost now."""
        last = self.events[-1] if self.events else None
        return last.value if last and last.kind == "lost" else None

    @property
    def is_assigned(self):
        return bool(self.creator or any(e.kind == "assign" for e in self.events))

    @property
    def is_graded(self):
        return any(event.kind == "propose" for event in self.events)

    @property
    def title(self):
        """What is asked for, without the client's name."""
        return self.vals["name"].removeprefix(f"{self.client.brand} ")

    def get_stage_at(self, moment):
        moves = [e.value for e in self.events if e.kind == "move" and e.at <= moment]
        return moves[-1] if moves else "new"

    def get_spans(self):
        """Return (from, to or None) while somebody worked on it."""
        start, spans = self.recorded, []
        for event in self.events:
            if event.kind in ("assign", "convert", "restore"):
                start = event.at
            elif event.kind in ENDS:
                spans.append((start, event.at))
        return [*spans, (start, None)] if self.is_open else spans

    @property
    def last_at(self):
        return self.events[-1].at if self.events else self.recorded


class Chance:
    """Seeded randomness, and the calendar of an office.

    ``now`` is the last midnight, so that all hours of a day give the same.
    """

    def __init__(self, now, seed):
        midnight = {"hour": 0, "minute": 0, "second": 0, "microsecond": 0}
        self.now = (now + LOCAL).replace(**midnight) - LOCAL
        self.random = Random(seed)
        self.decks = {}

    def hits(self, percent):
        return self.random.random() * 100 < percent

    def one_of(self, values):
        return self.random.choice(values)

    def pick(self, weights):
        """Pick a key of ``{key: weight}``."""
        return self.random.choices(list(weights), list(weights.values()))[0]

    def deal(self, deck, cards):
        """Draw from a shuffled deck of ``{key: copies}``, so that shares come true."""
        rest = self.decks.setdefault(deck, [])
        if not rest:
            rest += [key for key, copies in cards.items() for _ in range(copies)]
            self.random.shuffle(rest)
        return rest.pop()

    def text(self, pair, client):
        """Pick from the Chinese or the English texts of a pair."""
        return self.random.choice(pair[client.is_foreign])

    def date(self, first, last):
        """A date that many days from today, as text."""
        days = self.random.randint(first, last)
        return (self.now + LOCAL + timedelta(days=days)).date().isoformat()

    def day(self, moment):
        """The date of a moment, as text."""
        return (moment + LOCAL).date().isoformat()

    def to_workday(self, moment, ahead):
        """The same day, or the next weekday (``ahead`` > 0) or the one before (< 0)."""
        weekend = (moment + LOCAL).weekday() - 4
        if weekend <= 0 or not ahead:
            return moment
        return moment + timedelta(days=3 - weekend if ahead > 0 else -weekend)

    def earlier(self, moment, days=0.0):
        """The last office hour, ``days`` before a moment."""
        local = moment - timedelta(days=days) + LOCAL
        local -= timedelta(days=max(0, local.weekday() - 4))
        hour, minute = self.random.randrange(OPENS, CLOSES), self.random.randrange(60)
        return local.replace(hour=hour, minute=minute, second=0, microsecond=0) - LOCAL

    def later(self, moment, days=0.0):
        """The next office hour, ``days`` after a moment."""
        local = moment + timedelta(days=days) + LOCAL
        if not OPENS <= local.hour < CLOSES:
            local += timedelta(days=local.hour >= CLOSES)
            local = local.replace(hour=self.random.randrange(OPENS, CLOSES))
        if local.weekday() > 4:
            local += timedelta(days=7 - local.weekday())
        local = local.replace(minute=self.random.randrange(60), microsecond=0)
        return max(local - LOCAL, moment + timedelta(minutes=20))
