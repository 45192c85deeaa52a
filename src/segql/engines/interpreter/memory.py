"""A plain mapping as `Facts`: checked and sorted once, then asked many times."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen

from segql.engines.interpreter.document import (
    BadProfile,
    Document,
    choice_of,
    entries_of,
    entry_of,
    kind,
    name_of,
    names_of,
    text_of,
    time_of,
    times_of,
    values_of,
)
from segql.model.instants import Instant, zone_named
from segql.model.values import Json, Path, at_path, is_known

_ACTIONS: Final = ("seen", "completed", "dismissed", "partial")
_COUNTED: Final = _ACTIONS[:3]
_PROFILE_KEYS: Final = (
    "id", "email", "traits", "account", "events", "surveys", "segments", "first_seen", "last_seen",
    "changed", "teammates",
)  # fmt: skip
_TEAMMATE_KEYS: Final = tuple(key for key in _PROFILE_KEYS if key not in ("account", "teammates"))


@frozen
class _Line:
    """What the profile did of one kind, in order of time, then place in the list."""

    times: tuple[Instant, ...]
    properties: Callable[[int], Mapping[str, Json]]
    """A tuple's own way to an item: asked for every event, a function around it would cost more."""
    _places: tuple[str, ...] = ()

    def source(self, index: int) -> str:
        return self._places[index]


_NOTHING: Final = _Line((), ().__getitem__)

_Act: TypeAlias = tuple[Instant, Mapping[str, Json], str]
"""When, with what, and the place in the document."""


@frozen(eq=False)
class Profile:
    """One profile in memory, ready to be asked; make it with `Profile.of`."""

    id: str
    _known_id: str | None
    _email: str | None
    _account: str | None
    _traits: Mapping[str, Json]
    get: Callable[[str], Json] = field(init=False, repr=False)
    """The trait under one key: the mapping's own way to it, without a function around it."""
    _account_traits: Mapping[str, Json]
    _events: Mapping[str, _Line]
    _actions: Mapping[tuple[str, str | None], _Line]
    _answers: Mapping[str, _Line]
    _segments: frozenset[str]
    _event_times: tuple[Instant, ...]
    _seen_times: tuple[Instant, ...] = field(repr=False)
    _changed: Mapping[Path, Instant]
    _team: list[Profile] = field(factory=list, repr=False)
    """The profiles of the account, this one included, the same list in each; empty without one."""

    @get.default
    def _own_get(self) -> Callable[[str], Json]:
        return self._traits.get

    @classmethod
    def of(cls, document: Document, *, zone: str | ZoneInfo = "UTC") -> Profile:
        """The profile that a plain mapping describes, every key of it optional.

            {"id", "email", "traits": {…}, "account": {"id", "traits": {…}},
             "events": [{"event", "time", "properties": {…}}],
             "surveys": [{"survey", "action", "time", "answers": {…}}],
             "segments": [names], "first_seen", "last_seen",
             "changed": {… when each trait last became what it is, nested like `traits`},
             "teammates": [the other profiles of the account, without `account`]}

        `action` is `seen`, `completed`, `dismissed`, or `partial` for answers of a response that is
        not completed yet. Times are ISO 8601 text (without an offset: in `zone`), aware datetimes
        or milliseconds. The mapping must not change afterwards. Raises `BadProfile` with the place.
        """
        return _read(document, zone_named(zone) if isinstance(zone, str) else zone)

    def trait(self, path: Path) -> Json:
        """The trait at `path`, None when missing."""
        return self._traits.get(path[0]) if len(path) == 1 else at_path(self._traits, path)

    def changed(self, path: Path) -> Instant | None:
        """When the trait at `path` last became what it is; of an object, the latest inside it."""
        return self._changed.get(path)

    def account_trait(self, path: Path) -> Json:
        """The trait of the account at `path`, None when missing or without account."""
        return at_path(self._account_traits, path)

    def field(self, name: str, now: Instant) -> str | float | None:
        """A field of §4 as of `now`; None when missing, or when there is no such field."""
        match name:
            case "id":
                return self._known_id
            case "email":
                return self._email
            case "account":
                return self._account
            case "events":
                return float(bisect_right(self._event_times, now))
            case "last_event":
                return _latest(self._event_times, now)
            case "first_seen":
                return next((float(time) for time in self._seen_times[:1] if time <= now), None)
            case "last_seen":
                return _latest(self._seen_times, now)
            case _:
                return self._survey_field(name, now)

    def _survey_field(self, name: str, now: Instant) -> float | None:
        if name == "last_survey":
            times = (_latest(self.actions(action, None).times, now) for action in _COUNTED)
            return max((time for time in times if time is not None), default=None)
        action = name.rpartition("_")[2]
        if action not in _COUNTED:
            return None
        times_of_action = self.actions(action, None).times
        if name == f"surveys_{action}":
            return float(bisect_right(times_of_action, now))
        return _latest(times_of_action, now) if name == f"last_survey_{action}" else None

    def answer(self, survey: str, path: Path, now: Instant) -> Json:
        """The newest non-null answer at `path` to `survey` up to `now`, whatever the action."""
        line = self._answers.get(survey, _NOTHING)
        for index in reversed(range(bisect_right(line.times, now))):
            found = at_path(line.properties(index), path)
            if is_known(found):
                return found
        return None

    def events(self, name: str) -> _Line:
        """The events called `name`."""
        return self._events.get(name, _NOTHING)

    def actions(self, action: str, survey: str | None) -> _Line:
        """The survey actions of that kind, on one survey or on all."""
        return self._actions.get((action, survey), _NOTHING)

    def begins_after(self, now: Instant) -> Instant | None:
        """The first instant after `now` at which more of the profile begins to exist."""
        index = bisect_right(self._seen_times, now)
        return self._seen_times[index] if index < len(self._seen_times) else None

    def in_segment(self, name: str) -> bool:
        """Whether the document's own list holds the segment."""
        return name in self._segments

    def settled(self, segment: str, *, inside: bool) -> Profile:
        """The same profile, listed in `segment` or not whatever the document says."""
        listed = self._segments - {segment}
        settled = evolve(self, segments=listed | {segment} if inside else listed, team=[])
        settled._team.extend(settled if mate is self else mate for mate in self._team)
        return settled

    def teammates(self) -> Sequence[Profile]:
        """The profiles of the same account, this one included; none without an account."""
        return self._team

    def of_team(self) -> dict[object, Any]:
        """Nothing is kept: documents are asked once."""
        return {}


