"""`segql tui`: the app, its main screens, and what all of them have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from importlib import import_module
from os import isatty
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ScreenStackError, SystemCommand
from textual.binding import BindingType
from textual.driver import Driver
from textual.screen import Screen
from textual.theme import Theme
from textual.timer import Timer

from segql.app.config import Tui
from segql.model.display import visible
from segql.model.errors import Refused, SegqlError
from segql.model.instants import Instant
from segql.tui.failing import FailingApp
from segql.tui.keys import binding, keys_in
from segql.tui.page import Page
from segql.tui.segments import SegmentsPage
from segql.tui.session import Session

if TYPE_CHECKING:
    from segql.app.finding import Found
    from segql.app.project import Project
    from segql.tui.author import AuthorPage
    from segql.tui.feed import FeedPage

FOLLOW_S = 1.0
"""How often the database is asked whether it changed."""
AHEAD_S = 0.6
"""So long after the start, other screens are loaded: they open at once when they are wanted."""


def _author_page() -> AuthorPage:
    from segql.tui.author import AuthorPage

    return AuthorPage()


def _page_driver() -> type[Driver]:
    from segql.tui.served import PageDriver

    return PageDriver


def _feed_page() -> FeedPage:
    from segql.tui.feed import FeedPage

    return FeedPage()


class SegqlApp(FailingApp):
    """The terminal UI of one project's database.

    What the first screen does not need is loaded once it is there, or when it is wanted: with the
    engines, NumPy and the database it takes three times as long to the first paint.
    """

    TITLE = "SegQL"
    MODES: ClassVar[dict[str, Callable[[], Page]]] = {  # type: ignore[assignment]
        "write": _author_page,
        "segments": SegmentsPage,
        "feed": _feed_page,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        binding("app.help"),
        binding("app.write"),
        binding("app.segments"),
        binding("app.feed"),
        binding("app.go"),
        binding("app.about", show=False),
        binding("app.quit", show=False),  # its place is where Textual's own is: in front
    ]

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], Instant],
        state: Path,
        settings: Tui | None = None,
        in_page: bool = False,
        once_loaded: Callable[[], object] | None = None,
    ) -> None:
        """Take where the database is, and the folder that drafts are kept in.

        `in_page` is whether it runs behind a page of a browser; `once_loaded` is called when all
        that the app loads once is there. What is wrong in `settings` is said
        once the app is there; the rest is heeded.
        """
        super().__init__(driver_class=_page_driver() if in_page else None)
        self.state = state
        self.session = Session(path, clock=clock)
        self._once_loaded = once_loaded
        self._settings = settings or Tui()
        self.keys = keys_in(self._settings.keys)
        self._follower: Timer | None = None
        self._in_terminal = isatty(0)

    def on_mount(self) -> None:
        """Set what the project's `segql.toml` says, and show the first screen."""
        problems = list(self.keys.problems)
        theme = self._settings.theme
        if theme in self.available_themes:
            self.theme = theme
        elif theme is not None:
            problems.append(f"`{theme}` is no theme: they are {', '.join(self.available_themes)}")
        self.set_keymap(self.keys.chosen)
        self.switch_mode("segments")
        self._follower = self.set_interval(FOLLOW_S, self._follow)
        self.set_timer(AHEAD_S, self._load_ahead)
        if problems:
            self._say_problems(problems)

    def _say_problems(self, problems: Sequence[str]) -> None:
        from segql.tui.dialogs import ErrorDialog

        words = self.keys.filled("\n".join(problems))
        hint = "mend `tui.keys` and `tui.theme` in `segql.toml`; the app goes on without these"
        self.push_screen(ErrorDialog(Refused(words, code="bad-config", hint=hint)))

    async def _load_ahead(self) -> None:
        with suppress(SegqlError):  # the screen in front says it
            await self.session.run(_load_screens)
        if self._once_loaded is not None:
            self._once_loaded()

    async def on_unmount(self) -> None:
        """Let the database go."""
        self.is_leaving = True
        self.session.close()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the command palette offers: `group: action`, of the app and of the screen."""
        if isinstance(screen, Page):
            yield from screen.commands()
        yield SystemCommand(
            "go: to a segment, survey or profile", "By a few letters", self.action_go
        )
        yield SystemCommand("view: write", "Write a segment", lambda: self.to_mode("write"))
        yield SystemCommand("view: segments", "All segments", lambda: self.to_mode("segments"))
        yield SystemCommand("view: feed", "Who enters and leaves", lambda: self.to_mode("feed"))
        yield SystemCommand("view: theme", "Choose the colours", self.action_change_theme)
        yield SystemCommand("app: help", "This screen, and its keys", self.action_help)
        yield SystemCommand("app: about", "Versions, files, the database", self.action_about)
        yield SystemCommand("app: quit", "Leave; nothing is lost", self.exit)

    def to_mode(self, mode: str) -> None:
        """Show a main screen; from what was opened on it, back to it."""
        if mode != self.current_mode:
            self.switch_mode(mode)
        while len(self.screen_stack) > 1:
            self.pop_screen()

    async def action_switch_mode(self, mode: str) -> None:
        """Show a main screen, by its key."""
        self.to_mode(mode)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer no key to where one is already."""
        if action != "switch_mode" or parameters != (self.current_mode,):
            return True
        return sum(isinstance(one, Page) for one in self.screen_stack) > 1

    def show_segment(self, name: str) -> None:
        """Show the screen of a segment."""
        from segql.tui.segment import SegmentPage

        self.push_screen(SegmentPage(name))

    def show_profile(self, external: str, *, segment: str | None = None) -> None:
        """Show the screen of a profile, with why it is in a segment, or not."""
        from segql.tui.profile import ProfilePage

        self.push_screen(ProfilePage(external, segment=segment))

    def edit(self, segment: str, revision: int | None = None) -> None:
        """Write on a segment, on its newest text or on that of a revision."""
        self._write(lambda page: page.open_segment(segment, revision))

    @work(exclusive=True, group="write", exit_on_error=False)
    async def _write(self, then: Callable[[AuthorPage], None]) -> None:
        await self.switch_mode("write")
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        from segql.tui.author import AuthorPage

        page = self.screen
        assert isinstance(page, AuthorPage), "it is what the mode begins with"
        then(page)

    def action_go(self) -> None:
        """Ask where to go, and go there."""
        from segql.tui.go import GoDialog

        self.push_screen(GoDialog(), self._go_to)

    def _go_to(self, found: Found | None) -> None:
        from segql.app.finding import Found
        from segql.language.write import quoted

        match found:
            case Found("segment", name):
                self.show_segment(name)
            case Found("profile", name):
                self.show_profile(name)
            case Found("survey", name):
                self._write(lambda page: page.begin_text(f"completed survey {quoted(name)}"))
            case _:
                pass

    def action_help(self) -> None:
        """Say what the screen in front is for, and its keys."""
        from segql.tui.help import HelpDialog

        page, focused = self.screen, self.screen.focused
        chain = [] if focused is None else focused.ancestors_with_self
        words = [getattr(node, "HELP", "") or "" for node in chain or (page,)]
        said = self.keys.filled("\n".join(filter(None, words)))
        self.push_screen(HelpDialog(said, page.active_bindings.values()))

    @work(exit_on_error=False)
    async def action_about(self) -> None:
        """Say what runs here, and on what."""
        from segql.tui.about import about
        from segql.tui.dialogs import TextDialog

        try:
            words = await about(self)
        except SegqlError as error:
            self.show_error(error)
        else:
            self.push_screen(TextDialog("SegQL", visible(words, breaks=True)))

    def action_change_theme(self) -> None:
        """Choose the colours; how to keep them is said."""
        self.theme_changed_signal.subscribe(self, self._say_theme)
        super().action_change_theme()

    def _say_theme(self, theme: Theme) -> None:
        self.theme_changed_signal.unsubscribe(self)
        self.notify(f'to keep it, put `theme = "{theme.name}"` under `[tui]` in `segql.toml`')

    async def _follow(self) -> None:
        """Tell the screen in front when another process, or this one, changed the database."""
        if self._in_terminal and not isatty(0):  # it was closed, and nobody said so
            self.exit()
            return
        try:
            page = self.screen
        except ScreenStackError:  # the app is ending
            return
        if not isinstance(page, Page):
            return
        try:
            change = await self.session.change()
        except SegqlError as error:
            self.show_error(error)
            return
        self.say_mended(page)
        # The first time too: it may have changed since the start.
        if change != self.change and page.follow():
            self.change = change


def _load_screens(_project: Project) -> None:
    for name in ("author", "feed", "go", "help", "profile", "segment"):
        import_module(f"segql.tui.{name}")
