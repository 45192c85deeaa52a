"""Accounts of which something has happened that not all of their profiles have followed yet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from attrs import frozen

from segql.model.instants import Instant
from segql.store.driver import Connection

Why: TypeAlias = tuple[str, int | None, bool]
"""The cause, what `model.flips.Cause` says is its id, and whether the flips are silent."""

_UNBEGUN: Final = """
    select id, account, at, change, cursor, asked
      from followups
     where account = :account
       and at = :at
       and change = :change
       and cursor = 0
"""
_ADD: Final = """
    insert into followups (account, at, change, asked)
    values (:account, :at, :change, :asked)
"""
_FIRST: Final = """
    select id, account, at, change, cursor, asked
      from followups
     order by at, id
     limit 1
"""
_ANY: Final = "select 1 from followups limit 1"
_ACCOUNTS: Final = "select account from followups"
_MEMBERS: Final = """
    select profiles.id, activity.changed > :change
      from profiles
      join activity
        on activity.profile = profiles.id
     where account = :account
       and profiles.id > :cursor
     order by profiles.id
     limit :limit
"""
_AHEAD: Final = """
    select profiles.id, activity.changed > followups.change, followups.id, followups.account, at,
           followups.change, cursor, asked
      from json_each(?) as wanted
     cross join profiles
        on profiles.id = wanted.value
      join activity
        on activity.profile = profiles.id
      join followups
        on followups.account = profiles.account
       and cursor < profiles.id
     order by at, followups.id, profiles.id
"""
_GO_ON: Final = "update followups set cursor = :cursor, asked = :asked where id = :id"
_DROP: Final = "delete from followups where id = ?"


@frozen
class Followup:
    """What is to be asked about the profiles of an account, as of the instant `at`."""

    id: int
    account: int
    at: Instant
    change: int
    """The last change number when it came to be."""
    cursor: int
    """Profiles with an internal id up to this one have been asked what is asked first."""
    _asked: str

    @property
    def asked(self) -> dict[int, Why]:
        """The segments, by id, that are still to be asked of some."""
        rows: list[tuple[int, str, int | None, bool]] = json.loads(self._asked)
        return {segment: (cause, own, silent) for segment, cause, own, silent in rows}


def add(
    connection: Connection, account: int, *, at: Instant, change: int, asked: Mapping[int, Why]
) -> None:
    """Have segments asked about every profile of an account; inside `immediate`.

    What is under way already is not held up, and not forgotten: this comes after it.
    """
    bound = {"account": account, "at": at, "change": change}
    row = connection.execute(_UNBEGUN, bound).fetchone()
    if row is None:
        connection.execute(_ADD, bound | {"asked": _text(asked)})
    else:
        before = Followup(*row)
        go_on(connection, before, cursor=0, asked={**asked, **before.asked})


def is_any(connection: Connection) -> bool:
    """Whether some profile has something to follow."""
    return connection.execute(_ANY).fetchone() is not None


def first(connection: Connection) -> Followup | None:
    """That of the earliest instant, the oldest of several, or None."""
    row = connection.execute(_FIRST).fetchone()
    return None if row is None else Followup(*row)


def accounts(connection: Connection) -> set[int]:
    """The accounts, by internal id, of which some profile has something to follow."""
    return {account for (account,) in connection.execute(_ACCOUNTS)}


def members(connection: Connection, ahead: Followup, *, limit: int) -> list[tuple[int, bool]]:
    """The next profiles to follow, ascending, and whether data of theirs were written since."""
    bound = {
        "account": ahead.account,
        "change": ahead.change,
        "cursor": ahead.cursor,
        "limit": limit,
    }
    rows = connection.execute(_MEMBERS, bound).fetchall()
    return [(profile, bool(is_touched)) for profile, is_touched in rows]


def ahead_of(
    connection: Connection, wanted: Iterable[int]
) -> list[tuple[Followup, dict[int, bool]]]:
    """What profiles, by internal id, have to follow, in order, and who; as `members` says it."""
    if not is_any(connection):
        return []
    found: dict[int, tuple[Followup, dict[int, bool]]] = {}
    for profile, is_touched, *rest in connection.execute(_AHEAD, (str(list(wanted)),)):
        ahead = Followup(*rest)
        found.setdefault(ahead.id, (ahead, {}))[1][profile] = bool(is_touched)
    return list(found.values())


def go_on(
    connection: Connection, ahead: Followup, *, cursor: int, asked: Mapping[int, Why]
) -> None:
    """Say who has been asked, and what is still to be asked; inside `immediate`."""
    if asked:
        bound = {"id": ahead.id, "cursor": cursor, "asked": _text(asked)}
        connection.execute(_GO_ON, bound)
    else:
        connection.execute(_DROP, (ahead.id,))


def _text(asked: Mapping[int, Why]) -> str:
    return json.dumps([(segment, *why) for segment, why in asked.items()])
