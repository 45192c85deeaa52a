"""F1: what the screen in front is for, and every key that does something on it now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Markdown

from segql.tui.keys import binding
from segql.tui.tables import RowTable


class HelpDialog(ModalScreen[None]):
    """The words of a screen, and its keys with the ids that `segql.toml` calls them by."""

    DEFAULT_CSS = """
    HelpDialog {
        align: center middle;
        & Vertical {
            width: 90%; max-width: 100; height: 90%;
            border: round $border; background: $surface; padding: 0 1;
        }
        & Markdown { height: auto; max-height: 60%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [binding("dialog.close"), binding("app.help")]

    def __init__(self, words: str, active: Iterable[ActiveBinding]) -> None:
        """Take what the screen says of itself, in Markdown, and the bindings that are live."""
        super().__init__()
        self._words = words
        self._live: dict[tuple[str, str], list[Binding]] = {}
        bindings = [one.binding for one in active if one.binding.description]
        for one in sorted(bindings, key=lambda one: (one.id is None, one.id or "")):
            self._live.setdefault((one.id or "", one.description), []).append(one)

    def compose(self) -> ComposeResult:
        """Words, a filter, and the table."""
        with Vertical():
            yield Markdown(self._words)
            yield Input(placeholder="type to filter the keys")
            yield RowTable("key", "does", "id in segql.toml", id="keys")

    def on_mount(self) -> None:
        """Show all keys."""
        self._list("")

    @on(Input.Changed)
    def filter(self, event: Input.Changed) -> None:
        """Show the keys that the letters stand in."""
        self._list(event.value.casefold())

    def _list(self, letters: str) -> None:
        rows = []
        for (id, does), bindings in self._live.items():
            keys = " ".join(dict.fromkeys(map(self.app.get_key_display, bindings)))
            if letters in f"{keys} {does} {id}".casefold():
                rows.append(((Text(keys), Text(does), Text(id)), f"{id} {does}"))
        self.query_one("#keys", RowTable).fill(rows)

    def action_close(self) -> None:
        """Go on."""
        self.dismiss(None)

    def action_help(self) -> None:
        """Go on: the key that opened it closes it."""
        self.dismiss(None)
