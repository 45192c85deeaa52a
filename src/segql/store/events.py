"""Events: append, dedupe by message, and the roll-ups and activity that follow from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import islice
from typing import Final

from attrs import field, frozen

from segql.model.instants import Instant
from segql.model.values import Json
from segql.store import names, profiles, settings
from segql.store.driver import Connection
from segql.store.messages import Messages
from segql.store.plain import values_of

_ADD: Final = """
    insert into events (name, profile, time, arrival, message, properties, said)
    values (?, ?, ?, ?, ?, ?, ?)
"""
_ROLL_UP: Final = """
    insert into rollups (profile, name, count, first, last)
    values (?, ?, ?, ?, ?)
        on conflict (profile, name) do update
       set count = count + excluded.count,
           first = min(first, excluded.first),
           last = max(last, excluded.last)
"""
_TOUCH: Final = """
    insert into activity (profile, changed, events, first_event, last_event, first_call, last_call)
    values (?, ?, ?, ?, ?, ?, ?)
        on conflict (profile) do update
       set changed = excluded.changed,
           events = events + excluded.events,
           first_event = min(coalesce(first_event, excluded.first_event), excluded.first_event),
           last_event = max(coalesce(last_event, excluded.last_event), excluded.last_event),
           first_call = min(coalesce(first_call, excluded.first_call),
                            coalesce(excluded.first_call, first_call)),
           last_call = max(coalesce(last_call, excluded.last_call),
                           coalesce(excluded.last_call, last_call))
"""
_OF_PROFILE: Final = """
    select name, count, first, last
      from rollups
     where profile = ?
"""
_EVENTS_UP_TO: Final = """
    select count(*), min(time), max(time)
      from rollups
     cross join events
        on events.name = rollups.name
       and events.profile = rollups.profile
     where rollups.profile = ?
       and time <= ?
"""
_FIRST_AFTER: Final = """
    select min(time)
      from rollups
     cross join events
        on events.name = rollups.name
       and events.profile = rollups.profile
     where rollups.profile = ?
       and time > ?
"""
_NEWEST: Final = """
    select -time, -arrival, properties
      from events
     where name = ?
       and profile = ?
     order by time desc, arrival desc
     limit ?
"""
_NAMES_OF: Final = """
    select names.id, names.name
      from rollups
      join names
        on names.id = rollups.name
     where rollups.profile = ?
