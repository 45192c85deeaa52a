"""The one way to write each rule and each file, with comments in place (§6 Forms).

A comment on lines of its own stays before what it preceded, one at the end of a line stays behind
what it followed; where clauses change places, their comments go with them. The text must be free of
errors. Laws: parsing the result gives the same rule; formatting it again changes nothing; every
comment is there once.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Protocol

from segql.language import write
from segql.language.comments import Comment, places_in
from segql.language.layout import Gap, Notes, Part, Piece, Together, flattened, lines_of
from segql.language.scan import MAX_BYTES
from segql.language.source import Span
from segql.language.syntax import Operand, Rule, Segment
from segql.language.write_files import FileWriter
from segql.language.write_rules import RuleWriter


class HasRule(Protocol):
    """What parsing a lone rule gives; the rule is None where the text has errors."""

    @property
    def rule(self) -> Rule | None:
        """The rule as written."""


class HasSegments(Protocol):
    """What parsing a file gives."""

    @property
    def segments(self) -> Sequence[Segment]:
        """The segments in order."""


def format_rule(rule: Rule) -> str:
    """The canonical text of `rule`: one line if it fits in 100 columns; no line break at the end.

    Parsing it gives `rule` again. Comments are not part of a rule; see `format_text`.
    """
    return _laid_out((Together(RuleWriter().rule(rule)),), {})


def format_line(rule: Rule) -> str:
    """The canonical text of `rule` on one line, however long."""
    (line,) = lines_of((Together(RuleWriter().rule(rule)),), {}, width=sys.maxsize)
    return line


def format_operand(operand: Operand) -> str:
    """What a test looks at, as a rule writes it: `trait."Plan name"`."""
    return write.operand(operand)


def format_text(text: str, parsed: HasRule) -> str:
    """The canonical text of a lone rule with the comments of `text`; no line break at the end.

    `parsed` is what parsing `text` gave. A text without a rule is returned as it is.
    """
    if parsed.rule is None:
        return text
    places = places_in(text)
    end = Together((Gap(flat=""), Piece("", Span(len(text), len(text)))))
    parts = (Together(RuleWriter(places).rule(parsed.rule)), end)
    return _laid_out(parts, notes_of(places.comments, parts))


def _laid_out(parts: Sequence[Part], notes: Mapping[Piece, Notes]) -> str:
    """The text of `parts`; in long lines if line breaks would make it too long to be read again."""
    text = "\n".join(lines_of(parts, notes))
    if len(text.encode("utf-8", "surrogatepass")) <= MAX_BYTES:
        return text
    return "\n".join(lines_of(parts, notes, width=MAX_BYTES))


def format_file(text: str, parsed_file: HasSegments) -> str:
    """The canonical text of a file with its comments: one blank line between segments.

    `parsed_file` is what parsing `text` gave, without errors. Blank lines between a segment and
    comments before it stay, at most one. Ends with a line break, unless there is nothing.
    """
    places = places_in(text)
    parts = FileWriter(places).file(tuple(parsed_file.segments), len(text))
    lines = lines_of(parts, notes_of(places.comments, parts))
    return "".join(f"{line}\n" for line in lines)


def notes_of(comments: Sequence[Comment], parts: Sequence[Part]) -> dict[Piece, Notes]:
    """Each comment at its piece: every one once, in order as far as the pieces keep their order.

    The last piece must stand at the end of the text.
    """
    placed = [part for part in flattened(parts) if isinstance(part, Piece) and part.span]
    pieces = sorted(placed, key=lambda piece: piece.span.start if piece.span else 0)
    starts = [piece.span.start for piece in pieces if piece.span]
    ends = [piece.span.end for piece in pieces if piece.span]
    above: dict[int, list[Comment]] = {}
    behind: dict[int, Comment] = {}
    least = 0  # slots count up: 2n is above piece n, 2n + 1 behind it
    for comment in comments:
        before = bisect_left(starts, comment.start) - 1
        inside = before >= 0 and ends[before] > comment.start
        if comment.alone or before < 0:
            wanted = 2 * before if inside else 2 * before + 2
        else:
            wanted = 2 * before + 1
        slot = max(wanted, least)
        at = slot // 2
        if slot % 2 and (comment.alone or at in behind or starts[at] == ends[at]):
            slot += 1
        least = slot
        if slot % 2:
            behind[slot // 2] = comment
        else:
            above.setdefault(slot // 2, []).append(comment)
    return {
        piece: Notes(tuple(above.get(index, ())), behind.get(index))
        for index, piece in enumerate(pieces)
        if index in above or index in behind
    }
