"""The dialog that asks which file to save to."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from segql.app.sources import SUFFIX
from segql.app.writing import is_file, with_head
from segql.model.display import visible
from segql.tui.keys import binding


class PathDialog(ModalScreen[tuple[Path, str] | None]):
    """Asks for a path, of a lone rule for a name too; gives the path and the text to write."""

    DEFAULT_CSS = """
    PathDialog {
        align: center middle;
        & > Vertical { width: 70; max-width: 90%; height: auto; padding: 1 2;
                       border: round $border; background: $surface; }
        & .title { text-style: bold; margin-bottom: 1; }
        & Input { border: none; height: 1; padding: 0 1; background: $panel; margin-bottom: 1; }
        & Input:focus { border: none; }
        & #problem { color: $text-error; height: auto; }
        & Horizontal { height: auto; margin-top: 1; }
        & Button { margin-right: 2; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [binding("save.cancel")]

    def __init__(self, text: str, path: Path | None) -> None:
        """Take the text, and the file that it is of."""
        super().__init__()
        self._text, self._path = text, path
        self._confirmed = ""

    def compose(self) -> ComposeResult:
        """Fields and buttons."""
        with Vertical():
            yield Static("Save to a file", classes="title")
            if not is_file(self._text):
                yield Input(placeholder="name of the segment", id="name")
            path = "" if self._path is None else visible(str(self._path))
            yield Input(path, placeholder=f"path, such as segments/new{SUFFIX}", id="path")
            yield Static(id="problem")
            with Horizontal():
                yield Button("Save", id="save", variant="primary")
                yield Button("Cancel", id="cancel")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        event.stop()
        if event.button.id == "save":
            self._save()
        else:
            self.action_cancel()

    def on_input_submitted(self) -> None:
        """Enter saves."""
        self._save()

    def action_cancel(self) -> None:
        """Save nothing."""
        self.dismiss(None)

    def _save(self) -> None:
        problem = self.query_one("#problem", Static)
        written = self.query_one("#path", Input).value.strip()
        text = self._text
        if not is_file(text):
            name = self.query_one("#name", Input).value.strip()
            if not name:
                problem.update("a segment needs a name")
                return
            text = with_head(text, name, "", "")
        if not written:
            problem.update("a file needs a path")
            return
        path = Path(written).expanduser().resolve()
        path = path if path.suffix else path.with_suffix(SUFFIX)
        if path.exists() and path != self._path and self._confirmed != str(path):
            self._confirmed = str(path)
            problem.update("there is such a file: Save once more writes over it")
            return
        self.dismiss((path, text))
