"""What the main screens share: the session, failures as dialogs, and following the database."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

from textual.app import ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Header, Static
from textual.worker import Worker

from segql.model.display import visible
from segql.model.errors import SegqlError
from segql.tui.keys import binding
from segql.tui.session import Asking, SessionApp
from segql.tui.tables import RowTable

if TYPE_CHECKING:
    from segql.app.project import Project

Result = TypeVar("Result")

_REST: Final = 5
"""So many times as long as a screen's reading takes it rests before it follows a change."""


class Page(Asking, Screen[None]):
    """A main screen. A worker of it that fails gives a dialog, never the end of the app."""

    DEFAULT_CSS = """
    Page > #trouble { display: none; height: auto; padding: 0 1; color: $text-error;
                      text-style: bold; background: $panel; }
    Page > #trouble.-any { display: block; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        binding("app.back", show=False),
        binding("app.reload", show=False),
        binding("table.copy", show=False),
    ]
    HELP: ClassVar[str] = ""
    """What F1 says of the screen, in Markdown."""
    GONE: ClassVar[str] = ""
    """The code of the error that there is nothing more to show, once it was archived or deleted."""

    app: SessionApp

    _is_leaving = False
    _spent_s = 0.0
    _followed_s = 0.0

    def compose(self) -> ComposeResult:
        """A header, what `contents` gives, a footer."""
        yield Header(icon="◆")
        yield Static(id="trouble")
        yield from self.contents()
        yield Footer()

    def contents(self) -> ComposeResult:
        """What stands between header and footer."""
        yield from ()

    async def ask(self, job: Callable[[Project], Result]) -> Result:
        """What `job` makes of the project, off the screen's thread; inside a worker."""
        started = perf_counter()
        try:
            return await self.app.session.run(job)
        finally:
            self._spent_s += perf_counter() - started

    def reload(self) -> None:
        """Show what is stored now; called when the database changed."""

    def follow(self) -> bool:
        """Show what is stored now, unless that would keep the machine busy; tells whether it does.

        So that a screen which takes a second to read does not read all the time while others write.
        """
        now = perf_counter()
        if now - self._followed_s < _REST * self._spent_s:
            return False
        self._followed_s, self._spent_s = now, 0.0
        self.reload()
        return True

    def action_reload(self) -> None:
        """Show what is stored now."""
        self.reload()

    def leave_for(self, database: Path) -> None:
        """The app goes on with another database; a screen with texts takes them along."""

    def commands(self) -> Iterable[SystemCommand]:
        """What the command palette offers on this screen, named `group: action`."""
        yield SystemCommand("view: reload", "Show what is stored now", self.reload)

    def action_back(self) -> None:
        """Back to the screen before, where there is one."""
        if len(self.app.screen_stack) > 1 and not self._is_leaving:
            self._is_leaving = True
            self.dismiss()

    def action_copy(self) -> None:
        """Put the key of the row under the cursor on the clipboard, else what is selected."""
        focused = self.focused
        key = focused.key_at_cursor if isinstance(focused, RowTable) else None
        if key is None:
            self.action_copy_text()
        else:
            self.app.copy_to_clipboard(key)
            self.notify(f"copied {visible(key)}", markup=False)

    def on_screen_resume(self) -> None:
        """Show what is stored now: it may have changed while another screen was in front."""
        self.refresh_bindings()
        self.reload()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Leave where what the screen is about is gone; `Asking` tells of other failures."""
        if self.left_for(event.worker.error):
            event.prevent_default()

    def left_for(self, error: BaseException | None) -> bool:
        """Whether an error is that there is nothing to show any more; then the screen closes."""
        if not (isinstance(error, SegqlError) and error.code == self.GONE):
            return False
        if self.is_current and not self._is_leaving:  # once, though several workers fail
            self.notify(visible(str(error)), severity="warning", markup=False)
            self.action_back()
        return True

    def say_trouble(self, words: str) -> None:
        """Say what is wrong with the database above everything else; nothing takes it away."""
        trouble = self.query_one("#trouble", Static)
        trouble.update(Content(visible(words)))
        trouble.set_class(bool(words), "-any")


class Pane(Asking, Vertical):
    """A part of a page that reads for itself."""

    app: SessionApp

    @property
    def page(self) -> Page:
        """The screen that it is part of."""
        assert isinstance(self.screen, Page), "panes stand on pages"
        return self.screen

    async def ask(self, job: Callable[[Project], Result]) -> Result:
        """What `job` makes of the project; inside what `begin` was given."""
        return await self.page.ask(job)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Leave the page where what it is about is gone; `Asking` tells of other failures."""
        if self.page.left_for(event.worker.error):
            event.prevent_default()

    def begin(self, work: Callable[[], Coroutine[None, None, None]], group: str) -> None:
        """Do `work` in the place of what the group is doing."""
        _: Worker[None] = self.run_worker(work, group=group, exclusive=True, exit_on_error=False)
