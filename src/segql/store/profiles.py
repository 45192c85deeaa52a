"""Profiles and accounts: who there is, what is known of one, and what changed since."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final

from attrs import field, frozen

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
_BEGINNING: Final = """
    select external, email
      from profiles
     where external >= :letters
       and external < :letters || char(1114111)
     order by external
     limit :limit
"""
_RESOLVE: Final = """
    select aliases.external, profile
      from json_each(?) as wanted
     cross join aliases
        on aliases.external = wanted.value
"""
_CANONICAL: Final = """
    select aliases.external, profiles.external
      from json_each(?) as wanted
     cross join aliases
        on aliases.external = wanted.value
      join profiles
        on profiles.id = aliases.profile
"""
_FORMER: Final = """
    select absorbed, external
      from json_each(?) as wanted
     cross join aliases
        on absorbed = wanted.value
"""
_ABSORBED: Final = """
    select absorbed, external
      from aliases
     where profile = ?
       and absorbed is not null
     order by absorbed
"""
_BECAME: Final = """
    select absorbed, profile
      from json_each(?) as wanted
     cross join aliases
        on absorbed = wanted.value
"""
_READ: Final = """
    select profiles.id, profiles.external, email, accounts.external, profiles.traits,
           accounts.traits
      from json_each(?) as wanted
     cross join profiles
        on profiles.id = wanted.value
      left join accounts
        on accounts.id = profiles.account
"""
_ACCOUNTS_OF: Final = """
    select profiles.id, account
      from json_each(?) as wanted
     cross join profiles
        on profiles.id = wanted.value
"""
_OF_ACCOUNT: Final = """
    select id
      from profiles
     where account = :account
       and id > :after
     order by id
     limit :limit
"""
_ADD_BARE: Final = "insert into profiles (external) values (?)"
_TOUCH: Final = """
    insert into activity (profile, changed, passed)
    values (?, ?, (select cast(value as integer) from settings where name = 'clock'))
"""
_REACHED: Final = """
    select profile, reached
      from json_each(?) as wanted
     cross join activity
        on activity.profile = wanted.value
"""
_REACHED_SINCE: Final = """
    select profile
      from activity
     where changed > :change
       and reached > :due
