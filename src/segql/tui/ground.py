"""The dialog about a database that cannot be used: what, where, how to mend it, and the ways on."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal, TypeAlias

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from segql.model.display import visible
from segql.model.errors import SegqlError
from segql.tui.dialogs import BOX
from segql.tui.keys import binding
from segql.tui.session import SessionApp, is_about_database

AGAIN_S = 1.0
"""How often it is tried whether the database can be used again."""

WayOn: TypeAlias = Literal["again", "without", "quit"] | Path
"""Try it again, write on without it, leave, or go on with the database at a path."""


class GroundDialog(ModalScreen[WayOn]):
    """What is wrong with the database. It goes away by itself once that is mended."""

    DEFAULT_CSS = f"""
    GroundDialog {{
        {BOX}
        & .title {{ color: $text-error; }}
        & Input {{ border: none; height: 1; padding: 0 1; background: $panel; margin-top: 1; }}
        & Input:focus {{ border: none; }}
        & #problem {{ color: $text-error; height: auto; }}
    }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [binding("save.cancel"), binding("dialog.copy")]

    AUTO_FOCUS = "#again"

    app: SessionApp

    def __init__(self, error: SegqlError) -> None:
        """Take what the database failed with."""
        super().__init__()
        self._error = error
        self._is_trying = False

    @property
    def text(self) -> str:
        """All of it, for the clipboard."""
        lines = (self._error.code, str(self._error), self._error.hint or "")
        return visible("\n".join(filter(None, lines)), breaks=True)

    def compose(self) -> ComposeResult:
        """What is wrong, what to do, and the ways on."""
        with Vertical():
            yield Static(Content(visible(self._error.code)), classes="title")
            with VerticalScroll(classes="body", can_focus=False):
                yield Static(Content(visible(str(self._error), breaks=True)), id="words")
            yield Static(Content(visible(self._error.hint or "")), classes="hint")
            yield Static("Texts that are not saved are kept on this machine.", classes="hint")
            with Horizontal():
                yield Button("Try again", id="again", variant="primary")
                yield Button("Write on without", id="without")
                yield Button("Quit", id="quit")
                yield Button("Copy", id="copy")
            yield Input(placeholder="or the path of another database, and Enter", id="path")
            yield Static(id="problem")

    def on_mount(self) -> None:
        """Try again by and by: a lock ends, a file is put back."""
        if self._error.code != "database-replaced":  # what is there now is for people to judge
            self.set_interval(AGAIN_S, self._try)

    @work(exit_on_error=False)
    async def _try(self) -> None:
        if self._is_trying:
            return
        self._is_trying = True
        try:
            await self.app.session.run(lambda project: project.catalog())
        except SegqlError as error:
            if not is_about_database(error) and self.is_current:
                self.dismiss("again")
        else:
            if self.is_current:
                self.dismiss("again")
        finally:
            self._is_trying = False

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        event.stop()
        match event.button.id:
            case "again" | "without" | "quit" as way:
                self.dismiss(way)
            case _:
                self.action_copy()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on with another database, if there is one."""
        event.stop()
        path = Path(event.value.strip()).expanduser().resolve()
        if path.is_file():
            self.dismiss(path)
        else:
            self.query_one("#problem", Static).update(
                Content(f"there is no file `{visible(str(path))}`")
            )

    def action_copy(self) -> None:
        """Put all of the text on the clipboard."""
        self.app.copy_to_clipboard(self.text)
        self.notify("Copied")

    def action_cancel(self) -> None:
        """Write on without the database."""
        self.dismiss("without")
