"""Core rules → what can never hold, or always holds, whatever the data; and why.

`conflicts` looks at conditions that are to hold together, `constant` at one by itself. Where some
of them must hold, ask about their opposites: if those cannot all hold, one of these always does.
Nothing is claimed that data could belie; much that is so is not seen, as it can only be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import Final, TypeAlias

from attrs import field, frozen

from segql.model.display import several
from segql.model.windows import Window
from segql.rules.counts import Bound, bounds_of, is_reached
from segql.rules.fields import field_constant
from segql.rules.overlap import is_empty, is_future
from segql.rules.passing import excluding, implying, only
from segql.rules.rule import (
    AllOf,
    ChangedIn,
    DateIn,
    Did,
    Equals,
    Field,
    Holds,
    InSample,
    Not,
    Nth,
    Operand,
    Range,
    Rule,
    Test,
    Units,
)
from segql.rules.rule import (
    Sequence as Steps,
)

Literal: TypeAlias = tuple[int, Rule, bool]
"""The number of a part, a condition that follows from it, and whether that holds."""

_DAYS: Final = {"day": 1, "week": 7, "month": 31}
"""The most days of a calendar unit."""

HoldsLists: TypeAlias = Callable[[Operand], bool | None]
"""Whether there are lists under a name; None where that is not known."""


@frozen
class Conflict:
    """Parts, by their numbers, that never hold together."""

    parts: tuple[int, ...]
    why: str
    unless_list: Operand | None = field(default=None)
    """They may hold together where this is a list."""


@frozen
class Constant:
    """A condition that always holds, or never."""

    holds: bool
    why: str


def constant(condition: Rule) -> Constant | None:
    """Whether `condition`, one that is no group, holds always or never."""
    match condition:
        case Not(part):
            found = constant(part)
            return None if found is None else Constant(not found.holds, found.why)
        case Holds(_, ChangedIn(window)) if _has_nothing(window):
            return Constant(False, "no change lies in the window")
        case Holds(_, DateIn(window)) if is_empty(window):
            return Constant(False, "the window is empty")
        case Holds(Field() as operand, test):
            verdict = field_constant(operand, test)
            return None if verdict is None else Constant(*verdict)
        case Did(days=Range(least), units=Units(unit, _, accepted)) if least > _DAYS[unit]:
            most = _DAYS[unit]
            why = f"a {unit} has {most} {several(most, 'day')} at most"
            return Constant(accepted.least <= 0, why)
        case Did(window=window, times=times) if _has_nothing(window):
            allows_none = condition.having is None and all(
                accepted is None or accepted.least == 0 for accepted in (times, condition.days)
            )
            return Constant(allows_none, "no event lies in the window")
        case Nth(window=window) | Steps(window=window) if _has_nothing(window):
            return Constant(False, "no event lies in the window")
        case _:
            return None


def _has_nothing(window: Window) -> bool:
    return is_empty(window) or is_future(window)


def conflicts(parts: Sequence[Rule]) -> Iterator[Conflict]:
    """Groups of canonical `parts` that never hold together, each part in one of them at most."""
    taken: set[int] = set()
    for found in _conflicts(parts):
        if not taken.intersection(found.parts):
            taken.update(found.parts)
            yield found


def _conflicts(parts: Sequence[Rule]) -> Iterator[Conflict]:
    literals = list(_literals(parts))
    yield from _opposites(literals)
    by_operand: dict[Operand, list[tuple[int, Test, bool]]] = defaultdict(list)
    bounds: list[tuple[int, Bound]] = []
    samples: list[tuple[int, InSample, bool]] = []
    for number, condition, holds in literals:
        match condition:
            case Holds(operand, test):
                by_operand[operand].append((number, test, holds))
            case Did() | Nth() | Steps():
                bounds += [(number, bound) for bound in bounds_of(condition, holds=holds)]
            case InSample():
                samples.append((number, condition, holds))
            case _:
                pass
    for operand, tests in by_operand.items():
        if len(tests) > 1:
            yield from _on_operand(operand, tests)
    yield from _on_counts(bounds)
    yield from _on_samples(samples)


def _literals(parts: Sequence[Rule]) -> Iterator[Literal]:
    """What follows from each part by itself: the conditions of its conjunction."""
    for number, part in enumerate(parts):
        for each in part.parts if isinstance(part, AllOf) else (part,):
            yield (number, each.part, False) if isinstance(each, Not) else (number, each, True)


def _opposites(literals: Sequence[Literal]) -> Iterator[Conflict]:
    firsts: dict[tuple[Rule, bool], int] = {}
    for number, condition, holds in literals:
        other = firsts.get((condition, not holds))
        if other is not None and other != number:
            yield Conflict((other, number), "one is the opposite of the other")
        firsts.setdefault((condition, holds), number)


def _on_operand(operand: Operand, tests: Sequence[tuple[int, Test, bool]]) -> Iterator[Conflict]:
    is_one = isinstance(operand, Field)
    passed = [(number, test) for number, test, holds in tests if holds]
    failed = [(number, test) for number, test, holds in tests if not holds]
    for number, test in passed:
        yield from _against(number, test, failed, None if is_one else operand)
    for (first, one), (second, other) in combinations(passed, 2):
        verdict = excluding(one, other)
        if verdict is not None and first != second:
            unless = None if verdict.for_lists or is_one else operand
            yield Conflict((first, second), verdict.why, unless)


def _against(
    number: int, test: Test, failed: Iterable[tuple[int, Test]], operand: Operand | None
) -> Iterator[Conflict]:
    """A test that must be passed against those that must not."""
    left, takers = test, []
    for other, rejected in failed:
        verdict = implying(test, rejected)
        if verdict is not None and other != number:
            yield Conflict((number, other), verdict.why, None if verdict.for_lists else operand)
        if isinstance(left, Equals) and isinstance(rejected, Equals):
            rest = only(left, rejected)
            takers += [other] if rest != left else []
            left = rest
    if isinstance(left, Equals) and not left.values and len(takers) > 1:
        yield Conflict((number, *takers), "no value is left")


def _on_counts(bounds: Sequence[tuple[int, Bound]]) -> Iterator[Conflict]:
    for first, least in bounds:
        for second, most in bounds:
            why = is_reached(least, most) if first != second else None
            if why is not None:
                yield Conflict((min(first, second), max(first, second)), why)


def _on_samples(samples: Sequence[tuple[int, InSample, bool]]) -> Iterator[Conflict]:
    for (first, one, inside), (second, other, outside) in combinations(samples, 2):
        if one.name != other.name or inside == outside:
            continue
        small, large = (one, other) if inside else (other, one)
        if small.threshold <= large.threshold:
            yield Conflict((first, second), "the smaller share lies inside the larger one")
