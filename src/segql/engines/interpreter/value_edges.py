"""When time alone may change a test on a value: dates pass the edges of windows (§3.4, §3.5)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from segql.engines.interpreter.attributes import Properties, value_of
from segql.engines.interpreter.facts import Facts
from segql.engines.interpreter.spells import inside_any
from segql.model.crossings import NEVER, Stay, stay
from segql.model.fields import TEXT_FIELDS, TIME_FIELDS
from segql.model.instants import Instant, Moment
from segql.model.values import Json, at_path, elements, instant_in, reads_numbers_as_dates
from segql.model.windows import Window
from segql.rules.reads import reads_of
from segql.rules.rule import (
    Answer,
    ChangedIn,
    ContainsElement,
    DateIn,
    Field,
    Holds,
    Operand,
    Property,
    Rule,
    Several,
    Test,
    Trait,
)
from segql.rules.shape import walk


def end_of_test(condition: Holds, facts: Facts, moment: Moment) -> Instant:
    """The first instant after now at which time may change the verdict of `condition`."""
    operand, test = condition.operand, condition.test
    if isinstance(operand, Trait) and isinstance(test, ChangedIn):
        time = facts.changed(operand.path)
        stays = () if time is None else (stay(test.window, time, moment.zone),)
        return inside_any(stays, moment.now)
    end = end_of_value(operand, facts, moment.now)
    window = window_tested(test)
    if window is None:
        return end
    value = value_of(operand, facts, moment.now)
    if isinstance(operand, Field):
        if operand.name not in TIME_FIELDS or not isinstance(value, int | float):
            return end
        return min(end, inside_any((stay(window, int(value), moment.zone),), moment.now))
    assert not isinstance(operand, Property), "a bare property stands only inside `where`"
    numbers = reads_numbers_as_dates(operand.path)
    return min(end, end_of_check(test, value, moment, numbers=numbers))


def end_of_value(operand: Operand, facts: Facts, now: Instant) -> Instant:
    """The first instant after `now` at which the operand may have another value.

    Only what is dated in the future changes values, as it begins to exist.
    """
    match operand:
        case Field(name) if name not in TEXT_FIELDS:
            begins = facts.begins_after(now)
        case Answer():
            begins = facts.begins_after(now)
        case _:
            begins = None
    return NEVER if begins is None else begins


def window_tested(test: Test) -> Window | None:
    """The window that a test looks for dates in."""
    match test:
        case DateIn(window) | ContainsElement(DateIn(window)):
            return window
        case _:
            return None


def end_of_check(test: Test, value: Json, moment: Moment, *, numbers: bool) -> Instant:
    """The first instant after now at which the raw `value` may pass `test`, or no longer."""
    if isinstance(test, Several):
        return min(end_of_check(one, value, moment, numbers=numbers) for one in test.tests)
    window = window_tested(test)
    if window is None:
        return NEVER
    if isinstance(test, ContainsElement) and not isinstance(value, list | tuple):
        return NEVER
    return inside_any(_stays(window, value, moment, numbers=numbers), moment.now)


def _stays(window: Window, value: Json, moment: Moment, *, numbers: bool) -> Iterator[Stay]:
    for element in elements(value):
        instant = instant_in(element, moment.zone, numbers=numbers)
        if instant is not None:
            yield stay(window, instant, moment.zone)


@lru_cache(maxsize=4096)
def moves(where: Rule | None) -> bool:
    """Whether time alone can change what a `where` says about an event."""
    return where is not None and reads_of(where).changes_with_time


def end_of_where(where: Rule | None, properties: Properties, moment: Moment) -> Instant:
    """The first instant after now at which `where` may change its mind about `properties`."""
    end = NEVER
    for test in () if where is None else walk(where):
        if isinstance(test, Holds) and isinstance(test.operand, Property):
            path = test.operand.path
            value, numbers = at_path(properties, path), reads_numbers_as_dates(path)
            end = min(end, end_of_check(test.test, value, moment, numbers=numbers))
    return end
