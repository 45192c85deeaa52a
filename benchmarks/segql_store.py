"""The population in a real SegQL store.

It is filled through its own tables with rows that are computed column by column and arrive in the
order of each table: what `segql import` writes for the same data, in a tenth of its time (events
carry no message ids). A sample of the profiles is compared with what the store itself indexes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from benchmarks.population import Population
from benchmarks.product import EVENTS, NO_DATE, NO_LIST, NO_WORD, TRAITS, Column
from segql.model.values import Kind
from segql.store import names, plain, settings, traits
from segql.store.driver import Connection, immediate
from segql.store.migrations import open_store

ZONE = "UTC"
_CHUNK = 100_000
_SAMPLE = 200

_ADD_PROFILE = "insert into profiles (id, external, email, traits) values (?, ?, ?, ?)"
_ADD_TRAIT = """
    insert into trait_values (path, kind, value, profile, element, instant)
    values (?, ?, ?, ?, ?, ?)
"""
_ADD_EVENT = """
    insert into events (name, profile, time, arrival, properties)
    values (?, ?, ?, ?, ?)
"""
_ADD_ROLLUP = "insert into rollups (profile, name, count, first, last) values (?, ?, ?, ?, ?)"
_ADD_ACTIVITY = """
    insert into activity (profile, changed, events, first_event, last_event)
    values (?, ?, ?, ?, ?)
"""
_TRAITS_OF = """
    select path, kind, value, element, instant
      from trait_values
     where profile = ?
"""


def stored(people: Population, path: Path) -> Path:
    """Give the store with the population in it, filled first when `path` does not exist.

    The profile numbered n has the internal id n + 1.
    """
    if not path.exists():
        half = path.with_suffix(".half")
        for leftover in half.parent.glob(half.name + "*"):
            leftover.unlink()
        connection = open_store(half, create=True, zone=ZONE)
        _fill(connection, people)
        connection.close()
        half.rename(path)
    return path


def _fill(connection: Connection, people: Population) -> None:
    # a load that fails is done again from nothing, so it needs no journal
    connection.execute("pragma journal_mode = off")
    connection.execute("pragma synchronous = off")
    with immediate(connection):
        change = settings.take(connection, settings.Counter.CHANGE)
        _add_profiles(connection, people)
        _add_traits(connection, people)
        _add_events(connection, people)
        _add_rollups(connection, people, change)
        settings.take(connection, settings.Counter.ARRIVAL, people.events)
        _check_sample(connection, people)
    connection.execute("pragma journal_mode = wal")


def _add_profiles(connection: Connection, people: Population) -> None:
    for low in range(0, people.profiles, _CHUNK):
        high = min(low + _CHUNK, people.profiles)
        connection.executemany(
            _ADD_PROFILE,
            zip(
                range(low + 1, high + 1),
                people.ids(low, high),
                people.emails(low, high),
                map(plain.text_of, _traits(people, low, high)),
                strict=True,
            ),
        )


def _traits(people: Population, low: int, high: int) -> list[dict[str, Any]]:
    """Give the traits of the profiles in [low, high) as mappings; `a.b` is `b` inside `a`."""
    found: list[dict[str, Any]] = [{} for _ in range(high - low)]
    for name, column in TRAITS.items():
        *outer, key = name.split(".")
        for mapping, value in zip(found, values(column, people.trait(name)[low:high]), strict=True):
            if value is not None:
                for part in outer:
                    mapping = mapping.setdefault(part, {})
                mapping[key] = value
    return found


def values(column: Column, stored: NDArray[Any]) -> Iterable[Any]:
    """Give the values of a column as JSON has them, None where there is none."""
    match column.kind:
        case "text":
            words = (*column.words, *(None,) * (NO_WORD + 1 - len(column.words)))
            return [words[place] for place in stored.tolist()]
        case "flag":
            return [None if value == NO_WORD else value == 1 for value in stored.tolist()]
        case "number" if column.decimals:
            return [None if value != value else value for value in stored.tolist()]
        case "number":
            return [None if value != value else int(value) for value in stored.tolist()]
        case "date":
            texts = _texts(column, np.where(stored == NO_DATE, 0, stored))
            return [
                None if value == NO_DATE else text
                for value, text in zip(stored.tolist(), texts, strict=True)
            ]
        case _:
            return [
                None
                if mask == NO_LIST
                else [word for place, word in enumerate(column.words) if mask >> place & 1]
                for mask in stored.tolist()
            ]


def _texts(column: Column, instants: NDArray[Any]) -> list[str]:
    unit = "D" if column.whole_days else "s"
    texts = np.datetime_as_string(instants.astype("datetime64[ms]"), unit=unit)
    return texts.tolist() if column.whole_days else np.char.add(texts, "Z").tolist()


def _add_traits(connection: Connection, people: Population) -> None:
    """Add a row per value, in the order of the table: path, kind, value, profile."""
    paths = {tuple(name.split(".")): name for name in TRAITS}
    objects = {path[:-1] for path in paths if len(path) > 1}
    numbers = names.path_ids(connection, [*paths, *objects])
    for path, number in sorted(numbers.items(), key=lambda item: item[1]):
        rows = _object_rows(people, path) if path in objects else _rows(people, paths[path])
        connection.executemany(_ADD_TRAIT, ((number, *row) for row in rows))


def _object_rows(people: Population, path: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    held = np.zeros(people.profiles, np.bool_)
    for name, column in TRAITS.items():
        if tuple(name.split("."))[:-1] == path:
            held |= ~_missing(column, people.trait(name))
    return _same(Kind.OTHER, "", 0, held)


def _rows(people: Population, name: str) -> Iterator[tuple[Any, ...]]:
    """Give kind, value, profile, element and instant of every value of a trait, sorted."""
    column, values = TRAITS[name], people.trait(name)
    match column.kind:
        case "list":
            yield from _same(Kind.NOTHING, "", 0, values == 0)
            masks = np.where(values == NO_LIST, 0, values)
            for place, word in sorted(enumerate(column.words), key=lambda item: item[1]):
                yield from _same(Kind.TEXT, word, 1, masks >> place & 1)
        case "text":
            for place, word in sorted(enumerate(column.words), key=lambda item: item[1]):
                yield from _same(Kind.TEXT, word, 0, values == place)
        case "flag":
            for value in (0, 1):
                yield from _same(Kind.FLAG, value, 0, values == value)
        case "number" | "date":
            known = np.flatnonzero(~_missing(column, values))
            known = known[np.argsort(values[known], kind="stable")]
            for low in range(0, len(known), _CHUNK):
                part = known[low : low + _CHUNK]
                yield from _ordered(column, values[part], (part + 1).tolist())


def _same(
    kind: Kind, value: str | int, element: int, held: NDArray[Any]
) -> Iterator[tuple[Any, ...]]:
    for profile in (np.flatnonzero(held) + 1).tolist():
        yield kind.value, value, profile, element, None


def _ordered(
    column: Column, values: NDArray[Any], profiles: list[int]
) -> Iterator[tuple[Any, ...]]:
    if column.kind == "number":
        for value, profile in zip(values.tolist(), profiles, strict=True):
            yield Kind.NUMBER.value, value, profile, 0, None
    else:
        texts = _texts(column, values)
        for text, instant, profile in zip(texts, values.tolist(), profiles, strict=True):
            yield Kind.TEXT.value, text, profile, 0, instant


def _missing(column: Column, values: NDArray[Any]) -> NDArray[np.bool_]:
    match column.kind:
        case "text" | "flag":
            return values == NO_WORD
        case "number":
            return np.isnan(values)
        case "date":
            return values == NO_DATE
        case _:
            return values == NO_LIST


def _add_events(connection: Connection, people: Population) -> None:
    numbers = names.event_ids(connection, people.names)
    arrival = 0
    for name in people.names:
        who, when = people.event(name, "profile"), people.event(name, "time")
        for low in range(0, len(who), _CHUNK):
            part = slice(low, low + _CHUNK)
            profiles = (who[part] + 1).tolist()
            first, arrival = arrival + 1, arrival + len(profiles)
            connection.executemany(
                _ADD_EVENT,
                zip(
                    [numbers[name]] * len(profiles),
                    profiles,
                    when[part].tolist(),
                    range(first, arrival + 1),
                    _properties(people, name, part),
                    strict=True,
                ),
            )


def _properties(people: Population, name: str, part: slice) -> Iterable[str | None]:
    """Give the properties of a name's events as `plain.text_of` writes them: keys sorted."""
    keys = sorted(EVENTS[name].properties)
    columns = [
        [
            "" if value is None else f'"{key}":{json.dumps(value)}'
            for value in values(EVENTS[name].properties[key], people.event(name, key)[part])
        ]
        for key in keys
    ]
    for pieces in zip(*columns, strict=True):
        text = ",".join(filter(None, pieces))
        yield "{" + text + "}" if text else None


