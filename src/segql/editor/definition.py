"""Segments that a text defines and refers to: where, by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import frozen

from segql.editor.roles import scoped
from segql.editor.scopes import Scope
from segql.language.lexical import unescaped
from segql.language.source import Span
from segql.model.vocabulary import Vocabulary

_DEFINED: Final = re.compile(r'^[ \t\ufeff]*segment[ \t]+("(?:[^"\\\n]|\\[^\n])*")', re.MULTILINE)


@frozen
class Definition:
    """Where a segment is defined: at `span` of the text, or in the project under that name."""

    name: str
    span: Span | None = None


def defined_in(text: str) -> Mapping[str, Span]:
    """The segments whose definition begins a line of `text`, by name, with the place of the name.

    >>> defined_in('segment "new"\\n  when first_seen within 7d')
    {'new': Span(start=8, end=13)}
    """
    return {
        unescaped(match[1][1:-1]): Span(match.start(1), match.end(1))
        for match in _DEFINED.finditer(text)
    }


def definition(text: str, at: int, vocabulary: Vocabulary | None = None) -> Definition | None:
    """Where the segment is defined whose name stands at `at`; None if there is no such name.

    The text itself comes first, then what the vocabulary knows.

    >>> text = 'segment "new"\\n  when everyone\\nsegment "other"\\n  when in segment "new"'
    >>> definition(text, len(text) - 2)
    Definition(name='new', span=Span(start=8, end=13))
    """
    name = next((name for name, span in _names(text) if span.start <= at <= span.end), None)
    if name is None:
        return None
    here = defined_in(text).get(name)
    if here is not None:
        return Definition(name, here)
    is_known = vocabulary is not None and name in vocabulary.segments()
    return Definition(name) if is_known else None


def references_to(name: str, text: str) -> tuple[Span, ...]:
    """The places of a segment's name in `text`, its definition among them.

    >>> references_to("new", 'segment "a"\\n  when in segment "new" or in segment "b"')
    (Span(start=30, end=35),)
    """
    return tuple(span for found, span in _names(text) if found == name)


def _names(text: str) -> Iterator[tuple[str, Span]]:
    for start, end, kind, scope in scoped(text):
        if scope is Scope.SEGMENT and kind != "open":
            yield unescaped(text[start + 1 : end - 1]), Span(start, end)
