"""Identify and account: traits merged over what is stored, for many calls at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from attrs import field, frozen

from segql.model.instants import Instant
from segql.model.values import Path
from segql.store import profiles, traits
from segql.store.changes import Changed, Traits, differ, merged_over, noted, unlike
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
_READ_ACCOUNTS: Final = """
    select accounts.external, accounts.id, accounts.traits
      from json_each(?) as wanted
     cross join accounts
        on accounts.external = wanted.value
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
_ADD_ACCOUNT: Final = """
    insert into accounts (traits, changed, external)
    values (?, ?, ?)
"""
_UPDATE_ACCOUNT: Final = """
    update accounts
       set traits = ?, changed = ?
     where external = ?
"""
_TOUCH: Final = """
    insert into activity (profile, changed, first_call, last_call)
    values (?, ?, ?, ?)
        on conflict (profile) do update
       set changed = excluded.changed,
           first_call = excluded.first_call,
           last_call = excluded.last_call
"""
_TOUCH_MEMBERS: Final = """
    update activity
       set changed = :change
     where profile in (select id from profiles where account = :account)
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


@frozen(kw_only=True)
class Outcome:
    """What a batch of `Identify` did; `added`, `changed` and `present` add up to its calls.

    The first call of a new profile is `added`, its others `changed`; calls that leave a profile as
    it was before the batch are `present`.
    """

    added: int
    changed: int
    present: int
    paths: frozenset[Path]
    """Trait paths with a changed value."""
    account_paths: frozenset[Path]
    fields: frozenset[str]
    """Fields of the system that changed: `email`, `account`, `first_seen`, `last_seen`."""
    touched: frozenset[int]
    """Internal ids of the profiles of these calls that were added or changed."""


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
) -> Outcome:
    """Apply `calls` in order, as the change number `change`; inside `immediate`.

    What they make of a profile's traits is so since `now`.
    """
    account_ids, account_paths, changed_accounts = _write_accounts(
        connection, calls, change=change, zone=zone
    )
    ids, before = _read_profiles(connection, calls)
    after: dict[str, _State] = {}
    rows: dict[str, int] = {}
    renewed: set[str] = set()
    for call in calls:
        name = call.profile
        after[name] = _merged(after.get(name) or before.get(name) or _State(), call)
        rows[name] = rows.get(name, 0) + 1
        if call.account_traits and call.account in changed_accounts:
            renewed.add(name)
    added = after.keys() - before.keys()
    changed = {name for name in before if _changed(before[name], after[name])}
    written = added | changed
    paths = _write_profiles(
        connection,
        [(name, before.get(name), after[name]) for name in after if name in written],
        ids,
        account_ids,
        change=change,
        zone=zone,
        now=now,
    )
    for account in changed_accounts:
        connection.execute(_TOUCH_MEMBERS, {"change": change, "account": account_ids[account]})
    brought = changed | (renewed - added)
    touched = brought | added
    return Outcome(
        added=len(added),
        changed=sum(rows[name] for name in brought) + sum(rows[name] - 1 for name in added),
        present=sum(count for name, count in rows.items() if name not in touched),
        paths=paths,
        account_paths=account_paths,
        fields=_changed_fields(after[name] for name in added)
        | frozenset().union(*(_differences(before[name], after[name]) for name in changed)),
        touched=frozenset(ids[name] for name in touched),
    )


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


def _write_accounts(
    connection: Connection, calls: Sequence[Identify], *, change: int, zone: ZoneInfo
) -> tuple[dict[str, int], frozenset[Path], set[str]]:
    """Ids by account, trait paths that changed, and the accounts whose traits did."""
    wanted = list(dict.fromkeys(call.account for call in calls if call.account is not None))
    if not wanted:
        return {}, frozenset(), set()
    stored = {
        name: (number, values_of(text))
        for name, number, text in connection.execute(_READ_ACCOUNTS, (json.dumps(wanted),))
    }
    before: dict[str, Traits] = {name: values for name, (_, values) in stored.items()}
    after: dict[str, Traits] = {name: before.get(name, {}) for name in wanted}
    for call in calls:
        if call.account is not None:
            after[call.account] = merged_over(after[call.account], call.account_traits)
    changed = {name for name in wanted if differ(before.get(name, {}), after[name])}
    fresh = [name for name in wanted if name not in before]
    connection.executemany(_ADD_ACCOUNT, [(text_of(after[name]), change, name) for name in fresh])
    connection.executemany(
        _UPDATE_ACCOUNT,
        [(text_of(after[name]), change, name) for name in changed if name in before],
    )
    ids = {name: number for name, (number, _) in stored.items()}
    for name, number, _ in connection.execute(_READ_ACCOUNTS, (json.dumps(fresh),)):
        ids[name] = number
    changes = [
        _change(ids[name], before.get(name, {}), after[name], zone) for name in sorted(changed)
    ]
    traits.change_accounts(connection, changes)
    return ids, _paths(changes), changed


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
) -> frozenset[Path]:
    """Write what differs; `ids` gains the new profiles. Gives the trait paths that changed."""
    fresh: list[tuple[str | None, int | None, str, str, str]] = []
    known: list[tuple[str | None, int | None, str, str, str]] = []
    elsewhere = {after.account for _, _, after in states} - account_ids.keys() - {None}
    numbers = dict(account_ids)
    for name, number, _ in connection.execute(
        _READ_ACCOUNTS, (json.dumps([name for name in elsewhere if name is not None]),)
    ):
        numbers[name] = number
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
        _change(ids[name], {} if before is None else before.traits, after.traits, zone)
        for name, before, after in states
    ]
    traits.change_profiles(connection, changes)
    return _paths(changes)


def _change(owner: int, before: Traits, after: Traits, zone: ZoneInfo) -> traits.Change:
    keys = unlike(before, after)  # only these have rows that differ
    old = traits.rows_of({key: before[key] for key in keys if key in before}, zone)
    new = traits.rows_of({key: after[key] for key in keys if key in after}, zone)
    return traits.Change(owner, old - new, new - old)


def _paths(changes: Iterable[traits.Change]) -> frozenset[Path]:
    return frozenset(path for change in changes for path, *_ in (*change.lost, *change.gained))


def _changed(before: _State, after: _State) -> bool:
    return before != after or differ(before.traits, after.traits)


def _changed_fields(states: Iterable[_State]) -> frozenset[str]:
    return frozenset().union(*(_differences(_State(), state) for state in states))


def _differences(before: _State, after: _State) -> frozenset[str]:
    found = set()
    if before.email != after.email:
        found.add("email")
    if before.account != after.account:
        found.add("account")
    if (before.first_call, before.last_call) != (after.first_call, after.last_call):
        found |= {"first_seen", "last_seen"}
    return frozenset(found)
