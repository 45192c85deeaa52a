"""The screen of one segment: its rule and growth, its members, its history, its revisions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar
from zoneinfo import ZoneInfo

from attrs import frozen
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Resize
from textual.widgets import Static, TabbedContent, TabPane

from segql.app.audience import size
from segql.app.history import Population, population
from segql.app.project import Project
from segql.app.segments import archive, recompute
from segql.model.display import visible
from segql.model.instants import Instant
from segql.tui.dialogs import Question
from segql.tui.exporting import ExportDialog
from segql.tui.flips import FlipsPage
from segql.tui.growth import DAYS, POINTS, SPAN_MS, curve
from segql.tui.keys import binding
from segql.tui.members import AsOf, MembersPane
from segql.tui.past import HistoryPane
from segql.tui.revisions import RevisionsPane
from segql.tui.tables import RowTable

WIDE = 100
"""From so many columns on the text stands at the left, with fewer above."""


class SegmentPage(FlipsPage):
    """The text and the growth at the left; members, history and revisions at the right."""

    HELP: ClassVar[str] = """
# A segment

Its rule as stored and how it has grown; beside it, page by page, its **members**
({segment.members}), those of now or with {segment.moment} those of any instant; the **history** of
entries and exits ({segment.history}), newest first, with what caused each; and every text that it
has had ({segment.revisions}). {table.open} opens the profile or the revision under the cursor,
{segment.edit} opens the rule in the editor, {segment.export} writes all members into a CSV file.

