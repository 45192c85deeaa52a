"""The screen of one profile: what is known of it, what it did, its segments and its way there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from attrs import frozen
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import TabbedContent, TabPane

from segql.app.journeys import Stretch, journey, lines
from segql.app.profiles import Seen, Standing, look_up, standings, why
from segql.app.project import Project
from segql.model.display import visible
from segql.model.instants import local_text
from segql.model.values import Json
from segql.model.why import Why
from segql.tui.columns import Column
from segql.tui.keys import binding
from segql.tui.looks import reason
from segql.tui.page import Page
from segql.tui.tables import Row, RowTable
from segql.tui.why_view import WhyView

NEWEST: Final = 200
"""How many events, and survey actions, the timeline shows at most; its title says when it is so."""


class ProfilePage(Page):
    """Traits and the timeline above; every segment below, with the reasons beside it."""

    HELP: ClassVar[str] = """
# A profile

What is known of a profile, what it did (newest first), and every segment with the instant at which
it entered, and because of what. The highlighted segment is explained at the right: each condition
with its evidence, what would change it, and when time alone will; {table.open} opens it.

The **journey** ({profile.journey}) is every interval in a segment, newest first: from when to when,
what caused the entry and what the exit, in a sentence at the right. {profile.segments} is back to
the segments.
"""
    DEFAULT_CSS = """
    ProfilePage {
        & Horizontal { height: 1fr; }
        & #below { height: 3fr; }
        & #above { height: 2fr; }
        & .box { border: round $border; height: 1fr; width: 1fr; }
        & .box:focus-within { border: round $accent; }
        & #tabs { width: 3fr; height: 1fr; }
        & TabPane { padding: 0; }
        & #why-box { width: 2fr; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        binding("profile.segments"),
        binding("profile.journey"),
    ]
    AUTO_FOCUS = "#standings"  # the arrows then walk through the reasons
    GONE = "unknown-profile"

    def __init__(self, external: str, *, segment: str | None = None) -> None:
        """The profile called `external`; `segment` is the one to explain first."""
        super().__init__()
        self._external = external
        self._segment = segment
        self._known: _Known | None = None

    def contents(self) -> ComposeResult:
        """Four boxes."""
        with Horizontal(id="above"):
            with Vertical(classes="box") as box:
                box.border_title = "traits"
                yield RowTable(Column("trait", gives=True), "value", id="traits")
            with Vertical(classes="box", id="timeline-box") as box:
                box.border_title = "timeline"
                yield RowTable("when", Column("what", gives=True), "with", id="timeline")
        with Horizontal(id="below"):
            with TabbedContent(id="tabs"):
                with TabPane("Segments", id="standings-tab"):
                    yield RowTable(
                        "", Column("segment", gives=True), "since", "because", id="standings"
                    )
                with TabPane("Journey", id="journey-tab"):
                    yield RowTable(
                        Column("in", gives=True), "from", "to", "because", "left because",
                        id="journey",
                    )  # fmt: skip
            with Vertical(classes="box", id="why-box") as box:
                box.border_title = "why"
                yield WhyView(id="why")

    def on_mount(self) -> None:
        """Say whose screen it is."""
        self.title = visible(self._external)

    def action_tab(self, name: str) -> None:
        """Show the segments, or the journey."""
        self.query_one("#tabs", TabbedContent).active = f"{name}-tab"
        self.query_one(f"#{name}").focus()

    def reload(self) -> None:
        """Read the profile and fill the boxes."""
        self._load()

    @work(exclusive=True, group="load", exit_on_error=False)
    async def _load(self) -> None:
        external = self._external
        known = self._known = await self.ask(lambda project: _known(project, external))
        seen, zone = known.seen, known.zone
        about = filter(None, (seen.profile.email, seen.profile.account))
        self.sub_title = visible(" · ".join(about))
        self.query_one("#traits", RowTable).fill(_traits(seen))
        self.query_one("#timeline", RowTable).fill(_timeline(seen, zone))
        is_cut = NEWEST in (len(seen.events), len(seen.surveys))
        self.query_one("#timeline-box").border_title = (
            f"timeline (the newest {NEWEST})" if is_cut else "timeline"
        )
        self.query_one("#journey", RowTable).fill(_journey(known.stretches, zone))
        shown = self.query_one("#standings", RowTable)
        shown.fill(_standings(known))
        if self._segment is not None:
            shown.move_to(self._segment)
            self._segment = None

    @on(RowTable.Selected, "#standings")
    def open_segment(self, event: RowTable.Selected) -> None:
        """Open the segment under the cursor."""
        self.app.show_segment(event.key)

    @on(RowTable.Highlighted, "#standings")
    @on(RowTable.Highlighted, "#journey")
    @on(TabbedContent.TabActivated)
    def explain(self) -> None:
        """Explain the highlighted segment, or the highlighted interval."""
        tab = self.query_one("#tabs", TabbedContent).active.removesuffix("-tab")
        key = self.query_one(f"#{tab}", RowTable).key_at_cursor
        if key is None or self._known is None:
            return
        if tab == "standings":
            self._explain(key)
        else:
            self.workers.cancel_group(self, "why")
            said = lines([self._known.stretches[int(key)]], self._known.zone)
            self.query_one("#why-box").border_title = "interval"
            self.query_one("#why", WhyView).say(said[0])

    @work(exclusive=True, group="why", exit_on_error=False)
    async def _explain(self, segment: str) -> None:
        external, now = self._external, self.app.session.clock()

        def read(project: Project) -> Why | None:
            if project.catalog().entry(segment).written is None:
                return None
            return why(project, segment, external, now=now)

        found = await self.ask(read)
        view = self.query_one("#why", WhyView)
        self.query_one("#why-box").border_title = f"why: {visible(segment)}"
        if found is None:
            view.say("a manual list: its members were put there by hand")
        else:
            view.show(found)


