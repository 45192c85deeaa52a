"""Tests as checks on the raw JSON value of an attribute (§2 Attributes, §3.1 to §3.3, §3.5).

A value that is a list passes when one of its elements does. Plain strings, the most frequent value
by far, are looked at first.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nextafter
from sys import float_info
from typing import TypeAlias, assert_never

from segql.model.casefold import fold
from segql.model.errors import Refused
from segql.model.instants import Moment, read_instant
from segql.model.patterns import pattern
from segql.model.values import Element, Json, elements, instant_in, is_known
from segql.model.windows import bounds
from segql.rules.rule import (
    ChangedIn,
    ContainsElement,
    ContainsText,
    DateIn,
    Empty,
    Equals,
    Known,
    NumberIn,
    Several,
    Test,
    TextMatches,
)

Check: TypeAlias = Callable[[Json], bool]
"""Whether a raw value passes a test."""


def bind_check(test: Test, *, numbers: bool) -> Callable[[Moment], Check]:
    """The check of `test`; `numbers` says whether numbers read as dates (§3.5)."""
    match test:
        case Equals():
            return _unmoved(equals(test))
        case NumberIn():
            return _unmoved(number_in(test))
        case DateIn():
            return _bind_date(test, numbers=numbers)
        case ContainsText(text, folded):
            return _unmoved(_contains_text(text, folded=folded))
        case ContainsElement(inner):
            check_at = bind_check(inner, numbers=numbers)
            return lambda moment: _listed(check_at(moment))
        case TextMatches():
            return _unmoved(_text_matches(test))
        case Known():
            return _unmoved(is_known)
        case Empty():
            return _unmoved(_is_empty)
        case Several(every, tests):
            return _bind_several(tests, every=every, numbers=numbers)
        case ChangedIn():
            raise Refused("only a trait can have changed", code="changed-on-trait")
        case _:
            assert_never(test)


def _bind_several(
    tests: tuple[Test, ...], *, every: bool, numbers: bool
) -> Callable[[Moment], Check]:
    checks_at = [bind_check(test, numbers=numbers) for test in tests]
    enough = all if every else any

    def bind(moment: Moment) -> Check:
        checks = [check_at(moment) for check_at in checks_at]
        return lambda value: enough(check(value) for check in checks)

    return bind


def _unmoved(check: Check) -> Callable[[Moment], Check]:
    return lambda _moment: check


def equals(test: Equals) -> Check:
    """The check for being one of the values, kind and value (§3.2)."""
    # One set per kind, because Python holds `1 == True`.
    by_kind = {
        kind: frozenset(value.scalar for value in test.values if value.kind == kind)
        for kind in ("text", "number", "flag")
    }
    texts, numbers, flags = by_kind["text"], by_kind["number"], by_kind["flag"]
    folded = test.folded

    def element_equals(element: Element) -> bool:
        if isinstance(element, str):
            return (fold(element) if folded else element) in texts
        if isinstance(element, bool):
            return element in flags
        return isinstance(element, float) and element in numbers

    def is_one(value: Json) -> bool:
        if type(value) is str:
            return (fold(value) if folded else value) in texts
        return value is not None and any(map(element_equals, elements(value)))

    return is_one


def number_in(test: NumberIn) -> Check:
    """The check for being a number in the range."""
    low, high = closed(test)

    def element_inside(element: Element) -> bool:
        return isinstance(element, float) and low <= element <= high

    def inside(value: Json) -> bool:
        kind = type(value)
        if kind is float or kind is int:
            try:
                return low <= float(value) <= high  # type: ignore[arg-type] # a number, as asked
            except OverflowError:
                return False
        return value is not None and kind is not str and any(map(element_inside, elements(value)))

    return inside


def closed(test: NumberIn) -> tuple[float, float]:
    """The range with both ends included and finite, so that no infinite number lies inside."""
    low = test.low if test.low_included else nextafter(test.low, inf)
    high = test.high if test.high_included else nextafter(test.high, -inf)
    return max(low, -float_info.max), min(high, float_info.max)


def _bind_date(test: DateIn, *, numbers: bool) -> Callable[[Moment], Check]:
    window = test.window

    def bind(moment: Moment) -> Check:
        zone = moment.zone
        low, high = bounds(window, moment)

        def date_inside(element: Element) -> bool:
            instant = instant_in(element, zone, numbers=numbers)
            return instant is not None and low <= instant < high

        def inside(value: Json) -> bool:
            if type(value) is str:
                instant = read_instant(value, zone)
                return instant is not None and low <= instant < high
            return value is not None and any(map(date_inside, elements(value)))

        return inside

    return bind


def _contains_text(text: str, *, folded: bool) -> Check:
    def element_equals(element: Element) -> bool:
        return isinstance(element, str) and (fold(element) if folded else element) == text

    def contains(value: Json) -> bool:
        if isinstance(value, str):
            return text in (fold(value) if folded else value)
        return isinstance(value, list | tuple) and any(map(element_equals, elements(value)))

    return contains


def _listed(check: Check) -> Check:
    return lambda value: isinstance(value, list | tuple) and check(value)


def _text_matches(test: TextMatches) -> Check:
    fits = _text_fits(test)

    def element_fits(element: Element) -> bool:
        return isinstance(element, str) and fits(element)

    def matches(value: Json) -> bool:
        if type(value) is str:
            return fits(value)
        return value is not None and any(map(element_fits, elements(value)))

    return matches


def _text_fits(test: TextMatches) -> Callable[[str], bool]:
    text, folded = test.text, test.folded
    match test.how:
        case "starts with" if folded:
            return lambda found: fold(found).startswith(text)
        case "starts with":
            return lambda found: found.startswith(text)
        case "ends with" if folded:
            return lambda found: fold(found).endswith(text)
        case "ends with":
            return lambda found: found.endswith(text)
        case "matches":
            return _pattern_fits(text, folded=folded)
        case _:
            assert_never(test.how)


def _pattern_fits(text: str, *, folded: bool) -> Callable[[str], bool]:
    search = pattern(text, folded=folded).search

    def fits(found: str) -> bool:
        try:
            return search(found) is not None
        except UnicodeEncodeError:  # a lone surrogate, which UTF-8 cannot hold
            readable = found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            return search(readable) is not None

    return fits


def _is_empty(value: Json) -> bool:
    return value == "" or (isinstance(value, list | tuple) and not elements(value))
