"""`having` on one value of each owner: the first, the last, the most frequent one (§2).

The value that is picked is tested as a property at that path is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from attrs import evolve, frozen

from segql.engines.sets.aggregates import chosen_elements, codes_of
from segql.engines.sets.column import Column
from segql.engines.sets.gather import dates_among
from segql.engines.sets.packing import Found, Kinds, nothing, pack_kinds, together
from segql.engines.sets.passing import known, passing
from segql.engines.sets.scaled import Array, Bools, Index, Whole, begins
from segql.model.instants import Moment
from segql.model.values import Path
from segql.rules.rule import Having

PICKS: Final = ("first", "last", "most frequent")
"""The aggregates that pick a value."""

_VALUES: Final[dict[str, type[np.generic]]] = {
    "number": np.float64,
    "flag": np.uint8,
    "text": np.int64,
}
_MOST_CELLS: Final = 1 << 22
_WIDE: Final = 1 << 36


def picked(
    having: Having, column: Column, chosen: Index, owner: Index, slots: int, moment: Moment
) -> Bools:
    """The owners below `slots` whose value, picked from the activities at `chosen`, passes.

    `owner` gives the owner of every activity; those of `chosen` do not decrease.
    """
    found = np.zeros(slots, np.bool_)
    if having.aggregate == "most frequent":
        seen = _seen(column, chosen, owner)
        if seen:
            column = _of_one_each(column, seen, having.path, slots, moment)
            found = passing(column, having.test, moment)
    else:
        places = chosen[known(column)[chosen]]
        owners = owner.take(places)
        ends = begins(owners)
        if having.aggregate == "last":
            ends = np.append(ends[1:], len(owners))[: len(ends)] - 1
        found[owners[ends]] = passing(column, having.test, moment)[places[ends]]
    return ~found if having.negated else found


@frozen(eq=False)
class _Seen:
    """Known elements of one kind in the activities looked at, in the order that they are seen."""

    kind: str
    places: Index
    """Where they are in the column."""
    owners: Index
    codes: Whole
    """Equal for equal ones, from 0 on."""
    turns: Whole
    """When each is seen: a number of its own, whatever the kind, that is larger later."""


def _seen(column: Column, chosen: Index, owner: Index) -> list[_Seen]:
    """The elements by kind; kinds without any are left out."""
    found = []
    for kind in _VALUES:
        if column.has(kind):
            places, owners = chosen_elements(column, kind, chosen, owner)
            codes = codes_of(column, kind, places)
            there = codes >= 0
            if there.any():
                seen = _Seen(kind, places[there], owners[there], codes[there], codes)
                found.append(evolve(seen, turns=_turns(column, seen)))
    widest = max((int(one.turns.max()) for one in found), default=0)
    if widest >= _WIDE:
        every = np.unique(np.concatenate([one.turns for one in found]))
        found = [evolve(one, turns=np.searchsorted(every, one.turns)) for one in found]
    return found


def _turns(column: Column, seen: _Seen) -> Whole:
    """The place of the activity, then that in its list."""
    lists = [column.elements(kind).place for kind in _VALUES if column.has(kind)]
    longest = max((int(place.max(initial=0)) for place in lists if place is not None), default=0)
    elements = column.elements(seen.kind)
    at = seen.places if elements.at is None else elements.at.take(seen.places)
    turns = at.astype(np.int64) * (longest + 1)
    return turns if elements.place is None else turns + elements.place.take(seen.places)


def _of_one_each(
    column: Column, seen: Sequence[_Seen], path: Path, slots: int, moment: Moment
) -> Column:
    """The most frequent element of each owner below `slots`; of several the one seen last."""
    winning = _winning(seen, slots)
    found = {kind: nothing(values) for kind, values in _VALUES.items()}
    for one in seen:
        won = one.turns == winning.take(one.owners)
        values = _values(column, one.kind, one.places[won])
        found[one.kind] = Found.plain(one.owners[won], values)
    words = column.words() if column.has("text") else ()
    kinds = together(
        [Kinds(numbers=found["number"], flags=found["flag"], texts=found["text"], words=words)]
    )
    dates = dates_among(kinds.texts, kinds.words, kinds.numbers, path, moment.zone)
    return Column(pack_kinds(evolve(kinds, dates=dates), slots))


def _values(column: Column, kind: str, places: Index) -> Array:
    """The elements of a kind as they are packed: texts by their places in the words."""
    match kind:
        case "number":
            return column.numbers().values(places)
        case "flag":
            return column.flags().take(places).astype(np.uint8)
        case _:
            codes = column.text_codes()
            return places if codes is None else codes.take(places).astype(np.int64) - 1


def _winning(seen: Sequence[_Seen], slots: int) -> Whole:
    """For each owner the last turn of what is seen most often, of several of the latest; or -1."""
    bits = max(int(one.turns.max()) for one in seen).bit_length()
    codes = [_small(one.codes) for one in seen]
    widths = [int(one.max()) + 1 for one in codes]
    width = sum(widths)
    bases = np.cumsum([0, *widths[:-1]]).tolist()
    keys = [
        one.owners.astype(np.int64) * width + (own + base)
        for one, own, base in zip(seen, codes, bases, strict=True)
    ]
    winning = np.full(slots, -1, np.int64)
    if slots * width <= _MOST_CELLS:
        counts, last = np.zeros(slots * width, np.int64), np.zeros(slots * width, np.int64)
        for one, key in zip(seen, keys, strict=True):
            counts += np.bincount(key, minlength=slots * width)
            last[key] = one.turns  # of several at one place the last stays
        best = ((counts << bits) | last).reshape(slots, width).max(axis=1)
        who = np.flatnonzero(best >> bits)
        winning[who] = best[who] & ((1 << bits) - 1)
        return winning
    every, turns = np.concatenate(keys), np.concatenate([one.turns for one in seen])
    order = np.argsort(every, kind="stable")
    every, turns = every[order], turns[order]
    starts = begins(every)
    ends = np.append(starts[1:], len(every))
    scores = ((ends - starts) << bits) | turns[ends - 1]
    owners = every[starts] // width
    firsts = begins(owners)
    winning[owners[firsts]] = np.maximum.reduceat(scores, firsts) & ((1 << bits) - 1)
    return winning


def _small(codes: Whole) -> Whole:
    """The codes, or others that tell the same apart where these are very large."""
    if int(codes.max()) < 1 << 32:
        return codes
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)
