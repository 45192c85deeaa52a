"""Values as they come from rows → a packed column: sorted by kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from attrs import evolve

from segql.engines.sets.dates import instants_of_numbers, instants_of_texts
from segql.engines.sets.packing import Found, Kinds, nothing, pack_kinds, union
from segql.engines.sets.scaled import MISSING, Array
from segql.model.values import Json, Path, element_of, reads_numbers_as_dates
from segql.store.columns import Packed

_NONE, _FLAG, _NUMBER, _TEXT, _LIST, _OBJECT = range(6)
_SCALARS: Final = (_FLAG, _NUMBER, _TEXT)


class _Kinds(dict[type, int]):
    """Types that JSON is read as, by kind."""

    def __missing__(self, _type: type) -> int:
        return _OBJECT


_KINDS: Final = _Kinds(
    {type(None): _NONE, bool: _FLAG, int: _NUMBER, float: _NUMBER, str: _TEXT, list: _LIST}
)


def pack_column(values: Array, path: Path | None, zone: ZoneInfo) -> Packed:
    """The values of all owners, in their order, for `Column`; None is none.

    Texts read as dates in `zone`, and numbers where the last part of `path` says so (§3.5); without
    a path nothing is a date.
    """
    kinds = np.fromiter(map(_KINDS.__getitem__, map(type, values)), np.uint8, len(values))
    lists = np.flatnonzero(kinds == _LIST)
    inner = _inner(lists.tolist(), values[lists])
    numbers = _numbers(_found(values, kinds, _NUMBER, inner))
    flags = _found(values, kinds, _FLAG, inner)
    texts, words = _coded(_found(values, kinds, _TEXT, inner))
    every = Kinds(
        numbers=numbers,
        flags=evolve(flags, values=flags.values.astype(np.uint8) + np.uint8(1)),
        texts=texts,
        words=words,
        dates=nothing(np.int64) if path is None else dates_among(texts, words, numbers, path, zone),
        others=np.concatenate([inner[_OBJECT].at, np.flatnonzero(kinds == _OBJECT)]),
        empty=inner[_NONE].at,
    )
    return pack_kinds(every, len(values))


def dates_among(
    texts: Found, words: Sequence[str], numbers: Found, path: Path, zone: ZoneInfo
) -> Found:
    """The texts, places in `words`, and the numbers at `path` that read as dates (§3.5)."""
    dates = [nothing(np.int64)]
    instants = instants_of_texts(words, zone)
    if instants is not None:
        dates.append(evolve(texts, values=instants[texts.values]))
    if reads_numbers_as_dates(path):
        dates.append(evolve(numbers, values=instants_of_numbers(numbers.values)))
    found = [date.where(date.values != MISSING) for date in dates]
    return union([date for date in found if len(date.at)] or found[:1])


def _inner(owners: Sequence[int], lists: Array) -> Mapping[int, Found]:
    """The elements of lists with their owners, by kind; empty lists under `_NONE`."""
    found: list[tuple[list[int], list[Json], list[int]]] = [([], [], []) for _ in range(6)]
    for owner, entries in zip(owners, lists, strict=True):
        last = 0
        for entry in entries:
            kind = _KINDS[type(entry)]
            if kind != _NONE and (kind != _NUMBER or element_of(entry) is not None):
                last += 1
                at, values, places = found[_OBJECT if kind == _LIST else kind]
                at.append(owner)
                values.append(entry if kind in _SCALARS else None)
                places.append(last)
        if not last:
            found[_NONE][0].append(owner)
    return {
        kind: Found(
            np.array(at, np.intp),
            np.fromiter(values, np.dtype(object), len(values)),
            np.array(places, np.int64),
        )
        for kind, (at, values, places) in enumerate(found)
    }


def _found(objects: Array, kinds: Array, kind: int, inner: Mapping[int, Found]) -> Found:
    """The elements of one kind, those of lists among them."""
    at = np.flatnonzero(kinds == kind)
    plain = Found.plain(at, objects[at])
    return union([plain, inner[kind]]) if len(inner[kind].at) else plain


def _numbers(found: Found) -> Found:
    """The finite ones, as doubles; zero has no sign."""
    try:
        doubles = found.values.astype(np.float64)
    except OverflowError:
        exact = [element_of(value) for value in found.values.tolist()]
        doubles = np.array([np.nan if one is None else one for one in exact], np.float64)
    return evolve(found, values=doubles + 0.0).where(np.isfinite(doubles))


def _coded(found: Found) -> tuple[Found, list[str]]:
    """The texts as places in a list of distinct words."""
    texts: list[str] = found.values.tolist()
    index = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    codes = np.fromiter(map(index.__getitem__, texts), np.int64, len(texts))
    return evolve(found, values=codes), list(index)
