"""Walking from segments to a segment, to a profile, and anywhere by a few letters."""

from __future__ import annotations

from textual.widgets import Input, OptionList

from screens import Snap, Started, settled
from segql.tui.go import GoDialog
from segql.tui.help import HelpDialog
from segql.tui.profile import ProfilePage
from segql.tui.segment import SegmentPage
from segql.tui.segments import SegmentsPage
from segql.tui.tables import RowTable


async def test_enter_opens_a_segment_then_a_profile_and_escape_comes_back(
    started: Started, snap: Snap
) -> None:
    async with started(size=(110, 30)) as pilot:
        await pilot.press("down", "down", "enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, SegmentPage)
        await snap(pilot, "segment")
        await pilot.press("down", "enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, ProfilePage)
        await snap(pilot, "profile")
        await pilot.press("escape", "escape")
        await settled(pilot)
        assert isinstance(pilot.app.screen, SegmentsPage)
        assert pilot.app.screen.query_one(RowTable).cursor_row == 2


async def test_a_colon_goes_to_a_segment_by_some_of_its_letters(
    started: Started, snap: Snap
) -> None:
    async with started() as pilot:
        await pilot.press("colon", *"pyex")
        await settled(pilot)
        assert isinstance(pilot.app.screen, GoDialog)
        await snap(pilot, "go")
        await pilot.press("enter")
        await settled(pilot)
        assert pilot.app.screen.title == "paying exporters"


async def test_a_colon_goes_to_a_profile_by_the_beginning_of_its_id(started: Started) -> None:
    async with started() as pilot:
        await pilot.press("colon")
        pilot.app.screen.query_one(Input).value = "user-1"
        await settled(pilot)
        assert pilot.app.screen.query_one(OptionList).option_count == 10
        await pilot.press("down", "down", "enter")
        await settled(pilot)
        assert pilot.app.screen.title == "user-12"


async def test_help_lists_the_keys_of_the_screen_and_filters_them(
    started: Started, snap: Snap
) -> None:
    async with started() as pilot:
        await pilot.press("f1")
        await settled(pilot)
        assert isinstance(pilot.app.screen, HelpDialog)
        await snap(pilot, "help")
        keys = pilot.app.screen.query_one("#keys", RowTable)
        pilot.app.screen.query_one(Input).value = "go to"
        await settled(pilot)
        assert keys.row_count == 1
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, SegmentsPage)


async def test_the_walk_works_on_a_small_light_terminal(started: Started, snap: Snap) -> None:
    async with started(size=(80, 24), theme="textual-light") as pilot:
        await snap(pilot, "segments-small-light")
        await pilot.press("down", "down", "enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, SegmentPage)
