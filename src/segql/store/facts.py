"""One profile read lazily, in the shape the interpreter asks for (`Facts`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from typing import Any, Final

from segql.model.fields import COUNT_FIELDS, TEXT_FIELDS, TIME_FIELDS
from segql.model.instants import Instant
from segql.model.values import Json, Path, at_path, is_known
from segql.store import activity, changes, events, profiles
from segql.store.activity import Activity
from segql.store.driver import Connection
from segql.store.plain import values_of
from segql.store.teammates import Team, Teams
from segql.store.timelines import StoredEvents, StoredTimeline

_RESPONSES: Final = """
    select surveys.key, action, time, answers
      from responses
      join surveys
        on surveys.id = responses.survey
     where responses.profile = ?
     order by time, responses.id
"""
_RESPONSE_SOURCES: Final = """
    select surveys.key, action, lower(hex(coalesce(response, message)))
      from responses
      join surveys
        on surveys.id = responses.survey
     where responses.profile = ?
     order by time, responses.id
"""
_CHANGED: Final = "select changed from profiles where id = ?"


def facts_of(
    connection: Connection,
    profile: int,
    *,
    in_segment: Callable[[StoredFacts, str], bool],
) -> StoredFacts | None:
    """The facts of a profile by its internal id, or None when there is none.

    `in_segment` tells whether a profile, this one or a teammate, is in a segment by its name.
    """
    known = profiles.read(connection, profile)
    return None if known is None else StoredFacts(connection, profile, in_segment, known)


def facts_of_many(
    connection: Connection,
    wanted: Collection[int],
    *,
    in_segment: Callable[[StoredFacts, str], bool],
    teams: Teams[StoredFacts] | None = None,
) -> dict[int, StoredFacts]:
    """The facts of profiles by internal id, what most rules ask for read at once.

    Profiles that do not exist are left out.
    """
    known, done = profiles.read_many(connection, wanted), activity.read(connection, wanted)
    return {
        profile: StoredFacts(connection, profile, in_segment, found, done[profile], teams=teams)
        for profile, found in known.items()
    }


class StoredFacts:
    """One stored profile. Reads what is asked for, once; made anew after every change."""

    def __init__(
        self,
        connection: Connection,
        profile: int,
        in_segment: Callable[[StoredFacts, str], bool],
        known: profiles.Profile | None = None,
        done: Activity | None = None,
        *,
        teams: Teams[StoredFacts] | None = None,
    ) -> None:
        """Take the internal id of a profile that exists, and what is known of it already.

        Those with the same `teams` read their teammates once for all.

        Most rules that an event can change look at events alone, so the rest is read when asked.
        """
        self.profile = profile
        """The internal id."""
        self._connection = connection
        self._in_segment = in_segment
        self._found = known
        self._changed: changes.Changed | None = None
        self._teams = Teams[StoredFacts]() if teams is None else teams
        self._activity = done
        self._responses: list[tuple[str, str, Instant, str | None]] | None = None
        self._events: dict[str, StoredEvents] = {}
        self._actions: dict[tuple[str, str | None], StoredTimeline] = {}

    @property
    def _known(self) -> profiles.Profile:
        found = self._found
        if found is None:
            found = self._found = profiles.read(self._connection, self.profile)
            assert found is not None, "the profile exists"
        return found

    @property
    def id(self) -> str:
        """The external id."""
        return self._known.external

    def trait(self, path: Path) -> Json:
        """The trait at `path`, None when missing."""
        return at_path(self._known.traits, path)

    def get(self, key: str, /) -> Json:
        """The trait under one key, None when missing."""
        return self._known.traits.get(key)

    def account_trait(self, path: Path) -> Json:
        """The trait of the profile's account at `path`, None when missing or without account."""
        return at_path(self._known.account_traits, path)

    def field(self, name: str, now: Instant) -> str | float | None:
        """A field of §4 as of `now`: text, a count, or an instant in ms as a float."""
        if name in TEXT_FIELDS:
            return self._text_field(name)
        if name in COUNT_FIELDS:
            return float(self._count(name, now))
        if name in TIME_FIELDS:
            instant = self._time(name, now)
            return None if instant is None else float(instant)
        return None

    def answer(self, survey: str, path: Path, now: Instant) -> Json:
        """The newest non-null answer at `path` given to `survey` up to `now`."""
        for key, _, time, text in reversed(self._all_responses()):
            if key == survey and time <= now:
                found = at_path(values_of(text), path)
                if is_known(found):
                    return found
        return None

    def events(self, name: str) -> StoredEvents:
        """The profile's events called `name`."""
        found = self._events.get(name)
        if found is None:
            found = self._events[name] = StoredEvents(self._connection, name, self.profile)
        return found

    def actions(self, action: str, survey: str | None) -> StoredTimeline:
        """The profile's survey actions of that kind, on one survey or on all."""
        found = self._actions.get((action, survey))
        if found is None:
            rows = [
                (time, text)
                for key, kind, time, text in self._all_responses()
                if kind == action and survey in {None, key}
            ]
            found = self._actions[action, survey] = StoredTimeline(
                rows, lambda: self._response_sources(action, survey)
            )
        return found

    def _response_sources(self, action: str, survey: str | None) -> list[str]:
        rows = self._connection.execute(_RESPONSE_SOURCES, (self.profile,))
        return [text for key, kind, text in rows if kind == action and survey in {None, key}]

    def begins_after(self, now: Instant) -> Instant | None:
        """The first instant after `now` at which more of the profile begins to exist."""
        done = self._all_activity()
        if done.last <= now:
            return None
        times = [time for time in (done.first_call, done.last_call) if time and time > now]
        if done.last_event is not None and done.last_event > now:
            times.append(events.first_after(self._connection, self.profile, now))
        if done.last_action is not None and done.last_action > now:
            times += [time for _, _, time, _ in self._all_responses() if time > now]
        return min(times, default=None)

    def in_segment(self, name: str) -> bool:
        """Whether the profile is in the segment, as the caller sees it."""
        return self._in_segment(self, name)

    def changed(self, path: Path) -> Instant | None:
        """Since when the trait at `path` is what it is, None when missing or not known."""
        if not is_known(self.trait(path)):
            return None
        if self._changed is None:
            [(text,)] = self._connection.execute(_CHANGED, (self.profile,))
            self._changed = json.loads(text)
        return changes.instant_at(self._changed, path)

    def teammates(self) -> Iterator[StoredFacts]:
        """The profiles of the same account, oneself included; none without one.

        Some are read when they are reached, once for all of them.
        """
        team = self._team()
        return iter(()) if team is None else team.each(self._read_mates)

    def _read_mates(self, wanted: Collection[int]) -> dict[int, StoredFacts]:
        given = self._connection, wanted
        return facts_of_many(*given, in_segment=self._in_segment, teams=self._teams)

    def of_team(self) -> dict[object, Any]:
        """What was found of all teammates together; nothing is kept without an account."""
        return {} if (team := self._team()) is None else team.found

    def _team(self) -> Team[StoredFacts] | None:
        account = self._known.account
        return (account and self._teams.of(self._connection, account, self.profile)) or None

    def _text_field(self, name: str) -> str | None:
        known = self._known
        match name:
            case "id":
                return known.external
            case "account":
                return known.account
            case _:
                if known.email is not None:
                    return known.email
                trait = known.traits.get("email")
                return trait if isinstance(trait, str) else None

    def _count(self, name: str, now: Instant) -> int:
        if name == "events":
            return self._event_span(now)[0]
        action = name.removeprefix("surveys_")
        return len(self._action_times(action, now))

    def _time(self, name: str, now: Instant) -> Instant | None:
        match name:
            case "last_event":
                return self._event_span(now)[2]
            case "last_survey":
                times = [
                    time
                    for _, action, time, _ in self._all_responses()
                    if action != "partial" and time <= now
                ]
                return max(times, default=None)
            case "first_seen":
                return min(self._seen(now), default=None)
            case "last_seen":
                return max(self._seen(now), default=None)
            case _:
                times = self._action_times(name.removeprefix("last_survey_"), now)
                return max(times, default=None)

    def _seen(self, now: Instant) -> list[Instant]:
        done = self._all_activity()
        _, first_event, last_event = self._event_span(now)
        known = (done.first_call, done.last_call, first_event, last_event)
        times = [time for time in known if time is not None and time <= now]
        return times + [time for _, _, time, _ in self._all_responses() if time <= now]

    def _event_span(self, now: Instant) -> tuple[int, Instant | None, Instant | None]:
        """Count, first and last time of the events that exist at `now`."""
        done = self._all_activity()
        if done.last_event is None or done.last_event <= now:
            return done.events, done.first_event, done.last_event
        return events.up_to(self._connection, self.profile, now)

    def _action_times(self, action: str, now: Instant) -> list[Instant]:
        return [
            time for _, kind, time, _ in self._all_responses() if kind == action and time <= now
        ]

    def _all_activity(self) -> Activity:
        found = self._activity
        if found is None:
            found = self._activity = activity.read(self._connection, (self.profile,))[self.profile]
        return found

    def _all_responses(self) -> list[tuple[str, str, Instant, str | None]]:
        if self._responses is None:
            self._responses = self._connection.execute(_RESPONSES, (self.profile,)).fetchall()
        return self._responses