def _add_rollups(connection: Connection, people: Population, change: int) -> None:
    """Add each profile's count, first and last event, by name and over all names."""
    numbers = names.event_ids(connection, people.names)
    parts = []
    for name in people.names:
        who, when = people.event(name, "profile"), people.event(name, "time")
        profiles, starts, counts = np.unique(who, return_index=True, return_counts=True)
        parts.append(
            np.stack(
                [
                    profiles.astype(np.int64) + 1,
                    np.full(len(profiles), numbers[name]),
                    counts,
                    when[starts],
                    when[starts + counts - 1],
                ]
            )
        )
    rows = np.concatenate(parts, axis=1)
    rows = rows[:, np.lexsort((rows[1], rows[0]))]
    for low in range(0, rows.shape[1], _CHUNK):
        chunk = rows[:, low : low + _CHUNK].tolist()
        connection.executemany(_ADD_ROLLUP, zip(*chunk, strict=True))
    counts = np.bincount(rows[0], weights=rows[2], minlength=people.profiles + 1).astype(np.int64)
    first = np.full(people.profiles + 1, np.iinfo(np.int64).max)
    last = np.zeros(people.profiles + 1, np.int64)
    np.minimum.at(first, rows[0], rows[3])
    np.maximum.at(last, rows[0], rows[4])
    connection.executemany(
        _ADD_ACTIVITY,
        (
            (profile, change, count, start if count else None, end if count else None)
            for profile, count, start, end in zip(
                range(1, people.profiles + 1),
                counts[1:].tolist(),
                first[1:].tolist(),
                last[1:].tolist(),
                strict=True,
            )
        ),
    )


def _check_sample(connection: Connection, people: Population) -> None:
    """Compare the rows of some profiles with those that the store makes of their traits."""
    size = min(_SAMPLE, people.profiles)
    paths = {number: path for path, number in names.paths(connection).items()}
    for profile, mapping in enumerate(_traits(people, 0, size), start=1):
        expected = traits.rows_of(mapping, ZoneInfo(ZONE))
        found = {(paths[path], *row) for path, *row in connection.execute(_TRAITS_OF, (profile,))}
        assert found == expected, (profile, found ^ expected)
