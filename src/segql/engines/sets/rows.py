"""Rows of the store as arrays, for a range of internal ids or for a list of them.

Ids come out as slots: places in the range or in the list.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from segql.engines.sets.scaled import MISSING, Index, Whole
from segql.model.values import Json, Path
from segql.store.changes import ROOT
from segql.store.driver import Connection
from segql.store.names import path_text

Objects: TypeAlias = NDArray[Any]
"""Values as JSON gives them, None where there is none."""

_CHUNK: Final = 20_000
_RANGE: Final = "between :first and :last"
_LIST: Final = "in (select value from json_each(:ids))"

_ACTIVITY: Final = """
    select profile,
           coalesce(first_call, :missing), coalesce(last_call, :missing),
           events,
           coalesce(first_event, :missing), coalesce(last_event, :missing),
           surveys_seen, surveys_completed, surveys_dismissed,
           coalesce(last_survey_seen, :missing), coalesce(last_survey_completed, :missing),
           coalesce(last_survey_dismissed, :missing),
           coalesce(first_action, :missing), coalesce(last_action, :missing)
      from activity
     where deleted = 0
       and profile {scope}
     order by profile
"""
ACTIVITY_COLUMNS: Final = (
    "first_call",
    "last_call",
    "events",
    "first_event",
    "last_event",
    "surveys_seen",
    "surveys_completed",
    "surveys_dismissed",
    "last_survey_seen",
    "last_survey_completed",
    "last_survey_dismissed",
    "first_action",
    "last_action",
)
_NAMES: Final = """
    select id, external
      from profiles
     where id {scope}
     order by id
"""
_TRAITS: Final = """
    select id, email, traits
      from profiles
     where id {scope}
     order by id
"""
_CHANGES: Final = """
    select id, traits, changed
      from profiles
     where id {scope}
     order by id
"""
_ACCOUNTS: Final = """
    select profiles.id, profiles.account, accounts.external
      from profiles
      join accounts
        on accounts.id = profiles.account
     where profiles.id {scope}
     order by profiles.id
"""
_ACCOUNT_TRAITS: Final = """
    select id, traits
      from accounts
     where id {scope}
     order by id
"""
_TIMES: Final = """
    select profile, time
      from events
     where name = :name
       and profile {scope}
     order by profile, time, arrival
"""
_PROPERTIES: Final = """
    select profile, time, coalesce(properties, '{}')
      from events
     where name = :name
       and profile {scope}
     order by profile, time, arrival
"""
_RESPONSES: Final = """
    select profile, time, survey, action, coalesce(answers, '{}')
      from responses
     where profile {scope}
     order by profile, time, id
