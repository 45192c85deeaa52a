"""Values that pass a test or fail it, and properties that pass a `where`: proposals, not proofs.

Whoever proposes something to a reader asks the interpreter first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf, isfinite, nextafter
from typing import TypeVar, assert_never

from segql.engines.explanation.altered import with_value
from segql.engines.interpreter.attributes import Properties
from segql.model.instants import MAX_INSTANT, MIN_INSTANT, Instant, Moment, iso
from segql.model.values import Json, element_of
from segql.model.windows import Window, bounds
from segql.rules.rule import (
    AllOf,
    AnyOf,
    AtLeast,
    ChangedIn,
    ContainsElement,
    ContainsText,
    DateIn,
    Empty,
    Equals,
    Holds,
    Known,
    Not,
    NumberIn,
    Property,
    Rule,
    Several,
    Test,
    TextMatches,
)

T = TypeVar("T")


def passing(test: Test, value: Json, moment: Moment) -> Iterator[Json]:  # noqa: C901 - a line each
    """Values that pass `test`, those close to the present `value` first; none for a pattern."""
    match test:
        case Equals(values):
            for one in sorted(values, key=lambda one: (one.kind, str(one.scalar))):
                yield plain(one.scalar) if isinstance(one.scalar, float) else one.scalar
        case NumberIn():
            yield from _known(number_inside(test, value))
        case DateIn(window):
            yield from map(iso, _known(instant_inside(window, moment)))
        case ContainsText(text):
            yield _containing(text, value)
        case ContainsElement(inner):
            known = value if isinstance(value, list | tuple) else ()
            yield from ([*known, element] for element in passing(inner, None, moment))
        case TextMatches(how, text):
            if how != "matches":
                yield text
        case Known():
            yield True
        case Empty():
            yield ""
        case ChangedIn():
            pass  # no value is newer than another
        case Several(_, tests):
            yield from (one for inner in tests for one in passing(inner, value, moment))
        case _:
            assert_never(test)


def _known(found: T | None) -> tuple[T, ...]:
    return () if found is None else (found,)


def _containing(text: str, value: Json) -> Json:
    if isinstance(value, list | tuple):
        return [*value, text]
    return f"{value} {text}" if isinstance(value, str) and value else text


def failing(test: Test, value: Json) -> Iterator[Json]:
    """Values that fail `test`; missing, which fails every one, is the last."""
    if isinstance(test, NumberIn):
        low, high = test.low, test.high
        below = NumberIn(-inf, low, high_included=not test.low_included)
        above = NumberIn(high, inf, low_included=not test.high_included)
        for outside in (below, above):
            yield from _known(number_inside(outside, value))
    yield None


def number_inside(test: NumberIn, value: Json) -> float | None:
    """The number in the range that is closest to `value`, a whole one where there is one near."""
    low = test.low if test.low_included else _step(test.low, test.high, 1)
    high = test.high if test.high_included else _step(test.high, test.low, -1)
    if not low <= high or (low == high and not isfinite(low)):
        return None
    near = element_of(value)
    number = min(max(near if isinstance(near, float) else 0.0, low), high)
    return plain(number) if isfinite(number) else None


def _step(end: float, other: float, sign: int) -> float:
    """The next number inside from an excluded end: the next whole one, if it is inside."""
    if not isfinite(end):
        return end
    whole = float(int(end // 1) + 1 if sign > 0 else -int(-end // 1) - 1)
    inside = whole < other if sign > 0 else whole > other
    return whole if inside and whole != end else nextafter(end, other)


def plain(number: float) -> float:
    """A whole number as an int, as JSON shows it."""
    return int(number) if abs(number) < 1e15 and number == int(number) else number


def instant_inside(
    window: Window, moment: Moment, *, last: Instant = MAX_INSTANT
) -> Instant | None:
    """The instant in `window` closest to now, not after `last`; None where there is none."""
    low, high = bounds(window, moment)
    low, high = max(low, MIN_INSTANT), min(high - 1, last)
    return min(max(moment.now, low), high) if low <= high else None


def properties_for(where: Rule | None, moment: Moment) -> Properties | None:
    """Properties that pass `where`; None where none are thought of."""
    return _completed({}, where, moment, pass_it=True)


def _completed(
    given: Mapping[str, Json], where: Rule | None, moment: Moment, pass_it: bool
) -> Properties | None:
    match where:
        case None:
            return given
        case Not(part):
            return _completed(given, part, moment, not pass_it)
        case AllOf(parts):
            return _together(given, parts, len(parts) if pass_it else 1, moment, pass_it)
        case AnyOf(parts):
            return _together(given, parts, 1 if pass_it else len(parts), moment, pass_it)
        case AtLeast(least, parts):
            enough = least if pass_it else len(parts) - least + 1
            return _together(given, parts, enough, moment, pass_it)
        case Holds(Property(path), test):
            values = passing(test, None, moment) if pass_it else failing(test, None)
            value = next(values, None)
            if value is None and pass_it:
                return None
            return given if value is None else with_value(given, path, value)
        case _:
            return None


def _together(
    given: Mapping[str, Json], parts: tuple[Rule, ...], enough: int, moment: Moment, pass_it: bool
) -> Properties | None:
    """Properties for the first `enough` of the parts for which there are any."""
    done = 0
    for part in parts:
        if done == enough:
            break
        more = _completed(given, part, moment, pass_it)
        if more is not None:
            given, done = more, done + 1
    return given if done == enough else None
