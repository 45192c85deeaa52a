"""Comparisons that can never hold, whatever the data say: strings have no order, kinds differ."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from segql.language.diagnostics import Diagnostic, Fix, error, replace
from segql.language.source import Span
from segql.language.syntax import (
    AttributeTest,
    CompareWith,
    Field,
    Number,
    Operand,
    Point,
    Text,
    Value,
)
from segql.model.fields import COUNT_FIELDS, TEXT_FIELDS


def compared(left: Operand, test: AttributeTest, span: Span) -> Iterator[Diagnostic]:
    """Faults of fields beside each other: each has one kind, and strings have no order."""
    if not isinstance(test, CompareWith):
        return
    names = [one.name for one in (left, test.other) if isinstance(one, Field)]
    text = next((name for name in names if name in TEXT_FIELDS), None)
    if test.op not in ("=", "!=") and text is not None:
        message = f"`{test.op}` does not compare strings, and `{text}` is one"
        yield error("no-order", span, message, help="compare with `=` or `!=`")
    elif len(names) == 2 and len(set(map(_kind, names))) == 2:
        first, second = (f"`{name}` is {_kind(name)}" for name in names)
        yield error("mixed-kinds", span, f"{first} and {second}: the two are never equal")


def _kind(field: str) -> str:
    if field in TEXT_FIELDS:
        return "a string"
    return "a number" if field in COUNT_FIELDS else "a time"


def ordered(op: str, value: Value, span: Span) -> Iterator[Diagnostic]:
    """Faults of a value that `< <= > >=` do not compare with."""
    if isinstance(value, Text):
        help = "strings have no order here; compare with a number or a date, without quotes"
        place = value.span or span
        fix = _unquoted(value, place)
        yield error("no-order", place, f"`{op}` does not compare strings", help=help, fix=fix)
    elif not isinstance(value, Number | Point):
        place = value.span or span
        yield error("no-order", place, f"`{op}` does not compare true and false")


def _unquoted(value: Text, place: Span) -> Fix | None:
    """The number or date that a string holds, without its quotes."""
    inside = value.text.strip()
    try:
        float(inside)
        is_plain = inside.replace(".", "", 1).removeprefix("-").isdecimal()
    except ValueError:
        is_plain = _is_date(inside)
    return replace(place, inside, f'"{value.text}"') if is_plain else None


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10
