"""Two revisions beside each other: what differs in text, and in who is in."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from segql.app.revisions import Compared, Side
from segql.model.display import visible
from segql.tui.keys import binding
from segql.tui.looks import differing

_NAMED = 5


class CompareDialog(ModalScreen[None]):
    """The difference of two texts as lines, and of their members in numbers and names."""

    DEFAULT_CSS = """
    CompareDialog {
        align: center middle;
        & > Vertical { width: 90; max-width: 96%; height: auto; max-height: 96%; padding: 1 2;
                       border: round $border; background: $surface; }
        & .title { text-style: bold; margin-bottom: 1; }
        & VerticalScroll { height: auto; max-height: 18; }
        & VerticalScroll Static { width: 100%; height: auto; }
        & .hint { color: $text-muted; margin-top: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [binding("dialog.close"), binding("dialog.copy")]

    def __init__(self, first: str, second: str, compared: Compared) -> None:
        """Take what the two are called, and how they differ."""
        super().__init__()
        self._names = first, second
        self._compared = compared

    def compose(self) -> ComposeResult:
        """Text, then members."""
        first, second = map(visible, self._names)
        with Vertical():
            yield Static(Content(f"{first} and {second}"), classes="title")
            with VerticalScroll():
                lines = self._compared.lines
                yield Static(differing(lines[2:]) if lines else Content("the texts are the same"))
            yield Static(
                Content.assemble(
                    f"\n{self._compared.both:,} in both now\n",
                    _side("-", first, self._compared.first_only),
                    "\n",
                    _side("+", second, self._compared.second_only),
                )
            )
            yield Static("Esc closes, c copies the diff", classes="hint")

    def action_copy(self) -> None:
        """Put the lines on the clipboard."""
        self.app.copy_to_clipboard("\n".join(self._compared.lines))
        self.notify("Copied")

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)


def _side(sign: str, name: str, side: Side) -> Content:
    more = ", …" if side.n > _NAMED else ""
    listed = f" ({', '.join(map(visible, side.sample[:_NAMED]))}{more})" if side.n else ""
    colour = "$text-success" if sign == "+" else "$text-error"
    return Content.styled(f"{sign}{side.n:,} only in {name}{listed}", colour)