"""
_LAST: Final = "select coalesce(max(profile), 0) from activity"
_REACH: Final = "update activity set changed = :change, reached = :change where profile = :profile"
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
    _traits: str = field(repr=False)
    _account_traits: str | None = field(repr=False)

    @cached_property
    def traits(self) -> Mapping[str, Json]:
        """Its own traits."""
        return values_of(self._traits)

    @cached_property
    def account_traits(self) -> Mapping[str, Json]:
        """The traits of its account; none without one."""
        return values_of(self._account_traits)


def beginning_with(
    connection: Connection, letters: str, *, limit: int
) -> list[tuple[str, str | None]]:
    """Ids with e-mails of the first `limit` profiles whose id begins with `letters`, ascending."""
    return connection.execute(_BEGINNING, {"letters": letters, "limit": limit}).fetchall()


def profile_id(connection: Connection, external: str) -> int | None:
    """The internal id of the profile called `external`, or absorbed under that id; or None."""
    row = connection.execute(_FIND, (external,)).fetchone()
    return int(row[0]) if row is not None else profile_ids(connection, [external]).get(external)


def profile_ids(connection: Connection, externals: Iterable[str]) -> dict[str, int]:
    """Internal ids by external id; unknown ones are left out.

    The id of a profile that was absorbed stands for the one that it became.
    """
    wanted = list(externals)
    found: dict[str, int] = dict(connection.execute(_FIND_MANY, (json.dumps(wanted),)))
    missing = [external for external in wanted if external not in found]
    if missing:
        found.update(connection.execute(_RESOLVE, (json.dumps(missing),)))
    return found


def canonical(connection: Connection, externals: Iterable[str]) -> dict[str, str]:
    """For ids of profiles that were absorbed, the id of the profile that each became."""
    return dict(connection.execute(_CANONICAL, (json.dumps(list(externals)),)))


def accounts_of(connection: Connection, ids: Iterable[int]) -> dict[int, int | None]:
    """The accounts of profiles, all by internal id; those that do not exist are left out."""
    return dict(connection.execute(_ACCOUNTS_OF, (json.dumps(list(ids)),)))


def of_account(
    connection: Connection, account: int, *, after: int = 0, limit: int = -1
) -> list[int]:
    """Profiles of an account whose internal id is greater than `after`, ascending.

    All of them, or up to `limit`.
    """
    bound = {"account": account, "after": after, "limit": limit}
    return [profile for (profile,) in connection.execute(_OF_ACCOUNT, bound)]


def externals(connection: Connection, ids: Iterable[int]) -> dict[int, str]:
    """External ids by internal id."""
    return dict(connection.execute(_EXTERNALS, (json.dumps(list(ids)),)))


def names_ever(connection: Connection, ids: Iterable[int]) -> dict[int, str]:
    """External ids by internal id, of absorbed profiles too; those of deleted ones are gone."""
    wanted = list(ids)
    found = externals(connection, wanted)
    missing = [profile for profile in wanted if profile not in found]
    if missing:
        found.update(connection.execute(_FORMER, (json.dumps(missing),)))
    return found


def absorbed_by(connection: Connection, profile: int) -> dict[int, str]:
    """The profiles that one absorbed, by internal id, with the id that each had."""
    return dict(connection.execute(_ABSORBED, (profile,)))


def became(connection: Connection, ids: Iterable[int]) -> dict[int, int]:
    """For profiles that were absorbed, the profile that each became, by internal ids."""
    return dict(connection.execute(_BECAME, (json.dumps(list(ids)),)))


def read(connection: Connection, profile: int) -> Profile | None:
    """The profile with the internal id `profile`, or None."""
    return read_many(connection, (profile,)).get(profile)


def read_many(connection: Connection, ids: Iterable[int]) -> dict[int, Profile]:
    """Profiles by internal id; those that do not exist are left out."""
    rows = connection.execute(_READ, (json.dumps(list(ids)),))
    return {row[0]: Profile(*row) for row in rows}


def reached(connection: Connection, ids: Iterable[int]) -> dict[int, int]:
    """The change numbers at which calls last brought profiles, by internal id, up to date."""
    return dict(connection.execute(_REACHED, (json.dumps(list(ids)),)))


def reached_since(connection: Connection, *, change: int, due: int) -> list[int]:
    """The profiles that changed after `change`, and that calls brought up to date after `due`."""
    bound = {"change": change, "due": due}
    return [profile for (profile,) in connection.execute(_REACHED_SINCE, bound)]


def last(connection: Connection) -> int:
    """The largest internal id; 0 when there is none."""
    return int(connection.execute(_LAST).fetchone()[0])


def mark_reached(connection: Connection, ids: Iterable[int], *, change: int) -> None:
    """Say that profiles are up to date; they count as changed; inside `immediate`."""
    connection.executemany(_REACH, [{"profile": one, "change": change} for one in ids])


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
) -> tuple[dict[str, int], frozenset[int]]:
    """Internal ids by external id, and those that are new; inside `immediate`.

    New profiles have nothing but their id, and are marked as changed.
    """
    unique = list(dict.fromkeys(wanted))
    ids = profile_ids(connection, unique)
    missing = [external for external in unique if external not in ids]
    new: frozenset[int] = frozenset()
    if missing:
        connection.executemany(_ADD_BARE, [(external,) for external in missing])
        added = profile_ids(connection, missing)
        connection.executemany(_TOUCH, [(profile, change) for profile in added.values()])
        ids |= added
        new = frozenset(added.values())
    return ids, new
