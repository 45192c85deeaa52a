"""The plain model of a project: what was said, as documents, and every flip that follows from it.

The naive evaluator is asked about everybody and every segment at each instant at which anything
could change: any time in the data plus or minus any length in the rules, a millisecond beside it
too, and every local midnight. Nothing is kept between two questions but who is in, so that there is
nothing to be kept wrongly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from attrs import define, field

import oracle
from segql.language import syntax
from segql.language.parse import rule_of
from segql.model import calls

Flip: TypeAlias = tuple[int, bool, str]
"""When, whether it is an entry, and `time`, `definition`, or `said` for everything else."""

DAY: Final = 86_400_000


@define(eq=False)
class Stay:
    """One interval in a segment; the causes are those of `Flip`."""

    entered: int
    entered_cause: str
    left: int | None = None
    left_cause: str = ""


@define(eq=False)
class Person:
    """What was said of one profile."""

    traits: dict[str, Any] = field(factory=dict)
    changed: dict[str, int] = field(factory=dict)
    account: str | None = None
    calls: list[int] = field(factory=list)
    events: list[dict[str, Any]] = field(factory=list)
    surveys: list[dict[str, Any]] = field(factory=list)
    id: int | None = None
    """The store's own, once it is known."""


@define(eq=False)
class Segment:
    """A segment by its latest rule; None for a fixed list."""

    rule: syntax.Rule | None = None
    id: int | None = None
    """The store's own, once it is known."""


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """`new` over `old`; a None takes the key away."""
    return {key: value for key, value in {**old, **new}.items() if value is not None}


