"""`segql tui`: the app, its main screens, and what all of them have."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

from textual.app import ScreenStackError, SystemCommand
from textual.binding import BindingType
from textual.screen import Screen
from textual.timer import Timer

from segql.app.config import Tui
from segql.app.finding import Found
from segql.app.project import Project
from segql.model.errors import SegqlError
from segql.model.instants import Instant
from segql.store import settings
from segql.tui.author import AuthorPage
from segql.tui.go import GoDialog
from segql.tui.help import HelpDialog
from segql.tui.keys import binding, keymap
from segql.tui.page import Page
from segql.tui.profile import ProfilePage
from segql.tui.segment import SegmentPage
from segql.tui.segments import SegmentsPage
from segql.tui.session import Session, SessionApp

FOLLOW_S = 1.0
"""How often the database is asked whether it changed."""


class SegqlApp(SessionApp):
    """The terminal UI of one project's database."""

    TITLE = "SegQL"
    MODES: ClassVar[dict[str, type[Page]]] = {  # type: ignore[assignment]
        "write": AuthorPage,
        "segments": SegmentsPage,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        binding("app.write"),
        binding("app.segments"),
        binding("app.go"),
        binding("app.help"),
        binding("app.quit"),
    ]

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], Instant],
        state: Path,
        settings: Tui | None = None,
    ) -> None:
        """Take where the database is, and the folder that drafts are kept in.

        Raises `Refused` for unknown names in `settings.keys`.
        """
        super().__init__()
        self.state = state
        self.session = Session(path, clock=clock)
        self._settings = settings or Tui()
        self._keys = keymap(self._settings.keys)
        self._change: int | None = None
        self._follower: Timer | None = None

    def on_mount(self) -> None:
        """Set what the project's `segql.toml` says, and show the first screen."""
        if self._settings.theme is not None:
            self.theme = self._settings.theme
        self.set_keymap(self._keys)
        self.switch_mode("segments")
        self._follower = self.set_interval(FOLLOW_S, self._follow)

    async def on_unmount(self) -> None:
        """Let the database go."""
        self.session.close()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the command palette offers: `group: action`, of the app and of the screen."""
        if isinstance(screen, Page):
            yield from screen.commands()
        yield SystemCommand("go: to a segment or profile", "By a few letters", self.action_go)
        yield SystemCommand("view: write", "Write a segment", lambda: self.to_mode("write"))
        yield SystemCommand("view: segments", "All segments", lambda: self.to_mode("segments"))
        yield SystemCommand("view: theme", "Choose the colours", self.action_change_theme)
        yield SystemCommand("app: help", "This screen, and its keys", self.action_help)
        yield SystemCommand("app: quit", "Leave; nothing is lost", self.exit)

    def to_mode(self, mode: str) -> None:
        """Show a main screen."""
        self.switch_mode(mode)

    def action_go(self) -> None:
        """Ask where to go, and go there."""
        self.push_screen(GoDialog(), self._go_to)

    def _go_to(self, found: Found | None) -> None:
        match found:
            case Found("segment", name):
                self.push_screen(SegmentPage(name))
            case Found("profile", name):
                self.push_screen(ProfilePage(name))
            case _:
                pass

    def action_help(self) -> None:
        """Say what the screen in front is for, and its keys."""
        page = self.screen
        words = page.HELP if isinstance(page, Page) else ""
        self.push_screen(HelpDialog(words, page.active_bindings.values()))

    async def _follow(self) -> None:
        """Tell the screen in front when another process, or this one, changed the database."""
        try:
            page = self.screen
        except ScreenStackError:  # the app is ending
            return
        if not isinstance(page, Page):
            return
        try:
            change = await self.session.run(_change_number)
        except SegqlError as error:
            page.show_error(error)
            return
        if change != self._change:  # the first time too: it may have changed since the start
            self._change = change
            page.reload()


def _change_number(project: Project) -> int:
    return settings.counted(project.connection, settings.Counter.CHANGE) + settings.counted(
        project.connection, settings.Counter.CATALOG
    )