"""


@frozen
class Event:
    """An event to be stored: properties as `plain.text_of` writes them, None when there are none.

    `message` is a 16-byte digest: of two events with the same one, the first is kept. `said` is the
    time that was given, where that was not believed and `time` is another.
    """

    profile: str
    name: str
    time: Instant
    properties: str | None = None
    message: bytes | None = None
    said: Instant | None = None
    values: Mapping[str, Json] | None = field(default=None, eq=False, repr=False)
    """The properties once more, where whoever made it has them at hand."""


@frozen
class Done:
    """An event as it is stored."""

    name: str
    time: Instant
    properties: dict[str, Json]


@frozen(kw_only=True)
class Outcome:
    """What a batch did; `added` and `present` add up to its events."""

    added: int
    present: int
    names: frozenset[str]
    """Names of the added events."""
    touched: frozenset[int]
    """Internal ids of profiles that events were added to."""
    profiles: Mapping[str, int]
    """Internal ids by the external ids of the batch, those of calls that were present left out."""
    new: frozenset[int]
    """Internal ids of profiles that were made."""
    arrivals: tuple[int | None, ...]
    """For each event of the batch the number of its arrival, None where it was present."""


def append(
    connection: Connection,
    events: Sequence[Event],
    *,
    change: int,
    call_at: Instant | None = None,
    messages: Messages | None = None,
) -> Outcome:
    """Store `events`, in the order of their arrival, as the change number `change`.

    Inside `immediate`. Unknown profiles are made. `call_at` is the time of the call that brought
    them, where there is one: it counts for `first_seen` and `last_seen`. `messages` knows some of
    those that are stored by heart.
    """
    known = Messages(connection) if messages is None else messages
    places = _fresh_places(known, events)
    fresh = [events[place] for place in places]
    profile_ids, new = profiles.ensure(connection, (event.profile for event in fresh), change)
    name_ids = names.event_ids(connection, {event.name for event in fresh})
    last = settings.take(connection, settings.Counter.ARRIVAL, len(fresh))
    first = last - len(fresh) + 1
    digests = [event.message for event in fresh if event.message is not None]
    known.add(digests, arrival=first)
    # Sorted like the table, so that neighbours are written together.
    rows = sorted(
        (
            name_ids[event.name],
            profile_ids[event.profile],
            event.time,
            first + place,
            event.message,
            event.properties,
            event.said,
        )
        for place, event in enumerate(fresh)
    )
    connection.executemany(_ADD, rows)
    counts: dict[tuple[int, int], tuple[int, Instant, Instant]] = {}
    for name, profile, time, *_ in rows:
        count, low, high = counts.get((profile, name), (0, time, time))
        counts[profile, name] = (count + 1, min(low, time), max(high, time))
    by_pair = [(*pair, *span) for pair, span in sorted(counts.items())]
    connection.executemany(_ROLL_UP, by_pair)
    by_profile: dict[int, tuple[int, Instant, Instant]] = {}
    for profile, _, count, low, high in by_pair:
        total, earliest, latest = by_profile.get(profile, (0, low, high))
        by_profile[profile] = (total + count, min(earliest, low), max(latest, high))
    connection.executemany(
        _TOUCH,
        [(profile, change, *span, call_at, call_at) for profile, span in by_profile.items()],
    )
    arrivals: list[int | None] = [None] * len(events)
    for number, place in enumerate(places, first):
        arrivals[place] = number
    return Outcome(
        added=len(fresh),
        present=len(events) - len(fresh),
        names=frozenset(name_ids),
        touched=frozenset(by_profile),
        profiles=profile_ids,
        new=new,
        arrivals=tuple(arrivals),
    )


def _fresh_places(messages: Messages, events: Sequence[Event]) -> Sequence[int]:
    """The places of the events whose message is neither stored nor met before among `events`."""
    digests = [event.message for event in events if event.message is not None]
    met = messages.present(digests)
    if not met and len(set(digests)) == len(digests):
        return range(len(events))
    fresh = []
    for place, event in enumerate(events):
        if event.message is not None:
            if event.message in met:
                continue
            met.add(event.message)
        fresh.append(place)
    return fresh


def recent(connection: Connection, profile: int, *, limit: int) -> list[Done]:
    """The newest events of the profile with the internal id `profile`, newest first."""
    found = [
        _newest(connection, number, name, profile, limit)
        for number, name in connection.execute(_NAMES_OF, (profile,)).fetchall()
    ]
    return [
        Done(name, -time, values_of(text)) for time, _, name, text in islice(merge(*found), limit)
    ]


def _newest(
    connection: Connection, number: int, name: str, profile: int, limit: int
) -> Iterator[tuple[int, int, str, str | None]]:
    """The newest events of one name, sorted for a merge: by time and arrival, both negative."""
    for time, arrival, text in connection.execute(_NEWEST, (number, profile, limit)):
        yield time, arrival, name, text


def counts(connection: Connection, profile: int) -> Iterable[tuple[int, int, Instant, Instant]]:
    """Name's number, count, first and last of every event of the profile."""
    return connection.execute(_OF_PROFILE, (profile,)).fetchall()


def up_to(
    connection: Connection, profile: int, now: Instant
) -> tuple[int, Instant | None, Instant | None]:
    """Count, first and last time of the events of a profile, by internal id, up to `now`."""
    count, first, last = connection.execute(_EVENTS_UP_TO, (profile, now)).fetchone()
    return count, first, last


def first_after(connection: Connection, profile: int, now: Instant) -> Instant:
    """The time of the first event after `now`, of a profile that has one."""
    (first,) = connection.execute(_FIRST_AFTER, (profile, now)).fetchone()
    return int(first)
