"""Intervals of membership that are over, and how many were in at instants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from segql.model.instants import Instant
from segql.store import settings
from segql.store.driver import Connection

_HISTORY: Final = """
    select profile, entered, entered_cause, entered_cause_id, "left", left_cause, left_cause_id
      from history
     where segment = ?
     order by flip
"""
_STAYS: Final = """
    select segment, entered, entered_cause, entered_cause_id, "left", left_cause, left_cause_id
      from history
     where profile = ?
     order by flip
"""
_OPEN_STAYS: Final = """
    select segment, entered, cause, cause_id
      from members
     where profile = ?
"""
_INSIDE_AT: Final = """
    select profile, entered, cause
      from members
     where segment = :segment
       and entered <= :at
       and profile > :after
     union all
    select profile, entered, entered_cause
      from history
     where segment = :segment
       and "left" > :at
       and entered <= :at
       and profile > :after
     order by profile
     limit :limit
"""
_COUNT_AT: Final = """
    select (select count(*)
              from members
             where segment = :segment
               and entered <= :at)
         + (select count(*)
              from history
             where segment = :segment
               and "left" > :at
               and entered <= :at)
"""
_ENTRIES: Final = """
    select point, sum(n)
      from (select case when entered <= :since then 0
                        else ((entered - :since) * :steps + :span - 1) / :span end as point,
                   count(*) as n
              from members
             where segment = :segment
               and entered <= :until
             group by point
             union all
            select case when entered <= :since then 0
                        else ((entered - :since) * :steps + :span - 1) / :span end as point,
                   count(*)
              from history
             where segment = :segment
               and "left" > :since
               and entered <= :until
             group by point)
     group by point
"""
_EXITS: Final = """
    select (("left" - :since) * :steps + :span - 1) / :span as point, count(*)
      from history
     where segment = :segment
       and "left" > :since
       and "left" <= :until
     group by point
"""
_OLD: Final = """
    select flip
      from history
     where "left" <= :before
     order by "left"
     limit :limit
"""
_FORGET: Final = """
    delete from history
     where flip in (select flip
                      from history
                     where "left" <= :before
                     order by "left"
                     limit :limit)
    returning flip
"""
_RETENTION: Final = "retention_days"
_KEPT_FROM: Final = "history_from"
_KEPT_AFTER: Final = "history_after"


@frozen
class Closed:
    """An interval that is over; `owner` is the profile, or the segment, that was not asked for."""

    owner: int
    entered: Instant
    entered_cause: str
    entered_cause_id: int | None
    left: Instant
    left_cause: str
    left_cause_id: int | None


@frozen
class Open:
    """An interval of a profile in `segment` that is not over."""

    segment: int
    entered: Instant
    cause: str
    cause_id: int | None


def of_segment(connection: Connection, segment: int) -> list[Closed]:
    """The closed intervals of a segment in the order of their exits; `owner` is the profile."""
    return [Closed(*row) for row in connection.execute(_HISTORY, (segment,))]


def of_profile(connection: Connection, profile: int) -> list[Closed]:
    """The closed intervals of a profile in the order of their exits; `owner` is the segment."""
    return [Closed(*row) for row in connection.execute(_STAYS, (profile,))]


def open_of_profile(connection: Connection, profile: int) -> list[Open]:
    """The intervals of a profile that are not over."""
    return [Open(*row) for row in connection.execute(_OPEN_STAYS, (profile,))]


def inside_at(
    connection: Connection, segment: int, at: Instant, *, after: int = 0, limit: int = -1
) -> list[tuple[int, Instant, str]]:
    """Who was in at the instant `at`: profile, since when and why, by profile.

    Behind the one with the internal id `after`, and at most `limit`, where that is no less than 0.
    An interval holds its beginning and not its end. The cost follows the members and the exits
    since `at`.
    """
    bound = {"segment": segment, "at": at, "after": after, "limit": limit}
    return connection.execute(_INSIDE_AT, bound).fetchall()


def count_at(connection: Connection, segment: int, at: Instant) -> int:
    """How many were in at the instant `at`."""
    bound = {"segment": segment, "at": at}
    return int(connection.execute(_COUNT_AT, bound).fetchone()[0])


def population(
    connection: Connection, segment: int, *, since: Instant, until: Instant, points: int
) -> Sequence[int]:
    """How many members there were at `points` instants, evenly spread from `since` to `until`.

    The instant of point i is `since + i * (until - since) // (points - 1)`; `until` must be later
    than `since`, and there must be two points at least. One pass over the members and the exits
    after `since`: 1 M of them take half a second.
    """
    bound = {
        "segment": segment,
        "since": since,
        "until": until,
        "span": until - since,
        "steps": points - 1,
    }
    changes = [0] * points
    for point, count in connection.execute(_ENTRIES, bound):
        changes[point] += count
    for point, count in connection.execute(_EXITS, bound):
        changes[point] -= count
    size = 0
    return tuple(size := size + change for change in changes)


def retention(connection: Connection) -> int | None:
    """For how many days intervals are kept when they are over; None for ever."""
    found = settings.read(connection, _RETENTION)
    return int(found) if found else None


def retain(connection: Connection, days: int | None) -> None:
    """Keep intervals that are over for `days`, or for ever; inside `immediate`."""
    settings.put(connection, _RETENTION, "" if days is None else str(days))


def kept_from(connection: Connection) -> Instant:
    """The instant from which on history is complete; 0 where nothing was forgotten."""
    return int(settings.read(connection, _KEPT_FROM) or 0)


def kept_after(connection: Connection) -> int:
    """The flip number after which none was forgotten; 0 where nothing was."""
    return int(settings.read(connection, _KEPT_AFTER) or 0)


def forget(connection: Connection, *, before: Instant, limit: int) -> int:
    """Take away up to `limit` intervals that were over at `before`; inside `immediate`.

    The oldest first. Gives how many there were; fewer than `limit` when none is left.
    """
    gone = [flip for (flip,) in connection.execute(_FORGET, {"before": before, "limit": limit})]
    if gone:
        settings.put(connection, _KEPT_FROM, str(max(before, kept_from(connection))))
        settings.put(connection, _KEPT_AFTER, str(max(*gone, kept_after(connection))))
    return len(gone)


def is_any_over(connection: Connection, *, before: Instant) -> bool:
    """Whether `forget` would find something."""
    return connection.execute(_OLD, {"before": before, "limit": 1}).fetchone() is not None
