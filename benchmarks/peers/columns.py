"""The population as Arrow tables: the profiles, and events of all names in one wide table.

Missing values are nulls. Dates and times are int64, in ms since 1970 UTC. Whole numbers are int32.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.population import Population
from benchmarks.product import EVENTS, NO_DATE, NO_LIST, NO_WORD, TRAITS, Column


def properties() -> Mapping[str, Column]:
    """Give every property once, a text one with the words of all the events that have it."""
    found: dict[str, Column] = {}
    for event in EVENTS.values():
        for name, column in event.properties.items():
            before = found.get(name)
            words = () if before is None else before.words
            more = tuple(word for word in column.words if word not in words)
            found[name] = Column(column.kind, (*words, *more), decimals=column.decimals)
    return found


def profile_table(people: Population) -> pa.Table:
    """Give the profiles, one row each, in the order of their numbers; dots in names become `_`."""
    size = people.profiles
    first, last = seen(people)
    columns: dict[str, pa.Array] = {
        "profile": pa.array(np.arange(size, dtype=np.int32)),
        "id": pa.array(people.ids(0, size)),
        "email": pa.array(people.emails(0, size)),
    }
    for name, column in TRAITS.items():
        columns[name.replace(".", "_")] = _array(column, people.trait(name))
    dates = Column("date")
    columns["first_seen"], columns["last_seen"] = _array(dates, first), _array(dates, last)
    return pa.table(columns)


def event_table(people: Population, name: str) -> pa.Table:
    """Give the events of one name, by profile and time, with nulls for other events' columns."""
    size = len(people.event(name, "time"))
    columns: dict[str, pa.Array] = {
        "name": pa.array([name]).dictionary_encode().take(pa.array(np.zeros(size, np.int32))),
        "profile": pa.array(people.event(name, "profile")),
        "time": pa.array(people.event(name, "time")),
    }
    own = EVENTS[name].properties
    for key, column in properties().items():
        columns[key] = (
            _array(own[key], people.event(name, key))
            if key in own
            else pa.nulls(size, _KINDS[column.kind](column))
        )
    return pa.table(columns)


def seen(people: Population) -> tuple[NDArray[Any], NDArray[Any]]:
    """Give the earliest and latest event of each profile, `NO_DATE` for a profile without any."""
    first = np.full(people.profiles, np.iinfo(np.int64).max)
    last = np.full(people.profiles, NO_DATE)
    for name in people.names:
        who, when = people.event(name, "profile"), people.event(name, "time")
        np.minimum.at(first, who, when)
        np.maximum.at(last, who, when)
    return np.where(last == NO_DATE, NO_DATE, first), last


_KINDS: Mapping[str, Any] = {
    "text": lambda column: pa.dictionary(pa.int8(), pa.string()),
    "number": lambda column: pa.float64() if column.decimals else pa.int32(),
}


def _array(column: Column, values: NDArray[Any]) -> pa.Array:
    match column.kind:
        case "text":
            missing = values == NO_WORD
            places = pa.array(np.where(missing, 0, values).astype(np.int8), mask=missing)
            return pa.DictionaryArray.from_arrays(places, pa.array(column.words))
        case "flag":
            return pa.array(values == 1, mask=values == NO_WORD)
        case "number":
            missing = np.isnan(values)
            kind = np.float64 if column.decimals else np.int32
            return pa.array(np.where(missing, 0, values).astype(kind), mask=missing)
        case "date":
            return pa.array(np.asarray(values), mask=values == NO_DATE)
        case _:
            return _lists(column, values)


def _lists(column: Column, masks: NDArray[Any]) -> pa.Array:
    missing = masks == NO_LIST
    bits = np.where(missing, 0, masks)
    held = (bits[:, None] >> np.arange(len(column.words))) & 1
    offsets = np.concatenate([[0], held.sum(axis=1).cumsum()]).astype(np.int32)
    places = np.nonzero(held)[1].astype(np.int8)
    words = pa.DictionaryArray.from_arrays(pa.array(places), pa.array(column.words)).cast(
        pa.string()
    )
    return pa.ListArray.from_arrays(pa.array(offsets), words, mask=pa.array(missing))
