"""Accounts: traits merged over what is stored."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from segql.model.values import Path
from segql.store import traits
from segql.store.changes import Traits, differ, merged_over
from segql.store.driver import Connection
from segql.store.plain import text_of, values_of

_READ: Final = """
    select accounts.external, accounts.id, accounts.traits
      from json_each(?) as wanted
     cross join accounts
        on accounts.external = wanted.value
"""
_ADD: Final = """
    insert into accounts (traits, changed, external)
    values (?, ?, ?)
"""
_UPDATE: Final = """
    update accounts
       set traits = ?, changed = ?
     where external = ?
"""
_TOUCH_MEMBERS: Final = """
    update activity
       set changed = :change
     where profile in (select id from profiles where account = :account)
"""


def account_ids(connection: Connection, externals: Iterable[str]) -> dict[str, int]:
    """Internal ids by external id; unknown ones are left out."""
    return {name: number for name, number, _ in _read(connection, list(externals))}


def merge_traits(
    connection: Connection,
    said: Sequence[tuple[str, Traits]],
    *,
    change: int,
    zone: ZoneInfo,
) -> tuple[dict[str, int], dict[int, frozenset[Path]]]:
    """Merge traits over those of accounts, in order, made where they are new; inside `immediate`.

    A null takes a trait away. Gives the internal ids by account, and the trait paths that changed,
    by internal id.
    """
    wanted = list(dict.fromkeys(account for account, _ in said))
    if not wanted:
        return {}, {}
    stored = {name: (number, values_of(text)) for name, number, text in _read(connection, wanted)}
    before: dict[str, Traits] = {name: values for name, (_, values) in stored.items()}
    after = {name: before.get(name, {}) for name in wanted}
    for name, new in said:
        after[name] = merged_over(after[name], new)
    changed = {name for name in wanted if differ(before.get(name, {}), after[name])}
    fresh = [name for name in wanted if name not in before]
    connection.executemany(_ADD, [(text_of(after[name]), change, name) for name in fresh])
    connection.executemany(
        _UPDATE, [(text_of(after[name]), change, name) for name in changed if name in before]
    )
    ids = {name: number for name, (number, _) in stored.items()} | account_ids(connection, fresh)
    changes = [
        traits.change_of(ids[name], before.get(name, {}), after[name], zone)
        for name in sorted(changed)
    ]
    traits.change_accounts(connection, changes)
    return ids, {one.owner: one.paths for one in changes}


def touch_members(connection: Connection, account: int, *, change: int) -> None:
    """Count the profiles of an account, by internal id, as changed; inside `immediate`."""
    connection.execute(_TOUCH_MEMBERS, {"change": change, "account": account})


def _read(connection: Connection, externals: Sequence[str]) -> list[tuple[str, int, str]]:
    return connection.execute(_READ, (json.dumps(externals),)).fetchall() if externals else []
