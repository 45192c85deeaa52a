"""The plain model of a project: what was said, as documents, and every flip that follows from it.

The naive evaluator is asked about everybody and every segment at each instant at which anything
could change: any time in the data plus or minus any length in the rules, a millisecond beside it
too, and every local midnight. Nothing is kept between two questions but who is in, so that there is
nothing to be kept wrongly; and whom a definition that was interrupted has still to reach.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from attrs import define, field, frozen

import oracle
from segql.language import syntax
from segql.language.parse import rule_of
from segql.model import calls

Causes: TypeAlias = frozenset[str]
"""What a flip may be caused by: of the calls of a batch, any that is there."""
Flip: TypeAlias = tuple[int, bool, Causes]
"""When, whether it is an entry, and because of what."""

CAUSES: Final[Mapping[type, Causes]] = {
    calls.Identify: frozenset({"identify", "account", "teammate"}),
    calls.SetAccount: frozenset({"account", "teammate"}),
    calls.Track: frozenset({"event", "teammate"}),
    calls.Survey: frozenset({"survey", "teammate"}),
    calls.Merge: frozenset({"merge", "teammate"}),
    calls.Delete: frozenset({"teammate"}),
}
DAY: Final = 86_400_000
TIME: Final = frozenset({"time"})
DEFINITION: Final = frozenset({"definition"})
IMPORT: Final = frozenset({"import"})
MERGE: Final = frozenset({"merge"})
DELETE: Final = frozenset({"delete"})
SILENT: Final = DEFINITION | IMPORT | DELETE
"""Causes of flips that are no news."""


@define(eq=False)
class Stay:
    """One interval in a segment; the causes are those of `Flip`."""

    entered: int
    entered_cause: Causes
    left: int | None = None
    left_cause: Causes = frozenset()
    told: set[Line] = field(factory=set)
    """The lines for lengths of stay that it has fired, or never will."""


@frozen
class Line:
    """A line of a segment, for one destination; lengths in ms."""

    what: Literal["enter", "leave", "stayed"]
    after: int = 0
    cooldown: int = 0


@define(eq=False)
class Person:
    """What was said of one profile."""

    traits: dict[str, Any] = field(factory=dict)
    changed: dict[str, int] = field(factory=dict)
    account: str | None = None
    calls: list[int] = field(factory=list)
    events: list[dict[str, Any]] = field(factory=list)
    surveys: list[dict[str, Any]] = field(factory=list)
    told: dict[tuple[Segment, Line], list[int]] = field(factory=lambda: defaultdict(list))
    """When lines had something to tell, cool-downs observed."""
    maybe_told: set[tuple[Segment, Line, int]] = field(factory=set)
    """Exits in a batch with a merge: by that alone, and silent, or by what else was said."""
    id: int | None = None
    """The store's own, once it is known."""


