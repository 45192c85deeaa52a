"""The table of segments: what it shows, and that it follows the database."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import DataTable

import segql
from screens import NOW, Snap, Started, settled, until
from segql.tui.dialogs import ErrorDialog


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
        table = pilot.app.screen.query_one(DataTable)
        await until(pilot, lambda: table.row_count == 6)
        assert pilot.app.screen.sub_title == "6 segments"


async def test_a_removed_database_gives_a_dialog_and_a_way_on(
    started: Started, database: Path
) -> None:
    kept = database.read_bytes()
    async with started() as pilot:
        database.unlink()
        await pilot.press("f5")
        await settled(pilot)
        assert isinstance(pilot.app.screen, ErrorDialog)
        database.write_bytes(kept)
        await pilot.press("escape", "f5")
        await settled(pilot)
        assert pilot.app.screen.query_one(DataTable).row_count == 5
