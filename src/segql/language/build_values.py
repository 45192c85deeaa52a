"""Parser callbacks: values, points in time, lengths → syntax nodes.

The driver calls the method with the name of a grammar rule, with its children, tokens and what
earlier calls gave, as soon as the rule is complete: there is no tree and no recursion. Spans run
from the first child to the last. What the grammar takes but the language refuses is put in
`faults`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, Generic, TypeVar

from attrs import frozen

from segql.language import refusals
from segql.language.diagnostics import Diagnostic
from segql.language.lalr import Token
from segql.language.lexical import unescaped
from segql.language.source import Span
from segql.language.syntax import (
    Ago,
    At,
    Day,
    Flag,
    FromNow,
    NamedDay,
    Now,
    Number,
    Point,
    Text,
    Value,
)
from segql.language.tokens import Token as Written
from segql.model.durations import MONTHS_BY_UNIT, MS_BY_UNIT, SHORT_BY_LONG, Duration
from segql.model.instants import read_instant, zone_named

Given = TypeVar("Given")

_LONGEST_MS: Final = 9999 * 366 * MS_BY_UNIT["d"]
_LONGEST_MONTHS: Final = 9999 * 12


@frozen
class Piece(Generic[Given]):
    """Something that is no syntax node of its own, with its place."""

    given: Given
    span: Span


def span_of(children: Sequence[Any]) -> Span:
    """From the start of the first child to the end of the last."""
    first, last = children[0], children[-1]
    return Span(
        first.start_pos if isinstance(first, Token) else first.span.start,
        last.end_pos if isinstance(last, Token) else last.span.end,
    )


def types(children: Sequence[Any]) -> list[str]:
    """The types of the tokens among `children`, in order."""
    return [child.type for child in children if isinstance(child, Token)]


def written(token: Token) -> str:
    """What a string token stands for."""
    return unescaped(token.text[1:-1])


def whole(token: Token) -> int:
    """The number of an INT token."""
    return int(token.text.replace("_", ""))


class ValueBuilder:
    """Builds values, points in time, and lengths."""

    def __init__(self, left_out: Mapping[int, Sequence[Written]]) -> None:
        """Begin without faults; `left_out` are items of lists by the place of the first."""
        self.faults: list[Diagnostic] = []
        self._left_out = left_out

    # Values and points

    def duration(self, children: list[Any]) -> Piece[Duration]:
        """`30d`, `30 days`."""
        span = span_of(children)
        if len(children) == 2:
            unit = SHORT_BY_LONG.get(str(children[1]).removesuffix("s"))
            amount = whole(children[0])
            if unit is None:
                self.faults.append(refusals.quarter_length(amount, span))
                unit = "mo"
        else:
            text = str(children[0]).replace("_", "")
            digits = len(text.rstrip("abcdefghijklmnopqrstuvwxyz"))
            amount, unit = int(text[:digits]), text[digits:]
        if amount <= 0:
            self.faults.append(refusals.no_length(f"{amount}{unit}", span))
        elif amount > _longest(unit):
            self.faults.append(refusals.too_far(f"{amount}{unit}", span))
        return Piece(Duration(min(max(amount, 1), _longest(unit)), unit), span)

    def point(self, children: list[Any]) -> Point:
        """A point in time."""
        first, span = children[0], span_of(children)
        if isinstance(first, Piece):
            ago = "AGO" in types(children)
            return Ago(first.given, span=span) if ago else FromNow(first.given, span=span)
        match first.type:
            case "DATE":
                return Day(self._date(first, span), span=span)
            case "INSTANT":
                return At(read_instant(str(first).upper(), zone_named("UTC")) or 0, span=span)
            case "NOW":
                return Now(span=span)
            case _:
                return NamedDay(str(first), span=span)  # type: ignore[arg-type]  # by the grammar

    def _date(self, token: Token, span: Span) -> date:
        try:
            return date.fromisoformat(str(token))
        except ValueError:
            self.faults.append(refusals.no_date(str(token), span))
            return date.min

    def value(self, children: list[Any]) -> Value:
        """A literal or a point in time."""
        child = children[0]
        if not isinstance(child, Token):
            return child  # type: ignore[no-any-return]  # a point
        span = Span(child.start_pos, child.end_pos)
        match child.type:
            case "STRING":
                return Text(written(child), span=span)
            case "TRUE" | "FALSE":
                return Flag(child.type == "TRUE", span=span)
            case _:
                return _number(child.text, span)

    def values(self, children: list[Any]) -> Piece[tuple[Value, ...]]:
        """A list in parentheses."""
        found: list[Value] = [child for child in children if not isinstance(child, Token)]
        left_out = self._left_out.get(found[0].span.start, ()) if found[0].span else ()
        found[1:1] = map(_literal, left_out)
        return Piece(tuple(found), span_of(children))

    def period(self, children: list[Any]) -> Piece[str]:
        """`today`, `last month`."""
        words = [str(child) for child in children]
        span = span_of(children)
        if len(words) == 2 and words[1] not in ("week", "month", "quarter", "year"):
            self.faults.append(refusals.no_period(" ".join(words), span))
        return Piece(" ".join(words), span)


def _literal(token: Written) -> Value:
    span = Span(token.start, token.end)
    if token.kind == "text":
        return Text(unescaped(token.text[1:-1]), span=span)
    return _number(token.text, span)


def _number(text: str, span: Span) -> Number:
    return Number(float(text.replace("_", "")) + 0.0, span=span)


def _longest(unit: str) -> int:
    if unit in MONTHS_BY_UNIT:
        return _LONGEST_MONTHS // MONTHS_BY_UNIT[unit]
    return _LONGEST_MS // MS_BY_UNIT[unit]
