"""Walking from segments to a segment, to a profile, and anywhere by a few letters."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input, OptionList

import segql
from screens import NOW, Snap, Started, settled, until
from segql.app.segments import archive
from segql.tui.author import AuthorPage
from segql.tui.go import GoDialog
from segql.tui.help import HelpDialog
from segql.tui.profile import ProfilePage
from segql.tui.segment import SegmentPage
from segql.tui.segments import SegmentsPage
from segql.tui.tables import RowTable

AFTER = 1_772_370_000_000
"""An hour after `NOW`."""


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


async def test_a_colon_goes_to_a_survey_by_beginning_a_rule_about_it(
    started: Started, database: Path
) -> None:
    with segql.open(database) as project:
        project.survey("user-01", 'n"ps', "completed", {"score": 9}, now=NOW)
    async with started() as pilot:
        await pilot.press("colon", *'n"ps')
        await settled(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, AuthorPage))
        page = pilot.app.screen
        assert isinstance(page, AuthorPage)
        await until(pilot, lambda: page.editor.text == 'completed survey "n\\"ps"')


async def test_a_journey_says_from_when_to_when_and_why(
    started: Started, database: Path, snap: Snap
) -> None:
    with segql.open(database) as project:
        project.identify("user-03", {"plan": "pro"}, now="2026-03-01T13:00:00Z")
        project.identify("user-03", {"plan": "free"}, now="2026-03-01T14:00:00Z")
        project.track("user-03", "export\x1b[2J", now="2026-03-01T15:00:00Z")
    async with started(size=(130, 34)) as pilot:
        pilot.app.push_screen(ProfilePage("user-03"))
        await settled(pilot)
        await pilot.press("2")
        await settled(pilot)
        await snap(pilot, "profile-journey")
        assert "\x1b" not in pilot.app.export_screenshot()
        await pilot.press("1", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, SegmentPage))


async def test_a_screen_closes_once_what_it_is_about_is_gone(
    started: Started, database: Path
) -> None:
    async with started() as pilot:
        pilot.app.push_screen(SegmentPage("exporters"))
        await settled(pilot)
        pilot.app.push_screen(ProfilePage("user-03"))
        await settled(pilot)
        with segql.open(database) as project:
            project.delete("user-03", now=NOW)
            archive(project, "paying exporters", now=AFTER)
            archive(project, "exporters", now=AFTER)
        await until(pilot, lambda: isinstance(pilot.app.screen, SegmentsPage))


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
