"""The screen of one segment: its rule, its members page by page, and every text that it has had."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Static, TabbedContent, TabPane

from segql.app.audience import page_of, size
from segql.app.project import Project
from segql.app.revisions import changed_lines, revisions_of
from segql.model.display import visible
from segql.model.instants import local_text
from segql.store.members import Member
from segql.store.segments import Revision
from segql.tui.page import Page
from segql.tui.profile import ProfilePage
from segql.tui.tables import RowTable

PAGE: Final = 200
"""Members read at a time; more when the cursor comes near the end of those."""


class SegmentPage(Page):
    """The text at the left; members and revisions at the right."""

    HELP: ClassVar[str] = """
# A segment

Its rule as stored, its members in the order in which their profiles came into being (more are read
as you go down; Enter opens one), and every text that it has had.
"""
    DEFAULT_CSS = """
    SegmentPage {
        & .box { border: round $border; height: 1fr; width: 2fr; padding: 0 1; }
        & TabbedContent { width: 3fr; }
        & #members-note { color: $text-muted; padding: 0 1; }
    }
    """

    def __init__(self, name: str) -> None:
        """The living segment called `name`."""
        super().__init__()
        self._segment = name
        self._members: list[Member] = []
        self._is_whole = False

    def contents(self) -> ComposeResult:
        """The text, and tabs."""
        with Horizontal():
            with VerticalScroll(classes="box") as box:
                box.border_title = "text"
                yield Static(id="text")
            with TabbedContent():
                with TabPane("Members", id="members-tab"), Vertical():
                    yield Static(id="members-note")
                    yield RowTable("profile", "since", "because of", id="members")
                with TabPane("Revisions", id="revisions-tab"), Vertical():
                    yield RowTable("", "made", "lines", id="revisions")

    def on_mount(self) -> None:
        """Give the members the focus."""
        self.title = visible(self._segment)
        self.query_one("#members").focus()

    def reload(self) -> None:
        """Read the segment anew, as many members as were shown."""
        self._load(max(PAGE, len(self._members)))

    @work(exclusive=True, group="load", exit_on_error=False)
    async def _load(self, wanted: int) -> None:
        name = self._segment

        def read(
            project: Project,
        ) -> tuple[int, Sequence[Member], Sequence[Revision], str | None, ZoneInfo]:
            return (
                size(project, name),
                page_of(project, name, limit=wanted),
                revisions_of(project, name),
                project.catalog().entry(name).error,
                project.zone,
            )

        total, found, texts, error, zone = await self.ask(read)
        self._members = list(found)
        self._is_whole = len(found) >= total
        self.sub_title = f"{total:,} members"
        self.query_one("#text", Static).update(_shown(texts[-1].text, error))
        self.query_one("#members", RowTable).fill(_rows(found, zone))
        self._note(total)
        self.query_one("#revisions", RowTable).fill(_revisions(texts, zone))

    def _note(self, total: int) -> None:
        shown = len(self._members)
        words = f"all {total:,}" if self._is_whole else f"the first {shown:,} of {total:,}"
        self.query_one("#members-note", Static).update(words)

    @on(RowTable.Highlighted, "#members")
    def read_more(self, event: RowTable.Highlighted) -> None:
        """Read the next page when the cursor comes near the end of what is there."""
        if not self._is_whole and event.table.cursor_row > len(self._members) - 20:
            self._load(len(self._members) + PAGE)

    @on(RowTable.Selected, "#members")
    def open_profile(self, event: RowTable.Selected) -> None:
        """Open the profile under the cursor, with this segment explained."""
        self.app.push_screen(ProfilePage(event.key, segment=self._segment))


def _shown(text: str, error: str | None) -> Text:
    shown = Text(visible(text, breaks=True))
    if error is None:
        return shown
    return Text.assemble((f"its members are not kept exact: {visible(error)}\n\n", "red"), shown)


def _rows(found: Iterable[Member], zone: ZoneInfo) -> Iterable[tuple[tuple[Text, ...], str]]:
    for one in found:
        since = Text(local_text(one.entered, zone))
        yield (Text(visible(one.external)), since, Text(one.cause)), one.external


def _revisions(texts: Sequence[Revision], zone: ZoneInfo) -> Iterable[tuple[tuple[Text, ...], str]]:
    for before, one in reversed(list(zip((None, *texts), texts, strict=False))):
        added, gone = changed_lines(before, one)
        made = Text(local_text(one.created, zone))
        yield (Text(str(one.number)), made, Text(f"+{added} -{gone}")), str(one.number)
