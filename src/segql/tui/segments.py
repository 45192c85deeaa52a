"""The screen of all segments: how large each is and was, when it changed, what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias

from attrs import frozen
from rich.cells import cell_len
from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.widgets import Input, Static

from segql.model.display import ago, percent, sparkline, visible
from segql.model.errors import Refused
from segql.model.instants import Instant, local_text
from segql.tui.columns import Cells, Column
from segql.tui.filtering import Filter
from segql.tui.keys import binding
from segql.tui.page import Page
from segql.tui.tables import RowTable

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from segql.app.audience import Listed
    from segql.app.project import Project

_DAYS: Final = 30
_POINTS: Final = 12
_DAY_MS: Final = 86_400_000
_DESCRIPTION: Final = 60
_COLUMNS: Final = (
    Column("segment", gives=True),
    Column("state"),
    Column("members", is_right=True),
    Column(f"last {_DAYS} days"),
    Column("changed"),
    Column("kind"),
    Column("share", is_right=True),
    Column("description", gives=True),
    Column("at"),
)
_KINDS: Final = {"list": "list", "rule": "rule", "time": "rule, time"}

Fingerprint: TypeAlias = "tuple[int, Instant | None]"
"""Members, and when they last changed: as long as it is the same, so is the curve."""


@frozen
class _Order:
    """A way to sort: the column, what it sorts by, and whether the greatest comes first."""

    title: str
    key: Callable[[Listed], Any]
    falls: bool = False


_ORDERS: Final = (
    _Order("segment", lambda one: one.entry.name.casefold()),
    _Order("members", lambda one: one.members, falls=True),
    _Order("changed", lambda one: one.changed or 0, falls=True),
    _Order("state", lambda one: (one.error is not None, one.is_due), falls=True),
    _Order("kind", lambda one: _kind(one)),
)


class SegmentsPage(Page):
    """A table of the project's segments; typing filters it."""

    TITLE = "segments"
    HELP: ClassVar[str] = """
# Segments

Every segment of the project: its members now and over the last 30 days (the curve goes from the
least to the greatest of its own values), when somebody last entered or left, whether it is a rule
or a list. `rule, time` is one that time alone can change. `broken` are those whose members could
not be computed, `due` those that are to be: Enter shows why.

Typing shows the segments whose names hold the letters, {filter.clear} all again. {segments.sort}
sorts by the next column, a click on a title by that one; a second click turns the order round.
"""
    DEFAULT_CSS = """
    SegmentsPage {
        & #none { padding: 1 2; color: $text-muted; display: none; }
        &.-empty #none { display: block; }
        &.-empty RowTable { display: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [binding("segments.sort")]
    AUTO_FOCUS = "#segments"

    def __init__(self) -> None:
        """Nothing is read yet."""
        super().__init__()
        self._listed: tuple[Listed, ...] = ()
        self._shown: list[Listed] = []
        self._trends: dict[int, tuple[Fingerprint, str]] = {}
        self._order: _Order | None = None
        self._zone: ZoneInfo | None = None

    def contents(self) -> ComposeResult:
        """The filter and the table, or what to do where there is nothing to list."""
        table = RowTable(*_COLUMNS, id="segments")
        yield Filter(table, "type to filter")
        yield table
        yield Static(id="none")

    def on_key(self, event: events.Key) -> None:
        """Letters go to the filter."""
        self.query_one(Filter).take(event, self.active_bindings)

    def action_back(self) -> None:
        """Show all segments again."""
        self.query_one(Filter).action_clear()

    def commands(self) -> Iterable[SystemCommand]:
        """Sorting, by any column."""
        yield from super().commands()
        for order in _ORDERS:
            yield SystemCommand(
                f"segments: sort by {order.title}",
                "The table of segments",
                lambda order=order: self._sort(order),
            )

    @on(RowTable.Selected)
    def open_segment(self, event: RowTable.Selected) -> None:
        """Open the segment under the cursor."""
        self.app.show_segment(event.key)

    def reload(self) -> None:
        """Read the segments and fill the table."""
        self._load()

    @work(exclusive=True, group="load", exit_on_error=False)
    async def _load(self) -> None:
        self._listed, self._zone = await self.ask(_listed)
        self._show()

    # Which rows, in which order

    @on(Input.Changed)
    def filter(self) -> None:
        """Show the segments that the letters stand in."""
        self._show()

    def action_sort(self) -> None:
        """Sort by the next column; after the last one as the segments were made."""
        places = [None, *(one.title for one in _ORDERS)]
        now = None if self._order is None else self._order.title
        place = (places.index(now) + 1) % len(places)
        self._sort(_ORDERS[place - 1] if place else None)

    @on(RowTable.TitleClicked)
    def sort_by(self, event: RowTable.TitleClicked) -> None:
        """Sort by the column that was clicked, the other way round where it is sorted already."""
        title = _COLUMNS[event.place].title
        for order in _ORDERS:
            if order.title == title:
                if self._order is not None and self._order.title == title:
                    order = _Order(title, order.key, falls=not self._order.falls)
                self._sort(order)

    def _sort(self, order: _Order | None) -> None:
        self._order = order
        marks = (
            {} if order is None else {order.title: f"{order.title} {'▼' if order.falls else '▲'}"}
        )
        self.query_one(RowTable).entitle(marks.get(one.title, one.title) for one in _COLUMNS)
        self._show()

    def _show(self) -> None:
        letters = self.query_one(Filter).letters
        self._shown = [one for one in self._listed if letters in one.entry.name.casefold()]
        if self._order is not None:
            self._shown.sort(key=self._order.key, reverse=self._order.falls)
        total, shown = len(self._listed), len(self._shown)
        self.sub_title = f"{shown:,} of {total:,} segments" if letters else f"{total:,} segments"
        self.set_class(not shown, "-empty")
        words = "no segment's name holds these letters"
        if not total:
            words = self.app.keys.filled("no segments yet: {app.write} writes the first one")
        self.query_one("#none", Static).update(words)
        names = [one.entry.name for one in self._shown]
        self.query_one(RowTable).show(names, self._cells, _widths(self._shown))

    # Cells

    def _cells(self, place: int) -> Cells:
        listed = self._shown[place]
        is_broken = listed.error is not None
        changed, now = listed.changed, self.app.session.clock()
        assert self._zone is not None, "rows are read with the zone"
        return (
            Text(visible(listed.entry.name), style="red" if is_broken else ""),
            Text(_state(listed), style="bold red" if is_broken else ""),
            Text(f"{listed.members:,}"),
            Text(self._trend(listed)),
            Text("" if changed is None else ago(now - changed)),
            Text(_KINDS[_kind(listed)]),
            Text(percent(listed.members, listed.of)),
            Text(visible(listed.entry.description or ""), style="dim"),
            Text("" if changed is None else local_text(changed, self._zone)),
        )

    @on(RowTable.Sighted)
    def read_trends(self) -> None:
        """Read how the segments in sight have grown, where that is not known."""
        self._read_trends()

    @work(exclusive=True, group="trends", exit_on_error=False)
    async def _read_trends(self) -> None:
        table = self.query_one(RowTable)
        until = self.app.session.clock()
        for place in table.in_sight:
            listed = self._shown[place] if place < len(self._shown) else None
            if listed is None or self._known(listed) == _fingerprint(listed):
                continue
            trend = await self.ask(partial(_trend, listed=listed, until=until))
            self._trends[listed.entry.stored.id] = _fingerprint(listed), trend
            table.refresh()

    def _known(self, listed: Listed) -> Fingerprint | None:
        return self._trends.get(listed.entry.stored.id, (None, ""))[0]

    def _trend(self, listed: Listed) -> str:
        """The curve, or the last one while the next is read."""
        return self._trends.get(listed.entry.stored.id, (None, ""))[1]


def _listed(project: Project) -> tuple[tuple[Listed, ...], ZoneInfo]:
    from segql.app.audience import listing  # loads the engines, behind the first screen's back

    return listing(project), project.zone


def _fingerprint(listed: Listed) -> Fingerprint:
    return listed.members, listed.changed


def _trend(project: Project, listed: Listed, until: Instant) -> str:
    from segql.app.history import population

    since = max(0, until - _DAYS * _DAY_MS)
    try:
        found = population(project, listed.entry.name, since=since, until=until, points=_POINTS)
    except Refused:  # it is gone meanwhile
        return ""
    return sparkline([size for _, size in found.points])


def _kind(listed: Listed) -> str:
    reads = listed.entry.reads
    if listed.entry.is_manual:
        return "list"
    return "time" if reads is not None and reads.changes_with_time else "rule"


def _state(listed: Listed) -> str:
    """Whether the members are exact, in a word; empty where they are."""
    if listed.error is not None:
        return "broken"
    if listed.reached is not None:
        return f"{listed.reached:.0%}"
    return "due" if listed.is_due else ""


def _widths(shown: list[Listed]) -> tuple[int, ...]:
    """The widths of the columns, without making all of their cells."""
    names = (cell_len(visible(one.entry.name)) for one in shown)
    described = (cell_len(visible(one.entry.description or "")) for one in shown)
    states = (len(_state(one)) for one in shown)
    return (
        max(names, default=0),
        max(states, default=0),
        len(f"{max((one.members for one in shown), default=0):,}"),
        _POINTS,
        len("10 days ago"),
        max((len(_KINDS[_kind(one)]) for one in shown), default=0),
        len("100.0%"),
        min(_DESCRIPTION, max(described, default=0)),
        len("2026-12-01 10:15:00.123 CEST"),
    )
