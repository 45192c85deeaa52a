"""The screen of one profile: what is known of it, what it did, its segments, and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from segql.app.profiles import Seen, Standing, look_up, standings, why
from segql.app.project import Project
from segql.model.display import visible
from segql.model.instants import local_text
from segql.model.values import Json
from segql.model.why import Why
from segql.tui.page import Page
from segql.tui.tables import RowTable
from segql.tui.why_view import WhyView

NEWEST: Final = 200
"""How many events, and survey actions, the timeline shows at most; its title says when it is so."""


class ProfilePage(Page):
    """Traits and the timeline above; every segment below, with the reasons beside it."""

    HELP: ClassVar[str] = """
# A profile

What is known of a profile, what it did (newest first), and every segment with the instant at which
it entered. The highlighted segment is explained at the right: each condition with its evidence,
what would change it, and when time alone will.
"""
    DEFAULT_CSS = """
    ProfilePage {
        & Horizontal { height: 1fr; }
        & .box { border: round $border; height: 1fr; width: 1fr; }
        & .box:focus-within { border: round $accent; }
    }
    """

    def __init__(self, external: str, *, segment: str | None = None) -> None:
        """The profile called `external`; `segment` is the one to explain first."""
        super().__init__()
        self._external = external
        self._segment = segment

    def contents(self) -> ComposeResult:
        """Four boxes."""
        with Horizontal():
            with Vertical(classes="box") as box:
                box.border_title = "traits"
                yield RowTable("trait", "value", id="traits")
            with Vertical(classes="box", id="timeline-box") as box:
                box.border_title = "timeline"
                yield RowTable("when", "what", "with", id="timeline")
        with Horizontal():
            with Vertical(classes="box") as box:
                box.border_title = "segments"
                yield RowTable("", "segment", "since", "because of", id="standings")
            with Vertical(classes="box") as box:
                box.border_title = "why"
                yield WhyView(id="why")

    def on_mount(self) -> None:
        """Give the segments the focus: the arrows then walk through the reasons."""
        self.title = visible(self._external)
        self.query_one("#standings").focus()

    def reload(self) -> None:
        """Read the profile and fill the boxes."""
        self._load()

    @work(exclusive=True, group="load", exit_on_error=False)
    async def _load(self) -> None:
        external = self._external

        def read(project: Project) -> tuple[Seen, tuple[Standing, ...], ZoneInfo]:
            seen = look_up(project, external, limit=NEWEST)
            return seen, standings(project, external), project.zone

        seen, stands, zone = await self.ask(read)
        known = filter(None, (seen.profile.email, seen.profile.account))
        self.sub_title = visible(" · ".join(known))
        self.query_one("#traits", RowTable).fill(_traits(seen))
        self.query_one("#timeline", RowTable).fill(_timeline(seen, zone))
        is_cut = NEWEST in (len(seen.events), len(seen.surveys))
        self.query_one("#timeline-box").border_title = (
            f"timeline (the newest {NEWEST})" if is_cut else "timeline"
        )
        shown = self.query_one("#standings", RowTable)
        shown.fill((_standing(one, zone), one.name) for one in stands)
        if self._segment is not None:
            shown.move_to(self._segment)
            self._segment = None

    @on(RowTable.Highlighted, "#standings")
    def explain(self, event: RowTable.Highlighted) -> None:
        """Explain the highlighted segment."""
        self._explain(event.key)

    @work(exclusive=True, group="why", exit_on_error=False)
    async def _explain(self, segment: str) -> None:
        external, now = self._external, self.app.session.clock()

        def read(project: Project) -> Why | None:
            if project.catalog().entry(segment).written is None:
                return None
            return why(project, segment, external, now=now)

        found = await self.ask(read)
        view = self.query_one("#why", WhyView)
        if found is None:
            view.say("a manual list: its members were put there by hand")
        else:
            view.show(found)


def _traits(seen: Seen) -> Iterator[tuple[tuple[Text, ...], str]]:
    for key, value in seen.profile.traits.items():
        yield (Text(visible(key)), _value(value)), f"trait {key}"
    for key, value in seen.profile.account_traits.items():
        yield (Text(visible(f"account.{key}"), style="dim"), _value(value)), f"account {key}"


def _timeline(seen: Seen, zone: ZoneInfo) -> Iterable[tuple[tuple[Text, ...], str]]:
    done = [(one.time, one.name, one.properties) for one in seen.events]
    done += [(one.time, f"{one.action} {one.survey}", one.answers) for one in seen.surveys]
    done.sort(key=lambda one: one[0], reverse=True)
    for number, (time, what, values) in enumerate(done):
        cells = Text(local_text(time, zone)), Text(visible(what)), _inline(values)
        yield cells, str(number)


def _standing(one: Standing, zone: ZoneInfo) -> tuple[Text, ...]:
    if one.since is None:
        return Text("✗", style="red"), Text(visible(one.name), style="dim"), Text(""), Text("")
    return (
        Text("✓", style="bold green"),
        Text(visible(one.name)),
        Text(local_text(one.since, zone)),
        Text(one.cause or ""),
    )


def _value(value: Json) -> Text:
    return Text(visible(json.dumps(value, ensure_ascii=False)))


def _inline(values: Mapping[str, Json]) -> Text:
    said = (f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in values.items())
    return Text(visible(" ".join(said)))
