"""The index of trait values: one row per profile (or account), path and element."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from attrs import frozen

from segql.model.instants import Instant, read_instant
from segql.model.values import (
    Json,
    Kind,
    Path,
    element_of,
    instant_in,
    reads_numbers_as_dates,
)
from segql.store import names
from segql.store.changes import Traits, unlike
from segql.store.driver import Connection

Row: TypeAlias = tuple[Path, int, float | str, int, Instant | None]
"""Path, kind, value as stored, whether it is an element of a list, and the instant it reads as."""

_NOTHING, _OTHER, _FLAG, _NUMBER, _TEXT = (kind.value for kind in Kind)

_ADD_PROFILE: Final = """
    insert or ignore into trait_values (path, kind, value, profile, element, instant)
    values (?, ?, ?, ?, ?, ?)
"""
_DROP_PROFILE: Final = """
    delete from trait_values
     where path = ?
       and kind = ?
       and value = ?
       and profile = ?
       and element = ?
"""
_ADD_ACCOUNT: Final = """
    insert or ignore into account_values (path, kind, value, account, element, instant)
    values (?, ?, ?, ?, ?, ?)
"""
_DROP_ACCOUNT: Final = """
    delete from account_values
     where path = ?
       and kind = ?
       and value = ?
       and account = ?
       and element = ?
"""


@frozen
class Change:
    """The rows that one profile or account loses and gains."""

    owner: int
    lost: frozenset[Row]
    gained: frozenset[Row]

    @property
    def paths(self) -> frozenset[Path]:
        """The trait paths that something was lost or gained at."""
        return frozenset(path for path, *_ in (*self.lost, *self.gained))


def change_of(owner: int, before: Traits, after: Traits, zone: ZoneInfo) -> Change:
    """What becomes of the rows of a profile or account when its traits change."""
    keys = unlike(before, after)  # only these have rows that differ
    old = rows_of({key: before[key] for key in keys if key in before}, zone)
    new = rows_of({key: after[key] for key in keys if key in after}, zone)
    return Change(owner, old - new, new - old)


def rows_of(traits: Mapping[str, Json], zone: ZoneInfo) -> frozenset[Row]:
    """The rows that `traits` are indexed by; times without an offset are read in `zone`.

    An object has a row at its own path and rows at the paths of what it holds; an empty list has
    one row of kind `NOTHING`; null and numbers that are not finite have none.
    """
    rows: list[Row] = []
    for key, value in traits.items():
        _add_rows(rows, (key,), value, zone)
    return frozenset(rows)


def _add_rows(rows: list[Row], path: Path, value: Json, zone: ZoneInfo) -> None:
    match value:
        case list() | tuple():
            before = len(rows)
            for entry in value:
                _add_row(rows, path, entry, 1, zone)
            if len(rows) == before:
                rows.append((path, _NOTHING, "", 0, None))
        case Mapping():
            rows.append((path, _OTHER, "", 0, None))
            for key, inner in value.items():
                _add_rows(rows, (*path, key), inner, zone)
        case _:
            _add_row(rows, path, value, 0, zone)


def _add_row(rows: list[Row], path: Path, value: Json, in_list: int, zone: ZoneInfo) -> None:
    match value:
        case str():
            instant = read_instant(value, zone) if value[:1].isdigit() else None
            rows.append((path, _TEXT, value, in_list, instant))
        case None:
            pass
        case bool():
            rows.append((path, _FLAG, int(value), in_list, None))
        case int() | float():
            number = element_of(value)
            if isinstance(number, float):
                instant = instant_in(number, zone, numbers=reads_numbers_as_dates(path))
                rows.append((path, _NUMBER, number, in_list, instant))
        case _:
            rows.append((path, _OTHER, "", in_list, None))


def change_profiles(connection: Connection, changes: Iterable[Change]) -> None:
    """Drop and add rows of profiles; inside `immediate`."""
    _change(connection, changes, _DROP_PROFILE, _ADD_PROFILE)


def change_accounts(connection: Connection, changes: Iterable[Change]) -> None:
    """Drop and add rows of accounts; inside `immediate`."""
    _change(connection, changes, _DROP_ACCOUNT, _ADD_ACCOUNT)


def _change(connection: Connection, changes: Iterable[Change], drop: str, add: str) -> None:
    changes = list(changes)
    known = {row[0] for change in changes for row in change.lost | change.gained}
    numbers = names.path_ids(connection, known)
    connection.executemany(
        drop,
        [
            (numbers[path], kind, value, change.owner, part)
            for change in changes
            for path, kind, value, part, _ in change.lost
        ],
    )
    gained: list[_Stored] = [
        (numbers[path], kind, value, change.owner, part, instant)
        for change in changes
        for path, kind, value, part, instant in change.gained
    ]
    gained.sort(key=_place)
    connection.executemany(add, gained)


_Stored: TypeAlias = tuple[int, int, float | str, int, int, Instant | None]


def _place(row: _Stored) -> tuple[int, int, float | str, int]:
    """Where the row stands in its table, so that neighbours are written together."""
    return row[:4]
