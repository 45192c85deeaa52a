"""Conditions and values in words, for explanations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isinf
from typing import Final, assert_never

from segql.language import syntax
from segql.language.format import format_operand
from segql.model.display import several
from segql.model.instants import MAX_INSTANT, MIN_INSTANT, Instant, Moment, local_text
from segql.model.values import Json, is_known
from segql.model.windows import Window, bounds
from segql.rules.rule import (
    AccountTrait,
    Activity,
    Answer,
    ChangedIn,
    ContainsElement,
    ContainsText,
    DateIn,
    Empty,
    Equals,
    Event,
    Field,
    Known,
    NumberIn,
    Operand,
    Property,
    Several,
    SurveyAction,
    Test,
    TextMatches,
    Trait,
)

LONGEST: Final = 80
"""How many characters of a value are shown."""

_NOUNS: Final = {
    "seen": ("view", "views", "of"),
    "completed": ("completed response", "completed responses", "to"),
    "dismissed": ("dismissal", "dismissals", "of"),
}


def shown(value: Json) -> str:
    """The value as JSON, cut where it is long."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # counts are doubles inside, and none to people
    said = json.dumps(value, ensure_ascii=False, default=lambda other: dict(other))
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"


def number_of(number: int, noun: str) -> str:
    """The number with its noun, `s` behind it where there are several."""
    return f"{number:,} {several(number, noun)}"


def operand_words(operand: Operand) -> str:
    """The operand as a rule writes it."""
    match operand:
        case Trait(path):
            return format_operand(syntax.Trait(path))
        case AccountTrait(path):
            return format_operand(syntax.AccountTrait(path))
        case Field(name):
            return format_operand(syntax.Field(name))
        case Answer(survey, path):
            return format_operand(syntax.Answer(survey, path))
        case Property(path):
            return format_operand(syntax.Property(path))
        case _:
            assert_never(operand)


def doing_words(activity: Activity, number: int, more: str = "") -> str:
    """So many activities: `2 more "export" events`, `a completed response to survey "nps"`."""
    match activity:
        case Event(name):
            one, several = f"{shown(name)} event", f"{shown(name)} events"
        case SurveyAction(action, survey):
            one, several, before = _NOUNS[action]
            which = "any survey" if survey is None else f"survey {shown(survey)}"
            one, several = f"{one} {before} {which}", f"{several} {before} {which}"
        case _:
            assert_never(activity)
    said = f"{number:,} {more} " if more else f"{number:,} "
    return said + (one if number == 1 else several)


def fewer_words(activity: Activity, less: int, there_are: int) -> str:
    """So many activities too many: `needs one fewer "export" event (there are 3)`."""
    noun = doing_words(activity, less).partition(" ")[2]
    number = "one" if less == 1 else f"{less:,}"
    verb = "is" if there_are == 1 else "are"
    return f"needs {number} fewer {noun} (there {verb} {there_are:,})"


def values_words(values: Mapping[str, Json]) -> str:
    """Properties as ` with rows 11, format "csv"`; nothing when there are none."""
    if not values:
        return ""
    return " with " + ", ".join(f"{key} {shown(value)}" for key, value in values.items())


def found_words(value: Json) -> str:
    """What a value is now, in brackets."""
    return f"(it is {shown(value)})" if is_known(value) else "(it is missing)"


def test_words(test: Test, moment: Moment) -> str:
    """What a value must be or do to pass: `be at least 10`."""
    match test:
        case Equals(values, folded):
            found = sorted((shown(one.scalar) for one in values), key=lambda one: (len(one), one))
            several = " or ".join(found)
            return f"be {several}" + (" ignoring case" if folded else "")
        case NumberIn():
            return f"be {range_words(test)}"
        case DateIn(window):
            return f"be a date {window_words(window, moment)}"
        case ContainsText(text):
            return f"contain {shown(text)}"
        case ContainsElement(inner):
            return f"have an element that must {test_words(inner, moment)}"
        case TextMatches(how, text):
            verb = {"starts with": "start with", "ends with": "end with", "matches": "match"}[how]
            return f"{verb} {shown(text)}"
        case Known():
            return "have a value"
        case Empty():
            return "be empty"
        case ChangedIn(window):
            return f"have changed {window_words(window, moment)}"
        case Several(every, tests):
            several = " and " if every else " or "
            return several.join(test_words(one, moment) for one in tests)
        case _:
            assert_never(test)


def range_words(test: NumberIn) -> str:
    """`at least 10`, `more than 2 and at most 5`."""
    low = f"{'at least' if test.low_included else 'more than'} {shown(test.low)}"
    high = f"{'at most' if test.high_included else 'less than'} {shown(test.high)}"
    if isinf(test.low):
        return high
    return low if isinf(test.high) else f"{low} and {high}"


def window_words(window: Window, moment: Moment) -> str:
    """The absolute window: `from 2026-02-01 00:00 UTC`, `before …`, or both."""
    return span_words(*bounds(window, moment), moment)


def span_words(low: Instant, high: Instant, moment: Moment) -> str:
    """The instants from `low`, included, to `high`, excluded; no millisecond beside is said."""
    words = []
    if low > MIN_INSTANT:
        beside = low % 1000 == 1
        words.append(f"{'after' if beside else 'from'} {local_text(low - beside, moment.zone)}")
    if high <= MAX_INSTANT:
        beside = high % 1000 == 1
        words.append(f"{'up to' if beside else 'before'} {local_text(high - beside, moment.zone)}")
    return " and ".join(words) or "of any time"