def in_teams(people: Mapping[str, Profile]) -> dict[str, Profile]:
    """The same profiles, those whose accounts have one id being teammates of each other."""
    teams: dict[str, list[Profile]] = {}
    found: dict[str, Profile] = {}
    for who, one in people.items():
        if (account := one.field("account", 0)) is not None:
            team = teams.setdefault(str(account), [])
            one = evolve(one, team=team)
            team.append(one)
        found[who] = one
    return found


def _latest(times: Sequence[Instant], now: Instant) -> float | None:
    index = bisect_right(times, now)
    return float(times[index - 1]) if index else None


# Reading a document


def _read(document: Document, zone: ZoneInfo) -> Profile:
    if not isinstance(document, Mapping):
        raise BadProfile("", f"a profile is an object, not {kind(document)}")
    document = entry_of(document, "", _PROFILE_KEYS)
    account = entry_of(document.get("account"), "account", ("id", "traits"))
    team: list[Profile] = []
    profile = _profile(document, account, team, zone)
    mates = tuple(entries_of(document, "teammates", _TEAMMATE_KEYS))
    if document.get("account") is not None:
        team.append(profile)
    elif mates:
        raise BadProfile("teammates", "are those of an account, and there is no `account`")
    for place, mate in mates:
        try:
            team.append(_profile(mate, account, team, zone))
        except BadProfile as error:
            raise error.inside(place) from error
    return profile


def _profile(document: Document, account: Document, team: list[Profile], zone: ZoneInfo) -> Profile:
    traits = values_of(document, "traits", "")
    events = _events(document, zone)
    actions, answers = _surveys(document, zone)
    id_, email = text_of(document, "id", ""), text_of(document, "email", "")
    if email is None and isinstance(traits.get("email"), str):
        email = str(traits["email"])
    event_times = sorted(chain.from_iterable(line.times for line in events.values()))
    survey_times = chain.from_iterable(line.times for line in answers.values())
    calls = (
        time_of(document, key, "", zone)
        for key in ("first_seen", "last_seen")
        if document.get(key) is not None
    )
    return Profile(
        id=id_ or "",
        known_id=id_,
        email=email,
        account=text_of(account, "id", "account"),
        traits=traits,
        account_traits=values_of(account, "traits", "account"),
        events=events,
        actions=actions,
        answers=answers,
        segments=names_of(document, "segments"),
        event_times=tuple(event_times),
        seen_times=tuple(sorted(chain(event_times, survey_times, calls))),
        changed=times_of(document, "changed", zone),
        team=team,
    )


def _events(document: Document, zone: ZoneInfo) -> dict[str, _Line]:
    acts: dict[str, list[_Act]] = {}
    for place, entry in entries_of(document, "events", ("event", "time", "properties")):
        act = time_of(entry, "time", place, zone), values_of(entry, "properties", place), place
        acts.setdefault(name_of(entry, "event", place), []).append(act)
    return {name: _line(found) for name, found in acts.items()}


def _surveys(
    document: Document, zone: ZoneInfo
) -> tuple[dict[tuple[str, str | None], _Line], dict[str, _Line]]:
    """Lines by action and survey, None for all surveys; and all entries by survey."""
    actions: dict[tuple[str, str | None], list[_Act]] = {}
    answers: dict[str, list[_Act]] = {}
    keys = ("survey", "action", "time", "answers")
    for place, entry in entries_of(document, "surveys", keys):
        survey = name_of(entry, "survey", place)
        action = choice_of(entry, "action", place, _ACTIONS)
        act = time_of(entry, "time", place, zone), values_of(entry, "answers", place), place
        answers.setdefault(survey, []).append(act)
        for line in ((action, survey), (action, None)):
            actions.setdefault(line, []).append(act)
    lines = {line: _line(found) for line, found in actions.items()}
    return lines, {survey: _line(found) for survey, found in answers.items()}


def _line(acts: list[_Act]) -> _Line:
    # The sort is stable, so equal times stay in their order in the list.
    acts.sort(key=itemgetter(0))
    if not acts:
        return _NOTHING
    times, properties, places = zip(*acts, strict=True)
    return _Line(times, properties.__getitem__, places)
