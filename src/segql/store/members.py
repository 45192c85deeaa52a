"""Current members, and the history of flips, changed together: in bulk or one by one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from attrs import frozen

from segql.model.flips import Cause, Flip
from segql.model.instants import Instant
from segql.store import settings
from segql.store.driver import Connection
from segql.store.inside import segments_of

_CLOSE: Final = """
    insert into history (flip, segment, profile, entered, entered_cause, entered_cause_id,
                         entered_flip, "left", left_cause, left_cause_id)
    select :flip + leaving.key, segment, profile, entered, cause, cause_id, flip, :at, :cause,
           :cause_id
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
    insert or ignore into members (segment, profile, entered, cause, cause_id, flip)
    select :segment, value, :at, :cause, :cause_id, :flip + key
      from json_each(:profiles)
     order by value
"""
_CLOSE_ONE: Final = """
    insert into history (flip, segment, profile, entered, entered_cause, entered_cause_id,
                         entered_flip, "left", left_cause, left_cause_id)
    select :flip, segment, profile, entered, cause, cause_id, flip, :at, :cause, :cause_id
      from members
     where segment = :segment
       and profile = :profile
"""
_LEAVE_ONE: Final = "delete from members where segment = :segment and profile = :profile"
_ENTER_ONE: Final = """
    insert or ignore into members (segment, profile, entered, cause, cause_id, flip)
    values (:segment, :profile, :at, :cause, :cause_id, :flip)
"""
_EARLIER: Final = """
    update members
       set entered = max(gone.entered, coalesce((select max("left")
                                                   from history
                                                  where history.profile = :to
                                                    and history.segment = members.segment),
                                                gone.entered)),
           cause = gone.cause, cause_id = gone.cause_id
      from members as gone
     where members.profile = :to
       and gone.profile = :profile
       and gone.segment = members.segment
       and gone.entered < members.entered
"""
_TAKE_OVER: Final = """
    insert into members (segment, profile, entered, cause, cause_id, flip)
    select segment, :to,
           max(entered, coalesce((select max("left")
                                    from history
                                   where history.profile = :to
                                     and history.segment = members.segment), entered)),
           cause, cause_id, :flip
      from members
     where segment = :segment
       and profile = :profile
"""
_IDS: Final = """
    select profile
      from members
     where segment = ?
     order by profile
     limit ?
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
_AMONG: Final = """
    select members.profile
      from json_each(:wanted) as wanted
     cross join members
        on members.segment = :segment
       and members.profile = wanted.value
"""
_OF_PROFILE: Final = """
    select segments.id, segments.name, entered, cause
      from members
      join segments
        on segments.id = members.segment
     where members.profile = ?
       and archived is null
     order by segments.name
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


def apply(
    connection: Connection,
    segment: int,
    entering: Iterable[int],
    leaving: Iterable[int],
    *,
    at: Instant,
    cause: str,
    cause_id: int | None = None,
) -> int:
    """Move profiles, by internal id, out of and into a segment at the instant `at`.

    Inside `immediate`. Exits come first, then entries, in the order given, each with the next flip
    number. Those who are in already, or out already, are left as they are. Gives how many flips
    there were.
    """
    flips = 0
    for chunk in _chunks(leaving):
        bound = _bound(connection, segment, chunk, at, cause, cause_id)
        flips += connection.execute(_CLOSE, bound).rowcount
        connection.execute(_LEAVE, {"segment": segment, "profiles": bound["profiles"]})
    for chunk in _chunks(entering):
        bound = _bound(connection, segment, chunk, at, cause, cause_id)
        flips += connection.execute(_ENTER, bound).rowcount
    return flips


def hand_over(
    connection: Connection, absorbed: int, survivor: int, *, at: Instant, cause_id: int
) -> None:
    """Have `survivor` be in the segments of `absorbed`, by internal ids, which leaves them.

    The survivor keeps the earlier entry where both are in; where only the other one is, it takes
    that entry, though neither before its own last exit: its intervals never overlap. Inside
    `immediate`.
    """
    moved = {"profile": absorbed, "to": survivor}
    connection.execute(_EARLIER, moved)
    inside = segments_of(connection, (absorbed, survivor))
    for segment in sorted(inside[absorbed]):
        if segment not in inside[survivor]:
            flip = settings.take(connection, settings.Counter.FLIP)
            connection.execute(_TAKE_OVER, {**moved, "segment": segment, "flip": flip})
    write(
        connection,
        [
            Flip(segment, absorbed, False, at, Cause.MERGE, cause_id, True)
            for segment in sorted(inside[absorbed])
        ],
    )


def _bound(
    connection: Connection,
    segment: int,
    chunk: Sequence[int],
    at: Instant,
    cause: str,
    cause_id: int | None,
) -> dict[str, object]:
    last = settings.take(connection, settings.Counter.FLIP, len(chunk))
    return {
        "segment": segment,
        "profiles": json.dumps(chunk),
        "flip": last - len(chunk) + 1,
        "at": at,
        "cause": cause,
        "cause_id": cause_id,
    }


def write(connection: Connection, flips: Sequence[Flip]) -> int:
    """Move profiles into and out of segments, each with the next flip number, in their order.

    Inside `immediate`. Each must be one: whoever enters is out, whoever leaves is in. Gives the
    number of the first.
    """
    if not flips:
        return 0
    first = settings.take(connection, settings.Counter.FLIP, len(flips)) - len(flips) + 1
    together: dict[tuple[int, int], tuple[int, Flip]] = {}
    for number, flip in enumerate(flips, first):
        if (flip.segment, flip.profile) in together:
            _write_together(connection, together)
            together = {}
        together[flip.segment, flip.profile] = number, flip
    _write_together(connection, together)
    return first


def _write_together(
    connection: Connection, flips: Mapping[tuple[int, int], tuple[int, Flip]]
) -> None:
    """Write flips by segment and profile, in the order in which the pages of tables have them."""
    entering: list[dict[str, object]] = []
    leaving: list[dict[str, object]] = []
    for _, (number, flip) in sorted(flips.items()):
        bound = {
            "flip": number,
            "segment": flip.segment,
            "profile": flip.profile,
            "at": flip.at,
            "cause": flip.cause,
            "cause_id": flip.cause_id,
        }
        (entering if flip.enters else leaving).append(bound)
    connection.executemany(_CLOSE_ONE, leaving)
    connection.executemany(_LEAVE_ONE, leaving)
    connection.executemany(_ENTER_ONE, entering)


def _chunks(profiles: Iterable[int]) -> Iterable[Sequence[int]]:
    everyone = [int(profile) for profile in profiles]  # NumPy's integers are no JSON
    return (everyone[start : start + CHUNK] for start in range(0, len(everyone), CHUNK))


def ids(connection: Connection, segment: int, *, limit: int = -1) -> list[int]:
    """Internal ids of the members, ascending: all, or the first `limit`."""
    return [profile for (profile,) in connection.execute(_IDS, (segment, limit))]


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
    return bool(among(connection, segment, (profile,)))


def among(connection: Connection, segment: int, wanted: Iterable[int]) -> set[int]:
    """Which of the profiles, by internal id, are in the segment."""
    bound = {"segment": segment, "wanted": json.dumps(list(wanted))}
    return {profile for (profile,) in connection.execute(_AMONG, bound)}


def of_profile(connection: Connection, profile: int) -> list[Stay]:
    """The living segments that the profile is in, by name."""
    return [Stay(*row) for row in connection.execute(_OF_PROFILE, (profile,))]
