"""Columns of tables: how wide each is, and a row of cells as one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from attrs import frozen
from rich.cells import cell_len
from rich.text import Text

Cells: TypeAlias = tuple[Text, ...]

NARROWEST: Final = 16
"""To so many columns of the terminal a column gives way."""
BETWEEN: Final = 2
"""Columns of the terminal that a cell takes beside its width: one before it, one behind it."""


@frozen
class Column:
    """A column; one that `gives` becomes narrower where the table would be too wide."""

    title: str
    is_right: bool = False
    gives: bool = False


def fitted(columns: Sequence[Column], wanted: Sequence[int], available: int) -> list[int]:
    """The widths of the columns, of which those that give are cut to fit into `available`.

    The last one first. A title is never cut; a column that gives keeps `NARROWEST`, so the whole
    may still be wider.
    """
    widths = [max(cell_len(one.title), width) for one, width in zip(columns, wanted, strict=True)]
    over = sum(widths) + BETWEEN * len(widths) - available
    for place, column in reversed(list(enumerate(columns))):
        if column.gives and over > 0:
            least = min(widths[place], max(NARROWEST, cell_len(column.title)))
            narrower = max(least, widths[place] - over)
            over -= widths[place] - narrower
            widths[place] = narrower
    return widths


def line(columns: Sequence[Column], cells: Cells, widths: Sequence[int]) -> Text:
    """The cells beside each other; those too wide are cut with an ellipsis."""
    whole = Text(end="")
    for column, cell, width in zip(columns, cells, widths, strict=True):
        shown = cell.copy()
        shown.truncate(width, overflow="ellipsis")
        spare = " " * (width - shown.cell_len)
        whole.append(" " + spare if column.is_right else " ")
        whole.append_text(shown)
        whole.append(" " if column.is_right else spare + " ")
    return whole
