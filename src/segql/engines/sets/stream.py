"""What many owners did of one kind, sorted by owner, time and arrival.

Activities have places from 0 on. The activities of one owner lie together, so his first and last,
and the ones that begin or end a window, are found without a look at the others.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from segql.engines.sets.scaled import Array, Bools, Index, Ints, Whole, begins, narrow, pack_ints
from segql.store.columns import Packed, joined


def pack_stream(owners: Whole, times: Whole, slots: int) -> Packed:
    """Activities of owners below `slots`, sorted by owner, time and arrival, for `Stream`."""
    if not len(owners):
        return Packed({"slots": slots, "activities": 0}, {})
    starts = begins(owners)
    ends = np.append(starts[1:], len(owners))
    who = owners[starts]
    arrays: dict[str, Array] = {"counts": narrow(ends - starts)}
    if len(who) * 32 < slots:
        arrays["who"] = narrow(who)
    else:
        there = np.zeros(slots, np.bool_)
        there[who] = True
        arrays["there"] = np.packbits(there)
    parts = {"times": pack_ints(times), "last": pack_ints(times[ends - 1])}
    return joined(parts, {"slots": slots, "activities": len(owners)}, arrays)


class Stream:
    """Activities of owners below `slots`; what `pack_stream` gave."""

    def __init__(self, packed: Packed) -> None:
        """Open `packed`; no array is read yet."""
        self.slots = packed.number("slots")
        self.size = packed.number("activities")
        self._packed = packed
        self._inside: dict[tuple[int, int], Bools | None] = {}

    @cached_property
    def who(self) -> Index:
        """The owners that did anything, ascending."""
        if not self.size:
            return np.zeros(0, np.intp)
        if "who" in self._packed.arrays:
            return self._packed.arrays["who"].astype(np.intp)
        there = np.unpackbits(self._packed.arrays["there"], count=self.slots)
        return np.flatnonzero(there)

    @cached_property
    def counts(self) -> Whole:
        """How many activities each of `who` has."""
        if not self.size:
            return np.zeros(0, np.int64)
        return self._packed.arrays["counts"].astype(np.int64)

    @cached_property
    def ends(self) -> Index:
        """The place after the last activity of each of `who`."""
        return np.cumsum(self.counts)

    @cached_property
    def starts(self) -> Index:
        """The place of the first activity of each of `who`."""
        return self.ends - self.counts

    @cached_property
    def owner(self) -> Index:
        """The owner of each activity."""
        # A running sum of the steps from owner to owner costs a tenth of np.repeat.
        steps = np.zeros(self.size, np.intp)
        steps[self.starts] = np.diff(self.who, prepend=0)
        return np.cumsum(steps, out=steps)

    def owner_of(self, places: Index) -> Index:
        """The owners of the activities at some places, without a look at all the others."""
        return self.who[np.searchsorted(self.ends, places, side="right")]

    def places_of(self, owners: Index) -> tuple[Index, Index]:
        """Every activity of some of `who`, ascending, and the owner of each."""
        at = np.searchsorted(self.who, owners)
        counts = self.counts[at]
        ends = np.cumsum(counts)
        places = np.arange(ends[-1] if len(ends) else 0)
        places += np.repeat(self.starts[at] - (ends - counts), counts)
        return places, np.repeat(owners, counts)

    @cached_property
    def times(self) -> Ints:
        """The time of each activity; the stream must not be empty."""
        return Ints(self._packed.part("times"))

    @cached_property
    def last(self) -> Ints:
        """The time of the last activity of each of `who`; the stream must not be empty."""
        return Ints(self._packed.part("last"))

    def inside(self, low: int, high: int) -> Bools | None:
        """The activities in `[low, high)`; None when all are."""
        if not self.size or (low <= self.times.least and self.times.most < high):
            return None
        if (low, high) not in self._inside:
            self._inside[low, high] = self.times.between(low, high)
        return self._inside[low, high]

    def reaching(self, number: int, low: int, high: int) -> Bools | None:
        """Which of `who` have at least `number` (1 or more) activities in `[low, high)`.

        None when that takes a look at all activities: where the window ends before the last and
        begins after the first of them.
        """
        if not self.size:
            return np.zeros(0, np.bool_)
        before, after = low <= self.times.least, self.times.most < high
        if before and after:
            return self.counts >= number
        if after:
            if number == 1:
                return self.last.between(low, high)
            return self._enough(self.ends - number, number, low, high)
        if before:
            return self._enough(self.starts + (number - 1), number, low, high)
        return None

    def _enough(self, places: Index, number: int, low: int, high: int) -> Bools:
        """Which of `who` have `number` activities, the one at their place of `places` inside."""
        found = np.zeros(len(self.who), np.bool_)
        enough = np.flatnonzero(self.counts >= number)
        found[enough] = self.times.between(low, high, places[enough])
        return found
