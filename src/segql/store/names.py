"""Interned names of events, surveys and trait paths: text in, small numbers in the tables.

Nothing is cached from one transaction to the next, so a rollback can leave no wrong number behind;
a look-up costs 3 µs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from segql.model.values import Path
from segql.store.driver import Connection

_EVENT: Final = "select id from names where name = ?"
_ADD_EVENT: Final = "insert into names (name) values (?)"
_EVENTS: Final = "select id, name from names order by id"
_EVENTS_CALLED: Final = """
    select names.name, names.id
      from json_each(?) as wanted
     cross join names
        on names.name = wanted.value
"""
_SURVEY: Final = "select id from surveys where key = ?"
_ADD_SURVEY: Final = "insert into surveys (key) values (?)"
_SURVEYS: Final = "select id, key from surveys order by id"
_PATH: Final = "select id from paths where path = ?"
_ADD_PATH: Final = "insert into paths (path) values (?)"
_PATHS: Final = "select id, path from paths order by id"


def event_ids(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """The numbers of `names`, given to those that are new; inside `immediate`."""
    wanted = list(names)
    found: dict[str, int] = dict(connection.execute(_EVENTS_CALLED, (json.dumps(wanted),)))
    for name in wanted:
        if name not in found:
            found[name] = _interned(connection, _EVENT, _ADD_EVENT, name)
    return found


def events(connection: Connection) -> dict[str, int]:
    """Every name of an event, and its number."""
    return {name: number for number, name in connection.execute(_EVENTS)}


def survey_ids(connection: Connection, keys: Iterable[str]) -> dict[str, int]:
    """The numbers of the surveys `keys`, given to those that are new; inside `immediate`."""
    return {key: _interned(connection, _SURVEY, _ADD_SURVEY, key) for key in keys}


def surveys(connection: Connection) -> dict[str, int]:
    """Every survey, and its number."""
    return {key: number for number, key in connection.execute(_SURVEYS)}


def path_ids(connection: Connection, paths: Iterable[Path]) -> dict[Path, int]:
    """The numbers of trait paths, given to those that are new; inside `immediate`."""
    return {path: _interned(connection, _PATH, _ADD_PATH, path_text(path)) for path in paths}


def paths(connection: Connection) -> dict[Path, int]:
    """Every trait path, of profiles or accounts, and its number."""
    return {tuple(json.loads(text)): number for number, text in connection.execute(_PATHS)}


@lru_cache(maxsize=4096)
def path_text(path: Path) -> str:
    """A path as the table holds it: a JSON array of keys."""
    return json.dumps(path, ensure_ascii=False, separators=(",", ":"))


def _found(connection: Connection, question: str, text: str) -> int | None:
    row = connection.execute(question, (text,)).fetchone()
    return None if row is None else int(row[0])


def _interned(connection: Connection, question: str, addition: str, text: str) -> int:
    found = _found(connection, question, text)
    if found is not None:
        return found
    number = connection.execute(addition, (text,)).lastrowid
    assert number is not None, "an insert gives a rowid"
    return number
