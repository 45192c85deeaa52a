"""Identify and account: traits merged over what is stored, for many calls at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen

from segql.model.instants import Instant
from segql.model.values import Path
from segql.store import accounts, profiles, traits
from segql.store.changes import Changed, Traits, differ, merged_over, noted
from segql.store.driver import Connection
from segql.store.plain import text_of, values_of

_READ_PROFILES: Final = """
    select profiles.external, profiles.id, email, accounts.external, profiles.traits,
           profiles.changed, first_call, last_call
      from json_each(?) as wanted
     cross join profiles
        on profiles.external = wanted.value
      left join accounts
        on accounts.id = profiles.account
      left join activity
        on activity.profile = profiles.id
"""
_ADD: Final = """
    insert into profiles (email, account, traits, changed, external)
    values (?, ?, ?, ?, ?)
"""
_UPDATE: Final = """
    update profiles
       set email = ?, account = ?, traits = ?, changed = ?
     where external = ?
"""
_TOUCH: Final = """
    insert into activity (profile, changed, first_call, last_call, passed)
    values (?, ?, ?, ?, (select cast(value as integer) from settings where name = 'clock'))
        on conflict (profile) do update
       set changed = excluded.changed,
           first_call = excluded.first_call,
           last_call = excluded.last_call
"""


@frozen(kw_only=True)
class Identify:
    """What one call or row says of a profile; everything but the id may be left out.

    `traits` are merged over the stored ones key by key: null takes a trait away. They must be
    `plain.cleaned`. `at` is the time of the call, where there is one; it counts for `first_seen`
    and `last_seen`. Traits of an account need its id.
    """

    profile: str
    traits: Traits = field(factory=dict)
    email: str | None = None
    account: str | None = None
    account_traits: Traits = field(factory=dict)
    at: Instant | None = None


@frozen
class Renewed:
    """What is new of a profile: trait paths with a changed value, and fields of the system."""

    paths: frozenset[Path]
    fields: frozenset[str]
    added: bool


@frozen(kw_only=True)
class Outcome:
    """What a batch of `Identify` did; `added`, `changed` and `present` add up to its calls.

    The first call of a new profile is `added`, its others `changed`; calls that leave a profile as
    it was before the batch are `present`.
    """

    added: int
    changed: int
    present: int
    profiles: Mapping[int, Renewed]
    """What changed of the profiles that were added or changed, by internal id."""
    accounts: Mapping[int, frozenset[Path]]
    """The accounts whose traits changed, by internal id, with the paths."""
    touched: frozenset[int]
    """Internal ids of the profiles of these calls that were added or changed."""

    @property
    def paths(self) -> frozenset[Path]:
        """Trait paths with a changed value."""
        return frozenset().union(*(changed.paths for changed in self.profiles.values()))

    @property
    def account_paths(self) -> frozenset[Path]:
        """Trait paths of accounts with a changed value."""
        return frozenset().union(*self.accounts.values())

    @property
    def fields(self) -> frozenset[str]:
        """Fields of the system that changed: `email`, `account`, `first_seen`, `last_seen`."""
        return frozenset().union(*(changed.fields for changed in self.profiles.values()))


@frozen
class _State:
    """What is stored of a profile, apart from what it did."""

    email: str | None = None
    account: str | None = None
    traits: Traits = field(factory=dict)
    changed: Changed = field(factory=dict)
    first_call: Instant | None = None
    last_call: Instant | None = None


def identify(
    connection: Connection,
    calls: Sequence[Identify],
    *,
    change: int,
    zone: ZoneInfo,
    now: Instant,
    touch_members: bool = True,
) -> Outcome:
    """Apply `calls` in order, as the change number `change`; inside `immediate`.

    What they make of a profile's traits is so since `now`. Unless `touch_members` is off, the
    profiles of an account whose traits changed count as changed.
    """
    calls = _resolved(connection, calls)
    account_ids, changed_accounts = accounts.merge_traits(
        connection,
        [(call.account, call.account_traits) for call in calls if call.account is not None],
        change=change,
        zone=zone,
    )
    ids, before = _read_profiles(connection, calls)
    after: dict[str, _State] = {}
    rows: dict[str, int] = {}
    renewed: set[str] = set()
    for call in calls:
        name = call.profile
        after[name] = _merged(after.get(name) or before.get(name) or _State(), call)
        rows[name] = rows.get(name, 0) + 1
        if call.account_traits and account_ids.get(call.account or "") in changed_accounts:
            renewed.add(name)
    added = after.keys() - before.keys()
    changed = {name for name in before if _changed(before[name], after[name])}
    paths = _write_profiles(
        connection,
        [(name, before.get(name), after[name]) for name in after if name in added | changed],
        ids,
        account_ids,
        change=change,
        zone=zone,
        now=now,
    )
    if touch_members:
        for account in changed_accounts:
            accounts.touch_members(connection, account, change=change)
    brought = changed | (renewed - added)
    touched = brought | added
    return Outcome(
        added=len(added),
        changed=sum(rows[name] for name in brought) + sum(rows[name] - 1 for name in added),
        present=sum(count for name, count in rows.items() if name not in touched),
        profiles={
            ids[name]: Renewed(
                paths[ids[name]],
                _differences(before.get(name, _State()), after[name]),
                name in added,
            )
            for name in added | changed
        },
        accounts=changed_accounts,
        touched=frozenset(ids[name] for name in touched),
    )


def _resolved(connection: Connection, calls: Sequence[Identify]) -> Sequence[Identify]:
    """The calls, with the id of a profile that was absorbed replaced by what it became."""
    became = profiles.canonical(connection, {call.profile for call in calls})
    if not became:
        return calls
    return [evolve(call, profile=became.get(call.profile, call.profile)) for call in calls]


def _merged(old: _State, call: Identify) -> _State:
    at = call.at
    return _State(
        email=old.email if call.email is None else call.email,
        account=old.account if call.account is None else call.account,
        traits=merged_over(old.traits, call.traits),
        changed=old.changed,
        first_call=old.first_call if at is None else min(at, old.first_call or at),
        last_call=old.last_call if at is None else max(at, old.last_call or at),
    )


def _read_profiles(
    connection: Connection, calls: Sequence[Identify]
) -> tuple[dict[str, int], dict[str, _State]]:
    wanted = json.dumps(list(dict.fromkeys(call.profile for call in calls)))
    ids: dict[str, int] = {}
    states: dict[str, _State] = {}
    for name, number, email, account, text, changed, first, last in connection.execute(
        _READ_PROFILES, (wanted,)
    ):
        ids[name] = number
        states[name] = _State(email, account, values_of(text), json.loads(changed), first, last)
    return ids, states


def _write_profiles(
    connection: Connection,
    states: Sequence[tuple[str, _State | None, _State]],
    ids: dict[str, int],
    account_ids: Mapping[str, int],
    *,
    change: int,
    zone: ZoneInfo,
    now: Instant,
) -> dict[int, frozenset[Path]]:
    """Write what differs; `ids` gains the new profiles. Gives the trait paths that changed."""
    fresh: list[tuple[str | None, int | None, str, str, str]] = []
    known: list[tuple[str | None, int | None, str, str, str]] = []
    elsewhere = {after.account for _, _, after in states} - account_ids.keys() - {None}
    numbers = accounts.account_ids(connection, [name for name in elsewhere if name is not None])
    numbers |= account_ids
    for name, before, after in states:
        account = None if after.account is None else numbers[after.account]
        since = noted(after.changed, {} if before is None else before.traits, after.traits, now=now)
        row = (after.email, account, text_of(after.traits), text_of(since), name)
        (fresh if before is None else known).append(row)
    connection.executemany(_ADD, fresh)
    connection.executemany(_UPDATE, known)
    ids |= profiles.profile_ids(connection, [row[-1] for row in fresh])
    connection.executemany(
        _TOUCH,
        [(ids[name], change, after.first_call, after.last_call) for name, _, after in states],
    )
    changes = [
        traits.change_of(ids[name], {} if before is None else before.traits, after.traits, zone)
        for name, before, after in states
    ]
    traits.change_profiles(connection, changes)
    return {one.owner: one.paths for one in changes}


def _changed(before: _State, after: _State) -> bool:
    return before != after or differ(before.traits, after.traits)


def _differences(before: _State, after: _State) -> frozenset[str]:
    found = set()
    if before.email != after.email:
        found.add("email")
    if before.account != after.account:
        found.add("account")
    if (before.first_call, before.last_call) != (after.first_call, after.last_call):
        found |= {"first_seen", "last_seen"}
    return frozenset(found)
