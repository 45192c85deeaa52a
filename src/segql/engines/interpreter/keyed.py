"""Tests on what stands under one key: a trait of a profile, or a property of an event.

Most conditions are of this kind, and a call of a Python function costs 50 ns, more than the test
itself. So the frequent tests look the value up and decide about the frequent kind of value in one
function; every other value goes to the check of `checks`, whose answer is the same. Nothing is
generated: a function per shape of test is as quick as source text made and compiled for each rule.
"""

from __future__ import annotations

from math import ceil, floor
from sys import float_info
from typing import Final, Protocol

from segql.engines.interpreter.checks import Check, bind_check, closed, equals, number_in
from segql.engines.interpreter.predicates import Bind, Predicate, fixed
from segql.model.values import Json
from segql.rules.rule import DateIn, Equals, NumberIn, Test

_EXACT: Final = 2**53
"""Whole numbers below this are the doubles that they read as."""
_LARGEST: Final = int(float_info.max) + 2**970 - 1
"""The largest whole number that reads as a finite double."""
_MOST_DATES: Final = 10_000


class Keyed(Protocol):
    """What has values under keys: `Facts` with traits, and a mapping of properties."""

    def get(self, key: str, /) -> Json:
        """The value under `key`, None when missing."""


def bind_keyed(key: str, test: Test, *, numbers: bool) -> Bind[Keyed]:
    """The test on the value under `key`; `numbers` says whether numbers read as dates (§3.5)."""
    match test:
        case Equals(folded=False):
            return fixed(_equals(key, test))
        case NumberIn():
            return fixed(_number_in(key, test))
        case _:
            check_at = bind_check(test, numbers=numbers)
            asked = _date_in if isinstance(test, DateIn) else _asked
            return lambda moment: asked(key, check_at(moment))


def _asked(key: str, check: Check) -> Predicate[Keyed]:
    return lambda subject: check(subject.get(key))


def _equals(key: str, test: Equals) -> Predicate[Keyed]:
    check = equals(test)
    texts = frozenset(value.scalar for value in test.values if value.kind == "text")

    def is_one(subject: Keyed) -> bool:
        value = subject.get(key)
        if value.__class__ is str:
            return value in texts
        return value is not None and check(value)

    if len(test.values) > 1 or not texts:
        return is_one
    (text,) = texts

    def is_it(subject: Keyed) -> bool:
        value = subject.get(key)
        return value == text or (value.__class__ is not str and value is not None and check(value))

    return is_it


def _number_in(key: str, test: NumberIn) -> Predicate[Keyed]:
    check = number_in(test)
    low, high = closed(test)
    if max(_distance(low), _distance(high)) >= _EXACT:
        return _asked(key, check)
    # Whole numbers are compared with whole numbers, which decides as their doubles would.
    least = -_LARGEST if low == -float_info.max else ceil(low)
    most = _LARGEST if high == float_info.max else floor(high)

    def inside(subject: Keyed) -> bool:
        value = subject.get(key)
        if value.__class__ is int:
            return least <= value <= most
        if value.__class__ is float:
            return low <= value <= high
        return value is not None and check(value)

    return inside


def _distance(bound: float) -> float:
    return 0 if abs(bound) == float_info.max else abs(bound)


def _date_in(key: str, check: Check) -> Predicate[Keyed]:
    # The same texts come again: days, and for a profile asked often its own. Reading one takes ten
    # times as long as looking it up.
    known: dict[str, bool] = {}

    def inside(subject: Keyed) -> bool:
        value = subject.get(key)
        if value.__class__ is str:
            found = known.get(value)
            if found is None:
                found = check(value)
                if len(known) < _MOST_DATES:
                    known[value] = found
            return found
        return value is not None and check(value)

    return inside
