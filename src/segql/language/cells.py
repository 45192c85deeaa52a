"""A line as a terminal shows it: how many cells each character takes, and what stands for it."""

from __future__ import annotations

import unicodedata
from itertools import accumulate
from typing import Final

from attrs import frozen

_TAB: Final = "    "
_NO_CELL: Final = frozenset({"Mn", "Me"})


@frozen
class Shown:
    """What is shown for each code point of a line, and the cell at which it begins."""

    pieces: tuple[str, ...]
    starts: tuple[int, ...]
    """One more than there are pieces: the last is the width of the line."""

    def cells(self, start: int, end: int) -> tuple[int, int]:
        """The cells of the code points from `start` to `end`; one at least, also past the line."""
        last = len(self.pieces)
        first, past = self.starts[min(start, last)], self.starts[min(end, last)]
        return first, max(past, first + 1)

    def between(self, first: int, past: int) -> str:
        """What is shown in the cells from `first` to `past`, by whole characters."""
        return "".join(
            piece
            for piece, start in zip(self.pieces, self.starts, strict=False)
            if first <= start < past
        )


def shown(line: str) -> Shown:
    """The line as it is shown: tabs as blanks, and what cannot be seen as an escape.

    >>> shown("a\\tb").starts, shown("é: 日本").starts
    ((0, 1, 5, 6), (0, 1, 2, 3, 5, 7))
    """
    if line.isascii() and line.isprintable():
        return Shown(tuple(line), tuple(range(len(line) + 1)))
    pieces = tuple(map(_piece, line))
    return Shown(pieces, tuple(accumulate(map(_width, pieces), initial=0)))


def _piece(character: str) -> str:
    if character == "\t":
        return _TAB
    return character if character.isprintable() else f"\\u{{{ord(character):x}}}"


def _width(piece: str) -> int:
    if len(piece) > 1 or piece.isascii():
        return len(piece)
    if unicodedata.category(piece) in _NO_CELL:
        return 0
    return 2 if unicodedata.east_asian_width(piece) in "WF" else 1
