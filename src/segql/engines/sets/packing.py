"""Elements by kind → a packed column, each kind in its narrowest form; and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np
from attrs import evolve, field, frozen

from segql.engines.sets.column import Column
from segql.engines.sets.scaled import (
    MISSING,
    Array,
    Bools,
    Index,
    narrow,
    pack_doubles,
    pack_ints,
)
from segql.engines.sets.words import pack_words
from segql.store.columns import Packed, joined

_SPARSE: Final = 4
"""Elements of fewer than one in so many owners are kept with their owners."""
_SHARED: Final = 0.6
"""From this share of distinct texts on, each element has a word of its own."""
_ALWAYS_SHARED: Final = 256

_Packing: TypeAlias = Callable[[Array], Packed]


@frozen(eq=False)
class Found:
    """Elements of one kind with their owners, ascending, and their places in lists from 1."""

    at: Index
    values: Array
    place: Array
    """0 outside a list."""

    @staticmethod
    def plain(at: Index, values: Array) -> Found:
        """Elements none of which stands in a list."""
        return Found(at, values, np.zeros(len(at), np.uint8))

    def where(self, kept: Bools) -> Found:
        """Some of the elements."""
        if kept.all():
            return self
        places = np.flatnonzero(kept)
        return Found(self.at.take(places), self.values.take(places), self.place.take(places))


def nothing(kind: type[np.generic]) -> Found:
    """No elements, of values of a kind."""
    return Found.plain(np.zeros(0, np.intp), np.zeros(0, kind))


def union(parts: Sequence[Found]) -> Found:
    """The elements of all parts, of which there must be one, in the order of their owners."""
    if len(parts) == 1:
        return parts[0]
    at = np.concatenate([part.at for part in parts])
    values = np.concatenate([part.values for part in parts])
    place = np.concatenate([part.place for part in parts])
    order = np.argsort(at, kind="stable")
    return Found(at[order], values[order], place[order])


@frozen(eq=False, kw_only=True)
class Kinds:
    """The elements of a column, by kind."""

    numbers: Found = field(factory=lambda: nothing(np.float64))
    """Finite doubles."""
    flags: Found = field(factory=lambda: nothing(np.uint8))
    """2 is true, 1 is false."""
    texts: Found = field(factory=lambda: nothing(np.int64))
    """Places in `words`."""
    words: Sequence[str] = ()
    dates: Found = field(factory=lambda: nothing(np.int64))
    """Instants; those of texts and numbers that read as one."""
    others: Index = field(factory=lambda: np.zeros(0, np.intp))
    """Owners of objects, and of lists that hold objects or lists."""
    empty: Index = field(factory=lambda: np.zeros(0, np.intp))
    """Owners of lists without elements."""


def pack_kinds(kinds: Kinds, owners: int) -> Packed:
    """The elements of `owners` owners, for `Column`."""
    parts: dict[str, Packed] = {}
    if len(kinds.numbers.at):
        parts["number"] = _placed(kinds.numbers, owners, np.nan, pack_doubles)
    if len(kinds.flags.at):
        parts["flag"] = _placed(kinds.flags, owners, 0, _as_codes)
    if len(kinds.texts.at):
        parts["text"] = _texts(kinds.texts, kinds.words, owners)
    for name, at in (("nothing", kinds.empty), ("other", kinds.others)):
        if len(at):
            arrays = {"at": narrow(np.unique(at).astype(np.int64))}
            parts[name] = Packed({"sparse": True, "listed": False}, arrays)
    if len(kinds.dates.at):
        parts["date"] = _placed(kinds.dates, owners, MISSING, pack_ints)
    return joined(parts, {"owners": owners})


def _texts(found: Found, words: Sequence[str], owners: int) -> Packed:
    places = found.values
    if len(words) < _SHARED * len(places) or len(words) < _ALWAYS_SHARED:
        beside = {"words": pack_words(words)}
        return _placed(evolve(found, values=places + 1), owners, 0, _as_codes, beside)
    own = pack_words([words[place] for place in places.tolist()])
    return _placed(found, owners, None, _as_own, {"words": own})


def _as_codes(codes: Array) -> Packed:
    return Packed({"shared": 1}, {"codes": narrow(codes.astype(np.int64))})


def _as_own(_places: Array) -> Packed:
    return Packed({"shared": 0}, {})


def _placed(
    found: Found,
    owners: int,
    empty: float | None,
    pack: _Packing,
    beside: Mapping[str, Packed] | None = None,
) -> Packed:
    """Packed values with a place per owner, `empty` where there is none, or sparse with owners.

    Without an `empty` value every owner must have one for that.
    """
    at, values, listed = found.at, found.values, bool(found.place.any())
    sparse = listed or len(at) * _SPARSE < owners or (empty is None and len(at) < owners)
    if not sparse and len(at) < owners:
        values = np.full(owners, empty, found.values.dtype)
        values[at] = found.values
    arrays: dict[str, Array] = {}
    if sparse:
        arrays["at"] = narrow(at.astype(np.int64))
    if listed:
        arrays["place"] = narrow(found.place.astype(np.int64))
    parts = {"values": pack(values), **(beside or {})}
    return joined(parts, {"sparse": sparse, "listed": listed}, arrays)


def together(every: Sequence[Kinds]) -> Kinds:
    """The elements of all of `every`, whose owners are apart, with the words that are in use."""
    index: dict[str, int] = {}
    texts = []
    for kinds in every:
        used = np.unique(kinds.texts.values)
        codes = np.zeros(len(kinds.words), np.int64)
        for place in used.tolist():
            codes[place] = index.setdefault(kinds.words[place], len(index))
        texts.append(evolve(kinds.texts, values=codes[kinds.texts.values]))
    return Kinds(
        numbers=union([kinds.numbers for kinds in every]),
        flags=union([kinds.flags for kinds in every]),
        texts=union(texts),
        words=list(index),
        dates=union([kinds.dates for kinds in every]),
        others=np.concatenate([kinds.others for kinds in every]),
        empty=np.concatenate([kinds.empty for kinds in every]),
    )


def unpacked(column: Column, to: Index | None = None) -> Kinds:
    """The elements of a column whose owners have a place in `to`, not -1, at those places.

    Places ascend, so that the elements stay in order. Without `to` all stay where they are.
    """
    numbers, flags, texts, dates = (
        nothing(kind) for kind in (np.float64, np.uint8, np.int64, np.int64)
    )
    words: Sequence[str] = ()
    if column.has("number"):
        numbers = _moved(column, "number", column.numbers().values(), to)
        numbers = numbers.where(~np.isnan(numbers.values))
    if column.has("flag"):
        flags = _moved(column, "flag", column.flags().astype(np.uint8), to)
        flags = flags.where(flags.values != 0)
    if column.has("text"):
        words, codes = column.words(), column.text_codes()
        own = np.arange(len(words)) if codes is None else codes.astype(np.int64) - 1
        texts = _moved(column, "text", own, to)
        texts = texts.where(texts.values >= 0)
    if column.has("date"):
        dates = _moved(column, "date", column.dates().values(), to)
        dates = dates.where(dates.values != MISSING)
    return Kinds(
        numbers=numbers,
        flags=flags,
        texts=texts,
        words=words,
        dates=dates,
        others=_owners(column, "other", to),
        empty=_owners(column, "nothing", to),
    )


def _moved(column: Column, kind: str, values: Array, to: Index | None) -> Found:
    elements = column.elements(kind)
    at = np.arange(column.owners) if elements.at is None else elements.at
    place = np.zeros(len(at), np.uint8) if elements.place is None else elements.place
    if to is None:
        return Found(at, values, place)
    owners = to[at]
    return Found(owners, values, place).where(owners >= 0)


def _owners(column: Column, kind: str, to: Index | None) -> Index:
    if not column.has(kind):
        return np.zeros(0, np.intp)
    at = column.elements(kind).at
    assert at is not None
    owners = at if to is None else to[at]
    return owners[owners >= 0]
