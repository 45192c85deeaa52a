"""Core rules → whether one follows from another, whatever the data.

A rule follows from another where the other and its own opposite cannot both hold. What is told is
so; much that is so is not told, as it can only be.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from attrs import define, field

from segql.rules.canonical import opposite
from segql.rules.contradictions import HoldsLists, conflicts
from segql.rules.rule import (
    EVERYONE,
    NO_ONE,
    AllOf,
    AnyOf,
    Did,
    Event,
    Holds,
    InSample,
    Not,
    Nth,
    Rule,
    Sequence,
    SurveyAction,
)

_MOST: Final = 20_000


def conjuncts(rule: Rule) -> tuple[Rule, ...]:
    """The parts of a canonical rule that must all hold."""
    match rule:
        case AllOf(parts) if parts:
            return parts
        case Not(AnyOf(parts)) if parts:
            return tuple(map(opposite, parts))
        case _:
            return (rule,)


def disjuncts(rule: Rule) -> tuple[Rule, ...]:
    """The parts of a canonical rule one of which must hold."""
    match rule:
        case AnyOf(parts) if parts:
            return parts
        case Not(AllOf(parts)) if parts:
            return tuple(map(opposite, parts))
        case _:
            return (rule,)


@define
class Judge:
    """Tells what follows, for one rule; after so many comparisons nothing does any more."""

    holds_lists: HoldsLists
    left: int = field(default=_MOST)

    def follows(self, other: Rule, one: Rule) -> bool:
        """Whether `other` holds wherever `one` does; both canonical, neither a constant."""
        if {EVERYONE, NO_ONE} & {one, other}:
            return False
        if one == other:
            return True
        cases = disjuncts(one)
        if len(cases) > 1:
            return all(self.follows(other, case) for case in cases)
        needed = conjuncts(other)
        if len(needed) > 1:
            return all(self.follows(need, one) for need in needed)
        given = conjuncts(one)
        if len(given) > 1:
            return any(self.follows(other, part) for part in given)
        return self._excludes(one, [opposite(part) for part in disjuncts(other)])

    def _excludes(self, one: Rule, denied: list[Rule]) -> bool:
        """Whether `one` cannot hold where all of `denied` do."""
        subjects = _subjects((one,))
        near = [condition for condition in denied if subjects & _subjects((condition,))]
        self.left -= len(near)
        if self.left < 0 or not near:
            return False
        return any(
            0 in found.parts
            and (found.unless_list is None or self.holds_lists(found.unless_list) is False)
            for found in conflicts([one, *near])
        )


def _subjects(conditions: Iterable[Rule]) -> set[object]:
    """What the conditions speak of: those that share nothing tell nothing of one another."""
    found: set[object] = set()
    for condition in conditions:
        match condition.part if isinstance(condition, Not) else condition:
            case Holds(operand):
                found.add(operand)
            case Did(SurveyAction(action)):
                found.add(action)
            case Did(Event(name)) | Nth(_, Event(name)):
                found.add(name)
            case Sequence(steps):
                found.update(step.event for step in steps)
            case InSample(_, name):
                found.add(("sample", name))
            case other:
                found.add(other)
    return found
