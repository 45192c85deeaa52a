"""Typing filters: letters typed on a table go into the field above it, arrows go back."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Input

from segql.tui.keys import binding
from segql.tui.tables import RowTable


class Filter(Input):
    """A field whose letters say which rows `table` shows; moving and Enter go to the table."""

    DEFAULT_CSS = """
    Filter {
        border: none; height: 1; padding: 0 1; background: $panel;
        &:focus { border: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        binding("filter.clear", show=False),
        Binding("down,up,pagedown,pageup", "to_table", show=False),
    ]

    def __init__(self, table: RowTable, placeholder: str) -> None:
        """Take the table, and the words that the empty field shows."""
        super().__init__(placeholder=placeholder, id="filter", select_on_focus=False)
        self._table = table

    @property
    def letters(self) -> str:
        """What is looked for, whatever its case."""
        return self.value.strip().casefold()

    def action_to_table(self) -> None:
        """Go to the rows."""
        self._table.focus()

    def action_clear(self) -> None:
        """Show all rows, and go to them."""
        self.value = ""
        self._table.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Choose the row under the cursor."""
        event.stop()
        self._table.action_open()

    def take(self, event: events.Key, bound: Collection[str]) -> None:
        """Take a letter that was typed elsewhere on the screen, unless the key is `bound`."""
        if event.character and event.is_printable and event.key not in bound and not self.has_focus:
            event.stop()
            self.focus()
            self.insert_text_at_cursor(event.character)
