"""Tables of rows with keys, filled anew without losing the place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import DataTable

Row: TypeAlias = tuple[tuple[Text, ...], str]
"""Cells, and the key of their row."""


class RowTable(DataTable[Text]):
    """A table whose cursor is a whole row; rows are known by their keys."""

    DEFAULT_CSS = """
    RowTable { height: 1fr; }
    """

    def __init__(self, *titles: str, id: str | None = None) -> None:
        """An empty table with a column per title."""
        super().__init__(cursor_type="row", zebra_stripes=True, id=id)
        self._filled: list[Row] = []
        for title in titles:
            self.add_column(title, width=cell_len(title))

    def fill(self, rows: Iterable[Row]) -> None:
        """Show `rows`; the cursor stays at the same key, else at the same place.

        Nothing moves where they are shown already.
        """
        wanted = list(rows)
        if wanted == self._filled:
            return
        place, key = self.cursor_row, self.key_at_cursor
        self._filled = wanted
        self.clear()
        # Before there are rows: left to itself, the table measures them after it may have drawn
        # them, and keeps what it has drawn.
        for column, title in enumerate(self.ordered_columns):
            cells_of = (cells[column].cell_len for cells, _ in wanted)
            title.width = max((title.label.cell_len, *cells_of))
        for cells, name in wanted:
            self.add_row(*cells, key=name)
        if wanted:
            names = [name for _, name in wanted]
            self.move_to(key if key in names else names[min(place, len(names) - 1)])

    def move_to(self, key: str | None) -> None:
        """Put the cursor on the row of `key`, where there is one."""
        for row, (_, name) in enumerate(self._filled):
            if name == key:
                self.move_cursor(row=row)
                return

    @property
    def key_at_cursor(self) -> str | None:
        """The key of the row under the cursor; None where there is no row."""
        return self._filled[self.cursor_row][1] if self.cursor_row < len(self._filled) else None
