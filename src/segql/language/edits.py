"""A text with some spans replaced, and the way back from its offsets to the original's."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

from attrs import field, frozen

from segql.language.source import Span


@frozen
class Edited:
    """A text with some spans replaced, and the way back from its offsets to the original's."""

    text: str
    _starts: tuple[int, ...] = (0,)
    """Where each piece begins in the edited text; pieces alternate between kept and replaced."""
    _origins: tuple[Span, ...] = field(default=())

    def original(self, span: Span) -> Span:
        """Where a span of the edited text stands in the original."""
        if not self._origins:
            return span
        return Span(self._back(span.start, is_end=False), self._back(span.end, is_end=True))

    def _back(self, offset: int, *, is_end: bool) -> int:
        look_at = offset - 1 if is_end and offset else offset
        piece = bisect_right(self._starts, look_at) - 1
        origin = self._origins[piece]
        inside = offset - self._starts[piece]
        kept = piece % 2 == 0
        if kept:
            return origin.start + inside
        return origin.end if is_end else origin.start


def edited(text: str, edits: Iterable[tuple[Span, str]]) -> Edited:
    """`text` with each span replaced; the spans do not overlap."""
    pieces: list[str] = []
    origins: list[Span] = []
    at = 0
    for span, replacement in sorted(edits, key=lambda edit: edit[0].start):
        pieces += [text[at : span.start], replacement]
        origins += [Span(at, span.start), span]
        at = span.end
    if not pieces:
        return Edited(text)
    pieces.append(text[at:])
    origins.append(Span(at, len(text)))
    starts = accumulate((len(piece) for piece in pieces[:-1]), initial=0)
    return Edited("".join(pieces), tuple(starts), tuple(origins))
