"""A diagnostic for people: code, place, the lines with their marks, help, fix."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

from attrs import frozen

from segql.language.cells import Shown, shown
from segql.language.diagnostics import Diagnostic
from segql.language.source import Source, Span

_WIDEST: Final = 120
"""So many cells of a line are shown at most."""
_CUT: Final = "…"

Role: TypeAlias = Literal["plain", "severity", "message", "gutter", "also"]
Piece: TypeAlias = tuple[str, Role]


def render(diagnostic: Diagnostic, source: Source) -> str:
    """The diagnostic over several lines, without colour, as a compiler prints it.

    >>> from segql.language.parse import parse_rule
    >>> text = 'did "export" within 30'
    >>> print(render(parse_rule(text).diagnostics[0], Source(text)))
    error[expected-duration]: a length of time needs a unit
     --> 1:21
      |
    1 | did "export" within 30
      |                     ^^
      = help: write 30d (days), 30min (minutes) or 30mo (months)
    """
    lines = ("".join(text for text, _ in line) for line in rendered(diagnostic, source))
    return "\n".join(lines)


def rendered(diagnostic: Diagnostic, source: Source) -> Iterator[tuple[Piece, ...]]:
    """The lines of the diagnostic in pieces, each with its role: what a terminal may colour.

    Characters that cannot be seen are escaped, so that none of them steers the terminal.
    """
    line, column = source.line_column(diagnostic.span.start)
    marks = _marks(diagnostic, source)
    gutter = " " * max(len(str(mark.line)) for mark in marks)
    place = f"{line}:{column}" if source.name is None else f"{source.name}:{line}:{column}"
    head = f"{diagnostic.severity}[{diagnostic.code}]"
    yield (head, "severity"), (f": {_plain(diagnostic.message)}", "message")
    yield (f"{gutter}--> ", "gutter"), (_plain(place), "plain")
    yield ((f"{gutter} |", "gutter"),)
    yield from _snippets(marks, source, gutter)
    fix = None if diagnostic.fix is None else diagnostic.fix.label
    for word, text in (("help", diagnostic.help), ("fix", fix)):
        if text is not None:
            yield (f"{gutter} = ", "gutter"), (word, "message"), (f": {_plain(text)}", "plain")


@frozen
class _Mark:
    """A place on one line, in code points from 0, and what stands beside it."""

    line: int
    start: int
    end: int
    sign: str
    label: str | None


def _marks(diagnostic: Diagnostic, source: Source) -> list[_Mark]:
    """The places of the diagnostic by line; the first line stands for a longer place."""
    marks = [_mark(diagnostic.span, "^", diagnostic.label, source)]
    marks += [_mark(label.span, "-", label.text, source) for label in diagnostic.also]
    return sorted(marks, key=lambda mark: (mark.line, mark.start))


def _mark(span: Span, sign: str, label: str | None, source: Source) -> _Mark:
    line, column = source.line_column(span.start)
    last_line, last_column = source.line_column(span.end)
    end = last_column - 1 if last_line == line else len(source.line(line))
    return _Mark(line, column - 1, end, sign, label)


def _snippets(marks: list[_Mark], source: Source, gutter: str) -> Iterator[tuple[Piece, ...]]:
    """Each line once, below it a row for each of its marks."""
    view: _View | None = None
    for mark in marks:
        if view is None or not view.shows(mark):
            if view is not None and mark.line > view.line + 1:
                yield ((f"{gutter} ⋮", "gutter"),)
            view = _view(mark, source.line(mark.line))
            number = str(view.line).rjust(len(gutter))
            yield (f"{number} | ", "gutter"), (view.written, "plain")
        indent, width = view.place(mark)
        role: Role = "severity" if mark.sign == "^" else "also"
        label = "" if mark.label is None else f" {_plain(mark.label)}"
        yield (f"{gutter} | ", "gutter"), (f"{' ' * indent}{mark.sign * width}{label}", role)


@frozen
class _View:
    """The part of a line that is shown: cells `first` to `past` of `text`, cut at `offset`."""

    line: int
    offset: int
    text: Shown
    first: int
    past: int
    written: str

    def shows(self, mark: _Mark) -> bool:
        cell = self.text.starts[-1]
        if self.offset <= mark.start <= self.offset + len(self.text.pieces):
            cell, _ = self._cells(mark)
        return mark.line == self.line and self.first <= cell < max(self.past, self.first + 1)

    def place(self, mark: _Mark) -> tuple[int, int]:
        """How far to indent the sign of a mark, and how often to write it."""
        start, end = self._cells(mark)
        return start - self.first + self.written.startswith(_CUT), max(
            1, min(end, self.past) - start
        )

    def _cells(self, mark: _Mark) -> tuple[int, int]:
        return self.text.cells(mark.start - self.offset, mark.end - self.offset)


def _view(mark: _Mark, line: str) -> _View:
    """All of a line, or as much of it as is readable round a mark."""
    offset = max(0, mark.start - _WIDEST) if len(line) > 3 * _WIDEST else 0
    text = shown(line[offset : offset + 3 * _WIDEST])
    width = text.starts[-1]
    start, end = text.cells(mark.start - offset, mark.end - offset)
    first, past = 0, max(width, end)
    if width > _WIDEST:
        middle = (start + min(end, start + _WIDEST // 2)) // 2
        first = min(max(0, middle - _WIDEST // 2), width - _WIDEST)
        first = next(cell for cell in text.starts if cell >= first)
        past = first + _WIDEST
    before = _CUT if offset or first else ""
    after = _CUT if offset + len(text.pieces) < len(line) or past < width else ""
    written = f"{before}{text.between(first, past)}{after}"
    return _View(mark.line, offset, text, first, past, written)


def _plain(text: str) -> str:
    return "".join(shown(text).pieces)
