"""The screen of all segments: how large each is, whether time moves it, what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.widgets import DataTable, Static

from segql.model.display import bar, percent, visible
from segql.model.instants import iso
from segql.tui.page import Page
from segql.tui.tables import RowTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segql.app.audience import Listed
    from segql.app.project import Project

_BAR = 10


class SegmentsPage(Page):
    """A table of the project's segments, in the order in which they were made."""

    TITLE = "segments"
    HELP: ClassVar[str] = """
# Segments

Every segment of the project with its members. `◷` marks those that time alone can change, `!`
those whose members could not be computed: Enter shows why.
"""
    DEFAULT_CSS = """
    SegmentsPage {
        & #none { padding: 1 2; color: $text-muted; display: none; }
        &.-empty #none { display: block; }
        &.-empty DataTable { display: none; }
    }
    """

    def contents(self) -> ComposeResult:
        """The table, or what to do where there is nothing to list."""
        yield RowTable("", "segment", "members", "share", "", "computed", id="segments")
        yield Static(
            self.app.keys.filled("no segments yet: {app.write} writes the first one"), id="none"
        )

    @on(DataTable.RowSelected)
    def open_segment(self, event: DataTable.RowSelected) -> None:
        """Open the segment under the cursor."""
        from segql.tui.segment import SegmentPage  # here: the first screen is up sooner

        if event.row_key.value is not None:
            self.app.push_screen(SegmentPage(event.row_key.value))

    def reload(self) -> None:
        """Read the segments and fill the table."""
        self._load()

    @work(exclusive=True, group="load", exit_on_error=False)
    async def _load(self) -> None:
        listed = await self.ask(_listed)
        self.set_class(not listed, "-empty")
        self.sub_title = f"{len(listed):,} segments"
        self.query_one(RowTable).fill((_cells(one), one.entry.name) for one in listed)


def _listed(project: Project) -> Sequence[Listed]:
    from segql.app.audience import listing  # loads the engines, behind the first screen's back

    return listing(project)


def _cells(listed: Listed) -> tuple[Text, ...]:
    entry, stored = listed.entry, listed.entry.stored
    broken = listed.error is not None
    moves = entry.reads is not None and entry.reads.changes_with_time
    share = listed.members / listed.of if listed.of else 0.0
    return (
        Text("!" if broken else "◷" if moves else " ", style="bold red" if broken else ""),
        Text(visible(entry.name), style="red" if broken else ""),
        Text(f"{listed.members:,}", justify="right"),
        Text(percent(listed.members, listed.of), justify="right"),
        Text(f"{bar(share, _BAR):<{_BAR}}"),
        Text("" if stored.evaluated is None else iso(stored.evaluated)),
    )
