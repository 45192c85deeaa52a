"""A condition without what says nothing: defaults, bounds behind now, counts that allow zero."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from attrs import evolve

from segql.model.windows import NowPlus, Window
from segql.rules.rule import (
    EVERYONE,
    NO_ONE,
    ONCE,
    ContainsElement,
    DateIn,
    Did,
    Equals,
    Having,
    Not,
    NumberIn,
    Range,
    Rule,
    Several,
    Test,
    Typed,
    Units,
)


def plain_did(did: Did) -> Rule:
    """The condition; perhaps a constant, or the negation of another. Its `where` is left alone."""
    times = None if did.times == Range(0) else did.times
    days = None if did.days == Range(0) else did.days
    having = None if did.having is None else _having(did.having)
    if times is not None and days is not None and having is None:
        if times.most is not None and times.most < days.least and did.units is None:
            return NO_ONE
        if times.most is None and times.least <= days.least:
            times = None  # so many days are at least so many times
    did = evolve(did, times=times, days=days, having=having, window=past(did.window))
    if did.units is not None:
        return _in_units(did, did.units)
    if having is not None or (times is not None and days is not None):
        return did
    if days is not None:
        return _plain(days, lambda plain: _on_days(did, plain))
    return EVERYONE if times is None else _plain(times, lambda plain: evolve(did, times=plain))


def _in_units(did: Did, units: Units) -> Rule:
    if did.days == ONCE and did.times is None:
        did = _on_days(did, ONCE)
    last, least, most = units.last, units.accepted.least, units.accepted.most
    if did.times is None and did.days is None and did.having is None:
        return EVERYONE if least <= last and (most is None or most >= last) else NO_ONE
    if most is not None and most >= last:
        most = None
    if least > last:
        return NO_ONE
    if least <= 0 and most is None:
        return EVERYONE
    in_range = Range(max(least, 0), most)
    return _plain(in_range, lambda plain: evolve(did, units=evolve(units, accepted=plain)))


def _on_days(did: Did, days: Range) -> Did:
    once = days == ONCE
    return evolve(did, times=ONCE if once else None, days=None if once else days)


def _plain(accepted: Range, with_range: Callable[[Range], Rule]) -> Rule:
    """A condition with one clause: a range that holds 0 as the negation of one that does not."""
    if accepted.most is not None and accepted.most < accepted.least:
        return NO_ONE
    if accepted.least <= 0 and accepted.most is not None:
        return Not(with_range(Range(accepted.most + 1)))
    return with_range(accepted)


def _having(having: Having) -> Having:
    found = plain_test(having.test)
    return having if found is None else evolve(having, test=found)


def past(window: Window) -> Window:
    """A behaviour window without an end that lies at now or later, where it is cut anyhow."""
    if window.high is not None and isinstance(window.high.anchor, NowPlus):
        anchor = window.high.anchor
        if anchor.ms + window.high.plus >= 1:
            return Window(window.low)
    return window


def plain_test(test: Test) -> Test | None:
    """The test without what says nothing; None when nothing can pass."""
    match test:
        case Equals(values, folded):
            if not values:
                return None
            return Equals(values, folded and any(value.kind == "text" for value in values))
        case NumberIn(low, high, low_included, high_included):
            if low > high or (low == high and not (low_included and high_included)):
                return None
            if low == high:
                return Equals(frozenset((Typed("number", low),)))
            return NumberIn(low, high, low_included or low == -inf, high_included or high == inf)
        case ContainsElement(inner):
            found = plain_test(inner)
            return ContainsElement(found) if isinstance(found, Equals | DateIn) else None
        case Several(every, tests):
            return _several(tests, every=every)
        case _:
            return test


def _several(tests: tuple[Test, ...], *, every: bool) -> Test | None:
    plain = [plain_test(test) for test in tests]
    if every and None in plain:
        return None
    possible = tuple(dict.fromkeys(test for test in plain if test is not None))
    if len(possible) < 2:
        return possible[0] if possible else None
    return Several(every, possible)
