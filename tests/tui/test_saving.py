"""Saving: stopped on the way, refused, and against changes that others made meanwhile."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Button

import segql
from screens import Started, settled, until
from segql.app.project import Project
from segql.app.segments import apply, archive, plan, written_in
from segql.language.files import parse_file
from segql.store.driver import connect
from segql.tui.author import AuthorPage
from segql.tui.saving import SaveDialog

TEXT = 'segment "mine"\n  when trait.plan = "pro"\n'


async def opened(pilot: Pilot[None], name: str = "") -> AuthorPage:
    """The author screen, with the text of a segment and a comment above it."""
    await pilot.press("f2")
    page = pilot.app.screen
    assert isinstance(page, AuthorPage)
    page.editor.cursor_blink = False
    await settled(pilot)
    if name:
        page.open_segment(name)
        await until(pilot, lambda: page.drafts.current.segment == name)
        page.editor.insert("# mine\n", (0, 0))
    return page


async def asked(pilot: Pilot[None]) -> SaveDialog:
    """The dialog about saving the text in front, ready."""
    await settled(pilot)
    await pilot.press("ctrl+s")
    await until(pilot, lambda: isinstance(pilot.app.screen, SaveDialog))
    dialog = pilot.app.screen
    assert isinstance(dialog, SaveDialog)
    await until(pilot, lambda: not dialog.query_one("#save", Button).disabled)
    return dialog


def effect(dialog: SaveDialog) -> str:
    """What the dialog says of what saving does."""
    return str(dialog.query_one("#effect").render())


async def test_escape_stops_before_anything_is_stored(started: Started, database: Path) -> None:
    async with started(patience_s=20) as pilot:
        page = await opened(pilot)
        page.editor.insert(TEXT)
        dialog = await asked(pilot)
        holder = connect(database)
        holder.execute("begin immediate")  # so that it waits where Escape finds it
        await pilot.click("#save")
        await pilot.press("escape")
        assert str(dialog.query_one(".title").render()) == "Stopping…"
        holder.execute("rollback")
        holder.close()
        failure = dialog.query_one("#failure")
        await until(pilot, lambda: "nothing is stored" in str(failure.render()))
        await pilot.click("#save")
        await until(pilot, lambda: not isinstance(pilot.app.screen, SaveDialog))
    with segql.open(database) as project:
        assert len(list(project.members("mine"))) == 10


async def test_a_segment_that_was_archived_meanwhile_is_told(
    started: Started, database: Path
) -> None:
    async with started() as pilot:
        page = await opened(pilot, "paying exporters")
        with Project.opened(database) as project:
            archive(project, "paying exporters", now=page.app.session.clock())
        dialog = await asked(pilot)
        assert "`paying exporters` was archived or renamed by somebody else" in effect(dialog)
        assert str(dialog.query_one("#save", Button).label) == "Save anew"
        assert not dialog.query_one("#theirs").display


async def test_a_name_that_is_taken_is_said(started: Started) -> None:
    async with started() as pilot:
        page = await opened(pilot)
        page.editor.insert('segment "exporters"\n  when everyone\n')
        said = effect(await asked(pilot))
        assert "there is a segment `exporters` already: this becomes its revision 2" in said


async def test_descriptions_and_lines_changed_meanwhile_are_told(
    started: Started, database: Path
) -> None:
    theirs = (
        'segment "pro accounts"\n  description "who pays"\n'
        '  when trait.plan = "pro"\n  on enter notify "crm"\n'
    )
    async with started() as pilot:
        page = await opened(pilot, "pro accounts")
        with Project.opened(database) as project:
            written = written_in(theirs, parse_file(theirs))
            apply(project, plan(project, written), now=page.app.session.clock())
        dialog = await asked(pilot)
        assert '+  description "who pays"' in effect(dialog)
        assert '+  on enter notify "crm"' in effect(dialog)
        assert str(dialog.query_one("#save", Button).label) == "Save over it"
