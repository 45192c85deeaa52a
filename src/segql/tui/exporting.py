"""The dialog that writes all members of a segment into a file, with progress."""

from __future__ import annotations

import re
from pathlib import Path
from threading import Event
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, ProgressBar, Static

from segql.app.roster import write_csv
from segql.model.display import visible
from segql.model.errors import SegqlError
from segql.model.instants import Instant
from segql.tui.keys import binding
from segql.tui.session import Asking, Session, SessionApp


class ExportDialog(Asking, ModalScreen[str | None]):
    """Asks for a path and writes the file; answers what was done, None for nothing."""

    DEFAULT_CSS = """
    ExportDialog {
        align: center middle;
        & > Vertical { width: 70; max-width: 90%; height: auto; padding: 1 2;
                       border: round $border; background: $surface; }
        & .title { text-style: bold; margin-bottom: 1; }
        & Input { border: none; height: 1; padding: 0 1; background: $panel; margin-bottom: 1; }
        & Input:focus { border: none; }
        & #problem { color: $text-error; height: auto; }
        & ProgressBar { display: none; }
        &.-writing ProgressBar { display: block; }
        & Horizontal { height: auto; margin-top: 1; }
        & Button { margin-right: 2; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [binding("save.cancel")]

    app: SessionApp

    def __init__(self, segment: str, at: Instant | None) -> None:
        """All members of the segment: of now, or of the instant `at`."""
        super().__init__()
        self._segment, self._at = segment, at
        self._confirmed: Path | None = None
        self._stop = Event()

    def compose(self) -> ComposeResult:
        """The path, and two buttons."""
        with Vertical():
            yield Static(
                Content(f"Export all members of {visible(self._segment)} as CSV"), classes="title"
            )
            yield Input(f"{_file_name(self._segment)}.csv", placeholder="path", id="path")
            yield Static(id="problem")
            yield ProgressBar(show_eta=False)
            with Horizontal():
                yield Button("Export", id="export", variant="primary")
                yield Button("Cancel", id="cancel")

    def on_unmount(self) -> None:
        """Stop what is under way."""
        self._stop.set()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        event.stop()
        if event.button.id == "export":
            self._begin()
        else:
            self.action_cancel()

    def on_input_submitted(self) -> None:
        """Enter exports."""
        self._begin()

    def action_cancel(self) -> None:
        """Write nothing, or stop writing; then there is no file."""
        self._stop.set()
        if not self.has_class("-writing"):
            self.dismiss(None)

    def _begin(self) -> None:
        written = self.query_one("#path", Input).value.strip()
        if not written or self.has_class("-writing"):
            return
        path = Path(written).expanduser().resolve()
        if path.exists() and path != self._confirmed:
            self._confirmed = path
            self._tell("there is such a file: Export once more writes over it")
            return
        self._write(path)

    @work(exclusive=True, group="export", exit_on_error=False)
    async def _write(self, path: Path) -> None:
        self.add_class("-writing")
        session = Session(self.app.session.path, clock=self.app.session.clock)
        try:
            written = await session.run(
                lambda project: write_csv(
                    project,
                    self._segment,
                    path,
                    at=self._at,
                    on_progress=self._progress,
                    cancelled=self._stop.is_set,
                )
            )
        except SegqlError as error:
            self.remove_class("-writing")
            if error.code == "cancelled":
                self.dismiss("no file was written")
            else:
                self._tell(str(error) if error.hint is None else f"{error}: {error.hint}")
            return
        finally:
            session.close()
        self.dismiss(f"{written:,} members written to {path}")

    def _progress(self, done: int, total: int) -> None:
        """Show how far it is; called on the session's thread."""
        if not self._stop.is_set():
            bar = self.query_one(ProgressBar)
            self.app.call_from_thread(bar.update, total=total, progress=done)

    def _tell(self, words: str) -> None:
        self.query_one("#problem", Static).update(Content(visible(words)))


def _file_name(segment: str) -> str:
    """A name for a file that every system takes."""
    return re.sub(r"[^\w-]+", "-", segment).strip("-")[:60] or "members"