class World:
    """A project at its clock."""

    def __init__(self, zone: ZoneInfo, now: int, lengths: Iterable[int]) -> None:
        """`lengths` are those of every rule, in ms."""
        self.zone = zone
        self.clock = now
        self.lengths = (0, *lengths)
        self.people: dict[str, Person] = {}
        self.accounts: dict[str, dict[str, Any]] = defaultdict(dict)
        self.became: dict[str, str] = {}
        self.messages: dict[str, str] = {}
        self.segments: dict[str, Segment] = {}
        self.stays: dict[tuple[Segment, Person], list[Stay]] = defaultdict(list)

    # Time

    def pass_time(self, now: int) -> None:
        """Let everybody cross every instant up to `now`; a clock never goes back."""
        for at in self._instants(now):
            self._settle(at, "time")
        self.clock = max(self.clock, now)

    def _instants(self, until: int) -> list[int]:
        if until <= self.clock:
            return []
        times = set[int]()
        for person in self.people.values():
            times.update(one["time"] for one in (*person.events, *person.surveys))
            times.update(person.calls, person.changed.values(), self._dates(person.traits))
        for traits in self.accounts.values():
            times.update(self._dates(traits))
        near = {
            time + sign * length for time in times for length in self.lengths for sign in (-1, 1)
        }
        near.update(self._midnights(until))
        beside = {at + aside for at in near for aside in (-1, 0, 1)}
        return sorted(at for at in beside | {until} if self.clock < at <= until)

    def _dates(self, traits: Mapping[str, Any]) -> Iterator[int]:
        for value in traits.values():
            at = oracle.date_in(value, "date", self.zone) if isinstance(value, str) else None
            if at is not None:
                yield at

    def _midnights(self, until: int) -> Iterator[int]:
        day = datetime.fromtimestamp(self.clock / 1000, UTC).date() - timedelta(days=1)
        while (at := oracle.midnight(day, self.zone)) <= until:
            yield at
            day += timedelta(days=1)

    # Segments

    def define(self, name: str, text: str) -> None:
        """Make or change a segment."""
        self.segments.setdefault(name, Segment()).rule = rule_of(text)
        self._settle(self.clock, "definition")

    def archive(self, name: str) -> None:
        """Take a segment away; its members leave."""
        segment = self.segments.pop(name)
        for (other, _), stays in self.stays.items():
            if other is segment:
                self._leave(stays, self.clock, "said")

    # Calls

    def batch(self, batch: Iterable[Any]) -> None:
        """Apply calls in order at the clock; what they change together is what has been."""
        for call in batch:
            self.apply(call, self.clock)
        self._settle(self.clock, "said")

    def person(self, name: str) -> Person:
        """Whom an id means."""
        return self.people.setdefault(self.became.get(name, name), Person())

    def apply(self, call: Any, now: int) -> None:
        """Note what one call says."""
        match call:
            case calls.Identify(who, own):
                person = self.person(who)
                self._change(person, own, now)
                person.calls.append(now)
                if call.account:
                    person.account = call.account
                    self.apply(calls.SetAccount(call.account, call.account_traits), now)
            case calls.SetAccount(account, own):
                self.accounts[account] = merged(self.accounts[account], own)
            case calls.Track(who, event, own):
                if call.message_id in self.messages:
                    return
                person = self.person(who)
                if call.message_id:
                    self.messages[call.message_id] = self.became.get(who, who)
                time = self._time(call.time, now)
                person.events.append({"event": event, "time": time, "properties": dict(own)})
                person.calls.append(now)
            case calls.Survey():
                self._survey(call, now)
            case calls.Merge(absorbed, who):
                self._merge(self.became.get(absorbed, absorbed), self.became.get(who, who))
            case calls.Delete(who):
                self._delete(self.became.get(who, who), now)

    def _time(self, said: calls.Time | None, now: int) -> int:
        if said is None:
            return now
        assert isinstance(said, int), "the strategies draw nothing else"
        return now if said > now + DAY else said

    def _change(self, person: Person, own: Mapping[str, Any], now: int) -> None:
        before, person.traits = person.traits, merged(person.traits, own)
        for key in own:
            if key not in person.traits:
                person.changed.pop(key, None)
            elif key not in before or repr(before[key]) != repr(person.traits[key]):
                person.changed[key] = now

    def _survey(self, call: calls.Survey, now: int) -> None:
        time = self._time(call.time, now)
        person = self.person(call.profile)
        for other in self.people.values():
            for old in other.surveys:
                if call.response_id and old["own"] == call.response_id:
                    if old["time"] > time:
                        return
                    other.surveys.remove(old)
                    break
        answers = {key: value for key, value in call.answers.items() if value is not None}
        person.surveys.append(
            {
                "survey": call.survey,
                "action": call.action,
                "time": time,
                "answers": answers,
                "own": call.response_id,
            }
        )
        person.calls.append(now)

    def _merge(self, absorbed: str, survivor: str) -> None:
        if absorbed == survivor:
            return
        kept = self.person(survivor)
        gone = self.people.pop(absorbed, None)
        self.became[absorbed] = survivor
        self.became = {
            old: survivor if new == absorbed else new for old, new in self.became.items()
        }
        self.messages = {m: survivor if w == absorbed else w for m, w in self.messages.items()}
        if gone is None:
            return
        for key in gone.traits.keys() - kept.traits.keys():
            kept.changed[key] = gone.changed[key]
        kept.traits = {**gone.traits, **kept.traits}
        kept.account = kept.account or gone.account
        kept.calls += gone.calls
        kept.events += gone.events
        kept.surveys += gone.surveys
        for segment in self.segments.values():
            self._hand_over(self.stays[segment, gone], self.stays[segment, kept])

    def _hand_over(self, gone: list[Stay], kept: list[Stay]) -> None:
        """The survivor keeps the earlier entry, though none before its own last exit."""
        if not is_in(gone):
            return
        entry = gone[-1]
        if not is_in(kept):
            at = max([entry.entered, *(stay.left or 0 for stay in kept)])
            kept.append(Stay(at, entry.entered_cause))
        elif entry.entered < kept[-1].entered:
            at = max([entry.entered, *(stay.left or 0 for stay in kept[:-1])])
            kept[-1] = Stay(at, entry.entered_cause)
        self._leave(gone, self.clock, "said")

    def _delete(self, name: str, now: int) -> None:
        gone = self.people.pop(name, None)
        if gone is None:
            return
        for (_, person), stays in self.stays.items():
            if person is gone:
                self._leave(stays, now, "said")
        self.became = {old: new for old, new in self.became.items() if new != name}
        self.messages = {m: who for m, who in self.messages.items() if who != name}

    # What holds

    def document(self, name: str, *, alone: bool = False) -> dict[str, Any]:
        """What is known of a profile, as rules see it."""
        person = self.people[name]
        document: dict[str, Any] = {
            "id": name,
            "traits": person.traits,
            "changed": person.changed,
            "events": person.events,
            "surveys": [{k: v for k, v in one.items() if k != "own"} for one in person.surveys],
        }
        if person.account is not None:
            own = self.accounts[person.account]
            document["account"] = {"id": person.account, "traits": own}
            document["teammates"] = [
                self.document(other, alone=True)
                for other, mate in self.people.items()
                if other != name and mate.account == person.account and not alone
            ]
        if person.calls:
            document |= {"first_seen": min(person.calls), "last_seen": max(person.calls)}
        return document

    def inside(self, name: str) -> set[str]:
        """Who is in a segment."""
        segment = self.segments[name]
        return {who for who, person in self.people.items() if is_in(self.stays[segment, person])}

    def _settle(self, at: int, cause: str) -> None:
        """Ask everything, and note who enters and leaves."""
        rules = {
            name: segment.rule
            for name, segment in self.segments.items()
            if segment.rule is not None
        }
        for who, person in self.people.items():
            document = self.document(who)
            for name, rule in rules.items():
                stays = self.stays[self.segments[name], person]
                holds = oracle.holds(rule, document, now=at, zone=self.zone, segments=rules)
                if holds and not is_in(stays):
                    stays.append(Stay(at, cause))
                elif not holds:
                    self._leave(stays, at, cause)

    def _leave(self, stays: list[Stay], at: int, cause: str) -> None:
        if is_in(stays):
            stays[-1].left, stays[-1].left_cause = at, cause


def is_in(stays: list[Stay]) -> bool:
    """Whether the last interval is open."""
    return bool(stays) and stays[-1].left is None


def flips(stays: Iterable[Stay]) -> list[Flip]:
    """Entries and exits in order."""
    found = []
    for stay in stays:
        found.append((stay.entered, True, stay.entered_cause))
        if stay.left is not None:
            found.append((stay.left, False, stay.left_cause))
    return found
