"""Every flip read back, open intervals included: from a number on, and the newest of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from heapq import merge
from itertools import islice
from typing import Final

from attrs import frozen

from segql.model.instants import Instant
from segql.store import settings
from segql.store.driver import Connection

_FLIPS: Final = (
    """
    select flip, segment, profile, 1, entered, cause, cause_id
      from members indexed by members_flip
     where segment = :segment
       and flip > :after
       and entered >= :since
     order by flip
    """,
    """
    select entered_flip, segment, profile, 1, entered, entered_cause, entered_cause_id
      from history indexed by history_entered
     where segment = :segment
       and entered_flip > :after
       and entered >= :since
     order by entered_flip
    """,
    """
    select flip, segment, profile, 0, "left", left_cause, left_cause_id
      from history indexed by history_left
     where segment = :segment
       and flip > :after
       and "left" >= :since
     order by flip
    """,
)
_NEWEST: Final = """
    select flip, segment, profile, 1, entered, cause, cause_id
      from json_each(:segments) as wanted
     cross join members indexed by members_flip
        on segment = wanted.value
       and flip > :after
       and flip < :before
    union
    select entered_flip, segment, profile, 1, entered, entered_cause, entered_cause_id
      from json_each(:segments) as wanted
     cross join history indexed by history_entered
        on segment = wanted.value
       and entered_flip > :after
       and entered_flip < :before
    union
    select flip, segment, profile, 0, "left", left_cause, left_cause_id
      from json_each(:segments) as wanted
     cross join history indexed by history_left
        on segment = wanted.value
       and flip > :after
       and flip < :before
    union
    select flip, segment, profile, 1, entered, cause, cause_id
      from json_each(:profiles) as wanted
     cross join members indexed by members_profile
        on profile = wanted.value
     where flip > :after
       and flip < :before
    union
    select entered_flip, segment, profile, 1, entered, entered_cause, entered_cause_id
      from json_each(:profiles) as wanted
     cross join history indexed by history_profile
        on profile = wanted.value
     where entered_flip > :after
       and entered_flip < :before
    union
    select flip, segment, profile, 0, "left", left_cause, left_cause_id
      from json_each(:profiles) as wanted
     cross join history indexed by history_profile
        on profile = wanted.value
     where flip > :after
       and flip < :before
     order by flip desc
     limit :limit
"""
_LATEST: Final = """
    select segments.id,
           (select entered
              from members indexed by members_flip
             where segment = segments.id
             order by flip desc
             limit 1),
           (select "left"
              from history indexed by history_left
             where segment = segments.id
             order by flip desc
             limit 1)
      from segments
     where archived is null
"""
_WIDER: Final = 8
"""So many times as far back is looked next, where there were too few."""


@frozen
class Recorded:
    """A flip as it was written; later ones have greater numbers, though not always later instants.

    Time that nobody advanced to is caught up with, at the instants at which something changed.
    """

    number: int
    segment: int
    profile: int
    enters: bool
    at: Instant
    cause: str
    cause_id: int | None


def flips(
    connection: Connection,
    segments: Iterable[int],
    *,
    after: int = 0,
    since: Instant = 0,
    limit: int,
) -> list[Recorded]:
    """The first `limit` flips with a number above `after` and an instant from `since` on.

    In the order of their numbers. Inside `reading`: an interval may close between two reads.
    """
    if settings.counted(connection, settings.Counter.FLIP) <= after:
        return []
    found = [
        _rows(connection, statement, {"segment": segment, "after": after, "since": since})
        for segment in segments
        for statement in _FLIPS
    ]
    return [
        Recorded(number, segment, profile, bool(enters), at, cause, cause_id)
        for number, segment, profile, enters, at, cause, cause_id in islice(merge(*found), limit)
    ]


def _rows(
    connection: Connection, statement: str, bound: dict[str, int]
) -> Iterator[tuple[int, int, int, int, Instant, str, int | None]]:
    cursor = connection.execute(statement, bound)
    try:
        yield from cursor  # row by row: the merge takes few of each
    finally:
        cursor.close()


def newest(
    connection: Connection,
    segments: Collection[int],
    profiles: Collection[int] = (),
    *,
    after: int = 0,
    before: int | None = None,
    limit: int,
) -> list[Recorded]:
    """The newest `limit` flips of any of the segments or profiles, by internal ids, newest first.

    With numbers above `after` and below `before`. Inside `reading`. It is looked further and
    further back, so that those of a day cost nothing of the years before.
    """
    end = settings.counted(connection, settings.Counter.FLIP) + 1 if before is None else before
    bound = {
        "segments": json.dumps(list(segments)),
        "profiles": json.dumps(list(profiles)),
        "before": end,
        "limit": limit,
    }
    back, start = limit, end
    found: list[tuple[int, int, int, int, Instant, str, int | None]] = []
    while len(found) < limit and start > after:
        start = max(after, end - 1 - back)
        found = connection.execute(_NEWEST, {**bound, "after": start}).fetchall()
        back *= _WIDER
    return [
        Recorded(number, segment, profile, bool(enters), at, cause, cause_id)
        for number, segment, profile, enters, at, cause, cause_id in found
    ]


def latest(connection: Connection) -> dict[int, Instant]:
    """When each living segment last had a flip; those that never had one are left out."""
    rows = connection.execute(_LATEST)
    found = {segment: max(entered or 0, left or 0) for segment, entered, left in rows}
    return {segment: at for segment, at in found.items() if at}