@frozen
class _Known:
    """What the screen shows of a profile, but why it is in a segment."""

    seen: Seen
    standings: tuple[Standing, ...]
    stretches: tuple[Stretch, ...]
    zone: ZoneInfo


def _known(project: Project, external: str) -> _Known:
    return _Known(
        look_up(project, external, limit=NEWEST),
        standings(project, external),
        journey(project, external),
        project.zone,
    )


def _traits(seen: Seen) -> Iterator[Row]:
    for key, value in seen.profile.traits.items():
        yield (Text(visible(key)), _value(value)), f"trait {key}"
    for key, value in seen.profile.account_traits.items():
        yield (Text(visible(f"account.{key}"), style="dim"), _value(value)), f"account {key}"


def _timeline(seen: Seen, zone: ZoneInfo) -> Iterable[Row]:
    done = [(one.time, one.name, one.properties) for one in seen.events]
    done += [(one.time, f"{one.action} {one.survey}", one.answers) for one in seen.surveys]
    done.sort(key=lambda one: one[0], reverse=True)
    for number, (time, what, values) in enumerate(done):
        cells = Text(local_text(time, zone)), Text(visible(what)), _inline(values)
        yield cells, str(number)


def _standings(known: _Known) -> Iterator[Row]:
    entered = {
        one.segment: one.entered_because
        for one in known.stretches
        if one.left is None and not one.is_archived
    }
    for one in known.standings:
        name = visible(one.name)
        if one.since is None:
            yield (Text("✗", style="red"), Text(name, style="dim"), Text(""), Text("")), one.name
            continue
        why = entered.get(one.name)
        since = Text(local_text(one.since, known.zone))
        because = Text(one.cause or "") if why is None else reason(why)
        yield (Text("✓", style="bold green"), Text(name), since, because), one.name


def _journey(stretches: Iterable[Stretch], zone: ZoneInfo) -> Iterator[Row]:
    """Every interval, newest first."""
    for number, one in reversed(list(enumerate(stretches))):
        name = Text(visible(one.segment))
        if one.is_archived:
            name.append(" (archived)", style="dim")
        if one.known_as is not None:
            name.append(f" as {visible(one.known_as)}", style="dim")
        left = (
            Text("still in", style="dim") if one.left is None else Text(local_text(one.left, zone))
        )
        why = Text("") if one.left_because is None else reason(one.left_because)
        entered = Text(local_text(one.entered, zone))
        yield (name, entered, left, reason(one.entered_because), why), str(number)


def _value(value: Json) -> Text:
    return Text(visible(json.dumps(value, ensure_ascii=False)))


def _inline(values: Mapping[str, Json]) -> Text:
    said = (f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in values.items())
    return Text(visible(" ".join(said)))
