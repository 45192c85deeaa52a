"""A snapshot and what is newer for some of its owners → a new snapshot, without the other rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from attrs import frozen

from segql.engines.sets.column import Column
from segql.engines.sets.packing import pack_kinds, together, unpacked
from segql.engines.sets.rows import ACTIVITY_COLUMNS
from segql.engines.sets.scaled import MISSING, Array, Bools, Index, Ints, Whole, narrow, pack_ints
from segql.engines.sets.sources import RESPONSES, Source, pack_activity
from segql.engines.sets.stream import Stream, pack_stream
from segql.store.columns import Packed, joined

Snapshots: TypeAlias = Mapping[Source, Packed]


@frozen(eq=False)
class Places:
    """Where the owners of a snapshot, and those of what is newer, end up; -1 for nowhere."""

    old: Index
    new: Index
    size: int


def merged(old: Snapshots, new: Snapshots, slots: Index, size: int) -> dict[Source, Packed]:
    """The snapshots `old` with the owners at `slots` replaced by those of `new`, `size` in all.

    The sources are those of one family and the same in both; owners come in the order of `slots`.
    """
    known = max((_slots(source, packed) for source, packed in old.items()), default=0)
    kept = np.arange(known)
    kept[slots[slots < known]] = -1
    owners = Places(kept, slots, size)
    streams = [source for source in old if source.kind == "stream"]
    found: dict[Source, Packed] = {}
    places = owners
    for source in streams:
        found[source], places = _stream(source, old[source], new[source], owners)
    for source in old.keys() - found.keys():
        found[source] = _other(source, old[source], new[source], owners, places)
    return found


def _slots(source: Source, packed: Packed) -> int:
    """How many owners a snapshot knows; 0 where its places are activities."""
    match source.kind:
        case "values":
            return 0
        case "activity":
            return packed.number("slots")
        case "stream":
            return Stream(packed.part("stream") if source == RESPONSES else packed).slots
        case "changed":
            return packed.number("count")
        case "share":
            return len(packed.arrays["shares"])
        case "account":
            return len(packed.arrays["numbers"])
        case _:
            return packed.number("owners")


def _other(source: Source, old: Packed, new: Packed, owners: Places, places: Places) -> Packed:
    """A source that is no stream; `places` are those of the activities of its family."""
    match source.kind:
        case "values":
            return merged_column([Column(old), Column(new)], places)
        case "activity":
            return _activity(old, new, owners)
        case "changed":
            times = [Ints(packed).values() for packed in (old, new)]
            return pack_ints(_placed(times, owners, MISSING))
        case "share":
            shares = [packed.arrays["shares"] for packed in (old, new)]
            return Packed({}, {"shares": _placed(shares, owners, 0)})
        case "account":
            numbers = [packed.arrays["numbers"].astype(np.int64) for packed in (old, new)]
            column = merged_column(
                [Column(packed.part("external")) for packed in (old, new)], owners
            )
            arrays = {"numbers": narrow(_placed(numbers, owners, 0))}
            return joined({"external": column}, {}, arrays)
        case _:
            return merged_column([Column(old), Column(new)], owners)


def _placed(arrays: Sequence[Array], places: Places, empty: int) -> Array:
    """One array from the old and the new one, `empty` where neither has a place."""
    whole = np.full(places.size, empty, arrays[0].dtype)
    for array, to in zip(arrays, (places.old, places.new), strict=True):
        kept = to[: len(array)] >= 0
        whole[to[: len(array)][kept]] = array[kept]
    return whole


def _activity(old: Packed, new: Packed, owners: Places) -> Packed:
    living = [
        np.unpackbits(packed.arrays["living"], count=packed.number("slots")).view(np.bool_)
        for packed in (old, new)
    ]
    there = np.flatnonzero(_placed(living, owners, 0))
    by_name = {
        name: _placed([Ints(packed.part(name)).values() for packed in (old, new)], owners, MISSING)
        for name in ACTIVITY_COLUMNS
    }
    columns = {name: column[there] for name, column in by_name.items()}
    return pack_activity(there, columns, owners.size)


def _stream(source: Source, old: Packed, new: Packed, owners: Places) -> tuple[Packed, Places]:
    """The activities of both, and where those of each end up."""
    pair = [
        Stream(packed.part("stream") if source == RESPONSES else packed) for packed in (old, new)
    ]
    to = [owners.old[pair[0].owner], owners.new[pair[1].owner]]
    kept = [place >= 0 for place in to]
    who = np.concatenate([place[stays] for place, stays in zip(to, kept, strict=True)])
    order = np.argsort(who, kind="stable")
    times = np.concatenate(
        [_times(stream)[stays] for stream, stays in zip(pair, kept, strict=True)]
    )
    place_of = np.empty(len(order), np.intp)
    place_of[order] = np.arange(len(order))
    first = int(kept[0].sum())
    places = Places(
        _spread(kept[0], place_of[:first]), _spread(kept[1], place_of[first:]), len(order)
    )
    packed = pack_stream(who[order], times[order], owners.size)
    if source != RESPONSES:
        return packed, places
    arrays = {
        name: _placed([one.arrays[name].astype(np.int64) for one in (old, new)], places, 0)
        for name in ("surveys", "actions")
    }
    return joined({"stream": packed}, {}, {name: narrow(a) for name, a in arrays.items()}), places


def _times(stream: Stream) -> Whole:
    return stream.times.values() if stream.size else np.zeros(0, np.int64)


def _spread(kept: Bools, places: Index) -> Index:
    whole = np.full(len(kept), -1, np.intp)
    whole[kept] = places
    return whole


def merged_column(columns: Sequence[Column], places: Places) -> Packed:
    """The values of the old and the new column at their new places."""
    to = (places.old, places.new)
    kinds = [unpacked(column, place) for column, place in zip(columns, to, strict=True)]
    return pack_kinds(together(kinds), places.size)
