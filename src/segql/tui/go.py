"""`:` goes anywhere: a few letters find segments, surveys and profiles, Enter opens one.

Of a survey a rule is begun.
"""

from __future__ import annotations

from typing import ClassVar, Final

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from segql.app.finding import Found, find
from segql.model.display import visible
from segql.tui.keys import binding
from segql.tui.session import Asking, SessionApp

LISTED: Final = 12


class GoDialog(Asking, ModalScreen[Found | None]):
    """An input with what it may mean; answers where to go."""

    DEFAULT_CSS = """
    GoDialog {
        align: center top;
        & Vertical {
            width: 70; max-width: 90%; height: auto; margin-top: 3;
            border: round $border; background: $surface;
        }
        & OptionList { height: auto; max-height: 14; border: none; background: $surface; }
        & OptionList:focus { border: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        binding("dialog.close"),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]
    app: SessionApp

    def __init__(self) -> None:
        """Nothing is found yet."""
        super().__init__()
        self._found: tuple[Found, ...] = ()
        self._letters: str | None = None
        """What was found is for these."""

    def compose(self) -> ComposeResult:
        """The input, and the list below it."""
        with Vertical():
            yield Input(placeholder="a segment, a survey, or the id of a profile")
            yield OptionList()

    def on_mount(self) -> None:
        """List the first segments."""
        self._search("")

    @on(Input.Changed)
    def search(self, event: Input.Changed) -> None:
        """Find what the letters may mean."""
        self._search(event.value.strip())

    @work(exclusive=True, group="search", exit_on_error=False)
    async def _search(self, letters: str, *, go: bool = False) -> None:
        self._found = await self.app.session.run(
            lambda project: find(project, letters, limit=LISTED)
        )
        self._letters = letters
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(_said(found)) for found in self._found)
        options.highlighted = 0 if self._found else None
        if go and self._found:
            self.dismiss(self._found[0])

    @on(Input.Submitted)
    def go(self, event: Input.Submitted) -> None:
        """Go to what is highlighted; typed faster than it is found, to what is found first."""
        letters = event.value.strip()
        if letters != self._letters:
            self._search(letters, go=True)
            return
        place = self.query_one(OptionList).highlighted
        if place is not None:
            self.dismiss(self._found[place])

    @on(OptionList.OptionSelected)
    def go_to(self, event: OptionList.OptionSelected) -> None:
        """Go to what was clicked."""
        self.dismiss(self._found[event.option_index])

    def action_move(self, by: int) -> None:
        """Highlight the next or the one before, while the letters keep the focus."""
        options = self.query_one(OptionList)
        if self._found:
            options.highlighted = ((options.highlighted or 0) + by) % len(self._found)

    def action_close(self) -> None:
        """Stay."""
        self.dismiss(None)


def _said(found: Found) -> Text:
    return Text.assemble(
        (f"{found.kind:<8} ", "dim"), visible(found.name), (f"  {visible(found.words)}", "dim")
    )
