"""Tables by themselves: what they draw, and that they keep their place."""

from __future__ import annotations

from rich.text import Text
from textual.app import App, ComposeResult

from screens import until
from segql.tui.columns import NARROWEST, Column, fitted, line
from segql.tui.tables import RowTable


class Shown(App[None]):
    """One table, and for which rows it asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = set[int]()

    def compose(self) -> ComposeResult:
        yield RowTable("one", Column("two", is_right=True))

    def fill(self, first: int, *, stays_first: bool = False) -> None:
        def cells(place: int) -> tuple[Text, ...]:
            self.asked.add(place)
            return Text(str(first + place)), Text("x")

        keys = [str(key) for key in range(first, 10_000)]
        self.query_one(RowTable).show(keys, cells, [8, 1], stays_first=stays_first)


async def test_ten_thousand_rows_make_no_more_cells_than_are_in_sight() -> None:
    app = Shown()
    async with app.run_test(size=(60, 20)) as pilot:
        table = app.query_one(RowTable)
        app.fill(0)
        await pilot.press("end")
        await until(pilot, lambda: 9_999 in app.asked)
        assert table.key_at_cursor == "9999"
        assert len(app.asked) < 60


async def test_rows_that_come_above_move_nothing_on_the_screen() -> None:
    app = Shown()
    async with app.run_test(size=(60, 20)) as pilot:
        table = app.query_one(RowTable)
        app.fill(0)
        await pilot.press("pagedown", "pagedown", "up", "up")
        key, at = table.key_at_cursor, table.cursor_row - table.in_sight.start
        app.fill(-500)
        await pilot.pause()
        assert (table.key_at_cursor, table.cursor_row - table.in_sight.start) == (key, at)
        app.fill(9_990)  # where the row under the cursor is gone, its place counts
        await pilot.pause()
        assert table.key_at_cursor == "9999"


async def test_a_cursor_on_the_first_row_may_stay_there() -> None:
    app = Shown()
    async with app.run_test(size=(60, 20)) as pilot:
        table = app.query_one(RowTable)
        app.fill(0)
        app.fill(-5, stays_first=True)
        await pilot.pause()
        assert (table.cursor_row, table.key_at_cursor, table.in_sight.start) == (0, "-5", 0)


def test_columns_that_give_way_are_cut_with_an_ellipsis() -> None:
    columns = [Column("name", gives=True), Column("n", is_right=True)]
    assert fitted(columns, [50, 3], 100) == [50, 3]
    assert fitted(columns, [50, 3], 40) == [33, 3]
    assert fitted(columns, [50, 3], 10) == [NARROWEST, 3]
    drawn = line(columns, (Text("a" * 50), Text("7")), [NARROWEST, 3])
    assert drawn.plain == f" {'a' * 15}…    7 "
