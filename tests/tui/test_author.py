"""The author screen: write with completion and fixes, preview, save, drafts, files."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

import segql
from screens import NOW, Snap, Started, settled, until
from segql.app.preview import Beside
from segql.app.project import Project
from segql.app.revisions import revisions_of
from segql.tui.author import AuthorPage
from segql.tui.diagnostics_list import DiagnosticsList
from segql.tui.saving import SaveDialog

RULE = 'trait.plan = "pro" and did "export" at least 2 times within 30d'


async def write(pilot: Pilot[None], text: str = "") -> AuthorPage:
    """The author screen with a text, looked at."""
    await pilot.press("f2")
    page = pilot.app.screen
    assert isinstance(page, AuthorPage)
    page.editor.cursor_blink = False
    await settled(pilot)
    if text:
        page.editor.insert(text)
        await looked(pilot)
    return page


async def looked(pilot: Pilot[None]) -> None:
    """Wait until the text was looked at."""
    page = pilot.app.screen
    assert isinstance(page, AuthorPage)
    for _ in range(100):
        await settled(pilot)
        if page.assessed is not None and page.assessed.draft.text == page.editor.text:
            break
        await pilot.pause(0.02)
    else:
        raise AssertionError("the text was never looked at")
    await settled(pilot)


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=["small", "wide"])
async def test_it_looks_as_it_should(
    started: Started, snap: Snap, size: tuple[int, int], theme: str
) -> None:
    async with started(size=size, theme=theme) as pilot:
        await write(pilot, RULE)
        name = "small" if size == (80, 24) else "wide"
        await snap(pilot, f"author-{name}-{theme.removeprefix('textual-')}")


async def test_a_wide_terminal_shows_the_preview_at_the_right(started: Started, snap: Snap) -> None:
    async with started(size=(140, 40)) as pilot:
        page = await write(pilot, 'segment "exporters"\n  when did "export" at least 4 times')
        await pilot.press("ctrl+g", "down")
        await looked(pilot)
        assert page.assessed is not None and page.assessed.preview is not None
        assert (page.assessed.preview.count, page.assessed.preview.leaving) == (12, 14)
        await snap(pilot, "author-wide")


async def test_numbers_are_those_of_the_rule(started: Started) -> None:
    async with started() as pilot:
        page = await write(pilot, RULE)
        assert page.assessed is not None and page.assessed.preview is not None
        found = page.assessed.preview
        assert (found.count, found.of, found.entering) == (7, 40, None)
        assert [(step.alone, step.left) for step in found.steps] == [(10, 10), (26, 7)]
        assert len(found.people) == 7


async def test_each_segment_of_a_text_is_held_against_its_own(started: Started) -> None:
    async with started() as pilot:
        page = await write(
            pilot,
            'segment "exporters"\n  when did "export" at least 4 times\n\n'
            'segment "new"\n  when trait.plan = "team"\n\n'
            'segment "pro accounts"\n  when trait.plan in ("pro", "team")',
        )
        assert page.assessed is not None and page.assessed.preview is not None
        found = page.assessed.preview
        assert (found.name, found.entering, found.leaving) == ("pro accounts", 10, 0)
        assert found.beside == (Beside("exporters", 12, 0, 14), Beside("new", 10, None, None))
        page.editor.move_cursor((0, 0))
        await looked(pilot)
        assert page.assessed.preview.name == "exporters"
        shown = [str(page.query_one(f"#{one}").render()) for one in ("change", "beside")]
        assert shown == [
            "exporters  +0 enter  -14 leave  against what is saved",
            "new  10  not saved yet\npro accounts  20  +10 enter  -0 leave  against what is saved",
        ]


async def test_tab_takes_a_completion_and_enter_breaks_the_line(started: Started) -> None:
    async with started() as pilot:
        page = await write(pilot)
        editor = page.editor
        for key in ("d", "i", "d", "space"):
            await pilot.press(key)
        await completed(pilot, page)
        await pilot.press("tab")
        assert editor.text == 'did "export"'
        editor.load("")
        for key in ("e", "v"):
            await pilot.press(key)
        await completed(pilot, page)
        await pilot.press("enter")
        assert editor.text == "ev\n"
        editor.load("")
        for key in "everyo":
            await pilot.press(key)
        await completed(pilot, page)
        await pilot.press("down", "up", "enter")
        assert editor.text == "everyone"


async def completed(pilot: Pilot[None], page: AuthorPage) -> None:
    for _ in range(100):
        await settled(pilot)
        menu = page.editor.menu
        if menu.is_open and menu.place == (page.editor.text, page.editor.at):
            return
        await pilot.pause(0.02)
    raise AssertionError(f"no completion for {page.editor.text!r}")


async def test_tab_writes_the_only_name_there_is_and_keeps_the_focus(started: Started) -> None:
    async with started() as pilot:
        page = await write(pilot, 'did "expo')
        await pilot.press("tab")
        await until(pilot, lambda: page.editor.text == 'did "export"')
        assert page.editor.has_focus
        await pilot.press("shift+tab")
        assert not page.editor.has_focus


async def test_values_of_the_data_are_listed_before_a_letter_is_typed(started: Started) -> None:
    async with started() as pilot:
        page = await write(pilot, "trait.plan =")
        await pilot.press("space")
        await completed(pilot, page)
        assert {'"free"', '"pro"', '"team"'} <= {item.label for item in page.editor.menu.items}
        await pilot.press("enter")
        assert page.editor.text == "trait.plan = \n"


async def test_completion_stands_beside_the_cursor(started: Started, snap: Snap) -> None:
    async with started() as pilot:
        page = await write(pilot, "trait.plan = ")
        await pilot.press("ctrl+@")
        await completed(pilot, page)
        await snap(pilot, "author-completion")


async def test_a_mistake_is_marked_and_mended(started: Started, snap: Snap) -> None:
    async with started() as pilot:
        page = await write(pilot, 'did "export" within 30d and trait.plann = "pro"')
        assert [one.code for one in page.query_one(DiagnosticsList).diagnostics] == [
            "unknown-trait"
        ]
        await snap(pilot, "author-mistake")
        await pilot.press("f8")
        await looked(pilot)
        assert page.editor.text == 'did "export" within 30d and trait.plan = "pro"'
        assert not page.query_one(DiagnosticsList).diagnostics
        await pilot.press("ctrl+z")
        assert "plann" in page.editor.text


async def test_a_text_with_a_mistake_counts_the_condition_at_the_cursor(started: Started) -> None:
    async with started() as pilot:
        page = await write(pilot, 'trait.plan = pro or did "export"')
        assert page.assessed is not None and page.assessed.preview is None
        assert page.assessed.condition is not None
        assert (page.assessed.condition.text, page.assessed.condition.count) == (
            'did "export"', 33,
        )  # fmt: skip


async def test_format_keeps_comments_and_can_be_undone(started: Started) -> None:
    async with started() as pilot:
        page = await write(pilot, 'trait.plan   =  "pro"   # ours')
        await pilot.press("f9")
        assert page.editor.text == 'trait.plan = "pro"  # ours'
        await pilot.press("ctrl+z")
        assert page.editor.text == 'trait.plan   =  "pro"   # ours'


async def test_names_are_filtered_and_inserted(started: Started) -> None:
    async with started() as pilot:
        page = await write(pilot, "did ")
        page.query_one("#filter").focus()
        await pilot.press("e", "x", "p", "down", "down", "enter")
        assert page.editor.text == 'did "export"'
        assert page.editor.has_focus


async def test_a_lone_rule_is_saved_under_a_name(
    started: Started, database: Path, snap: Snap
) -> None:
    async with started() as pilot:
        page = await write(pilot, RULE)
        await pilot.press("ctrl+s")
        await proposed(pilot, ready=False)
        await pilot.press(*"heavy")
        await proposed(pilot)
        await snap(pilot, "author-save")
        await pilot.press("enter")
        await gone(pilot, page)
        assert page.editor.text.startswith('segment "heavy"\n')
        assert not page.drafts.current.is_changed
    with segql.open(database) as project:
        assert len(list(project.members("heavy"))) == 7


async def proposed(pilot: Pilot[None], *, ready: bool = True) -> SaveDialog:
    for _ in range(200):
        await settled(pilot)
        dialog = pilot.app.screen
        if isinstance(dialog, SaveDialog) and (
            not ready or not dialog.query_one("#save", Button).disabled
        ):
            return dialog
        await pilot.pause(0.02)
    raise AssertionError("nothing can be saved")


async def gone(pilot: Pilot[None], page: AuthorPage) -> None:
    for _ in range(200):
        await settled(pilot)
        if pilot.app.screen is page:
            break
        await pilot.pause(0.02)
    else:
        raise AssertionError(f"{pilot.app.screen} is still open")
    await looked(pilot)


async def opened(pilot: Pilot[None], name: str) -> AuthorPage:
    page = await write(pilot)
    page.open_segment(name)
    for _ in range(100):
        await settled(pilot)
        if page.drafts.current.segment == name:
            break
        await pilot.pause(0.02)
    await looked(pilot)
    return page


async def test_a_change_meanwhile_is_shown_and_theirs_can_be_opened(
    started: Started, database: Path
) -> None:
    async with started() as pilot:
        page = await opened(pilot, "pro accounts")
        page.editor.insert("# mine\n", (0, 0))
        await looked(pilot)
        with segql.open(database) as project:
            project.define("pro accounts", 'trait.plan = "team"', now=NOW)
        await pilot.press("ctrl+s")
        dialog = await proposed(pilot)
        assert str(dialog.query_one("#save", Button).label) == "Save over it"
        await pilot.click("#theirs")
        await gone(pilot, page)
        assert 'trait.plan = "team"' in page.editor.text
        assert [one.key for one in page.drafts.others] == ["untitled 1"]
        assert page.drafts.others[0].text.startswith("# mine")


async def test_saving_over_a_change_makes_a_new_revision(started: Started, database: Path) -> None:
    async with started() as pilot:
        page = await opened(pilot, "pro accounts")
        page.editor.insert("# mine\n", (0, 0))
        await looked(pilot)
        with segql.open(database) as project:
            project.define("pro accounts", 'trait.plan = "team"', now=NOW)
        await pilot.press("ctrl+s")
        dialog = await proposed(pilot)
        await pilot.press("ctrl+s")
        await settled(pilot)
        assert pilot.app.screen is dialog
        await pilot.click("#save")
        await gone(pilot, page)
    with Project.opened(database) as project:
        texts = [one.text for one in revisions_of(project, "pro accounts")]
    assert len(texts) == 3
    assert texts[-1] == '# mine\nsegment "pro accounts"\n  when trait.plan = "pro"\n'


async def test_what_is_not_saved_is_there_at_the_next_start(started: Started) -> None:
    async with started() as pilot:
        await write(pilot, RULE)
    async with started() as pilot:
        page = await write(pilot)
        assert page.editor.text == RULE
        assert page.drafts.current.is_changed


async def test_two_terminals_keep_their_own_texts(started: Started) -> None:
    async with started() as pilot:
        page = await write(pilot, RULE)
        page.keep()
        async with started() as other:
            second = await write(other, "everyone")
            assert second.editor.text == "everyone"
        assert page.editor.text == RULE
    async with started() as pilot:
        page = await write(pilot)
        texts = {page.drafts.current.text, *(one.text for one in page.drafts.others)}
        assert texts == {RULE, "everyone"}


async def test_another_text_in_front_loses_nothing(started: Started) -> None:
    async with started() as pilot:
        page = await write(pilot, RULE)
        await pilot.press("ctrl+n")
        assert page.editor.text == ""
        await pilot.press("ctrl+o")
        await settled(pilot)
        await pilot.press("enter")
        await gone(pilot, page)
        assert page.editor.text == RULE


async def test_a_revision_is_opened(started: Started, database: Path) -> None:
    with segql.open(database) as project:
        project.define("pro accounts", 'trait.plan = "team"', now=NOW)
    async with started() as pilot:
        page = await write(pilot)
        await pilot.press("ctrl+o")
        await settled(pilot)
        pilot.app.screen.query_one("#wanted", Input).value = "pro accounts@1"
        await settled(pilot)
        await pilot.press("enter")
        await gone(pilot, page)
        assert 'trait.plan = "pro"' in page.editor.text
        assert page.drafts.current.is_changed


async def test_files_are_opened_and_saved(started: Started, tmp_path: Path) -> None:
    path = tmp_path / "mine.segql"
    path.write_bytes(b'segment "a"\r\n  when everyone\r\n')
    async with started() as pilot:
        page = await write(pilot)
        await pilot.press("ctrl+o")
        await settled(pilot)
        pilot.app.screen.query_one("#wanted", Input).value = str(path)
        await settled(pilot)
        await pilot.press("enter")
        await gone(pilot, page)
        assert page.editor.text == 'segment "a"\n  when everyone\n'
        page.editor.insert("# first\n", (0, 0))
        await looked(pilot)
        await pilot.press("ctrl+t")
        await settled(pilot)
        await pilot.click("#save")
        await gone(pilot, page)
        assert path.read_text() == '# first\nsegment "a"\n  when everyone\n'
        assert not page.drafts.current.is_changed


async def test_a_stale_preview_is_given_up(started: Started) -> None:
    async with started() as pilot:
        page = await write(pilot)
        for text in ("everyone", " and no one", " or everyone"):
            page.editor.insert(text)
            await pilot.pause()
        await looked(pilot)
        assert page.assessed is not None
        assert page.assessed.draft.text == "everyone and no one or everyone"
        assert page.assessed.preview is not None and page.assessed.preview.count == 40
