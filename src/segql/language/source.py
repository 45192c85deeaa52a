"""Spans of a text, and offsets as lines and columns."""

from __future__ import annotations

from bisect import bisect_right

from attrs import field, frozen


@frozen
class Span:
    """The code points of a text from `start`, included, to `end`, excluded; both count from 0."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """The span from the start of this one to the end of `other`."""
        return Span(self.start, max(self.end, other.end))


@frozen
class Source:
    """A text with its name, such as a file's path; names are None for a lone rule."""

    text: str
    name: str | None = None
    _starts: tuple[int, ...] = field(init=False, repr=False, eq=False)

    @_starts.default
    def _line_starts(self) -> tuple[int, ...]:
        breaks = (i + 1 for i, char in enumerate(self.text) if char == "\n")
        return (0, *breaks)

    def line_column(self, offset: int) -> tuple[int, int]:
        """The line and the column of `offset`, both from 1, columns in code points."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def utf16_column(self, offset: int) -> int:
        """The column of `offset` in UTF-16 units, from 0, as editors count."""
        line, column = self.line_column(offset)
        start = self._starts[line - 1]
        return len(self.text[start : start + column - 1].encode("utf-16-le", "surrogatepass")) // 2

    def offset_at(self, line: int, utf16_column: int) -> int:
        """The offset of a place as editors count: line from 1, column in UTF-16 units from 0.

        The inverse of `utf16_column`; behind the end of a line it is that end, inside a pair of
        surrogates the character that the pair is. A line behind the last is the end of the text.

        >>> Source("a😀b").offset_at(1, 3)
        2
        """
        if line > len(self._starts):
            return len(self.text)
        start, units = self._starts[line - 1], 0
        for offset, character in enumerate(self.line(line), start):
            units += 2 if ord(character) > 0xFFFF else 1
            if units > utf16_column:
                return offset
        return start + len(self.line(line))

    def line(self, number: int) -> str:
        """The text of line `number`, from 1, without its line break."""
        start = self._starts[number - 1]
        end = self._starts[number] - 1 if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r")
