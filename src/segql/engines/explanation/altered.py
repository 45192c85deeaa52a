"""A profile with changes made to it: as facts, to ask a rule about, and as a document."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias, assert_never
from zoneinfo import ZoneInfo

from attrs import frozen

from segql.engines.interpreter.facts import Facts, Timeline
from segql.model.changes import Add, Belong, Plan, Remove, SetValue
from segql.model.errors import Refused
from segql.model.instants import Instant, Moment, instant_from, iso
from segql.model.values import Json, Path, at_path, is_known

Verdict: TypeAlias = Callable[[str, Facts], bool | None]
"""Whether facts are in the segment of a name; None where its rule is not known."""


class CannotTell(Refused):
    """What the changed profile would be like does not follow from its facts."""

    default_code = "cannot-tell"


@frozen
class _Line:
    """A timeline put together from another one and what was added to it."""

    times: Sequence[Instant]
    _line: Timeline
    _added: Sequence[Mapping[str, Json]]
    _places: Sequence[int]
    """Where each comes from: a place in the line or, past all of those, one in what was added."""

    def properties(self, index: int) -> Mapping[str, Json]:
        place, others = self._places[index], len(self._line.times)
        return self._line.properties(place) if place < others else self._added[place - others]

    def source(self, _index: int) -> None:
        return None


@frozen(eq=False)
class Altered:
    """Facts as they would be after `plan`; raises `CannotTell` where nothing says."""

    _facts: Facts
    _plan: Plan
    _now: Instant
    _in_segment: Verdict

    @property
    def id(self) -> str:
        """The external id."""
        return self._facts.id

    def trait(self, path: Path) -> Json:
        """The trait at `path`."""
        return self._value("trait", path, self._facts.trait)

    def get(self, key: str, /) -> Json:
        """The trait under one key."""
        return self.trait((key,))

    def changed(self, path: Path) -> Instant | None:
        """When the trait last became what it is: now, where the plan sets it."""
        for change in self._plan:
            if isinstance(change, SetValue) and change.of == "trait":
                shared = min(len(path), len(change.path))
                if path[:shared] == change.path[:shared]:
                    return self._now
        return self._facts.changed(path)

    def account_trait(self, path: Path) -> Json:
        """The trait of the account at `path`."""
        return self._value("account trait", path, self._facts.account_trait)

    def _value(self, of: str, path: Path, ask: Callable[[Path], Json]) -> Json:
        changes = [
            change
            for change in self._plan
            if isinstance(change, SetValue) and change.of == of and change.path[0] == path[0]
        ]
        if not changes:
            return ask(path)
        values: Mapping[str, Json] = {path[0]: ask(path[:1])}
        for change in changes:
            values = with_value(values, change.path, change.value)
        return at_path(values, path)

    def field(self, name: str, now: Instant) -> str | float | None:
        """A field of §4."""
        if name in ("email", "account"):
            return self._text_field(name, now)
        if name == "id":
            return self._facts.field(name, now)
        found = self._facts.field(name, now)
        if any(isinstance(change, Remove) for change in self._plan):
            raise CannotTell(f"`{name}` without what is taken back")
        times = self._added(name)
        if name in ("events", "surveys_seen", "surveys_completed", "surveys_dismissed"):
            return float(found or 0) + len(times)
        known = [*times, found] if isinstance(found, int | float) else times
        if not known:
            return None
        return float(min(known) if name == "first_seen" else max(known))

    def _text_field(self, name: str, now: Instant) -> str | float | None:
        for change in reversed(self._plan):
            if isinstance(change, SetValue) and change.of == "field" and change.path == (name,):
                if change.value is None and self._facts.trait(("email",)) is not None:
                    raise CannotTell("`email` beside a trait of that name")
                assert change.value is None or isinstance(change.value, str)
                return change.value
        if name == "email" and any(
            isinstance(change, SetValue) and (change.of, change.path) == ("trait", ("email",))
            for change in self._plan
        ):
            raise CannotTell("`email` beside a new trait of that name")
        return self._facts.field(name, now)

    def _added(self, field: str) -> list[float]:
        """The times of what was added and counts for `field`."""
        last = field.rpartition("_")[2]
        kinds: tuple[str, ...] = (last,)
        if field in ("first_seen", "last_seen"):
            kinds = ("event", "seen", "completed", "dismissed", "partial")
        elif field in ("events", "last_event"):
            kinds = ("event",)
        elif last == "survey":
            kinds = ("seen", "completed", "dismissed")
        return [
            float(time)
            for change in self._plan
            if isinstance(change, Add) and change.kind in kinds
            for time in change.times
        ]

    def answer(self, survey: str, path: Path, now: Instant) -> Json:
        """The newest answer; what is added now is newer than all there was."""
        for change in reversed(self._plan):
            if isinstance(change, Remove) and change.kind != "event":
                raise CannotTell("answers without the responses that are taken back")
            if isinstance(change, Add) and change.kind != "event" and change.name == survey:
                given = at_path(change.values[-1], path)
                if is_known(given) and change.times[-1] == now:
                    return given
                if any(is_known(at_path(values, path)) for values in change.values):
                    raise CannotTell("an answer between older and newer ones")
        return self._facts.answer(survey, path, now)

    def events(self, name: str) -> Timeline:
        """The events called `name`."""
        return self._line(self._facts.events(name), "event", name)

    def actions(self, action: str, survey: str | None) -> Timeline:
        """The survey actions of that kind."""
        return self._line(self._facts.actions(action, survey), action, survey)

    def _line(self, line: Timeline, kind: str, name: str | None) -> Timeline:
        for change in self._plan:
            match change:
                case Add() if change.kind == kind and name in (None, change.name):
                    line = _joined(line, change)
                case Remove() if change.kind == kind and change.name == name:
                    if change.places[-1] >= len(line.times):
                        raise CannotTell("what is taken back is not there any more")
                    line = _without(line, frozenset(change.places))
                case Remove() if change.kind == kind != "event" and None in (name, change.name):
                    raise CannotTell("actions on all surveys without those taken back on one")
                case _:
                    pass
        return line

    def begins_after(self, now: Instant) -> Instant | None:
        """What is dated in the future stays as it was."""
        return self._facts.begins_after(now)

    def in_segment(self, name: str) -> bool:
        """Whether the profile would be in the segment."""
        for change in reversed(self._plan):
            if isinstance(change, Belong) and change.segment == name:
                return change.member
        found = self._in_segment(name, self)
        return self._facts.in_segment(name) if found is None else found

    def teammates(self) -> Iterable[Facts]:
        """The profiles of the same account, this one as it would be."""
        of_account = tuple(
            change
            for change in self._plan
            if isinstance(change, SetValue) and change.of != "trait" and change.path != ("email",)
        )
        team = tuple(self._facts.teammates())
        if any(change.of == "field" for change in of_account) or (of_account and not team):
            raise CannotTell("who is of the account")
        for mate in team:
            if mate.id == self.id:
                yield self
            else:
                yield Altered(mate, of_account, self._now, self._in_segment)

    def of_team(self) -> dict[object, Any]:
        """Nothing is kept: each is altered in its own way."""
        return {}


def _joined(line: Timeline, change: Add) -> Timeline:
    times, places = list(line.times), list(range(len(line.times)))
    for number, time in enumerate(change.times, len(places)):
        place = bisect_right(times, time)  # what is added arrives last
        times.insert(place, time)
        places.insert(place, number)
    return _Line(times, line, change.values, places)


def _without(line: Timeline, gone: frozenset[int]) -> Timeline:
    places = [place for place in range(len(line.times)) if place not in gone]
    return _Line([line.times[place] for place in places], line, (), places)


def with_value(values: Mapping[str, Json], path: Path, value: Json) -> Mapping[str, Json]:
    """`values` with `value` at `path`, None taking it away; what is no object on the way goes."""
    key, *rest = path
    if not rest:
        others = {other: found for other, found in values.items() if other != key}
        return others if value is None else {**others, key: value}
    inside = values.get(key)
    if not isinstance(inside, Mapping):
        if value is None:
            return values
        inside = {}
    return {**values, key: with_value(inside, tuple(rest), value)}


def applied(document: Mapping[str, Any], plan: Plan, moment: Moment) -> dict[str, Any]:
    """The profile document after `plan`: what `Profile.of` takes, with the changes made now."""
    changed = dict(document)
    for change in plan:
        match change:
            case SetValue(of, path, value):
                _set(changed, of, path, value, moment.now)
            case Add(kind="event"):
                changed["events"] = [*(changed.get("events") or ()), *_entries(change)]
            case Add():
                changed["surveys"] = [*(changed.get("surveys") or ()), *_entries(change)]
            case Remove():
                key = "events" if change.kind == "event" else "surveys"
                changed[key] = _kept(changed.get(key) or (), change, moment.zone)
            case Belong(segment, member):
                others = [name for name in changed.get("segments") or () if name != segment]
                changed["segments"] = [*others, segment] if member else others
            case _:
                assert_never(change)
    return changed


def _set(document: dict[str, Any], of: str, path: Path, value: Json, now: Instant) -> None:
    account = document.get("account") or {}
    match of, path:
        case "trait", _:
            document["traits"] = with_value(document.get("traits") or {}, path, value)
            document["changed"] = with_value(document.get("changed") or {}, path, iso(now))
        case "account trait", _:
            traits = with_value(account.get("traits") or {}, path, value)
            document["account"] = {**account, "traits": traits}
        case _, ("account",):
            document["account"] = {**account, "id": value}
        case _:
            document["email"] = value


def _entries(change: Add) -> list[dict[str, Any]]:
    if change.kind == "event":
        named, given = {"event": change.name}, "properties"
    else:
        named, given = {"survey": change.name, "action": change.kind}, "answers"
    pairs = zip(change.times, change.values, strict=True)
    return [{**named, "time": iso(time), given: dict(values)} for time, values in pairs]


def _kept(
    entries: Sequence[Mapping[str, Any]], change: Remove, zone: ZoneInfo
) -> list[Mapping[str, Any]]:
    def is_meant(entry: Mapping[str, Any]) -> bool:
        if change.kind == "event":
            return bool(entry["event"] == change.name)
        return entry["action"] == change.kind and change.name in (None, entry["survey"])

    meant = [index for index, entry in enumerate(entries) if is_meant(entry)]
    meant.sort(key=lambda index: instant_from(entries[index]["time"], zone))
    gone = {meant[place] for place in change.places}
    return [entry for index, entry in enumerate(entries) if index not in gone]
