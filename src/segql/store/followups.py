"""Accounts whose change has not reached all of their profiles yet."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Final

from attrs import frozen

from segql.store.driver import Connection

_PUT: Final = """
    insert into followups (account, cursor, change, affected)
    values (:account, 0, :change, :affected)
        on conflict (account) do update
       set cursor = 0,
           change = excluded.change,
           affected = excluded.affected
"""
_READ: Final = "select account, cursor, change, affected from followups where account = ?"
_NEXT: Final = "select account, cursor, change, affected from followups order by change limit 1"
_ANY: Final = "select 1 from followups limit 1"
_AHEAD: Final = """
    select profiles.id, followups.account, cursor, change, affected
      from json_each(?) as wanted
     cross join profiles
        on profiles.id = wanted.value
      join followups
        on followups.account = profiles.account
       and followups.cursor < profiles.id
"""
_MOVE: Final = "update followups set cursor = ? where account = ?"
_DROP: Final = "delete from followups where account = ?"


@frozen
class Followup:
    """A change of an account that profiles beyond `cursor`, by internal id, have not followed."""

    account: int
    cursor: int
    change: int
    """The change number of the call's transaction."""
    _affected: str

    @property
    def segments(self) -> Collection[int]:
        """The segments, by id, that read what changed."""
        found: list[int] = json.loads(self._affected)
        return found


def read(connection: Connection, account: int) -> Followup | None:
    """What profiles of an account, by internal id, have still to follow, or None."""
    row = connection.execute(_READ, (account,)).fetchone()
    return None if row is None else Followup(*row)


def add(connection: Connection, account: int, segments: Collection[int], *, change: int) -> None:
    """Have every profile of an account re-checked for segments; inside `immediate`.

    What profiles have still to follow is not forgotten; they begin again with the first one.
    """
    before = read(connection, account)
    together = sorted({*segments, *(before.segments if before else ())})
    bound = {"account": account, "change": change, "affected": json.dumps(together)}
    connection.execute(_PUT, bound)


def first(connection: Connection) -> Followup | None:
    """The oldest one, or None."""
    row = connection.execute(_NEXT).fetchone()
    return None if row is None else Followup(*row)


def ahead_of(connection: Connection, wanted: Iterable[int]) -> dict[int, Followup]:
    """Which of the profiles, by internal id, have still to follow, and what."""
    if connection.execute(_ANY).fetchone() is None:
        return {}
    rows = connection.execute(_AHEAD, (str(list(wanted)),)).fetchall()
    return {profile: Followup(*rest) for profile, *rest in rows}


def move(connection: Connection, account: int, cursor: int) -> None:
    """Say that the profiles up to `cursor` have followed; inside `immediate`."""
    connection.execute(_MOVE, (cursor, account))


def drop(connection: Connection, account: int) -> None:
    """Say that every profile has followed; inside `immediate`."""
    connection.execute(_DROP, (account,))
