"""The screen of a segment: pages of members, an instant of the past, history, revisions, export."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, TypeVar

import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, Static, TabbedContent

import segql
from screens import Snap, Started, settled, until
from segql.app.project import Project
from segql.app.revisions import revisions_of
from segql.tui import members, past
from segql.tui.author import AuthorPage
from segql.tui.comparison import CompareDialog
from segql.tui.dialogs import Question
from segql.tui.exporting import ExportDialog
from segql.tui.flips import FlipTable
from segql.tui.saving import SaveDialog
from segql.tui.segment import SegmentPage
from segql.tui.tables import RowTable

Kind = TypeVar("Kind", bound=Screen[Any])


async def shown(pilot: Pilot[None], name: str) -> SegmentPage:
    """The screen of a segment, read."""
    pilot.app.push_screen(SegmentPage(name))
    await until(pilot, lambda: bool(note(pilot, "members-note")))
    page = pilot.app.screen
    assert isinstance(page, SegmentPage)
    return page


def note(pilot: Pilot[None], id: str) -> str:
    found = pilot.app.screen.query(f"#{id}")
    return str(found.first(Static).render()) if found else ""


async def dialog(pilot: Pilot[None], kind: type[Kind]) -> Kind:
    await until(pilot, lambda: isinstance(pilot.app.screen, kind))
    found = pilot.app.screen
    assert isinstance(found, kind)
    return found


def redefine(database: Path) -> None:
    """What another process does: other rules, and a rule as it was."""
    with segql.open(database) as project:
        project.define("pro accounts", 'trait.plan = "team"', now="2026-03-01T13:00:00Z")
        project.define("pro accounts", 'trait.plan in ("pro", "team")', now="2026-03-01T14:00:00Z")


async def test_members_come_page_by_page_and_none_is_left_unsaid(
    started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "PAGE", 15)
    async with started() as pilot:
        page = await shown(pilot, "everybody")
        table = page.query_one("#members", RowTable)
        assert note(pilot, "members-note") == "members 1 to 15 of 40; n next, p previous"
        assert not page.check_action("turn", (-1,))
        await pilot.press("n")
        await settled(pilot)
        await pilot.press("n")
        await settled(pilot)
        assert note(pilot, "members-note").startswith("members 31 to 40 of 40")
        assert table.keys[-1] == "profile user-39" and table.row_count == 10
        assert not page.check_action("turn", (1,))
        await pilot.press("p")
        await settled(pilot)
        assert note(pilot, "members-note").startswith("members 16 to 30 of 40")


async def test_who_was_in_at_an_instant(started: Started, database: Path) -> None:
    redefine(database)
    async with started() as pilot:
        page = await shown(pilot, "pro accounts")
        assert note(pilot, "members-note") == "all 20 members"
        await pilot.press("a", *"2026-03-01 14:30", "enter")  # when it was `pro`, then `team`
        await until(pilot, lambda: "as of" in note(pilot, "members-note"))
        assert note(pilot, "members-note") == "all 10 members as of 2026-03-01 14:30 CET"
        assert page.query_one("#members", RowTable).keys[0] == "profile user-03"
        await pilot.press("a", *"soon", "enter")
        await until(pilot, lambda: "is no time" in note(pilot, "members-note"))
        await pilot.press("escape")
        await until(pilot, lambda: note(pilot, "members-note") == "all 20 members")


async def test_all_members_are_exported(started: Started, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("theirs")
    async with started() as pilot:
        await shown(pilot, "exporters")
        await pilot.press("x")
        asked = await dialog(pilot, ExportDialog)
        assert asked.query_one(Input).value == "exporters.csv"
        asked.query_one(Input).value = str(path)
        await pilot.press("enter")
        await settled(pilot)
        assert path.read_text() == "theirs"
        assert "there is such a file" in note(pilot, "problem")
        await pilot.press("enter")
        await dialog(pilot, SegmentPage)
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert len(rows) == 26
    assert rows[0] == {
        "profile": "user-02",
        "entered": "2026-03-01T12:00:00Z",
        "cause": "definition",
    }
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".part")] == []


async def test_history_says_what_caused_each_flip(
    started: Started, database: Path, snap: Snap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "PAGE", 12)
    redefine(database)
    with segql.open(database) as project:
        project.identify("user-01\x1b[2J", {"plan": "pro"}, now="2026-03-01T15:00:00Z")
    async with started(size=(120, 30)) as pilot:
        page = await shown(pilot, "pro accounts")
        await pilot.press("2")
        await until(pilot, lambda: not page.query_one(FlipTable).unexplained)
        assert note(pilot, "flips-note").startswith("the newest 12 entries and exits")
        await snap(pilot, "segment-history")
        assert "\x1b" not in pilot.app.export_screenshot()
        for _ in range(3):
            await pilot.press("n")
            await settled(pilot)
        assert note(pilot, "flips-note").startswith("entries and exits 37 to 41, newest first")


async def test_a_revision_is_opened_in_the_editor(started: Started, database: Path) -> None:
    redefine(database)
    async with started() as pilot:
        await shown(pilot, "pro accounts")
        await pilot.press("3", "down", "enter")
        page = await dialog(pilot, AuthorPage)
        await until(pilot, lambda: 'trait.plan = "team"' in page.editor.text)
        assert page.drafts.current.is_changed


async def test_e_opens_the_rule_in_the_editor(started: Started) -> None:
    async with started() as pilot:
        await shown(pilot, "exporters")
        await pilot.press("e")
        page = await dialog(pilot, AuthorPage)
        await until(pilot, lambda: 'segment "exporters"' in page.editor.text)
        assert not page.drafts.current.is_changed


async def test_two_revisions_are_compared_by_text_and_members(
    started: Started, database: Path, snap: Snap
) -> None:
    redefine(database)
    async with started() as pilot:
        await shown(pilot, "pro accounts")
        await pilot.press("3", "end", "space", "up", "d")  # the first with the second
        await dialog(pilot, CompareDialog)
        await snap(pilot, "segment-compare")


async def test_a_revision_is_restored_after_a_look_at_what_that_does(
    started: Started, database: Path
) -> None:
    redefine(database)
    async with started() as pilot:
        await shown(pilot, "pro accounts")
        await pilot.press("3", "end", "r")
        asked = await dialog(pilot, SaveDialog)
        await until(pilot, lambda: not asked.query_one("#save").disabled)
        assert "-10 (" in str(asked.query_one("#effect", Static).render())
        await pilot.press("enter")
        await dialog(pilot, SegmentPage)
        await until(pilot, lambda: note(pilot, "members-note") == "all 10 members")
    with Project.opened(database) as project:
        texts = [one.text for one in revisions_of(project, "pro accounts")]
    assert len(texts) == 4 and texts[-1] == texts[0]


async def test_a_segment_is_archived_after_a_question_only(
    started: Started, database: Path
) -> None:
    async with started() as pilot:
        page = await shown(pilot, "pro accounts")
        page.action_archive()
        await dialog(pilot, Question)
        await pilot.press("n")
        await dialog(pilot, SegmentPage)
        page.action_archive()
        await dialog(pilot, Question)
        await pilot.press("y")
        await until(pilot, lambda: pilot.app.screen is not page)
    with segql.open(database) as project:
        assert "pro accounts" not in project.catalog().entries


async def test_it_fits_into_a_small_light_terminal(started: Started, snap: Snap) -> None:
    async with started(size=(80, 24), theme="textual-light") as pilot:
        page = await shown(pilot, "exporters")
        await snap(pilot, "segment-small-light")
        await pilot.press("3")
        assert page.query_one(TabbedContent).active == "revisions-tab"
