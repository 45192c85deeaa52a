"""The looks of pieces of the text, by what they are and by what is to be said of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, TypeAlias

from segql.editor.highlight import tokens
from segql.editor.scopes import Scope
from segql.language.diagnostics import Severity
from segql.language.source import Span

COLOURS: Final = {
    **dict.fromkeys((Scope.KEYWORD,), "keyword"),
    **dict.fromkeys((Scope.OPERATOR, Scope.PUNCTUATION), "operator"),
    **dict.fromkeys((Scope.TRAIT, Scope.PROPERTY, Scope.QUESTION, Scope.FIELD), "name"),
    **dict.fromkeys(
        (Scope.EVENT, Scope.SURVEY, Scope.SEGMENT, Scope.SAMPLE, Scope.DESTINATION, Scope.STRING,
         Scope.PATTERN, Scope.DESCRIPTION), "text",
    ),
    **dict.fromkeys(
        (Scope.NUMBER, Scope.DURATION, Scope.DATE, Scope.CONSTANT, Scope.ESCAPE), "number"
    ),
    Scope.COMMENT: "comment",
    Scope.ERROR: "error",
}  # fmt: skip
MARKS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "hint"}

Pieces: TypeAlias = dict[int, list[tuple[int, int, str]]]
"""By line from 0: where pieces begin and end, in characters, and what they look like."""


def painted(text: str, starts: Sequence[int]) -> Pieces:
    """The pieces of `text`, whose lines begin at the offsets `starts`."""
    lines: Pieces = {}
    for start, end, scope in tokens(text):
        if scope in COLOURS:
            put(lines, starts, Span(start, end), COLOURS[scope])
    return lines


def put(lines: Pieces, starts: Sequence[int], span: Span, style: str) -> None:
    """Add a piece, which may go over several lines, to the lines that it is on."""
    row = bisect_right(starts, span.start) - 1
    while row < len(starts) and starts[row] < max(span.end, span.start + 1):
        begin = starts[row]
        end = starts[row + 1] - 1 if row + 1 < len(starts) else span.end
        first, last = max(span.start, begin) - begin, min(span.end, end) - begin
        lines.setdefault(row, []).append((first, last, style))
        row += 1
