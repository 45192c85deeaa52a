"""What the app does about failures: a dialog for each, and ways on without the database."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from segql.model.errors import SegqlError
from segql.tui.page import Page
from segql.tui.session import SessionApp, is_about_database

if TYPE_CHECKING:
    from segql.tui.ground import WayOn


class FailingApp(SessionApp):
    """An app that goes on whatever fails."""

    wants: Path | None = None
    """The database to go on with once this app has ended."""
    is_leaving = False
    """Then failures are of no interest any more."""
    change: object = None
    """What `Session.change` gave when the screen in front was last told."""
    _without: str | None = None
    """The code of the failure that somebody goes on without the database after."""

    def show_error(self, error: BaseException) -> None:
        """Show a failure once: not again while a dialog about the same one is open."""
        from segql.tui.dialogs import ErrorDialog
        from segql.tui.ground import GroundDialog

        if self.is_leaving:
            return
        top = self.screen
        if isinstance(error, SegqlError) and is_about_database(error):
            if isinstance(top, GroundDialog):
                return
            if error.code == self._without:
                if isinstance(top, Page):
                    top.say_trouble(str(error))
                return
            self.push_screen(GroundDialog(error), partial(self._go_on, error))
        elif not (
            isinstance(error, SegqlError) and isinstance(top, ErrorDialog) and top.is_about(error)
        ):
            self.push_screen(ErrorDialog(error))

    def _go_on(self, error: SegqlError, way: WayOn | None) -> None:
        pages = [one for one in self.screen_stack if isinstance(one, Page)]
        match way:
            case "without":
                self._without = error.code
                pages[-1].say_trouble(str(error))
            case "quit":
                self.is_leaving = True
                self.exit()
            case Path() as path:
                self.is_leaving = True
                for stack in self._screen_stacks.values():
                    for each in stack:
                        if isinstance(each, Page):
                            each.leave_for(path)
                self.wants = path
                self.exit()
            case _:
                self._without = self.change = None
                pages[-1].say_trouble("")
                pages[-1].reload()

    def say_mended(self, page: Page) -> None:
        """Say once that the database can be used again, where somebody went on without it."""
        if self._without is not None:
            self._without = self.change = None
            page.say_trouble("")
            self.notify("the database can be used again")
