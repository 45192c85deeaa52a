"""The table of segments: what it shows, and that it follows the database."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Static

import segql
from screens import NOW, Snap, Started, settled, until
from segql.tui.segment import SegmentPage
from segql.tui.tables import RowTable


async def test_it_looks_as_it_should(started: Started, snap: Snap) -> None:
    async with started() as pilot:
        await snap(pilot, "segments")


async def test_control_characters_never_reach_the_terminal(started: Started) -> None:
    async with started() as pilot:
        picture = pilot.app.export_screenshot()
        assert "\x1b" not in picture
        assert "nobody\\u{1b}" in picture


async def test_a_segment_defined_by_another_process_appears(
    started: Started, database: Path
) -> None:
    async with started() as pilot:
        with segql.open(database) as project:
            project.define("late", "everyone", now=NOW)
        table = pilot.app.screen.query_one(RowTable)
        await until(pilot, lambda: table.row_count == 6)
        assert pilot.app.screen.sub_title == "6 segments"


async def test_typing_filters_and_escape_shows_all_again(started: Started) -> None:
    async with started() as pilot:
        table = pilot.app.screen.query_one(RowTable)
        await pilot.press(*"EXP")
        assert table.keys == ["exporters", "paying exporters"]
        assert pilot.app.screen.sub_title == "2 of 5 segments"
        await pilot.press("down", "down", "escape")
        assert table.row_count == 5
        assert table.key_at_cursor == "paying exporters"
        await pilot.press(*"nowhere")
        assert str(pilot.app.screen.query_one("#none", Static).render()).startswith("no segment's")


async def test_sorting_keeps_the_row_under_the_cursor(started: Started) -> None:
    async with started() as pilot:
        table = pilot.app.screen.query_one(RowTable)
        await pilot.press("down", "f6")
        assert table.keys[0] == "everybody"
        await pilot.press("f6")
        assert table.keys == [
            "everybody", "exporters", "paying exporters", "pro accounts", "nobody\x1b[31m"
        ]  # fmt: skip
        assert table.key_at_cursor == "pro accounts"
        await pilot.click(table, offset=(28, 0))  # on the title of the members
        assert table.keys[0] == "nobody\x1b[31m"


async def test_a_broken_segment_says_so_in_a_word(
    started: Started, database: Path, snap: Snap
) -> None:
    with segql.open(database) as project:
        project.define("broken one", 'in segment "exporters"', description="\x1b[2J!", now=NOW)
        with project.writing() as connection:
            connection.execute("update segments set error = 'too much' where name = 'broken one'")
    async with started(segments=6, size=(120, 24)) as pilot:
        await pilot.press("f6", "f6", "f6", "f6")
        table = pilot.app.screen.query_one(RowTable)
        assert table.keys[0] == "broken one"
        await snap(pilot, "segments-broken")


async def test_two_clicks_open_a_row(started: Started) -> None:
    async with started() as pilot:
        await pilot.click(RowTable, offset=(5, 3), times=2)
        await settled(pilot)
        assert isinstance(pilot.app.screen, SegmentPage)
        assert pilot.app.screen.title == "exporters"
