"""`segql tui`: the app, its main screens, and what all of them have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType
from textual.timer import Timer

from segql.app.config import Tui
from segql.app.project import Project
from segql.model.errors import SegqlError
from segql.model.instants import Instant
from segql.store import settings
from segql.tui.keys import binding, keymap
from segql.tui.page import Page
from segql.tui.segments import SegmentsPage
from segql.tui.session import Session, SessionApp

FOLLOW_S = 1.0
"""How often the database is asked whether it changed."""


class SegqlApp(SessionApp):
    """The terminal UI of one project's database."""

    TITLE = "SegQL"
    MODES: ClassVar[dict[str, type[Page]]] = {"segments": SegmentsPage}  # type: ignore[assignment]
    BINDINGS: ClassVar[list[BindingType]] = [binding("app.segments"), binding("app.quit")]

    def __init__(
        self, path: Path, *, clock: Callable[[], Instant], settings: Tui | None = None
    ) -> None:
        """Take where the database is; raises `Refused` for unknown names in `settings.keys`."""
        super().__init__()
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

    async def _follow(self) -> None:
        """Tell the screen in front when another process, or this one, changed the database."""
        page = self.screen
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
