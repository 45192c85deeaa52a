"""Who is in which segments, kept from one transaction to the next while nobody else flips anybody.

The most active profiles are asked about in every batch. Each flip takes a number, so as long as no
number was given, nobody has entered or left.
"""

from __future__ import annotations

from typing import Final, TypeAlias

Known: TypeAlias = dict[tuple[int, int], bool]
"""Whether profiles are in segments: by place in one catalogue, and internal id."""

MOST: Final = 100_000
"""Answers that are kept, some 15 MB."""


class Insiders:
    """What is known in one process, of the segments of one catalogue."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._known: Known = {}
        self._flip = -1

    def taken(self, flip: int) -> Known:
        """What is known where the last flip has this number; it must be given back.

        So what a transaction finds that is rolled back is not kept.
        """
        known, self._known = self._known, {}
        return known if flip == self._flip else {}

    def give(self, known: Known, flip: int) -> None:
        """Keep what is known after the flip with this number; the giver must not change it."""
        if len(known) <= MOST:
            self._known, self._flip = known, flip
