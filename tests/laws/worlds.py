"""Hypothesis strategies for worlds: a moment, profiles around it, and the pools rules draw from.

Profiles and rules share small pools, so that they meet; times lie on the edges of the windows that
rules have, give or take a millisecond.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from attrs import frozen

from language.strategies import Pools
from segql.language.syntax import (
    And,
    Attribute,
    Compare,
    InSegment,
    Not,
    Number,
    Or,
    Rule,
    TextTest,
    Trait,
)
from segql.model.durations import Duration
from segql.model.instants import iso

Document: TypeAlias = dict[str, Any]

PLACES = (
    ("2026-03-01T12:00:00+00:00", "UTC"),
    ("2026-03-31T10:30:00.500+00:00", "Europe/Zurich"),
    ("2026-10-25T00:45:00+00:00", "Europe/Zurich"),
    ("2018-12-04T02:00:00+00:00", "America/Sao_Paulo"),
    ("2010-11-07T03:00:00+00:00", "America/St_Johns"),
    ("2024-02-29T07:59:59.999+00:00", "America/Los_Angeles"),
)
"""Moments near month ends, leap days and clock changes."""

EXACT = tuple(Duration(*one) for one in ((12, "h"), (1, "d"), (7, "d"), (30, "d"), (8, "w")))
CALENDAR = (Duration(1, "mo"), Duration(3, "mo"), Duration(1, "y"))
TRAITS = (("plan",), ("seats",), ("tags",), ("renews_at",), ("company", "size"), ("company.size",))
PROPERTIES = (("amount",), ("format",), ("paid_at",), ("item", "kind"), ("not",))
QUESTIONS = (("score",), ("why",), ("who", "role"))
TEXTS = ("pro", "Pro", "free", "", "Straße", "σοφος")
STORED_TEXTS = (*TEXTS, "pro", "PRO", "STRASSE", "straße", "ΣΟΦΟΣ", "é", "1", "true")
NUMBERS = (0.0, 1.0, 2.5, 6.0, 9.0, 0.3)
STORED_NUMBERS = (
    0,
    1,
    1.0,
    2.5,
    2.5,
    6,
    6,
    7,
    8,
    9,
    9,
    10,
    0.3,
    0.3,
    0.1,
    0.2,
    -3,
    5e-7,
    2**53,
    1e300,
)
EVENTS = ("export", "signup", "Export")
SURVEYS = ("nps", "csat")
ACTIONS = ("completed", "seen", "dismissed", "completed", "partial")
ODD: tuple[Any, ...] = (
    None, float("nan"), float("inf"), {}, {"a": 1}, [["pro"], {"a": "pro"}],
    [], [], [None], "", "", "",
)  # fmt: skip
SEGMENTS = ("fans", "idle", "own list")


@frozen
class World:
    """A population with the moment at which it is looked at, and the pools that rules draw from."""

    now: int
    zone: ZoneInfo
    pools: Pools
    documents: Mapping[str, Document]
    segments: Mapping[str, Rule]


@frozen
class Place:
    """A moment with the times around it, and the pools that rules draw from there."""

    now: int
    zone: ZoneInfo
    starts: tuple[int, ...]
    """Where the days of the pools begin."""
    edges: tuple[int, ...]
    """Where windows begin and end."""
    times: tuple[int, ...]
    """The edges, and a millisecond to either side."""
    pools: Pools


@lru_cache
def place(index: int) -> Place:
    """The moment of `PLACES` at `index`."""
    text, name = PLACES[index]
    at, zone = datetime.fromisoformat(text), ZoneInfo(name)
    now = _ms(at)
    today = at.astimezone(zone).date()
    days = tuple(today - timedelta(days=ago) for ago in (-1, 0, 1, 30, 56))
    starts = [_midnight(day, zone) for day in days]
    months = [_midnight(today.replace(day=1), zone), _midnight(_months_back(today, 1), zone)]
    lengths = [length.ms for length in EXACT]
    edges = [
        now,
        *(now - length for length in lengths),
        *(now + length for length in lengths[1:]),
        now + 400 * 86_400_000,
        *starts,
        *months,
        _midnight(_months_back(today, 3), zone),
        _midnight(_months_back(today, 12), zone),
    ]
    times = tuple(sorted({edge + beside for edge in edges for beside in (-1, 0, 1)}))
    pools = Pools(
        traits=TRAITS,
        account_traits=(("plan",), ("seats",), ("renews_at",)),
        events=EVENTS,
        surveys=SURVEYS,
        questions=QUESTIONS,
        properties=PROPERTIES,
        segments=SEGMENTS,
        samples=("q3", "größe"),
        texts=TEXTS,
        numbers=NUMBERS,
        patterns=("^p", "o$", "(?i)PRO", "s{2}", "^$", "r.", r"\d"),
        exact_lengths=EXACT,
        calendar_lengths=CALENDAR,
        days=days,
        instants=(now, now - lengths[1], now - lengths[3], starts[3], now + lengths[2]),
    )
    return Place(now, zone, tuple(starts), tuple(edges), times, pools)


def _ms(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _midnight(day: date, zone: ZoneInfo) -> int:
    return _ms(datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC))


def _months_back(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


@frozen
class Maker:
    """Makes documents at random around a place.

    Not by Hypothesis, which draws a dense population too slowly to make many: it draws the seed,
    and `laws.reduce` makes a failing document small.
    """

    here: Place
    random: Random

    def scalar(self) -> Any:
        """A value of any kind: texts, some of them dates, numbers, some of them epochs, flags."""
        time = self.time()
        match self.random.randrange(16):
            case 0 | 1 | 2 | 3:
                return self.random.choice(STORED_TEXTS)
            case 4 | 5 | 6 | 15:
                return self.random.choice(STORED_NUMBERS)
            case 7:
                return self.random.random() < 0.5
            case 8 | 9 | 10 | 11:
                return iso(time)
            case 12 | 13:
                day = self.random.choice(self.here.pools.days).isoformat()
                local = iso(time // 1000 * 1000).rstrip("Z").replace("T", " ")
                return self.random.choice((day, local))
            case _:
                return self.random.choice((time // 1000, time))

    def value(self) -> Any:
        """A value as it is stored: a scalar, a list, an object, null, a number without end."""
        match self.random.randrange(10):
            case 0 | 1 | 2:
                return self.scalar()
            case 3 | 4:
                return self.random.choice(ODD)
            case _:
                number = self.random.randint(4, 14)
                every = [self.scalar() for _ in range(number)]
                return [*every, self.random.choice(ODD)] if self.random.random() < 0.3 else every

    def time(self) -> int:
        """An instant on the edge of something, often one that rules name."""
        if self.random.random() < 0.2:
            return self.day_time()
        pools = (self.here.pools.instants, self.here.edges, self.here.times)
        return self.random.choice(self.random.choice(pools))

    def day_time(self) -> int:
        """An instant inside one of the days of the pools."""
        hours = self.random.randrange(1, 22) * 3_600_000
        return self.random.choice(self.here.starts) + hours

    def maybe(self, share: float, value: Callable[[], Any]) -> Any:
        """The value or, mostly, nothing."""
        return value() if self.random.random() < share else None

    def values(self, paths: tuple[tuple[str, ...], ...]) -> Document:
        """Values at some of the paths."""
        found: Document = {}
        for *outer, last in paths:
            if self.random.random() < 0.85:
                inside = found
                for key in outer:
                    inside = inside.setdefault(key, {})
                inside[last] = self.value()
            elif outer and self.random.random() < 0.5:
                found[outer[0]] = self.value()
        return found

    def events(self) -> list[Document]:
        """None, a few inside days, or many of any time; most with properties."""
        number = self.random.choice((0, 1, 1, 1, 1, 2, 6, 40))
        time = self.day_time if number in (1, 2) else self.time
        return [
            {
                "event": self.random.choice(EVENTS),
                "time": time(),
                "properties": self.values(PROPERTIES),
            }
            for _ in range(number)
        ]

    def response(self) -> Document:
        """Something that happened with a survey."""
        return {
            "survey": self.random.choice(SURVEYS),
            "action": self.random.choice(ACTIONS),
            "time": self.time(),
            "answers": self.values(QUESTIONS),
        }

    def profile(self, who: str, accounts: Mapping[str, Document]) -> Document:
        """A document; every key but the id may be missing."""
        choice = self.random.choice
        optional = {
            "email": self.maybe(0.4, lambda: choice(("pro", "STRASSE", "free", "éé"))),
            "account": self.maybe(0.7, lambda: choice(tuple(accounts))),
            "segments": self.maybe(0.5, lambda: choice((["own list"], []))),
            "first_seen": self.maybe(0.5, self.time),
            "last_seen": self.maybe(0.5, self.time),
            "events": self.events(),
            "surveys": [self.response() for _ in range(choice((0, 4, 12, 24)))],
        }
        if optional["account"] is not None:
            name = optional["account"]
            optional["account"] = {"id": name, "traits": accounts[name]}
        traits = self.values(TRAITS)
        if self.random.random() < 0.5:
            traits["email"] = choice(("free", 5, "pro", "Pro"))
        return {"id": who, "traits": traits} | {
            key: value for key, value in optional.items() if value not in (None, [])
        }

    def changed(self, traits: Document) -> Document:
        """When most of the traits last became what they are; of some nothing says so."""
        return {
            key: self.changed(value) if isinstance(value, dict) and value else iso(self.time())
            for key, value in traits.items()
            if self.random.random() < 0.8
        }


FANS: Rule = Or((Attribute(Trait(("tags",)), TextTest("starts with", "p")), InSegment("own list")))
SEATED: Rule = Attribute(Trait(("seats",)), Compare("!=", Number(0.0)))
SEGMENT_RULES: Mapping[str, Rule] = {"fans": FANS, "idle": Not(And((InSegment("fans"), SEATED)))}
"""`own list` has no rule: it is the list that documents carry."""


@lru_cache
def world(number: int, *, size: int = 16) -> World:
    """The world of that number, always the same; two accounts are shared by several profiles."""
    here = place(number % len(PLACES))
    maker = Maker(here, Random(number))
    accounts = {
        name: maker.values(here.pools.account_traits) for name in ("pro", "free", "1", "ΣΟΦΟΣ")
    }
    names = ("pro", "free", *(f"u{number}.{other}" for other in range(size - 2)))
    documents = {who: maker.profile(who, accounts) for who in names}
    later = Maker(here, Random(f"changes of {number}"))
    for document in documents.values():
        document["changed"] = later.changed(document["traits"])
    return World(here.now, here.zone, here.pools, documents, SEGMENT_RULES)