"""


@frozen(eq=False)
class Scope:
    """The internal ids to look at: `slots` of them from `first` on, or those in `ids`, in order."""

    first: int
    slots: int
    ids: Whole | None = None

    @staticmethod
    def of(ids: Whole) -> Scope:
        """The scope of the list `ids`, which must ascend."""
        return Scope(0, len(ids), ids)

    def slots_of(self, ids: Whole) -> Index:
        """The slots of `ids`, all of which must lie in the scope."""
        if self.ids is None:
            return ids - self.first
        return np.searchsorted(self.ids, ids)

    def empty(self) -> Objects:
        """Nothing in each slot."""
        return np.full(self.slots, None, np.dtype(object))

    def ids_of(self, slots: Index) -> Whole:
        """The ids at `slots`."""
        return slots + self.first if self.ids is None else self.ids[slots]

    def read(
        self, connection: Connection, question: str, **values: object
    ) -> Iterator[list[tuple[Any, ...]]]:
        """The columns of the rows for `question`, which says `{scope}` after a column of ids.

        In chunks; at least one row each.
        """
        bound: dict[str, object] = {**values}
        if self.ids is None:
            bound |= {"first": self.first, "last": self.first + self.slots - 1}
        else:
            bound["ids"] = json.dumps(self.ids.tolist())
        scope = _RANGE if self.ids is None else _LIST
        cursor = connection.execute(question.replace("{scope}", scope), bound)
        while rows := cursor.fetchmany(_CHUNK):
            yield list(zip(*rows, strict=True))


def _whole(columns: Sequence[Sequence[int]]) -> Whole:
    """Columns of numbers as a table with a row for each."""
    return np.array([np.fromiter(column, np.int64, len(column)) for column in columns])


def _objects(values: Iterable[Json], count: int) -> Objects:
    return np.fromiter(values, np.dtype(object), count)


def activity(connection: Connection, scope: Scope) -> tuple[Index, Whole]:
    """The slots of living profiles, and a row of numbers for each of `ACTIVITY_COLUMNS`."""
    tables = [np.zeros((len(ACTIVITY_COLUMNS) + 1, 0), np.int64)]
    tables += map(_whole, scope.read(connection, _ACTIVITY, missing=MISSING))
    table = np.concatenate(tables, axis=1)
    return scope.slots_of(table[0]), table[1:]


def externals(connection: Connection, scope: Scope) -> Objects:
    """The external id in each slot, None where there is no profile."""
    found = scope.empty()
    for ids, names in scope.read(connection, _NAMES):
        found[scope.slots_of(np.array(ids))] = _objects(names, len(ids))
    return found


def accounts(connection: Connection, scope: Scope) -> tuple[Whole, Objects]:
    """The internal id of the account in each slot, 0 without one, and its external id."""
    numbers, found = np.zeros(scope.slots, np.int64), scope.empty()
    for ids, owners, names in scope.read(connection, _ACCOUNTS):
        slots = scope.slots_of(np.array(ids))
        numbers[slots] = owners
        found[slots] = _objects(names, len(ids))
    return numbers, found


def traits(
    connection: Connection, scope: Scope, paths: Sequence[Path], *, email: bool
) -> tuple[dict[Path, Objects], Objects]:
    """The values at `paths` in each slot, and with `email` the e-mail addresses (§4)."""
    found = {path: scope.empty() for path in paths}
    addresses = scope.empty()
    for ids, given, texts in scope.read(connection, _TRAITS):
        slots, documents = scope.slots_of(np.array(ids)), _documents(texts)
        for path in paths:
            found[path][slots] = _at(documents, path)
        if email:
            addresses[slots] = _objects(map(_address, given, documents), len(ids))
    return found, addresses


def changes(connection: Connection, scope: Scope, paths: Sequence[Path]) -> dict[Path, Whole]:
    """Since when the value at each of `paths`, in each slot, is what it is; `MISSING` without."""
    found = {path: np.full(scope.slots, MISSING, np.int64) for path in paths}
    for ids, texts, notes in scope.read(connection, _CHANGES):
        slots, documents = scope.slots_of(np.array(ids)), _documents(texts)
        noted: list[Any] = _documents(notes)
        for path in paths:
            key = path_text(path)
            times = [  # of whole numbers, as `store.changes` writes them
                MISSING if value is None else note.get(key, note.get(ROOT, MISSING))
                for value, note in zip(_at(documents, path), noted, strict=True)
            ]
            found[path][slots] = times
    return found


def _address(given: str | None, document: dict[str, Json]) -> Json:
    if given is not None:
        return given
    trait = document.get("email")
    return trait if isinstance(trait, str) else None


def account_traits(
    connection: Connection, scope: Scope, paths: Sequence[Path]
) -> dict[Path, Objects]:
    """The values at `paths` of the account in each slot; the scope is one of accounts."""
    found = {path: scope.empty() for path in paths}
    for ids, texts in scope.read(connection, _ACCOUNT_TRAITS):
        slots, documents = scope.slots_of(np.array(ids)), _documents(texts)
        for path in paths:
            found[path][slots] = _at(documents, path)
    return found


def events(
    connection: Connection, scope: Scope, name: int, paths: Sequence[Path]
) -> tuple[Index, Whole, dict[Path, Objects]]:
    """Slots and times of the events called `name`, in order, and their properties at `paths`."""
    tables = [np.zeros((2, 0), np.int64)]
    found = {path: [np.zeros(0, np.dtype(object))] for path in paths}
    for columns in scope.read(connection, _PROPERTIES if paths else _TIMES, name=name):
        tables.append(_whole(columns[:2]))
        documents = _documents(columns[2]) if paths else []
        for path in paths:
            found[path].append(_at(documents, path))
    owners, times = np.concatenate(tables, axis=1)
    values = {path: np.concatenate(chunks) for path, chunks in found.items()}
    return scope.slots_of(owners), times, values


@frozen(eq=False)
class Responses:
    """Survey actions in order of slot, time and arrival."""

    owners: Index
    times: Whole
    surveys: Whole
    actions: list[str]
    answers: dict[Path, Objects]


def responses(connection: Connection, scope: Scope, paths: Sequence[Path]) -> Responses:
    """All survey actions, and their answers at `paths`."""
    tables = [np.zeros((3, 0), np.int64)]
    actions: list[str] = []
    found = {path: [np.zeros(0, np.dtype(object))] for path in paths}
    for columns in scope.read(connection, _RESPONSES):
        tables.append(_whole(columns[:3]))
        actions += columns[3]
        documents = _documents(columns[4]) if paths else []
        for path in paths:
            found[path].append(_at(documents, path))
    owners, times, surveys = np.concatenate(tables, axis=1)
    values = {path: np.concatenate(chunks) for path, chunks in found.items()}
    return Responses(scope.slots_of(owners), times, surveys, actions, values)


def _documents(texts: Sequence[str]) -> list[dict[str, Json]]:
    # One call for many documents takes a third of the time of one call for each.
    documents: list[dict[str, Json]] = json.loads("[" + ",".join(texts) + "]")
    return documents


def _at(documents: Sequence[dict[str, Json]], path: Path) -> Objects:
    """The value at `path` of each document; a loop per key, as a call per document costs more."""
    key, *inner = path
    values = [document.get(key) for document in documents]
    for key in inner:
        values = [value.get(key) if isinstance(value, dict) else None for value in values]
    return _objects(values, len(values))