Archiving and computing anew are in the command palette.
"""
    DEFAULT_CSS = """
    SegmentPage {
        & #whole { layout: vertical; height: 1fr; }
        & #left { height: auto; max-height: 50%; }
        & .box { border: round $border; height: auto; padding: 0 1; }
        & #text-box { height: auto; max-height: 7; }
        & #growth { height: auto; }
        & #tabs { height: 1fr; width: 1fr; }
        & TabPane { padding: 0; }
        &.-wide #whole { layout: horizontal; }
        &.-wide #left { width: 2fr; height: 100%; max-height: 100%; }
        &.-wide #text-box { height: 1fr; max-height: 100%; }
        &.-wide #tabs { width: 3fr; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        binding("segment.edit"),
        binding("segment.next"),
        binding("segment.previous"),
        binding("segment.moment"),
        binding("segment.export"),
        binding("segment.members", show=False),
        binding("segment.history", show=False),
        binding("segment.revisions", show=False),
    ]
    AUTO_FOCUS = "#members"
    GONE = "unknown-segment"

    def __init__(self, name: str) -> None:
        """The living segment called `name`."""
        super().__init__()
        self._segment = name

    def contents(self) -> ComposeResult:
        """The text, and tabs."""
        with Vertical(id="whole"):
            with Vertical(id="left"):
                with VerticalScroll(id="text-box", classes="box") as box:
                    box.border_title = "rule"
                    yield Static(id="text")
                with Vertical(id="growth", classes="box") as box:
                    box.border_title = f"members, last {DAYS} days"
                    yield Static(id="curve")
            with TabbedContent(id="tabs"):
                with TabPane("Members", id="members-tab"):
                    yield MembersPane(self._segment)
                with TabPane("History", id="history-tab"):
                    yield HistoryPane(self._segment)
                with TabPane("Revisions", id="revisions-tab"):
                    yield RevisionsPane(self._segment)

    def on_mount(self) -> None:
        """Say which segment it is."""
        self.title = visible(self._segment)

    def on_resize(self, event: Resize) -> None:
        """Lay it out for the width."""
        self.set_class(event.size.width >= WIDE, "-wide")

    def reload(self) -> None:
        """Read the segment anew, and the pages that are shown."""
        self._load()
        self.query_one(MembersPane).reload()
        self.query_one(HistoryPane).reload()
        self.query_one(RevisionsPane).reload()

    @work(exclusive=True, group="load", exit_on_error=False)
    async def _load(self) -> None:
        name, now = self._segment, self.app.session.clock()
        seen = await self.ask(lambda project: _seen(project, name, now))
        self.sub_title = f"{seen.members:,} members"
        self.query_one("#text", Static).update(_shown(seen))
        self.query_one("#curve", Static).update(curve(seen.population, seen.zone))

    # What can be done

    @property
    def _tab(self) -> str:
        return self.query_one("#tabs", TabbedContent).active.removesuffix("-tab")

    @property
    def _paged(self) -> MembersPane | HistoryPane | None:
        match self._tab:
            case "members":
                return self.query_one(MembersPane)
            case "history":
                return self.query_one(HistoryPane)
            case _:
                return None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer pages where there are some."""
        if action == "turn" and self.is_mounted:
            pane = self._paged
            return pane is not None and (pane.has_next if parameters == (1,) else pane.has_previous)
        return True

    def commands(self) -> Iterable[SystemCommand]:
        """What can be done with the segment."""
        yield from super().commands()
        for words, more, action in (
            ("edit", "Open its rule in the editor", self.action_edit),
            ("export", "Write all members into a CSV file", self.action_export),
            ("as of", "Who was in at another instant", self.action_as_of),
            ("recompute", "Compute its members anew", self._recompute),
            ("archive", "Take it out of use", self.action_archive),
        ):
            yield SystemCommand(f"segment: {words}", more, action)
        for tab in ("members", "history", "revisions"):
            yield SystemCommand(
                f"view: {tab}", "Of this segment", lambda tab=tab: self.action_tab(tab)
            )

    def action_tab(self, name: str) -> None:
        """Show a tab, with its table in focus."""
        self.query_one("#tabs", TabbedContent).active = f"{name}-tab"
        self.query_one(f"#{name}-tab").query_one(RowTable).focus()

    @on(TabbedContent.TabActivated)
    def offer(self) -> None:
        """Other pages can be turned now."""
        self.refresh_bindings()

    def action_turn(self, pages: int) -> None:
        """Show the next page of what the tab lists, or the one before."""
        if self._paged is not None:
            self._paged.turn(pages)

    def action_as_of(self) -> None:
        """Ask for an instant."""
        self.action_tab("members")
        self.query_one(AsOf).focus()

    def action_edit(self) -> None:
        """Open the rule in the editor."""
        self.app.edit(self._segment)

    def action_export(self) -> None:
        """Write all members into a file."""

        def done(words: str | None) -> None:
            if words is not None:
                self.notify(visible(words), markup=False)

        at = self.query_one(MembersPane).at
        self.app.push_screen(ExportDialog(self._segment, at), done)

    @work(exclusive=True, group="write", exit_on_error=False)
    async def _recompute(self) -> None:
        name, now = self._segment, self.app.session.clock()
        self.notify("computing…")
        done = await self.ask(lambda project: recompute(project, [name], now=now))
        words = (f"{visible(one.name)}: +{one.entered:,} -{one.left:,}" for one in done)
        self.notify("\n".join(words), title="computed", markup=False)
        self.reload()

    def action_archive(self) -> None:
        """Take the segment out of use, after a question."""

        def answered(yes: bool | None) -> None:
            if yes:
                self._archive()

        words = "Its members leave it silently; its history and its texts stay, its name is free."
        question = Question(f"Archive {self._segment}?", words, yes="Archive")
        self.app.push_screen(question, answered)

    @work(exclusive=True, group="write", exit_on_error=False)
    async def _archive(self) -> None:
        name, now = self._segment, self.app.session.clock()
        await self.ask(lambda project: archive(project, name, now=now))
        self.notify(f"{visible(name)} is archived", markup=False)
        self.action_back()

    @on(RowTable.Selected, "#members")
    def open_profile(self, event: RowTable.Selected) -> None:
        """Open the profile under the cursor, with this segment explained."""
        kind, _, profile = event.key.partition(" ")
        if kind == "profile":
            self.app.show_profile(profile, segment=self._segment)
        else:
            self.notify("this profile was deleted", severity="warning")


@frozen
class _Seen:
    """What is shown of a segment beside its pages."""

    members: int
    text: str
    error: str | None
    population: Population
    zone: ZoneInfo


def _seen(project: Project, name: str, now: Instant) -> _Seen:
    entry = project.catalog().entry(name)
    grown = population(project, name, since=max(0, now - SPAN_MS), until=now, points=POINTS)
    text = "a list, without a rule" if entry.is_manual else entry.stored.text
    return _Seen(size(project, name), text, entry.error, grown, project.zone)


def _shown(seen: _Seen) -> Text:
    shown = Text(visible(seen.text, breaks=True))
    if seen.error is None:
        return shown
    return Text.assemble(
        (f"broken, its members are not kept exact: {visible(seen.error)}\n\n", "red"), shown
    )
