"""The live feed: who enters and leaves which segment, as it happens, whoever makes it happen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual import events, on, work
from textual.app import ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.widgets import Input, Static

from segql.app.feed import Flip, newest
from segql.tui.filtering import Filter
from segql.tui.flips import FlipsPage, FlipTable
from segql.tui.keys import binding

KEPT: Final = 2_000
"""So many flips are kept; older ones make room."""


class FeedPage(FlipsPage):
    """Flips, newest first. On the first row the cursor follows, elsewhere it keeps its row."""

    TITLE = "feed"
    HELP: ClassVar[str] = """
# Feed

Who enters and leaves which segment, newest first, as it happens: whatever calls, imports and
definitions do, in this process or another. With the cursor on the first row the newest flip is
always in sight; on any other row nothing moves while others come. {feed.pause} stops, and goes on.

Typing shows the flips of segments whose names hold the letters, and of profiles whose ids begin
with them; {filter.clear} shows all again. {table.open} opens the profile. Only the newest 2,000
are kept here: `segql changes` lists every one.
"""
    DEFAULT_CSS = """
    FeedPage {
        & #note { padding: 0 1; color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [binding("feed.pause")]
    AUTO_FOCUS = "#flips"

    def __init__(self) -> None:
        """Nothing is read yet."""
        super().__init__()
        self._flips: tuple[Flip, ...] = ()
        self._is_all = True
        self._is_paused = False

    def contents(self) -> ComposeResult:
        """The filter, a line that says what is shown, and the flips."""
        table = FlipTable()
        yield Filter(table, "type to filter by segment or profile")
        yield Static(id="note")
        yield table

    def on_key(self, event: events.Key) -> None:
        """Letters go to the filter."""
        self.query_one(Filter).take(event, self.active_bindings)

    def action_back(self) -> None:
        """Show all flips again."""
        self.query_one(Filter).action_clear()

    def commands(self) -> Iterable[SystemCommand]:
        """Pausing."""
        yield from super().commands()
        words = "go on" if self._is_paused else "pause"
        yield SystemCommand(f"feed: {words}", "New flips wait meanwhile", self.action_pause)

    def action_pause(self) -> None:
        """Show no new flips, or go on with those that came meanwhile."""
        self._is_paused = not self._is_paused
        self._read()

    def action_reload(self) -> None:
        """Read all of them again."""
        self._begin_anew()

    @on(Input.Changed)
    def filter(self) -> None:
        """Show the flips of what the letters mean."""
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._flips = ()
        self._read()

    def reload(self) -> None:
        """Read what has come since."""
        self._read()

    @work(exclusive=True, group="load", exit_on_error=False)
    async def _read(self) -> None:
        letters = self.query_one(Filter).value.strip()
        known = self._flips[0].number if self._flips else 0
        news, zone = await self.ask(
            lambda project: (
                newest(project, letters=letters, after=known, limit=KEPT),
                project.zone,
            )
        )
        if self._is_paused and known:
            more = "" if news.is_all else " or more"
            keys = self.app.keys.filled("{feed.pause} goes on")
            self._say(f"paused, {len(news.flips):,}{more} new: {keys}")
            return
        whole = (*news.flips, *(self._flips if news.is_all else ()))
        self._is_all = news.is_all and len(whole) <= KEPT and (self._is_all or not known)
        self._flips = whole[:KEPT]
        self.query_one(FlipTable).show_flips(self._flips, zone, stays_first=True)
        self._say(self._words(letters))

    def _words(self, letters: str) -> str:
        shown = len(self._flips)
        if not shown:
            return "nobody by these letters has flipped" if letters else "nobody has flipped yet"
        return f"all {shown:,} flips" if self._is_all else f"the newest {shown:,} flips"

    def _say(self, words: str) -> None:
        self.query_one("#note", Static).update(words)
