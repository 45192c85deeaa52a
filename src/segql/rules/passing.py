"""Tests against tests: which ones no value passes together, which one lets another through.

`Verdict.for_lists` tells whether it also holds on a list, where each test may be passed by an
element of its own (§3.3).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from zoneinfo import ZoneInfo

from attrs import frozen

from segql.model.casefold import fold
from segql.model.instants import read_instant, zone_named
from segql.rules.overlap import are_apart, is_inside
from segql.rules.rule import (
    ChangedIn,
    ContainsElement,
    ContainsText,
    DateIn,
    Empty,
    Equals,
    Known,
    NumberIn,
    Test,
    TextMatches,
    Typed,
)

_UTC: Final[ZoneInfo] = zone_named("UTC")


@frozen
class Verdict:
    """Why it is so, in few words, and whether also on lists."""

    why: str
    for_lists: bool


_ONE_VALUE: Final = Verdict("it is one value, not two", for_lists=False)
_NO_NUMBER: Final = Verdict("no number passes both", for_lists=False)
_NO_TEXT: Final = Verdict("no text passes both", for_lists=False)
_NO_KIND: Final = Verdict("no value is a number and text at once", for_lists=False)
_NO_DATE: Final = Verdict("no date lies in both", for_lists=False)
_NO_CHANGE: Final = Verdict("it last changed at one time, not at two", for_lists=True)
_EMPTY: Final = Verdict("what is empty passes no other test", for_lists=True)


def excluding(one: Test, other: Test) -> Verdict | None:
    """Why nothing passes both tests; None where something may."""
    return _excluding(one, other) or _excluding(other, one)


def _excluding(one: Test, other: Test) -> Verdict | None:
    match one, other:
        case Equals(), Equals():
            common = _folded(one) & _folded(other) if one.folded != other.folded else (
                one.values & other.values
            )  # fmt: skip
            return None if common else _ONE_VALUE
        case Equals(values), _ if (passes := _filter(other, of=one)) is not None:
            return None if any(map(passes, values)) else _reason(one, other)
        case NumberIn(), NumberIn():
            low, high = max(one, other, key=_low), min(one, other, key=_high)
            return None if _meet(low, high) else _NO_NUMBER
        case NumberIn(), TextMatches() | ContainsText():
            return _NO_KIND
        case DateIn(window), DateIn(against):
            return _NO_DATE if are_apart(window, against) else None
        case ChangedIn(window), ChangedIn(against):
            return _NO_CHANGE if are_apart(window, against) else None
        case TextMatches("starts with" as how, text), TextMatches(how_other, against) if (
            how == how_other and one.folded == other.folded
        ):
            return None if text.startswith(against) or against.startswith(text) else _NO_TEXT
        case TextMatches("ends with" as how, text), TextMatches(how_other, against) if (
            how == how_other and one.folded == other.folded
        ):
            return None if text.endswith(against) or against.endswith(text) else _NO_TEXT
        case Empty(), NumberIn() | DateIn() | ContainsElement():
            return _EMPTY
        case Empty(), Equals(values):
            return None if Typed("text", "") in values else _EMPTY
        case Empty(), TextMatches("starts with" | "ends with", text) | ContainsText(text):
            return _EMPTY if text else None
        case _:
            return None


def _reason(one: Equals, other: Test) -> Verdict:
    kinds = {value.kind for value in one.values}
    if isinstance(other, DateIn):
        return Verdict("what is compared is no date", for_lists=False)
    if isinstance(other, NumberIn):
        return _NO_NUMBER if kinds == {"number"} else _NO_KIND
    return _NO_TEXT if kinds == {"text"} else _NO_KIND


def implying(one: Test, other: Test) -> Verdict | None:
    """Why whatever passes `one` also passes `other`; None where that cannot be told."""
    everything = Verdict("whatever passes the one passes the other", for_lists=True)
    if one == other:
        return everything
    match one, other:
        case _, Known():
            return Verdict("what is missing passes no test", for_lists=True)
        case Equals(), Equals():
            values = _folded(one) if other.folded else one.values
            return everything if values <= other.values and other.folded >= one.folded else None
        case Equals(values), ContainsText(text) if (passes := _filter(other, of=one)) is not None:
            alike = Verdict(everything.why, for_lists=values == {Typed("text", text)})
            return alike if all(map(passes, values)) else None
        case Equals(values), _ if (passes := _filter(other, of=one)) is not None:
            return (
                everything if not isinstance(other, DateIn) and all(map(passes, values)) else None
            )
        case NumberIn(), NumberIn():
            inside = _low(other) <= _low(one) and _high(one) <= _high(other)
            return everything if inside else None
        case (DateIn(window), DateIn(against)) | (ChangedIn(window), ChangedIn(against)):
            return everything if is_inside(window, against) else None
        case TextMatches("starts with", text), TextMatches("starts with", against):
            return everything if text.startswith(against) and one.folded == other.folded else None
        case TextMatches("ends with", text), TextMatches("ends with", against):
            return everything if text.endswith(against) and one.folded == other.folded else None
        case (
            (TextMatches("starts with" | "ends with", text) | ContainsText(text)),
            ContainsText(against),
        ):
            once = Verdict(everything.why, for_lists=False)
            return once if against in text and one.folded == other.folded else None
        case _:
            return None


def only(values: Equals, test: Test) -> Equals:
    """The values of `values` that do not pass `test`."""
    passes = _filter(test, of=values)
    if passes is None:
        return values
    return Equals(frozenset(one for one in values.values if not passes(one)), values.folded)


def _filter(test: Test, *, of: Equals) -> Callable[[Typed], bool] | None:
    """What tells of a scalar in `of` whether it passes; None for tests that need data or a moment.

    A folded text stands for many, of which a test that minds case may let some through. For a
    window: whether the scalar can be a date at all.
    """
    minds_case = isinstance(test, DateIn) or not getattr(test, "folded", True)
    if of.folded and minds_case:
        return None
    match test:
        case Equals(values, folded):
            return lambda one: (_fold(one) if folded else one) in values
        case NumberIn():
            return lambda one: one.kind == "number" and _has(test, float(one.scalar))
        case ContainsText(text, folded):
            return lambda one: one.kind == "text" and text in _words(one, folded=folded)
        case TextMatches("starts with", text, folded):
            return lambda one: one.kind == "text" and _words(one, folded=folded).startswith(text)
        case TextMatches("ends with", text, folded):
            return lambda one: one.kind == "text" and _words(one, folded=folded).endswith(text)
        case DateIn():
            return lambda one: (
                one.kind == "number"
                or (one.kind == "text" and read_instant(str(one.scalar), _UTC) is not None)
            )
        case _:
            return None


def _words(value: Typed, *, folded: bool) -> str:
    return fold(str(value.scalar)) if folded else str(value.scalar)


def _fold(value: Typed) -> Typed:
    return Typed("text", fold(str(value.scalar))) if value.kind == "text" else value


def _folded(test: Equals) -> frozenset[Typed]:
    return test.values if test.folded else frozenset(map(_fold, test.values))


def _has(test: NumberIn, number: float) -> bool:
    above = number > test.low or (test.low_included and number == test.low)
    below = number < test.high or (test.high_included and number == test.high)
    return above and below


def _low(test: NumberIn) -> tuple[float, bool]:
    return test.low, not test.low_included


def _high(test: NumberIn) -> tuple[float, bool]:
    return test.high, test.high_included


def _meet(low: NumberIn, high: NumberIn) -> bool:
    if low.low == high.high:
        return low.low_included and high.high_included
    return low.low < high.high
