"""Spells: a verdict, and how long it lasts if nothing but time goes by.

A spell never says too much: up to its end the verdict stays what it is. At its end the verdict may
change or not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from segql.model.crossings import NEVER, Stay, end_of_verdict
from segql.model.instants import Instant

Spell: TypeAlias = tuple[bool, Instant]
"""Whether something holds now, and the first later instant at which time may change that."""


def at_least(least: int, number: int, spells: Iterable[Spell]) -> Spell:
    """The spell of `least` out of `number` parts, whose spells are asked for while they matter.

    With k more parts holding than needed, k + 1 of the spells that hold must end first, and with k
    too few, k of those that do not.
    """
    holding: list[Instant] = []
    failing: list[Instant] = []
    settled_holding = settled_failing = 0
    for holds, end in spells:
        (holding if holds else failing).append(end)
        if end == NEVER:
            settled_holding += holds
            settled_failing += not holds
            if settled_holding >= least:
                return True, NEVER
            if settled_failing > number - least:
                return False, NEVER
    missing = least - len(holding)
    if missing > 0:
        return False, nth_smallest(failing, missing)
    return True, nth_smallest(holding, 1 - missing)


def nth_smallest(ends: list[Instant], number: int) -> Instant:
    """The smallest of `ends` for 1, the next for 2, and so on; `NEVER` when there are too few."""
    if number > len(ends):
        return NEVER
    return min(ends) if number == 1 else sorted(ends)[number - 1]


def inside_any(stays: Iterable[Stay], now: Instant) -> Instant:
    """The end of being inside at least one of `stays`, or of being inside none."""
    holding, failing = NEVER, NEVER
    inside = False
    for within in stays:
        end = end_of_verdict(within, now)
        if within[0] <= now < within[1]:
            holding = max(holding, end) if inside else end
            inside = True
        else:
            failing = min(failing, end)
    return holding if inside else failing
