"""Profiles and accounts: who there is, what is known of one, and what changed since."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

from attrs import frozen

from segql.model.values import Json
from segql.store.driver import Connection
from segql.store.plain import values_of

_FIND: Final = """
    select id
      from profiles
     where external = ?
"""
_FIND_MANY: Final = """
    select profiles.external, profiles.id
      from json_each(?) as wanted
     cross join profiles
        on profiles.external = wanted.value
"""
_READ: Final = """
    select profiles.id, profiles.external, email, accounts.external, profiles.traits,
           accounts.traits
      from profiles
      left join accounts
        on accounts.id = profiles.account
     where profiles.id = ?
"""
_ADD_BARE: Final = "insert into profiles (external) values (?)"
_TOUCH: Final = """
    insert into activity (profile, changed)
    values (?, ?)
"""
_COUNT: Final = "select count(*) from activity where deleted = 0"
_LIVING: Final = "select profile from activity where deleted = 0 order by profile"
_CHANGED: Final = """
    select profile
      from activity
     where changed > ?
     order by profile
"""
_COUNT_CHANGED: Final = "select count(*) from activity where changed > ?"
_EXTERNALS: Final = """
    select profiles.id, profiles.external
      from json_each(?) as wanted
     cross join profiles
        on profiles.id = wanted.value
"""


@frozen
class Profile:
    """A stored profile with its own traits and those of its account."""

    id: int
    external: str
    email: str | None
    account: str | None
    traits: Mapping[str, Json]
    account_traits: Mapping[str, Json]


def profile_id(connection: Connection, external: str) -> int | None:
    """The internal id of the profile called `external`, or None."""
    row = connection.execute(_FIND, (external,)).fetchone()
    return None if row is None else int(row[0])


def profile_ids(connection: Connection, externals: Iterable[str]) -> dict[str, int]:
    """Internal ids by external id; unknown ones are left out."""
    return dict(connection.execute(_FIND_MANY, (json.dumps(list(externals)),)))


def externals(connection: Connection, ids: Iterable[int]) -> dict[int, str]:
    """External ids by internal id."""
    return dict(connection.execute(_EXTERNALS, (json.dumps(list(ids)),)))


def read(connection: Connection, profile: int) -> Profile | None:
    """The profile with the internal id `profile`, or None."""
    row = connection.execute(_READ, (profile,)).fetchone()
    if row is None:
        return None
    number, external, email, account, traits, account_traits = row
    return Profile(number, external, email, account, values_of(traits), values_of(account_traits))


def count(connection: Connection) -> int:
    """How many profiles there are."""
    return int(connection.execute(_COUNT).fetchone()[0])


def living(connection: Connection) -> list[int]:
    """Internal ids of all profiles, ascending."""
    return [profile for (profile,) in connection.execute(_LIVING)]


def changed_since(connection: Connection, change: int) -> list[int]:
    """Internal ids of profiles that a change after the number `change` touched, ascending."""
    return [profile for (profile,) in connection.execute(_CHANGED, (change,))]


def count_changed_since(connection: Connection, change: int) -> int:
    """How many profiles a change after the number `change` touched."""
    return int(connection.execute(_COUNT_CHANGED, (change,)).fetchone()[0])


def ensure(
    connection: Connection, wanted: Iterable[str], change: int
) -> tuple[dict[str, int], int]:
    """Internal ids by external id, and how many of them are new; inside `immediate`.

    New profiles have nothing but their id, and are marked as changed.
    """
    unique = list(dict.fromkeys(wanted))
    ids = profile_ids(connection, unique)
    missing = [external for external in unique if external not in ids]
    if missing:
        connection.executemany(_ADD_BARE, [(external,) for external in missing])
        added = profile_ids(connection, missing)
        connection.executemany(_TOUCH, [(profile, change) for profile in added.values()])
        ids |= added
    return ids, len(missing)
