"""Rules → whether they take in a profile of which nothing is known, or one first seen yesterday.

Both answers hold for every such profile, or are not given: where it cannot be told whom a rule
takes in, nobody is taken in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from segql.model.fields import COUNT_FIELDS
from segql.model.windows import (
    PAST_NOW,
    DayEdge,
    DaysAway,
    Edge,
    Exact,
    MonthsAway,
    NowPlus,
    UnitEdge,
    Window,
)
from segql.rules.canonical import canonical
from segql.rules.implied import conjuncts, disjuncts
from segql.rules.overlap import is_inside, is_not_after
from segql.rules.rule import (
    AllOf,
    AnyOf,
    AtLeast,
    ChangedIn,
    Compares,
    DateIn,
    Did,
    Equals,
    Field,
    Holds,
    InSample,
    InSegment,
    Known,
    Not,
    Nth,
    NumberIn,
    Range,
    Rule,
    Sequence,
    Teammates,
    Test,
)

_DAY: Final = 86_400_000
_YESTERDAY: Final = Edge(NowPlus(-_DAY))
_LATELY: Final = Window(_YESTERDAY, PAST_NOW)


def takes_in_unknown(rule: Rule, rules: Mapping[str, Rule]) -> bool:
    """Whether a canonical rule holds for a profile without traits, events, answers, account.

    `is unknown` and samples are passed over: who writes them knows whom they take in. `rules` are
    those of the segments that are referred to.
    """
    return _of_unknown(rule, rules, frozenset()) is True


def _of_unknown(  # noqa: C901 - one line per node
    rule: Rule, rules: Mapping[str, Rule], seen: frozenset[str]
) -> bool | None:
    match rule:
        case AllOf(parts):
            return _all([_of_unknown(part, rules, seen) for part in parts])
        case AnyOf(parts):
            return _not(_all([_not(_of_unknown(part, rules, seen)) for part in parts]))
        case AtLeast(least, parts):
            found = [_of_unknown(part, rules, seen) for part in parts]
            if found.count(True) >= least:
                return True
            return False if len(found) - found.count(False) < least else None
        case Not(Holds(_, Known())):
            return None
        case Not(part):
            return _not(_of_unknown(part, rules, seen))
        case Holds(Field("id")):
            return None
        case Holds(Field(name), test):
            return name in COUNT_FIELDS and _passes_zero(test)
        case Did():
            return _of_none(rule)
        case InSegment(name):
            if name in seen or name not in rules:
                return None
            return _of_unknown(rules[name], rules, seen | {name})
        case InSample():
            return None
        case _:
            return False


def _all(found: list[bool | None]) -> bool | None:
    if False in found:
        return False
    return None if None in found else True


def _not(found: bool | None) -> bool | None:
    return None if found is None else not found


def _passes_zero(test: Test) -> bool:
    match test:
        case NumberIn(low, high, low_included, high_included):
            return (low < 0 or (low == 0 and low_included)) and (
                high > 0 or (high == 0 and high_included)
            )
        case Equals(values):
            return any(one.kind == "number" and one.scalar == 0 for one in values)
        case _:
            return isinstance(test, Known)


def _of_none(did: Did) -> bool:
    """Whether it holds where nothing was done."""
    found = all(accepted is None or _has(accepted, 0) for accepted in (did.times, did.days)) and (
        did.having is None or did.having.negated
    )
    return found if did.units is None else _has(did.units.accepted, did.units.last * found)


def _has(accepted: Range, number: int) -> bool:
    return accepted.least <= number and (accepted.most is None or number <= accepted.most)


def lately_undone(rule: Rule) -> Window | None:
    """The window of what the rule says was not done, or not often, where it reaches back days.

    Everybody fulfils that who was not there yet. None for any other rule.
    """
    for part in conjuncts(canonical(rule)):
        match part:
            case Not(Did(window=Window(low=Edge() as low) as window, units=None)):
                is_fixed = isinstance(low.anchor, Exact | DayEdge)
                if is_fixed or is_not_after(low, Edge(NowPlus(-2 * _DAY))):
                    return window
            case _:
                pass
    return None


def is_settled(rules: Iterable[Rule], segments: Mapping[str, Rule]) -> bool:
    """Whether rules that all hold leave out everybody who was first seen a day ago or later.

    A date of any attribute may say so; so may a segment that is not among `segments`.
    """
    return any(_settles(part, segments, frozenset()) for rule in rules for part in conjuncts(rule))


def _settles(  # noqa: C901 - one line per node
    rule: Rule, segments: Mapping[str, Rule], seen: frozenset[str]
) -> bool:
    match rule:
        case AnyOf(()):
            return True
        case AllOf(parts):
            return any(_settles(part, segments, seen) for part in parts)
        case AnyOf() | Not(AllOf()):
            return all(
                any(_settles(part, segments, seen) for part in conjuncts(case))
                for case in disjuncts(rule)
            )
        case Not(AnyOf()):
            return any(_settles(part, segments, seen) for part in conjuncts(rule))
        case Not(Holds(_, DateIn(window))):
            return is_inside(_LATELY, window)
        case Holds(_, DateIn(window) | ChangedIn(window)):
            return _ends_early(window)
        case Compares(operand, _, other):
            return Field("first_seen") in (operand, other)
        case Did(units=units, days=days, window=window):
            several = days is not None and days.least > 2
            regular = units is not None and units.accepted.least > (2 if units.unit == "day" else 1)
            return several or regular or _ends_early(window)
        case Nth(window=window) | Sequence(window=window):
            return _ends_early(window)
        case InSegment(name):
            if name not in segments or name in seen:
                return True
            found = conjuncts(canonical(segments[name]))
            return any(_settles(part, segments, seen | {name}) for part in found)
        case Not() | Holds() | AtLeast() | InSample() | Teammates():
            return False


def _ends_early(window: Window) -> bool:
    return window.high is not None and _is_old(window.high)


def _is_old(edge: Edge) -> bool:
    """Whether the edge lies a day back; fixed dates and calendar units by benefit of the doubt."""
    match edge.anchor:
        case NowPlus(ms):
            return ms <= -_DAY
        case DaysAway(steps) | UnitEdge(_, steps):
            return steps <= 0
        case MonthsAway(months):
            return months < 0
        case _:
            return True
