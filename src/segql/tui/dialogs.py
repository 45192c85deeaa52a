"""Dialogs: what went wrong, with text to copy; and a question before something is destroyed."""

from __future__ import annotations

from traceback import format_exception
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from segql.model.display import visible
from segql.model.errors import SegqlError
from segql.tui.keys import binding

BOX = """
    align: center middle;
    & > Vertical {
        width: 84; max-width: 94%; height: auto; max-height: 94%;
        padding: 1 2; border: round $border; background: $surface;
    }
    & .title { text-style: bold; margin-bottom: 1; }
    & .body { height: auto; max-height: 45vh; width: 100%; }
    & .body Static { width: 100%; }
    & .hint { color: $text-muted; margin-top: 1; }
    & Horizontal { height: auto; margin-top: 1; }
    & Button { margin-right: 2; }
"""


class TextDialog(ModalScreen[None]):
    """A text to read and to copy."""

    DEFAULT_CSS = f"TextDialog {{ {BOX} }}"
    BINDINGS: ClassVar[list[BindingType]] = [binding("dialog.close"), binding("dialog.copy")]

    def __init__(self, title: str, words: str, hint: str = "") -> None:
        """Take texts in which nothing steers the terminal."""
        super().__init__()
        self._title, self._words, self._hint = title, words, hint

    @property
    def text(self) -> str:
        """All of it, for the clipboard."""
        return "\n".join(filter(None, (self._title, self._words, self._hint)))

    def compose(self) -> ComposeResult:
        """A title, the words, what to do, and two buttons."""
        with Vertical():
            yield Static(Content(self._title), classes="title")
            with VerticalScroll(classes="body"):
                yield Static(Content(self._words))
            if self._hint:
                yield Static(Content(self._hint), classes="hint")
            with Horizontal():
                yield Button("Close", id="close", variant="primary")
                yield Button("Copy", id="copy")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        event.stop()
        if event.button.id == "copy":
            self.action_copy()
        else:
            self.action_close()

    def action_copy(self) -> None:
        """Put all of the text on the clipboard."""
        self.app.copy_to_clipboard(self.text)
        self.notify("Copied")

    def action_close(self) -> None:
        """Go on."""
        self.dismiss(None)


class ErrorDialog(TextDialog):
    """A failure in words, with its hint; the app goes on behind it."""

    DEFAULT_CSS = "ErrorDialog .title { color: $text-error; }"

    def __init__(self, error: BaseException) -> None:
        """Take what was raised: a failure of ours, or a fault that nobody foresaw."""
        super().__init__(*_said(error))

    def is_about(self, error: SegqlError) -> bool:
        """Whether the dialog shows a failure of the same kind."""
        return self._title == error.code


def _said(error: BaseException) -> tuple[str, str, str]:
    """Title, words and hint."""
    if isinstance(error, SegqlError):
        return visible(error.code), visible(str(error), breaks=True), visible(error.hint or "")
    trace = "".join(format_exception(error))
    hint = "this is a fault of SegQL: please report it with the text above; your work is kept"
    return type(error).__name__, visible(f"{error}\n\n{trace}", breaks=True), hint


class Question(ModalScreen[bool]):
    """A question before something is destroyed; answers whether to go on."""

    DEFAULT_CSS = f"Question {{ {BOX} }}"
    BINDINGS: ClassVar[list[BindingType]] = [binding("dialog.yes"), binding("dialog.no")]

    def __init__(self, title: str, words: str, *, yes: str) -> None:
        """`yes` is what the button that goes on says, such as `Archive`."""
        super().__init__()
        self._title, self._words, self._yes = title, words, yes

    def compose(self) -> ComposeResult:
        """The question with two buttons; the harmless one has the focus."""
        with Vertical():
            yield Static(Content(visible(self._title)), classes="title")
            yield Static(Content(visible(self._words, breaks=True)))
            with Horizontal():
                yield Button("Cancel", id="no", variant="primary")
                yield Button(self._yes, id="yes", variant="error")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer."""
        event.stop()
        self.dismiss(event.button.id == "yes")

    def action_yes(self) -> None:
        """Go on."""
        self.dismiss(True)

    def action_no(self) -> None:
        """Leave things as they are."""
        self.dismiss(False)
