"""A rule as written → what is wrong or odd about it: kinds, bounds, patterns, fields, style."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final, TypeAlias

from segql.language.compared import compared, ordered
from segql.language.diagnostics import (
    Diagnostic,
    Fix,
    Severity,
    error,
    mixed_and_or,
    too_large_patterns,
    unknown_field,
)
from segql.language.source import Span
from segql.language.syntax import (
    Ago,
    And,
    At,
    Attribute,
    AttributeTest,
    Between,
    BetweenPoints,
    Compare,
    Contains,
    Day,
    Did,
    Field,
    FromNow,
    Group,
    NamedDay,
    Not,
    Now,
    Nth,
    Number,
    OneOf,
    Or,
    Point,
    Rule,
    Sequence,
    SurveyDid,
    Teammates,
    Text,
    TextTest,
    Value,
)
from segql.model.errors import Refused
from segql.model.fields import FIELDS
from segql.model.patterns import MAX_COST, pattern, refusal_cost

NOWHERE: Final = Span(0, 0)

Found: TypeAlias = Diagnostic | TextTest
"""Something to be said, or a pattern that is to be looked at."""


def validated(rule: Rule, text: str) -> Iterator[Diagnostic]:
    """What is to be said about a rule that the grammar takes; `text` is what its spans refer to."""
    spent = 0
    for one in _said(rule, text):
        if isinstance(one, Diagnostic):
            yield one
        elif spent <= MAX_COST:
            fault, cost = _pattern(one)
            spent += cost
            if fault is not None:
                yield fault
            elif spent > MAX_COST:
                yield too_large_patterns(one.span or NOWHERE)


def _said(rule: Rule, text: str) -> Iterator[Found]:  # noqa: C901 - one line per node
    match rule:
        case And(items):
            for item, following in pairwise(items):
                yield from _where_then_field(item, following, text)
            for item in items:
                yield from _said(item, text)
        case Or(items):
            yield from _mixed(items, text)
            for item in items:
                yield from _said(item, text)
        case Group(items=items):
            for item in items:
                yield from _said(item, text)
        case Not(inner) | Teammates(_, inner):
            yield from _said(inner, text)
        case Attribute():
            yield from _attribute(rule)
        case Did() | SurveyDid() | Nth():
            yield from _filter(rule.where, text)
            yield from _window(rule.window)
            yield from _having(rule)
        case Sequence():
            for step in rule.steps:
                yield from _filter(step.where, text)
            yield from _window(rule.window)
            yield from _recency(rule)
        case _:
            pass


def _having(rule: Did | SurveyDid | Nth) -> Iterator[Found]:
    if isinstance(rule, Did) and rule.having is not None:
        yield from _test(rule.having.test, rule.having.test.span or NOWHERE)


def _filter(where: Rule | None, text: str) -> Iterator[Found]:
    if where is not None:
        yield from _said(where, text)


def _mixed(items: tuple[Rule, ...], text: str) -> Iterator[Diagnostic]:
    """A hint at the first `and` inside an `or` without parentheses."""
    for item in items:
        span = item.span or NOWHERE
        if isinstance(item, And) and (item.items[0].span or span).start == span.start:
            yield mixed_and_or(span, f"({text[span.start : span.end]})")
            return


def _where_then_field(item: Rule, following: Rule, text: str) -> Iterator[Diagnostic]:
    """`where a = 1 and b = 2` without parentheses: `b` reads as a field, not as a property."""
    while isinstance(item, Not):
        item = item.item
    if not isinstance(item, Did | SurveyDid | Nth) or not isinstance(following, Attribute):
        return
    where = item.where
    if not isinstance(where, Attribute) or not isinstance(following.operand, Field):
        return
    start, end = where.span, following.span
    if start is None or end is None or item.span is None or start.end != item.span.end:
        return
    if text[: start.start].rstrip().endswith("("):
        return
    name = following.operand.name
    inside = f"({text[start.start : end.end]})"
    severity = Severity.WARNING if name in FIELDS else Severity.ERROR
    what = "a field of the profile" if name in FIELDS else "no field"
    yield Diagnostic(
        "where-without-parentheses",
        severity,
        following.operand.span or end,
        f"`where` ended before this `and`, so `{name}` is {what}, not a property",
        "put the tests of `where` in parentheses",
        Fix("add parentheses", Span(start.start, end.end), inside),
    )


def _attribute(rule: Attribute) -> Iterator[Found]:
    operand, test = rule.operand, rule.test
    span = test.span or rule.span or NOWHERE
    if isinstance(operand, Field) and operand.name not in FIELDS:
        yield unknown_field(operand.name, FIELDS, operand.span or span)
    yield from compared(operand, test, span)
    yield from _test(test, span)


def _test(test: AttributeTest, span: Span) -> Iterator[Found]:
    match test:
        case Compare(op, value) if op not in ("=", "!="):
            yield from ordered(op, value, span)
        case Between(low, high):
            yield from _between(low, high, span)
        case TextTest("matches"):
            yield test
        case _:
            pass
    if isinstance(test, Compare | OneOf | Contains) and test.ignoring_case:
        values = (test.value,) if isinstance(test, Compare) else test.values
        if not all(isinstance(value, Text) for value in values):
            yield error(
                "ignoring-case",
                span,
                "`ignoring case` goes with strings only",
                help="leave it out, or compare with strings",
            )


def _between(low: Value, high: Value, span: Span) -> Iterator[Diagnostic]:
    both = (low, high)
    if all(isinstance(value, Number) for value in both):
        if low.number > high.number:  # type: ignore[union-attr]  # both are numbers
            yield _reversed(low, high, span)
    elif all(isinstance(value, Point) for value in both):
        yield from _reversed_points(low, high, span)  # type: ignore[arg-type]
    elif any(isinstance(value, Text) for value in both):
        place = next(value.span for value in both if isinstance(value, Text)) or span
        help = "strings have no order here; `between` takes two numbers or two dates"
        yield error("no-order", place, "`between` does not compare strings", help=help)
    else:
        yield error(
            "mixed-kinds", span, "`between` takes two numbers or two dates, not one of each"
        )


def _window(window: object) -> Iterator[Diagnostic]:
    if isinstance(window, BetweenPoints):
        yield from _reversed_points(window.low, window.high, window.span or NOWHERE)


def _reversed_points(low: Point, high: Point, span: Span) -> Iterator[Diagnostic]:
    first, second = _place_in_time(low), _place_in_time(high)
    if first is not None and second is not None and first[0] == second[0] and first[1] > second[1]:
        yield _reversed(low, high, span)


def _place_in_time(point: Point) -> tuple[str, float] | None:
    """Something to compare points of one sort by, whatever now and the zone are."""
    match point:
        case Day(day):
            return "fixed day", day.toordinal()
        case At(instant):
            return "fixed instant", instant
        case Now():
            return "relative", 0
        case Ago(length) if length.is_exact:
            return "relative", -length.ms
        case FromNow(length) if length.is_exact:
            return "relative", length.ms
        case Ago(length):
            return "calendar", -length.months
        case FromNow(length):
            return "calendar", length.months
        case NamedDay(name):
            return "named day", -1 if name == "yesterday" else 0


def _reversed(low: Value, high: Value, span: Span) -> Diagnostic:
    fix = None
    if low.span is not None and high.span is not None:
        from segql.language.write import value

        swapped = f"{value(high)} and {value(low)}"
        fix = Fix("swap the bounds", low.span.to(high.span), swapped)
    return error("reversed-bounds", span, "the lower bound comes first", fix=fix)


def _pattern(test: TextTest) -> tuple[Diagnostic | None, int]:
    """What is wrong with a pattern, and what it cost to find out."""
    try:
        return None, pattern(test.text).programsize
    except Refused as refused:
        help = "patterns are RE2: linear in time, without look-around and back-references"
        place = test.span or NOWHERE
        return error("bad-pattern", place, refused.message, help=help), refusal_cost(test.text)


def _recency(rule: Sequence) -> Iterator[Diagnostic]:
    """`within` of a sequence is its length: that it was lately takes a window of its own."""
    if rule.within is None or not rule.within.is_exact or rule.window or rule.absent:
        return
    yield Diagnostic(
        "sequence-length",
        Severity.HINT,
        rule.span or NOWHERE,
        f"`within {rule.within}` is how long the steps may take together, at any time in the past",
        f"for lately, add `since {rule.within} ago`",
    )
