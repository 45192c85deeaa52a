"""References from one segment's text to another: where they stand, and renaming them."""

from __future__ import annotations

from collections.abc import Iterator

from segql.language.files import parse_file
from segql.language.format import format_file
from segql.language.source import Span
from segql.language.syntax import And, Group, InSegment, Not, Or, Rule, Teammates
from segql.language.write import quoted


def references(rule: Rule) -> Iterator[InSegment]:
    """The `in segment` conditions of a rule, in the order written."""
    match rule:
        case InSegment():
            yield rule
        case Not(item) | Teammates(_, item):
            yield from references(item)
        case And(items) | Or(items) | Group(items=items):
            for item in items:
                yield from references(item)
        case _:
            pass


def renamed(text: str, old: str, new: str) -> str:
    """The `.segql` text with the segment `old` called `new`, where it is defined and referred to.

    Comments stay; a text without `old` comes back as it is.
    """
    parsed = parse_file(text)
    places: list[Span] = []
    for segment in parsed.segments:
        if segment.name == old and segment.name_span is not None:
            places.append(segment.name_span)
        places.extend(
            _name_span(text, found.span)
            for found in references(segment.rule)
            if found.name == old and found.span is not None
        )
    if not places:
        return text
    for place in sorted(places, key=lambda span: span.start, reverse=True):
        text = text[: place.start] + quoted(new) + text[place.end :]
    return format_file(text, parse_file(text))


def _name_span(text: str, condition: Span) -> Span:
    """The quoted name inside `in segment "x"`: comments may stand before it, nothing after."""
    opening = text[condition.end - 1]
    start = condition.end - 2
    while text[start] != opening or _escaped(text, start):
        start -= 1
    return Span(start, condition.end)


def _escaped(text: str, at: int) -> bool:
    slashes = 0
    while text[at - slashes - 1] == "\\":
        slashes += 1
    return slashes % 2 == 1
