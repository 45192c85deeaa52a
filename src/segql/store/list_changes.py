"""Profiles that were put on a fixed list, or taken off it, and have not moved yet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from attrs import frozen

from segql.store.driver import Connection

_ADD: Final = """
    insert into list_changes (segment, enters, profiles)
    values (?, ?, ?)
"""
_FIRST: Final = """
    select id, segment, enters, profiles
      from list_changes
     order by id
     limit 1
"""
_SHORTEN: Final = "update list_changes set profiles = ? where id = ?"
_DROP: Final = "delete from list_changes where id = ?"

ROW: Final = 5_000
"""Profiles of one row, which is read and written anew for each chunk."""


@frozen
class Waiting:
    """Profiles, by internal id, that must still be on the list `segment`, or off it."""

    id: int
    segment: int
    enters: bool
    profiles: Sequence[int]


def add(connection: Connection, segment: int, profiles: Sequence[int], *, enters: bool) -> None:
    """Have profiles wait, behind those that do; inside `immediate`."""
    connection.executemany(
        _ADD,
        [
            (segment, int(enters), json.dumps(profiles[start : start + ROW]))
            for start in range(0, len(profiles), ROW)
        ],
    )


def first(connection: Connection) -> Waiting | None:
    """Those who have waited longest, or None."""
    row = connection.execute(_FIRST).fetchone()
    if row is None:
        return None
    number, segment, enters, profiles = row
    return Waiting(number, segment, bool(enters), json.loads(profiles))


def shorten(connection: Connection, waiting: int, rest: Sequence[int]) -> None:
    """Say that of those with the id `waiting` only `rest` still wait; inside `immediate`."""
    connection.execute(_SHORTEN, (json.dumps(rest), waiting))


def drop(connection: Connection, waiting: int) -> None:
    """Say that none of them waits any more; inside `immediate`."""
    connection.execute(_DROP, (waiting,))
