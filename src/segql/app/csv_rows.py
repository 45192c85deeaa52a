"""CSV read row by row, which starts again after a row that spoils those behind it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import partial
from typing import Final, TextIO, TypeAlias

from segql.app.lines import MAX_LINE, TOO_LONG, Bad, fault_in

Cells: TypeAlias = list[str]

REREAD: Final = 64 * 1024 * 1024
"""Characters that may be read a second time, after a quote that was never closed."""


def csv_rows(text: TextIO, delimiter: str, width: int) -> Iterator[tuple[int, int, Cells] | Bad]:
    """The rows of `width` cells after the header; blank lines are none.

    Each has the line that it begins on, and how many characters it takes. Memory is bounded
    whatever the text holds: by the longest cell that Python's reader takes, and `MAX_LINE`.
    """
    return _CsvRows(text, delimiter, width).rows()


class _CsvRows:
    """Reads CSV row by row, and starts again after a row that spoils those behind it."""

    def __init__(self, text: TextIO, delimiter: str, width: int) -> None:
        self._next = partial(text.readline, MAX_LINE)
        self._delimiter = delimiter
        self._width = width
        self._line = 1
        """Lines before the row that is being read."""
        self._held: list[str] = []
        """The lines of the row that is being read."""
        self._again: list[str] = []
        """Lines to be read a second time, the next one last."""
        self._reread_left = REREAD

    def rows(self) -> Iterator[tuple[int, int, Cells] | Bad]:
        width = self._width
        held = self._held
        at_end = False
        while not at_end:
            reader = csv.reader(self._lines(), delimiter=self._delimiter, strict=True)
            bad: str | None = None
            try:
                for cells in reader:
                    if len(cells) != width:
                        if not cells:
                            self._step()
                            continue
                        bad = _wrong_width(len(cells), width)
                        break
                    line = self._line + 1
                    if len(held) == 1:
                        self._line = line
                        text = held.pop()
                    else:
                        text = "".join(held)
                        self._step()
                    fault = fault_in(text)
                    yield (line, len(text), cells) if fault is None else Bad(line, fault, text)
                else:
                    at_end = True
            except csv.Error as error:
                bad = _said(str(error))
            except _TooLong:
                self._step()
                yield Bad(self._line, TOO_LONG, "")
                continue
            if bad is not None:
                yield self._given_up(bad)

    def _lines(self) -> Iterator[str]:
        """The lines still to be read, each kept in `_held`."""
        held = self._held
        again = self._again
        while again:
            line = again.pop()
            held.append(line)
            yield line
        for line in iter(self._next, ""):
            if len(line) >= MAX_LINE and line[-1] not in "\r\n":
                held.append("")
                while line and line[-1] not in "\r\n":
                    line = self._next()
                raise _TooLong
            held.append(line)
            yield line

    def _step(self) -> None:
        self._line += len(self._held)
        self._held.clear()

    def _given_up(self, reason: str) -> Bad:
        """The row at hand as a bad one; lines that it swallowed are read again."""
        line = self._line + 1
        first, *others = self._held
        size = sum(map(len, others))
        if others and size <= self._reread_left:
            self._reread_left -= size
            self._again += reversed(others)
            self._held[:] = [first]
            self._step()
            return Bad(line, f"{reason}; a quote may be left open", first)
        text = "".join(self._held)
        self._step()
        return Bad(line, reason, text)


class _TooLong(Exception):
    """A line is longer than `MAX_LINE`."""


def _wrong_width(found: int, width: int) -> str:
    return f"the row has {found} cell{'s' if found != 1 else ''}, the header {width}"


def _said(error: str) -> str:
    """What the CSV reader complains of, in our words."""
    if "field larger" in error:
        return "a cell is longer than 131,072 characters"
    if "unexpected end" in error:
        return "the file ends inside quotes"
    if "expected after" in error:
        return "a closing quote is followed by text; write quotes inside a cell twice"
    return f"the row cannot be read: {error}"
