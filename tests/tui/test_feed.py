"""The live feed: it follows others, keeps its place, waits while paused, and opens profiles."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

import segql
from screens import NOW, Snap, Started, until
from segql.tui import feed
from segql.tui.feed import FeedPage
from segql.tui.flips import FlipTable
from segql.tui.profile import ProfilePage


async def shown(pilot: Pilot[None]) -> FlipTable:
    """The feed, read."""
    await pilot.press("f4")
    await until(pilot, lambda: isinstance(pilot.app.screen, FeedPage))
    return pilot.app.screen.query_one(FlipTable)


def note(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("#note", Static).render())


def write(database: Path, *profiles: str) -> None:
    """What another process writes."""
    with segql.open(database) as project:
        for profile in profiles:
            project.track(profile, "export", time="2026-02-20T09:00:00Z", now=NOW)
            project.track(profile, "export", time="2026-02-21T09:00:00Z", now=NOW)


async def test_it_shows_who_flipped_and_why(started: Started, database: Path, snap: Snap) -> None:
    write(database, "user-00", "user-42\x1b[2J")
    async with started() as pilot:
        table = await shown(pilot)
        assert note(pilot) == f"all {table.row_count:,} flips" == "all 93 flips"
        await snap(pilot, "feed")
        assert "\x1b" not in pilot.app.export_screenshot()


async def test_it_follows_what_others_write(started: Started, database: Path) -> None:
    async with started() as pilot:
        table = await shown(pilot)
        before = table.row_count
        write(database, "user-00")
        await until(pilot, lambda: table.row_count == before + 1)
        assert table.cursor_row == 0 and table.scroll_offset.y == 0
        assert table.profile_of(table.keys[0]) == "user-00"


async def test_it_does_not_lose_its_place(started: Started, database: Path) -> None:
    async with started() as pilot:
        table = await shown(pilot)
        await pilot.press("pagedown", "pagedown", "up")
        key, before = table.key_at_cursor, table.row_count
        line = table.cursor_row - table.scroll_offset.y
        write(database, "user-00", "user-06", "user-12")
        await until(pilot, lambda: table.row_count == before + 4)
        assert table.key_at_cursor == key
        assert table.cursor_row - table.scroll_offset.y == line


async def test_it_waits_while_it_is_paused(started: Started, database: Path) -> None:
    async with started() as pilot:
        table = await shown(pilot)
        before = table.row_count
        await pilot.press("space")
        write(database, "user-00", "user-06")
        await until(pilot, lambda: note(pilot).startswith("paused, 3 new"))
        assert table.row_count == before
        await pilot.press("space")
        await until(pilot, lambda: table.row_count == before + 3)


async def test_letters_filter_it_and_enter_opens_the_profile(
    started: Started, database: Path
) -> None:
    write(database, "user-00")
    async with started() as pilot:
        table = await shown(pilot)
        await pilot.press(*"user-00")
        await until(pilot, lambda: table.row_count == 2)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProfilePage))
        assert pilot.app.screen.title == "user-00"
        await pilot.press("escape", "escape")
        await until(pilot, lambda: table.row_count == 91)


async def test_no_more_are_kept_than_have_room(
    started: Started, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "KEPT", 20)
    async with started() as pilot:
        table = await shown(pilot)
        assert (table.row_count, note(pilot)) == (20, "the newest 20 flips")
        newest = table.keys[0]
        write(database, "user-00")
        await until(pilot, lambda: table.keys[0] != newest)
        assert (table.row_count, note(pilot)) == (20, "the newest 20 flips")
