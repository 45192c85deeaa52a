"""Tables of rows with keys, drawn line by line, filled anew without losing the place.

Only the rows in sight are made into text, so that ten thousand cost what thirty do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import ClassVar, Final, TypeAlias

from attrs import evolve
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from segql.tui.columns import BETWEEN, Cells, Column, fitted, line
from segql.tui.keys import binding

Row: TypeAlias = tuple[Cells, str]
"""Cells, and the key of their row."""

_ASIDE: Final = 8
"""Columns of the terminal that one key moves sideways."""


class _Told(Message):
    """What a table tells of itself."""

    def __init__(self, table: RowTable) -> None:
        super().__init__()
        self.table = table

    @property
    def control(self) -> RowTable:
        """The table."""
        return self.table


class RowTable(ScrollView, can_focus=True):
    """A table whose cursor is a whole row; rows are known by their keys."""

    ALLOW_SELECT: ClassVar[bool] = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--title", "rows--odd", "rows--cursor"}
    DEFAULT_CSS = """
    RowTable {
        height: 1fr; background: $surface; color: $foreground;
        & > .rows--title { background: $panel; color: $foreground; text-style: bold; }
        & > .rows--odd { background: $foreground 4%; }
        & > .rows--cursor {
            background: $block-cursor-blurred-background;
            color: $block-cursor-blurred-foreground;
            text-style: $block-cursor-blurred-text-style;
        }
        &:focus > .rows--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: $block-cursor-text-style;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        binding("table.open", show=False),
        Binding("up", "go(-1)", show=False),
        Binding("down", "go(1)", show=False),
        Binding("pageup", "go_page(-1)", show=False),
        Binding("pagedown", "go_page(1)", show=False),
        Binding("home,ctrl+home", "go_first", show=False),
        Binding("end,ctrl+end", "go_last", show=False),
        Binding("left", "aside(-1)", show=False),
        Binding("right", "aside(1)", show=False),
    ]

    class Highlighted(_Told):
        """The cursor is on the row of `key`: it came there, or the rows were filled anew."""

        def __init__(self, table: RowTable, key: str) -> None:
            """Take the row under the cursor."""
            super().__init__(table)
            self.key = key

    class Selected(Highlighted):
        """The row of `key` was chosen: Enter, or two clicks."""

    class Sighted(_Told):
        """Other rows are in sight: see `RowTable.in_sight`."""

    class TitleClicked(_Told):
        """The title of the column at `place` was clicked."""

        def __init__(self, table: RowTable, place: int) -> None:
            """Take which column it was."""
            super().__init__(table)
            self.place = place

    def __init__(self, *columns: Column | str, id: str | None = None) -> None:
        """An empty table with these columns, or columns of these titles."""
        super().__init__(id=id)
        self._columns = [Column(one) if isinstance(one, str) else one for one in columns]
        self._keys: Sequence[str] = ()
        self._cells_of: Callable[[int], Cells] = _no_cells
        self._wanted: Sequence[int] = [0] * len(columns)
        self._widths = fitted(self._columns, self._wanted, 0)
        self.cursor_row = 0

    # Rows

    def fill(self, rows: Iterable[Row]) -> None:
        """Show `rows`, as `show` does."""
        filled = list(rows)
        widths = [
            max((cells[place].cell_len for cells, _ in filled), default=0)
            for place in range(len(self._columns))
        ]
        self.show([key for _, key in filled], lambda place: filled[place][0], widths)

    def show(
        self,
        keys: Sequence[str],
        cells_of: Callable[[int], Cells],
        widths: Sequence[int],
        *,
        stays_first: bool = False,
    ) -> None:
        """Show the rows of `keys`, whose cells are asked for once they come in sight.

        The cursor stays at its key, and that row where it is on the screen; else at its place.
        With `stays_first` a cursor on the first row stays there instead. Cells that are wider than
        `widths` are cut with an ellipsis.
        """
        key, place = self.key_at_cursor, self.cursor_row
        self._keys, self._cells_of, self._wanted = keys, cells_of, widths
        if key is not None and not (stays_first and place == 0):
            with suppress(ValueError):
                place = keys.index(key)
        place = max(0, min(place, len(keys) - 1))
        moved, self.cursor_row = place - self.cursor_row, place
        self._lay_out()
        if moved:
            self.scroll_to(y=self.scroll_y + moved, animate=False, force=True)
        self.post_message(self.Sighted(self))
        if keys:
            self.post_message(self.Highlighted(self, keys[place]))

    def measure(self, widths: Sequence[int]) -> None:
        """Draw the rows anew with other widths: their cells have changed."""
        self._wanted = widths
        self._lay_out()

    def entitle(self, titles: Iterable[str]) -> None:
        """Give the columns other titles."""
        named = zip(self._columns, titles, strict=True)
        self._columns = [evolve(one, title=title) for one, title in named]
        self._lay_out()

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return len(self._keys)

    @property
    def keys(self) -> Sequence[str]:
        """The keys of the rows."""
        return self._keys

    @property
    def key_at_cursor(self) -> str | None:
        """The key of the row under the cursor; None where there is no row."""
        return self._keys[self.cursor_row] if self.cursor_row < len(self._keys) else None

    @property
    def in_sight(self) -> range:
        """The places of the rows that are in sight."""
        first = self.scroll_offset.y
        return range(first, min(len(self._keys), first + max(0, self._height)))

    def move_to(self, key: str | None) -> None:
        """Put the cursor on the row of `key`, where there is one."""
        if key in self._keys:
            self._go_to(self._keys.index(key))

    # Drawing

    def _lay_out(self) -> None:
        available = self.scrollable_content_region.width
        self._widths = fitted(self._columns, self._wanted, available)
        width = sum(self._widths) + BETWEEN * len(self._widths)
        self.virtual_size = Size(width, len(self._keys) + 1)
        self.refresh()
        self.call_after_refresh(self._come_into_sight)  # until then it may not be scrolled

    def render_line(self, y: int) -> Strip:
        """The titles, or the row at that line of the widget."""
        if y == 0:
            titles = tuple(Text(one.title) for one in self._columns)
            return self._strip(titles, self.get_component_rich_style("rows--title"))
        place = self.scroll_offset.y + y - 1
        if place >= len(self._keys):
            return Strip.blank(self.size.width, self.rich_style)
        cells = self._cells_of(place)
        if place == self.cursor_row:
            style = self.get_component_rich_style("rows--cursor")
            return self._strip(tuple(Text(cell.plain) for cell in cells), style)
        style = self.rich_style
        if place % 2:
            style += self.get_component_rich_style("rows--odd")
        return self._strip(cells, style)

    def _strip(self, cells: Cells, style: Style) -> Strip:
        whole = line(self._columns, cells, self._widths)
        left = self.scroll_offset.x
        strip = Strip(whole.render(self.app.console), whole.cell_len).apply_style(style)
        return strip.crop_extend(left, left + self.size.width, style)

    def on_resize(self) -> None:
        """Lay the columns out for the width; the cursor stays in sight."""
        self._lay_out()
        self.post_message(self.Sighted(self))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Say that other rows are in sight."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Sighted(self))

    # Moving

    @property
    def _height(self) -> int:
        return self.scrollable_content_region.height - 1

    def _go_to(self, place: int) -> None:
        place = max(0, min(place, len(self._keys) - 1))
        if place != self.cursor_row:
            self.cursor_row = place
            self.refresh()
            self.post_message(self.Highlighted(self, self._keys[place]))
        self._come_into_sight()

    def _come_into_sight(self) -> None:
        first = self.scroll_offset.y
        if self._height > 0 and not first <= self.cursor_row < first + self._height:
            above = self.cursor_row < first
            top = self.cursor_row if above else self.cursor_row - self._height + 1
            self.scroll_to(y=top, animate=False, force=True)

    def action_go(self, rows: int) -> None:
        """Move the cursor down by `rows`, or up."""
        self._go_to(self.cursor_row + rows)

    def action_go_page(self, pages: int) -> None:
        """Move the cursor down by what is in sight, or up."""
        self._go_to(self.cursor_row + pages * max(1, self._height - 1))

    def action_go_first(self) -> None:
        """Move to the first row."""
        self._go_to(0)

    def action_go_last(self) -> None:
        """Move to the last row."""
        self._go_to(len(self._keys) - 1)

    def action_aside(self, steps: int) -> None:
        """Move what is in sight sideways."""
        self.scroll_to(x=self.scroll_x + steps * _ASIDE, animate=False, force=True)

    def action_open(self) -> None:
        """Choose the row under the cursor."""
        if self.key_at_cursor is not None:
            self.post_message(self.Selected(self, self.key_at_cursor))

    # The mouse

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to what was clicked; two clicks choose it."""
        event.stop()
        at = event.get_content_offset(self)
        if at is None:
            return
        if at.y == 0:
            edge = -self.scroll_offset.x
            for place, width in enumerate(self._widths):
                edge += width + BETWEEN
                if at.x < edge:
                    self.post_message(self.TitleClicked(self, place))
                    return
        elif self.scroll_offset.y + at.y - 1 < len(self._keys):
            self._go_to(self.scroll_offset.y + at.y - 1)
            if event.chain == 2:
                self.action_open()


def _no_cells(_place: int) -> Cells:
    return ()
