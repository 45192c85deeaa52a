"""What time alone will do to rules, from what it does to their conditions, for a slice of profiles.

A rule can change only where one of its conditions does. At each such instant all conditions are
known: what they held at first, and their last change since.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

import numpy as np

from segql.engines.sets.conditions import Condition
from segql.engines.sets.crossed import Crossed, Span, firsts
from segql.engines.sets.foreseen import NOTHING, Foreseen, changes, doubted, foreseen
from segql.engines.sets.holding import holding
from segql.engines.sets.scaled import Bools, begins
from segql.engines.sets.slices import Slice, Terms
from segql.rules.rule import (
    AccountTrait,
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
from segql.rules.shape import children, walk


def is_own(rule: Rule) -> bool:
    """Whether a rule looks at nothing but the profile itself, so that it can be foreseen."""
    for part in walk(rule):
        match part:
            case InSegment() | Teammates() | Holds(AccountTrait()):
                return False
            case Compares(operand, _, other) if AccountTrait in {type(operand), type(other)}:
                return False
            case _:
                pass
    return True


class Foresight:
    """What is foreseen of the rules of one slice in a span, each condition looked at once."""

    def __init__(self, slice_: Slice, terms: Terms, span: Span) -> None:
        """`terms` must be those of the span's start."""
        self._slice = slice_
        self._terms = terms
        self._span = span
        self._foreseen: dict[Rule, Foreseen] = {}
        self._held: dict[Condition, Bools] = {}

    def of_condition(self, condition: Rule) -> Foreseen:
        """What is foreseen of a part without logic."""
        found = self._foreseen.get(condition)
        if found is None:
            found = foreseen(condition, self._slice, self._terms, self._span)
            self._foreseen[condition] = found
        return found

    def of_rule(self, rule: Rule) -> Foreseen:
        """What is foreseen of a rule that `is_own`."""
        conditions = list(dict.fromkeys(part for part in walk(rule) if not children(part)))
        parts = [self.of_condition(condition) for condition in conditions]
        if not children(rule):
            return parts[0]
        doubts = firsts(part.doubts for part in parts)
        if len(doubts[0]):
            doubts = self._first_of_doubted(parts, doubts)
        slots = np.concatenate([NOTHING.slots, *(part.slots for part in parts)])
        at = np.concatenate([NOTHING.at, *(part.at for part in parts)])
        if not len(slots):
            return doubted(NOTHING, doubts)
        order = np.lexsort((at, slots))
        slots, at = slots[order], at[order]
        # The verdict of every slot at the start comes before those at its instants.
        starts = begins(slots)
        moments = np.insert(np.unique(at), 0, self._span.start)
        keys = slots * len(moments) + np.searchsorted(moments, at)
        asked = np.concatenate([slots[starts] * len(moments), keys])

        def verdict(condition: Condition) -> Bools:
            part = self._foreseen[condition]
            own = part.slots * len(moments) + np.searchsorted(moments, part.at)
            last = np.searchsorted(own, asked, side="right") - 1
            known = last >= 0
            known[known] = part.slots[last[known]] == asked[known] // len(moments)
            found = np.zeros(len(asked), np.bool_)
            found[known] = part.holds[last[known]]
            if not known.all():
                found[~known] = self._holding(condition)[asked[~known] // len(moments)]
            return found

        holds = _combined(rule, verdict)
        found = changes(slots, at, holds[len(starts) :], holds[: len(starts)])
        return doubted(found, doubts)

    def _holding(self, condition: Condition) -> Bools:
        """For which slots a condition holds at the start."""
        found = self._held.get(condition)
        if found is None:
            found = self._held[condition] = holding(condition, self._slice, self._terms)
        return found

    def _first_of_doubted(self, parts: list[Foreseen], doubts: Crossed) -> Crossed:
        """When those in doubt must be asked: where any of the conditions changes first."""
        slots, at = firsts([*(part.firsts for part in parts), doubts])
        kept = np.isin(slots, doubts[0])
        return slots[kept], at[kept]


def _combined(rule: Rule, verdict: Callable[[Condition], Bools]) -> Bools:
    match rule:
        case AllOf(parts):
            every: Bools = np.logical_and.reduce([_combined(part, verdict) for part in parts])
            return every
        case AnyOf(parts):
            some: Bools = np.logical_or.reduce([_combined(part, verdict) for part in parts])
            return some
        case AtLeast(least, parts):
            enough: Bools = np.sum([_combined(part, verdict) for part in parts], axis=0) >= least
            return enough
        case Not(part):
            return ~_combined(part, verdict)
        case Holds() | Compares() | Did() | Nth() | Sequence() | InSample() | InSegment():
            return verdict(rule)
        case Teammates():
            raise AssertionError("a rule that looks at others is not foreseen")
        case _:
            assert_never(rule)
