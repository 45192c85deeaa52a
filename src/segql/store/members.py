"""Current members, and the history of flips, changed together and in bulk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Final

from attrs import frozen

from segql.model.instants import Instant
from segql.store import settings
from segql.store.driver import Connection

_CLOSE: Final = """
    insert into history (flip, segment, profile, entered, entered_cause, entered_flip, "left",
                         left_cause)
    select :flip + leaving.key, segment, profile, entered, cause, flip, :at, :cause
      from json_each(:profiles) as leaving
     cross join members
        on segment = :segment
       and profile = leaving.value
"""
_LEAVE: Final = """
    delete from members
     where segment = :segment
       and profile in (select value from json_each(:profiles))
"""
_ENTER: Final = """
    insert or ignore into members (segment, profile, entered, cause, flip)
    select :segment, value, :at, :cause, :flip + key
      from json_each(:profiles)
     order by value
"""
_IDS: Final = """
    select profile
      from members
     where segment = ?
     order by profile
"""
_COUNT: Final = "select count(*) from members where segment = ?"
_COUNTS: Final = """
    select segment, count(*)
      from members
     group by segment
"""
_PAGE: Final = """
    select members.profile, profiles.external, entered, cause
      from members
      join profiles
        on profiles.id = members.profile
     where segment = :segment
       and members.profile > :after
     order by members.profile
     limit :limit
"""
_IS_MEMBER: Final = "select 1 from members where segment = ? and profile = ?"
_OF_PROFILE: Final = """
    select segments.id, segments.name, entered, cause
      from members
      join segments
        on segments.id = members.segment
     where members.profile = ?
       and archived is null
     order by segments.name
"""
_SEGMENTS_OF: Final = "select segment from members where profile = ?"
_HISTORY: Final = """
    select profile, entered, entered_cause, "left", left_cause
      from history
     where segment = ?
     order by flip
"""
_STAYS: Final = """
    select segment, entered, entered_cause, "left", left_cause
      from history
     where profile = ?
     order by flip
"""

CHUNK: Final = 100_000
"""Profiles that one statement moves; its list is some 800 KB of text."""


@frozen
class Member:
    """A profile that is in a segment, since when and why."""

    profile: int
    external: str
    entered: Instant
    cause: str


@frozen
class Stay:
    """A segment that a profile is in, since when and why."""

    segment: int
    name: str
    entered: Instant
    cause: str


@frozen
class Closed:
    """An interval that is over; `owner` is the profile, or the segment, that was not asked for."""

    owner: int
    entered: Instant
    entered_cause: str
    left: Instant
    left_cause: str


def apply(
    connection: Connection,
    segment: int,
    entering: Iterable[int],
    leaving: Iterable[int],
    *,
    at: Instant,
    cause: str,
) -> int:
    """Move profiles, by internal id, out of and into a segment at the instant `at`.

    Inside `immediate`. Exits come first, then entries, in the order given, each with the next flip
    number. Those who are in already, or out already, are left as they are. Gives how many flips
    there were.
    """
    flips = 0
    for chunk in _chunks(leaving):
        bound = _bound(connection, segment, chunk, at, cause)
        flips += connection.execute(_CLOSE, bound).rowcount
        connection.execute(_LEAVE, {"segment": segment, "profiles": bound["profiles"]})
    for chunk in _chunks(entering):
        flips += connection.execute(_ENTER, _bound(connection, segment, chunk, at, cause)).rowcount
    return flips


def _bound(
    connection: Connection, segment: int, chunk: Sequence[int], at: Instant, cause: str
) -> dict[str, object]:
    last = settings.take(connection, settings.Counter.FLIP, len(chunk))
    return {
        "segment": segment,
        "profiles": json.dumps(chunk),
        "flip": last - len(chunk) + 1,
        "at": at,
        "cause": cause,
    }


def _chunks(profiles: Iterable[int]) -> Iterable[Sequence[int]]:
    everyone = [int(profile) for profile in profiles]  # NumPy's integers are no JSON
    return (everyone[start : start + CHUNK] for start in range(0, len(everyone), CHUNK))


def ids(connection: Connection, segment: int) -> list[int]:
    """Internal ids of the members, ascending."""
    return [profile for (profile,) in connection.execute(_IDS, (segment,))]


def count(connection: Connection, segment: int) -> int:
    """How many members the segment has."""
    return int(connection.execute(_COUNT, (segment,)).fetchone()[0])


def counts(connection: Connection) -> dict[int, int]:
    """Members by segment; segments without any are left out."""
    return dict(connection.execute(_COUNTS))


def page(
    connection: Connection, segment: int, *, after: int = 0, limit: int = 1_000
) -> list[Member]:
    """Up to `limit` members whose internal id is greater than `after`, ascending.

    The next page comes after the last one's `profile`; an empty page is the end.
    """
    bound = {"segment": segment, "after": after, "limit": limit}
    return [Member(*row) for row in connection.execute(_PAGE, bound)]


def is_member(connection: Connection, segment: int, profile: int) -> bool:
    """Whether the profile is in the segment."""
    return connection.execute(_IS_MEMBER, (segment, profile)).fetchone() is not None


def of_profile(connection: Connection, profile: int) -> list[Stay]:
    """The living segments that the profile is in, by name."""
    return [Stay(*row) for row in connection.execute(_OF_PROFILE, (profile,))]


def segments_of(connection: Connection, profile: int) -> set[int]:
    """Ids of the segments that the profile is in, archived ones too."""
    return {segment for (segment,) in connection.execute(_SEGMENTS_OF, (profile,))}


def history(connection: Connection, segment: int) -> list[Closed]:
    """The closed intervals of a segment in the order of their exits; `owner` is the profile."""
    return [Closed(*row) for row in connection.execute(_HISTORY, (segment,))]


def history_of_profile(connection: Connection, profile: int) -> list[Closed]:
    """The closed intervals of a profile in the order of their exits; `owner` is the segment."""
    return [Closed(*row) for row in connection.execute(_STAYS, (profile,))]
