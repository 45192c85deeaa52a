"""The values at a path for many owners, apart by kind, so that a test looks at one kind's codes.

The elements of a kind are dense (one place per owner, some of them empty) or sparse (a list of
owners, in which an owner may come several times). Only sparse elements may stand in lists.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen

from segql.engines.sets.scaled import Array, Bools, Index, Ints, Numbers
from segql.engines.sets.words import Words
from segql.store.columns import Packed


@frozen(eq=False)
class Elements:
    """The elements of one kind: where they are, and which of them stand in lists."""

    owners: int
    at: Index | None
    """The owner of each element, ascending; None when there is a place for each owner."""
    place: Array | None
    """The place of each element in its list, from 1; 0 outside lists. None when all are outside."""

    @property
    def listed(self) -> Bools | None:
        """Which elements stand in a list; None when none does."""
        return None if self.place is None else self.place != 0

    def spread(self, passing: Bools) -> Bools:
        """The owners of the elements that pass."""
        if self.at is None:
            return passing
        found = np.zeros(self.owners, np.bool_)
        found[self.at[passing]] = True
        return found


class Column:
    """The values of `owners` owners; what `gather.pack_column` gave."""

    def __init__(self, packed: Packed) -> None:
        """Open `packed`; no array is read yet."""
        self.owners = packed.number("owners")
        self._packed = packed
        self._words: Words | None = None

    def has(self, kind: str) -> bool:
        """Whether there are elements of the kind `number`, `text`, `flag`, `date`, `other`, or
        `nothing` for empty lists.
        """
        return kind in self._packed.facts

    def elements(self, kind: str) -> Elements:
        """Where the elements of a kind are that the column `has`."""
        packed = self._packed.part(kind)
        if not packed.facts["sparse"]:
            return Elements(self.owners, None, None)
        place = packed.arrays["place"] if packed.facts["listed"] else None
        return Elements(self.owners, packed.arrays["at"].astype(np.intp), place)

    def numbers(self) -> Numbers:
        """The elements of the kind `number`."""
        return Numbers(self._packed.part("number").part("values"))

    def dates(self) -> Ints:
        """The elements of the kind `date`: instants of texts and numbers that read as one."""
        return Ints(self._packed.part("date").part("values"))

    def flags(self) -> Array:
        """The elements of the kind `flag`: 2 is true, 1 is false, 0 is none."""
        return self._packed.part("flag").part("values").arrays["codes"]

    def words(self) -> Words:
        """The texts that `text_codes` tells apart."""
        if self._words is None:
            self._words = Words(self._packed.part("text").part("words"))
        return self._words

    def text_codes(self) -> Array | None:
        """The elements of the kind `text`: one more than a place in `words`, 0 is none.

        None when each element has the word at its own place.
        """
        packed = self._packed.part("text").part("values")
        return packed.arrays["codes"] if packed.facts["shared"] else None
