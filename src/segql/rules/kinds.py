"""Which kind of value a test asks for, and which kinds there are under a name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, TypeAlias, assert_never

from attrs import frozen

from segql.language import syntax
from segql.language.source import Span
from segql.model.fields import COUNT_FIELDS, TEXT_FIELDS, TIME_FIELDS
from segql.model.values import Kind
from segql.model.vocabulary import Values

Sort: TypeAlias = Literal["text", "number", "flag", "date", "list"]

PLURALS: Final[dict[Sort, str]] = {
    "text": "text",
    "number": "numbers",
    "flag": "true and false",
    "date": "dates",
    "list": "lists",
}
_KINDS: Final[dict[Sort, Kind]] = {
    "text": Kind.TEXT,
    "number": Kind.NUMBER,
    "flag": Kind.FLAG,
}


@frozen
class Asked:
    """The sort of value that a test asks for, and where: at a value, or at the test."""

    sort: Sort
    span: Span | None
    value: syntax.Value | None = None


def asked_by(test: syntax.AttributeTest) -> Iterator[Asked]:
    """What the test asks for, once for each of its values; nothing where any kind will do."""
    match test:
        case syntax.Compare(value=value):
            yield _asked(value)
        case syntax.Between(low, high):
            yield _asked(low)
            yield _asked(high)
        case syntax.OneOf(values) | syntax.Contains("any" | "all" | "one", values):
            yield from map(_asked, values)
            if isinstance(test, syntax.Contains) and not isinstance(test.values[0], syntax.Text):
                yield Asked("list", test.span)
        case syntax.TextTest():
            yield Asked("text", test.span)
        case syntax.Dated():
            yield Asked("date", test.span)
        case syntax.Is("promoter" | "passive" | "detractor"):
            yield Asked("number", test.span)
        case syntax.Is() | syntax.Changed() | syntax.CompareWith():
            pass
        case _:
            assert_never(test)


def _asked(value: syntax.Value) -> Asked:
    match value:
        case syntax.Text():
            return Asked("text", value.span, value)
        case syntax.Number():
            return Asked("number", value.span, value)
        case syntax.Flag():
            return Asked("flag", value.span, value)
        case _:
            return Asked("date", value.span, value)


def sorts_of(values: Values) -> tuple[Sort, ...]:
    """The sorts of value under a name, most frequent first; none where nothing is known."""
    if not values.kinds:
        return ()
    counts: dict[Sort, int] = {sort: values.kinds.get(kind, 0) for sort, kind in _KINDS.items()}
    counts["date"] = values.dates
    counts["list"] = values.lists
    found = [sort for sort in counts if counts[sort] > 0]
    return tuple(sorted(found, key=lambda sort: -counts[sort]))


def sorts_of_field(name: str) -> tuple[Sort, ...]:
    """The sort of a field kept by the system (§4)."""
    if name in TEXT_FIELDS:
        return ("text",)
    if name in COUNT_FIELDS:
        return ("number",)
    return ("date",) if name in TIME_FIELDS else ()
