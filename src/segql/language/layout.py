"""Pieces of canonical text, and how they are laid out in lines of at most 100 columns.

A part is a piece of text, a gap where the line may be broken, or parts under one decision about
their gaps. A comment stands above the gap before its piece, or ends the line of its piece; either
way it breaks that gap. Comments do not count for the width.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, TypeAlias, assert_never

from attrs import Factory, define, field, frozen

from segql.language.comments import Comment
from segql.language.source import Span

WIDTH: Final = 100
STEP: Final = 2
DEEPEST_MARGIN: Final = 40
"""Lines are never indented more, so that deep rules keep room and do not grow without measure."""


@frozen(eq=False)
class Piece:
    """Text that is never broken; `span` is where it stood in the source, None where it did not.

    INVARIANT: between two gaps at most one piece has a span, so that no line gets two comments at
    its end. `closes`: comments above are indented like what it closes. `top`: blank lines around
    the comments above are kept.
    """

    text: str
    span: Span | None = None
    closes: bool = False
    top: bool = False

    @property
    def extent(self) -> Span | None:
        """Where it stood in the source."""
        return self.span


@frozen(eq=False)
class Gap:
    """Where the line may be broken: `flat` if it is not, else `broken` ends the line.

    `always` breaks it; `blank` leaves an empty line.
    """

    flat: str = " "
    broken: str = ""
    always: bool = False
    blank: bool = False
    extent: None = None


def extent(parts: Iterable[Part]) -> Span | None:
    """From where the first of `parts` stood in the source to where the last did; or None."""
    spans = [part.extent for part in parts if part.extent is not None]
    if not spans:
        return None
    return Span(min(span.start for span in spans), max(span.end for span in spans))


# Worked out once for each part, as the parentheses around it ask again at every level.
_EXTENT: Final = Factory(lambda self: extent(self.parts), takes_self=True)


@frozen(eq=False)
class Indented:
    """Parts whose broken gaps begin lines one step further in."""

    parts: tuple[Part, ...]
    extent: Span | None = field(init=False, repr=False, default=_EXTENT)


@frozen(eq=False)
class Together:
    """Parts whose gaps are broken all, if the parts do not fit in the line, or none."""

    parts: tuple[Part, ...]
    extent: Span | None = field(init=False, repr=False, default=_EXTENT)


@frozen(eq=False)
class Filled:
    """Parts whose gaps are broken one by one, each if what follows it does not fit."""

    parts: tuple[Part, ...]
    extent: Span | None = field(init=False, repr=False, default=_EXTENT)


@frozen(eq=False)
class Hugged:
    """A gap that only a comment breaks; if it does, `parts` are indented."""

    gap: Gap
    parts: tuple[Part, ...]
    extent: Span | None = field(init=False, repr=False, default=_EXTENT)


Part: TypeAlias = Piece | Gap | Indented | Together | Filled | Hugged


@frozen
class Notes:
    """The comments of a piece: those on the lines above, and the one at the end of its line."""

    above: tuple[Comment, ...] = ()
    behind: Comment | None = None


def flattened(parts: Iterable[Part]) -> Iterator[Piece | Gap]:
    """The pieces and gaps of `parts`, in the order in which they are written."""
    for part in parts:
        match part:
            case Piece() | Gap():
                yield part
            case Hugged(gap, inner):
                yield gap
                yield from flattened(inner)
            case Indented(inner) | Together(inner) | Filled(inner):
                yield from flattened(inner)
            case _:
                assert_never(part)


def lines_of(parts: Sequence[Part], notes: Mapping[Piece, Notes], width: int = WIDTH) -> list[str]:
    """The lines of `parts` with their comments; no line ends in a blank."""
    page = _Page(width)
    _place_notes(page, parts, notes)
    _mark_broken(page, parts)
    page.lay_out(parts)
    return page.lines


def _place_notes(page: _Page, parts: Sequence[Part], notes: Mapping[Piece, Notes]) -> None:
    gap: Gap | None = None
    ended = False
    for part in flattened(parts):
        if isinstance(part, Gap):
            gap = part
            if ended or gap.always:
                page.forced.add(gap)
            ended = False
            continue
        note = notes.get(part, Notes())
        if note.behind is not None:
            page.behind[part] = note.behind
            ended = True
        if note.above:
            page.above[gap] = (part, note.above)
            if gap is not None:
                page.forced.add(gap)


def _mark_broken(page: _Page, parts: Iterable[Part]) -> bool:
    """Whether a gap in `parts` is forced; every `Together` around such a gap is noted."""
    found = False
    for part in parts:
        match part:
            case Piece():
                inside = False
            case Gap():
                inside = part in page.forced
            case Hugged(gap, inner):
                inside = _mark_broken(page, inner) or gap in page.forced
            case Indented(inner) | Together(inner) | Filled(inner):
                inside = _mark_broken(page, inner)
            case _:
                assert_never(part)
        if inside and isinstance(part, Together):
            page.broken.add(part)
        found = found or inside
    return found


_Mode: TypeAlias = Literal["flat", "broken", "fill"]
_Rest: TypeAlias = list[tuple[int, _Mode, Part]]


@define
class _Page:
    """Lines in the making."""

    width: int
    above: dict[Gap | None, tuple[Piece, tuple[Comment, ...]]] = Factory(dict)
    behind: dict[Piece, Comment] = Factory(dict)
    forced: set[Gap] = Factory(set)
    broken: set[Together] = Factory(set)
    lines: list[str] = Factory(list)
    line: str = ""
    ending: Comment | None = None

    def lay_out(self, parts: Sequence[Part]) -> None:
        """Write `parts` from column 0."""
        self.write_above(None, 0)
        rest: _Rest = [(0, "broken", part) for part in reversed(parts)]
        while rest:
            indent, mode, part = rest.pop()
            match part:
                case Piece(text=text):
                    self.line += text
                    self.ending = self.behind.get(part, self.ending)
                case Gap():
                    self.write_gap(part, indent, mode, rest)
                case Hugged(gap, inner):
                    self.write_gap(gap, indent + STEP, "flat", rest)
                    deeper = indent + STEP if gap in self.forced else indent
                    _push(rest, deeper, mode, inner)
                case Indented(inner):
                    _push(rest, indent + STEP, mode, inner)
                case Filled(inner):
                    _push(rest, indent, "flat" if mode == "flat" else "fill", inner)
                case Together(inner):
                    flat = part not in self.broken and self.fits(inner, rest)
                    _push(rest, indent, "flat" if flat else "broken", inner)
                case _:
                    assert_never(part)
        self.end_line("")

    def write_gap(self, gap: Gap, indent: int, mode: _Mode, rest: _Rest) -> None:
        """Break the line at `gap`, or not."""
        full = mode == "fill" and not self.fits((Piece(gap.flat),), rest)
        if gap not in self.forced and mode != "broken" and not full:
            self.line += gap.flat
            return
        self.end_line(gap.broken)
        if gap.blank:
            self.lines.append("")
        self.write_above(gap, indent)
        self.line = _margin(indent)

    def end_line(self, closing: str) -> None:
        """Finish the line, with the comment that waits for its end."""
        line = (self.line + closing).rstrip()
        if self.ending is not None:
            line = f"{line}  {self.ending.text}"
        if line:
            self.lines.append(line)
        self.line, self.ending = "", None

    def write_above(self, gap: Gap | None, indent: int) -> None:
        """Write the comments above the piece that follows `gap`."""
        if gap not in self.above:
            return
        piece, comments = self.above[gap]
        margin = _margin(indent + STEP if piece.closes else indent)
        for index, comment in enumerate(comments):
            if piece.top and index and comment.blank_before:
                self.lines.append("")
            self.lines.append(margin + comment.text)
        if piece.top and piece.text and comments[-1].blank_after:
            self.lines.append("")

    def fits(self, parts: Sequence[Part], rest: _Rest) -> bool:
        """Whether `parts` in one line, and what must follow them there, end within the width."""
        room = self.width - len(self.line)
        for part in flattened(parts):
            room -= len(part.text if isinstance(part, Piece) else part.flat)
            if room < 0:
                return False
        for part in _until_gap(rest):
            room -= len(part.text if isinstance(part, Piece) else part.broken)
        return room >= 0


def _margin(indent: int) -> str:
    return " " * min(indent, DEEPEST_MARGIN)


def _push(rest: _Rest, indent: int, mode: _Mode, parts: Sequence[Part]) -> None:
    rest.extend((indent, mode, part) for part in reversed(parts))


def _until_gap(rest: _Rest) -> Iterator[Piece | Gap]:
    for _, _, part in reversed(rest):
        for inner in flattened((part,)):
            yield inner
            if isinstance(inner, Gap):
                return
