"""Tables of flips: who entered or left which segment when, and why, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from rich.text import Text
from textual import on, work

from segql.app.feed import Flip, because
from segql.app.reasons import Asked, Because
from segql.model.display import visible
from segql.model.instants import local_text
from segql.tui.columns import Cells, Column
from segql.tui.looks import reason
from segql.tui.page import Page
from segql.tui.tables import RowTable

_DELETED: Final = "(deleted)"
_ENTERS: Final = Text("+ enters", style="green")
_LEAVES: Final = Text("- leaves", style="red")


class FlipTable(RowTable):
    """Flips as they are given; why each was is asked for once it comes in sight."""

    def __init__(self, *, names_segments: bool = True) -> None:
        """`names_segments` is False where all flips are of one segment."""
        middle = (Column("segment", gives=True),) if names_segments else ()
        super().__init__(
            Column("at"), Column("profile", gives=True), Column(""), *middle, Column("because"),
            id="flips",
        )  # fmt: skip
        self._names_segments = names_segments
        self._flips: Sequence[Flip] = ()
        self._zone: ZoneInfo | None = None
        self._because: dict[Asked, Text] = {}

    def show_flips(
        self, flips: Sequence[Flip], zone: ZoneInfo, *, stays_first: bool = False
    ) -> None:
        """Show flips, with the instants as people in `zone` read them."""
        self._flips, self._zone = flips, zone
        wanted = {one.asked for one in flips}
        self._because = {asked: said for asked, said in self._because.items() if asked in wanted}
        keys = [str(one.number) for one in flips]
        self.show(keys, self._cells_at, self._measured(), stays_first=stays_first)

    @property
    def unexplained(self) -> list[Flip]:
        """The flips in sight of which nobody has said yet why they were."""
        rows = self._flips[self.in_sight.start : self.in_sight.stop]
        return [one for one in rows if one.asked not in self._because]

    def explain(self, found: Mapping[Asked, Because]) -> None:
        """Take why some of the flips were."""
        self._because.update((asked, reason(one)) for asked, one in found.items())
        self.measure(self._measured())

    def profile_of(self, key: str) -> str | None:
        """Whose flip the row of `key` is; None where the profile was deleted."""
        return next(one.profile for one in self._flips if str(one.number) == key)

    def _measured(self) -> list[int]:
        assert self._zone is not None, "flips are shown with the zone"
        zone = self._zone
        at = max((len(local_text(one.recorded.at, zone)) for one in self._flips), default=0)
        profiles = (cell_len(visible(one.profile or _DELETED)) for one in self._flips)
        said = max((one.cell_len for one in self._because.values()), default=0)
        segments = (cell_len(visible(one.segment)) for one in self._flips)
        middle = [max(segments, default=0)] if self._names_segments else []
        return [at, max(profiles, default=0), len(_ENTERS), *middle, said]

    def _cells_at(self, place: int) -> Cells:
        assert self._zone is not None, "flips are shown with the zone"
        one = self._flips[place]
        middle = (Text(visible(one.segment)),) if self._names_segments else ()
        known = one.profile is not None
        return (
            Text(local_text(one.recorded.at, self._zone)),
            Text(visible(one.profile or _DELETED), style="" if known else "dim"),
            _ENTERS if one.recorded.enters else _LEAVES,
            *middle,
            self._because.get(one.asked, Text("…", style="dim")),
        )


class FlipsPage(Page):
    """A screen with one table of flips."""

    @on(RowTable.Sighted, "#flips")
    def explain_flips(self) -> None:
        """Ask why those in sight were."""
        self._explain_flips()

    @work(exclusive=True, group="reasons", exit_on_error=False)
    async def _explain_flips(self) -> None:
        table = self.query_one(FlipTable)
        if wanted := table.unexplained:
            table.explain(await self.ask(lambda project: because(project, wanted)))

    @on(RowTable.Selected, "#flips")
    def open_flip(self, event: RowTable.Selected) -> None:
        """Open the profile of the flip under the cursor."""
        profile = self.query_one(FlipTable).profile_of(event.key)
        if profile is None:
            self.notify("this profile was deleted", severity="warning")
        else:
            self.app.show_profile(profile)
