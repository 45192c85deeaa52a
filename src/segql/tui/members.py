"""The members of a segment, page by page: those of now, or of an instant."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input, Static

from segql.app import roster
from segql.app.history import Was
from segql.model.display import visible
from segql.model.instants import Instant, local_text, read_instant
from segql.tui.columns import Column
from segql.tui.keys import binding
from segql.tui.page import Pane
from segql.tui.tables import RowTable

PAGE: Final = 200
"""Members of a page."""


class AsOf(Input):
    """A field for an instant; Esc is back to now."""

    BINDINGS: ClassVar[list[BindingType]] = [binding("filter.clear", show=False)]

    def action_clear(self) -> None:
        """Empty it, which means now."""
        self.value = ""
        self.post_message(self.Submitted(self, ""))


class MembersPane(Pane):
    """A page of members with what it is a page of."""

    DEFAULT_CSS = """
    MembersPane {
        & #members-note { color: $text-muted; padding: 0 1; height: 1; }
        & AsOf { border: none; height: 1; padding: 0 1; background: $panel;
                 &:focus { border: none; } }
    }
    """

    def __init__(self, segment: str) -> None:
        """The first page of the members of now."""
        super().__init__(id="members-pane")
        self._segment = segment
        self._before: list[int] = []
        """What the pages before this one come after, the first one first."""
        self._after = self._next = 0
        self._total = 0
        self.at: Instant | None = None
        """The instant of which members are shown; None for now."""

    def compose(self) -> ComposeResult:
        """The instant, what is shown, and the table."""
        yield AsOf(placeholder="as of now; a date or time shows who was in then", id="as-of")
        yield Static(id="members-note")
        yield RowTable(Column("profile", gives=True), "since", "because of", id="members")

    def reload(self) -> None:
        """Read the page anew."""
        self.begin(self._read, "read")

    @property
    def has_next(self) -> bool:
        """Whether there is a page behind this one."""
        return len(self._before) * PAGE + PAGE < self._total

    @property
    def has_previous(self) -> bool:
        """Whether there is a page before this one."""
        return bool(self._before)

    def turn(self, pages: int) -> None:
        """Show the next page, or the one before."""
        if pages > 0 and self.has_next:
            self._before.append(self._after)
            self._after = self._next
        elif pages < 0 and self.has_previous:
            self._after = self._before.pop()
        else:
            return
        self.reload()

    @on(Input.Submitted)
    def choose(self, event: Input.Submitted) -> None:
        """Show who was in at the instant that was written."""
        event.stop()
        self.begin(partial(self._choose, event.value.strip()), "choose")

    async def _choose(self, written: str) -> None:
        zone = await self.ask(lambda project: project.zone)
        at = read_instant(written, zone) if written else None
        if written and at is None:
            self._say(
                f"`{visible(written)}` is no time: write such as 2026-02-28 or 2026-02-28 09:30"
            )
            return
        self.at, self._after, self._before = at, 0, []
        self.query_one(RowTable).focus()
        await self._read()

    async def _read(self) -> None:
        name, at, after = self._segment, self.at, self._after
        found, zone = await self.ask(
            lambda project: (
                roster.page(project, name, at=at, after=after, limit=PAGE),
                project.zone,
            )
        )
        if not found.people and self._before:  # they left meanwhile
            self.turn(-1)
            return
        self._next, self._total = found.next, found.total
        self.query_one(RowTable).fill(_rows(found.people, zone))
        self._say(self._words(len(found.people), zone))
        self.page.refresh_bindings()

    def _words(self, shown: int, zone: ZoneInfo) -> str:
        when = "" if self.at is None else f" as of {local_text(self.at, zone)}"
        if shown == self._total:
            return f"all {shown:,} members{when}"
        first = len(self._before) * PAGE + 1
        keys = self.app.keys.filled("{segment.next} next, {segment.previous} previous")
        return f"members {first:,} to {first + shown - 1:,} of {self._total:,}{when}; {keys}"

    def _say(self, words: str) -> None:
        self.query_one("#members-note", Static).update(Text(words))


def _rows(people: Iterable[Was], zone: ZoneInfo) -> Iterable[tuple[tuple[Text, ...], str]]:
    for place, one in enumerate(people):
        since = Text(local_text(one.entered, zone))
        if one.external is None:
            yield (Text("(deleted)", style="dim"), since, Text(one.cause)), f"deleted {place}"
        else:
            yield (Text(visible(one.external)), since, Text(one.cause)), f"profile {one.external}"