@define(eq=False)
class Segment:
    """A segment by its latest rule, None for a fixed list; and its lines."""

    rule: syntax.Rule | None = None
    lines: Sequence[Line] = ()
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
        self.behind: set[tuple[Segment, Person]] = set()
        """Whom a definition has not reached yet: nothing else happens to them there before."""
        self.arrived = count()

    # Time

    def pass_time(self, now: int) -> None:
        """Let everybody cross every instant up to `now`; a clock never goes back."""
        for at in self._instants(now):
            self._settle(at, TIME)
        self.clock = max(self.clock, now)
        for (segment, person), stays in self.stays.items():
            self._have_lasted(segment, person, stays, self.clock)

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

    def define(self, name: str, text: str, lines: Sequence[Line] = ()) -> None:
        """Make or change a segment; a new one has these lines."""
        segment = self.segments.setdefault(name, Segment(lines=lines))
        segment.rule = rule_of(text)
        self._settle(self.clock, DEFINITION)

    def begin_to_define(
        self,
        name: str,
        text: str,
        due: Iterable[str],
        applied: Iterable[tuple[str, Person]],
    ) -> None:
        """Change a segment, without an end: it and what reads it are due.

        To some it is applied by now, and will be anew.
        """
        self.segments[name].rule = rule_of(text)
        everybody = {(self.segments[one], person) for one in due for person in self.people.values()}
        self.behind = everybody - {(self.segments[one], person) for one, person in applied}
        self._settle(self.clock, DEFINITION)
        self.behind = everybody

    def reach(self, people: Iterable[Person] | None = None) -> None:
        """Let what was begun reach some people, or all of them."""
        reached = set(self.people.values() if people is None else people)
        self.behind = {pair for pair in self.behind if pair[1] not in reached}
        self._settle(self.clock, DEFINITION)

    def archive(self, name: str) -> None:
        """Take a segment away; its members leave."""
        segment = self.segments.pop(name)
        for (other, person), stays in self.stays.items():
            if other is segment:
                self._leave(segment, person, stays, self.clock, DELETE)

    def make_list(self, name: str) -> None:
        """Make a fixed list."""
        self.segments[name] = Segment()

    def put(self, name: str, who: Iterable[str], *, enters: bool) -> None:
        """Put profiles on a fixed list, or take them off it."""
        segment = self.segments[name]
        for person in {self.became.get(one, one): None for one in who}:
            if person in self.people:
                stays = self.stays[segment, self.people[person]]
                if not enters:
                    self._leave(segment, self.people[person], stays, self.clock, DEFINITION)
                elif not is_in(stays):
                    stays.append(Stay(self.clock, DEFINITION))
        self._settle(self.clock, DEFINITION)

    def forget(self, before: int) -> None:
        """Forget the intervals that were over at an instant."""
        for pair, stays in self.stays.items():
            self.stays[pair] = [one for one in stays if one.left is None or one.left > before]

    # Calls

    def batch(self, batch: Sequence[Any]) -> list[bool]:
        """Apply calls in order at the clock, and say which of them are taken.

        What they change together is what has been.
        """
        taken = [self.apply(call, self.clock) for call in batch]
        causes = frozenset[str]().union(*(CAUSES[type(call)] for call in batch))
        survivors = [call.profile for call in batch if isinstance(call, calls.Merge)]
        merged = {self.people.get(self.became.get(who, who)) for who in survivors}
        self._settle(self.clock, causes, merged)
        return taken

    def import_events(self, rows: Iterable[tuple[calls.Track, int]]) -> None:
        """Add the events of a file, each with its time, however far ahead."""
        for row, time in rows:
            if row.message_id not in self.messages:
                assert row.message_id is not None, "so that they are told apart"
                self.messages[row.message_id] = self.became.get(row.profile, row.profile)
                self._done(row, time)
        self._settle(self.clock, IMPORT)

    def named(self, call: Any) -> set[str]:
        """The profiles that a call names, by what they are called now."""
        said = [getattr(call, name, None) for name in ("profile", "absorbed")]
        return {self.became.get(one, one) for one in said if one is not None}

    def person(self, name: str) -> Person:
        """Whom an id means."""
        return self.people.setdefault(self.became.get(name, name), Person())

    def apply(self, call: Any, now: int) -> bool:
        """Note what one call says; False where it is refused."""
        match call:
            case calls.Track(event="") | calls.Survey(action="praised"):
                return False
            case calls.Delete(who) if self.became.get(who, who) not in self.people:
                return False
            case calls.Identify(who, own):
                person = self.person(who)
                self._change(person, own, now)
                person.calls.append(now)
                if call.account:
                    person.account = call.account
                    self.apply(calls.SetAccount(call.account, call.account_traits), now)
            case calls.SetAccount(account, own):
                self.accounts[account] = merged(self.accounts[account], own)
            case calls.Track(who):
                if call.message_id not in self.messages:
                    if call.message_id:
                        self.messages[call.message_id] = self.became.get(who, who)
                    self._done(call, self._time(call.time, now)).calls.append(now)
            case calls.Survey():
                self._survey(call, now)
            case calls.Merge(absorbed, who):
                self._merge(self.became.get(absorbed, absorbed), self.became.get(who, who))
            case calls.Delete(who):
                self._delete(self.became.get(who, who), now)
        return True

    def _done(self, call: calls.Track, time: int) -> Person:
        person = self.person(call.profile)
        own, number = dict(call.properties), next(self.arrived)
        event = {"event": call.event, "time": time, "properties": own, "arrived": number}
        person.events.append(event)
        return person

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
                "arrived": next(self.arrived),
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
        kept.events = sorted(kept.events + gone.events, key=lambda one: int(one["arrived"]))
        kept.surveys = sorted(kept.surveys + gone.surveys, key=lambda one: int(one["arrived"]))
        for segment in self.segments.values():
            self._hand_over(segment, gone, kept)
        for pair, instants in gone.told.items():
            kept.told[pair] += instants
        kept.maybe_told |= gone.maybe_told

    def _hand_over(self, segment: Segment, absorbed: Person, survivor: Person) -> None:
        """The survivor keeps the earlier entry, though none before its own last exit.

        Who was told of a stay by now is not told of it again.
        """
        gone, kept = self.stays[segment, absorbed], self.stays[segment, survivor]
        for person, stays in ((absorbed, gone), (survivor, kept)):
            self._have_lasted(segment, person, stays, self.clock)
        if not is_in(gone):
            return
        entry = gone[-1]
        if not is_in(kept):
            at = max([entry.entered, *(stay.left or 0 for stay in kept)])
            kept.append(Stay(at, entry.entered_cause))
        elif entry.entered < kept[-1].entered:
            at = max([entry.entered, *(stay.left or 0 for stay in kept[:-1])])
            kept[-1] = Stay(at, entry.entered_cause, told=kept[-1].told)
        lasted = {one for one in segment.lines if kept[-1].entered + one.after <= self.clock}
        kept[-1].told |= lasted
        self._leave(segment, absorbed, gone, self.clock, MERGE)

    def _delete(self, name: str, now: int) -> None:
        gone = self.people.pop(name, None)
        if gone is None:
            return
        for (segment, person), stays in self.stays.items():
            if person is gone:
                self._leave(segment, person, stays, now, DELETE)
        self.became = {old: new for old, new in self.became.items() if new != name}
        self.messages = {m: who for m, who in self.messages.items() if who != name}

    # What holds

    def document(self, name: str, *, alone: bool = False) -> dict[str, Any]:
        """What is known of a profile, as rules see it."""
        person = self.people[name]
        hidden = {"own", "arrived"}
        document: dict[str, Any] = {
            "id": name,
            "traits": person.traits,
            "changed": person.changed,
            "events": [{k: v for k, v in one.items() if k not in hidden} for one in person.events],
            "surveys": [
                {k: v for k, v in one.items() if k not in hidden} for one in person.surveys
            ],
            "segments": [
                other
                for other, segment in self.segments.items()
                if segment.rule is None and is_in(self.stays[segment, person])
            ],
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

    def _settle(self, at: int, causes: Causes, merged: Collection[Person | None] = ()) -> None:
        """Ask everything, and note who enters and leaves; some after a merge."""
        rules = {
            name: segment.rule
            for name, segment in self.segments.items()
            if segment.rule is not None
        }
        for who, person in self.people.items():
            document = self.document(who)
            for name, rule in rules.items():
                segment = self.segments[name]
                if (segment, person) in self.behind:
                    continue
                stays = self.stays[segment, person]
                holds = oracle.holds(rule, document, now=at, zone=self.zone, segments=rules)
                if holds and not is_in(stays):
                    stays.append(Stay(at, causes))
                    self._tell(segment, person, "enter", at, causes)
                elif not holds:
                    self._leave(segment, person, stays, at, causes, merged=person in merged)

    def _leave(
        self,
        segment: Segment,
        person: Person,
        stays: list[Stay],
        at: int,
        causes: Causes,
        *,
        merged: bool = False,
    ) -> None:
        """Have somebody leave who is in; as time comes before data, data leave at its end."""
        if is_in(stays):
            self._have_lasted(segment, person, stays, at - 1 if causes == TIME else at)
            stays[-1].left, stays[-1].left_cause = at, causes
            if not merged:
                self._tell(segment, person, "leave", at, causes)
            elif causes != CAUSES[calls.Merge]:
                lines = [one for one in segment.lines if one.what == "leave"]
                person.maybe_told |= {(segment, one, at) for one in lines}

    # What is told of it

    def _tell(self, segment: Segment, person: Person, what: str, at: int, causes: Causes) -> None:
        if not (causes <= SILENT or causes == MERGE):
            for line in segment.lines:
                if line.what == what:
                    self._fire(segment, person, line, at)

    def _have_lasted(self, segment: Segment, person: Person, stays: list[Stay], until: int) -> None:
        """Fire for the open stay, once for each line, if it has lasted by then."""
        for line in segment.lines if is_in(stays) else ():
            at = stays[-1].entered + line.after
            if line.what == "stayed" and line not in stays[-1].told and at <= until:
                stays[-1].told.add(line)
                self._fire(segment, person, line, at)

    def _fire(self, segment: Segment, person: Person, line: Line, at: int) -> None:
        told = person.told[segment, line]
        if all(at >= before + line.cooldown for before in told):
            told.append(at)


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
