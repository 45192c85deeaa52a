"""Entries and exits of one segment, newest first, page by page."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.widgets import Static

from segql.app.feed import newest
from segql.model.instants import local_text
from segql.tui.flips import FlipTable
from segql.tui.page import Pane

PAGE: Final = 200
"""Flips of a page."""


class HistoryPane(Pane):
    """A page of flips, with their causes in words."""

    DEFAULT_CSS = """
    HistoryPane { & #flips-note { color: $text-muted; padding: 0 1; height: 1; } }
    """

    def __init__(self, segment: str) -> None:
        """The newest page."""
        super().__init__(id="history-pane")
        self._segment = segment
        self._before: list[int | None] = [None]
        """What this page, and each that was seen before it, come before."""
        self._next: int | None = None
        self.has_next = False

    def compose(self) -> ComposeResult:
        """What is shown, and the flips."""
        yield Static(id="flips-note")
        yield FlipTable(names_segments=False)

    @property
    def has_previous(self) -> bool:
        """Whether there is a page of newer ones."""
        return len(self._before) > 1

    def reload(self) -> None:
        """Read the page anew."""
        self.begin(self._read, "read")

    def turn(self, pages: int) -> None:
        """Show older ones, or newer ones."""
        if pages > 0 and self.has_next:
            self._before.append(self._next)
        elif pages < 0 and self.has_previous:
            self._before.pop()
        else:
            return
        self.reload()

    async def _read(self) -> None:
        name, before = self._segment, self._before[-1]
        news, zone = await self.ask(
            lambda project: (
                newest(project, segment=name, before=before, limit=PAGE),
                project.zone,
            )
        )
        self.has_next = not news.is_all
        self._next = news.flips[-1].number if news.flips else None
        self.query_one(FlipTable).show_flips(news.flips, zone, stays_first=True)
        words = self._words(len(news.flips))
        if news.complete_from and not self.has_next:
            words += (
                f"; those that were over before {local_text(news.complete_from, zone)} are gone"
            )
        self.query_one("#flips-note", Static).update(words)
        self.page.refresh_bindings()

    def _words(self, shown: int) -> str:
        keys = self.app.keys.filled("{segment.next} older, {segment.previous} newer")
        if self.has_previous:
            first = (len(self._before) - 1) * PAGE + 1
            return f"entries and exits {first:,} to {first + shown - 1:,}, newest first; {keys}"
        if self.has_next:
            return f"the newest {shown:,} entries and exits; {keys}"
        return f"all {shown:,} entries and exits" if shown else "nobody has entered or left yet"
