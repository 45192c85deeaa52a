"""Sets of slots as packed bits; and, or, not, at least."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, assert_never

import numpy as np
from numpy.typing import NDArray

from segql.engines.sets.conditions import Condition
from segql.engines.sets.scaled import Bools
from segql.rules.rule import (
    AllOf,
    AnyOf,
    AtLeast,
    Compares,
    Did,
    Holds,
    InSample,
    InSegment,
    Not,
    Nth,
    Rule,
    Sequence,
    Teammates,
)

Bits: TypeAlias = NDArray[np.uint8]
"""One bit per slot, the first one highest in the first byte."""

pack: Callable[[Bools], Bits] = np.packbits


def unpack(bits: Bits, slots: int) -> Bools:
    """The slots, true where a bit is set."""
    return np.unpackbits(bits, count=slots).view(np.bool_)


def size(bits: Bits) -> int:
    """The number of bits that are set."""
    return int(np.bitwise_count(bits).sum())


class Algebra:
    """Combines conditions into rules over the living slots of one slice.

    `holds` gives the slots of each condition; whatever it says of slots without a living profile,
    they belong to no set, and `not` complements within the living ones.
    """

    def __init__(
        self,
        living: Bits,
        slots: int,
        holds: Mapping[Condition, Bits],
        catalog: Mapping[str, Rule],
    ) -> None:
        """Take the living slots and those of each condition; `catalog` answers `in segment`."""
        self._living = living
        self._slots = slots
        self._holds = holds
        self._catalog = catalog
        self._known: dict[Rule, Bits] = {}
        self._segments: dict[str, Bits] = {}

    def segment(self, name: str) -> Bits:
        """The slots for which the rule of the segment called `name` holds."""
        if name not in self._segments:
            self._segments[name] = self.of(self._catalog[name])
        return self._segments[name]

    def of(self, rule: Rule) -> Bits:
        """The slots for which `rule` holds."""
        found = self._known.get(rule)
        if found is None:
            found = self._known[rule] = self._computed(rule)
        return found

    def _computed(self, rule: Rule) -> Bits:
        match rule:
            case AllOf(parts):
                found = self._living
                for part in parts:
                    found = found & self.of(part)
                return found
            case AnyOf(parts):
                found = np.zeros_like(self._living)
                for part in parts:
                    found = found | self.of(part)
                return found
            case AtLeast(least, parts):
                return self._at_least(least, parts)
            case Not(part):
                return self._living & ~self.of(part)
            case InSegment(name) if rule not in self._holds:
                return self.segment(name)
            case (
                Holds()
                | Compares()
                | Did()
                | Nth()
                | Sequence()
                | InSegment()
                | InSample()
                | Teammates()
            ):
                return self._living & self._holds[rule]
            case _:
                assert_never(rule)

    def _at_least(self, least: int, parts: tuple[Rule, ...]) -> Bits:
        number = np.zeros(self._slots, np.int32)
        for part in parts:
            number += unpack(self.of(part), self._slots)
        return self._living & pack(number >= least)
