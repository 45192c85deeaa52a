"""A database that is removed, locked, replaced or damaged under the app: a dialog and ways on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

import segql
from screens import NOW, Snap, Started, settled, until
from segql.store.driver import connect
from segql.tui.author import AuthorPage
from segql.tui.dialogs import ErrorDialog
from segql.tui.ground import GroundDialog
from segql.tui.main import SegqlApp
from segql.tui.tables import RowTable

TEXT = 'trait.plan = "pro"  # mine'


async def failed(pilot: Pilot[None]) -> GroundDialog:
    """The dialog about the database, once it is there."""
    await until(pilot, lambda: isinstance(pilot.app.screen, GroundDialog))
    dialog = pilot.app.screen
    assert isinstance(dialog, GroundDialog)
    return dialog


async def written(pilot: Pilot[None]) -> AuthorPage:
    """The author screen with a text that is not saved."""
    await pilot.press("f2")
    page = pilot.app.screen
    assert isinstance(page, AuthorPage)
    page.editor.cursor_blink = False
    page.editor.insert(TEXT)
    await settled(pilot)
    return page


async def test_a_removed_database_is_told_and_used_again_once_it_is_back(
    started: Started, database: Path, snap: Snap
) -> None:
    async with started() as pilot:
        database.rename(database.with_suffix(".aside"))
        await pilot.press("f5")
        dialog = await failed(pilot)
        assert "team.db` was removed meanwhile" in dialog.text
        dialog.query_one("#words").update("`team.db` was removed meanwhile")  # type: ignore[attr-defined]
        await snap(pilot, "ground")
        await pilot.click("#again")
        await until(pilot, lambda: pilot.app.screen is not dialog)
        dialog = await failed(pilot)
        assert "there is no database" in dialog.text
        database.with_suffix(".aside").rename(database)
        await until(pilot, lambda: pilot.app.screen is not dialog)
        assert pilot.app.screen.query_one(RowTable).row_count == 5


async def test_one_writes_on_without_the_database(started: Started, database: Path) -> None:
    async with started() as pilot:
        page = await written(pilot)
        database.rename(database.with_suffix(".aside"))
        await pilot.press("f5")
        await failed(pilot)
        await pilot.click("#again")
        await settled(pilot)
        await failed(pilot)
        await pilot.click("#without")
        await until(pilot, lambda: pilot.app.screen is page)
        page.editor.insert("# more\n", (0, 0))
        await settled(pilot)
        assert pilot.app.screen is page
        assert page.query_one("#trouble").has_class("-any")
        database.with_suffix(".aside").rename(database)
        await until(pilot, lambda: not page.query_one("#trouble").has_class("-any"))
        assert page.editor.text == f"# more\n{TEXT}"
        assert page.assessed is not None and page.assessed.preview is not None


async def test_a_text_goes_along_to_another_database(
    started: Started, database: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    with segql.open(other) as project:
        project.identify("ann", {"plan": "pro"}, now=NOW)
    async with started() as pilot:
        app = pilot.app
        assert isinstance(app, SegqlApp)
        await written(pilot)
        database.unlink()
        await pilot.press("f5")
        dialog = await failed(pilot)
        dialog.query_one("#path", Input).value = str(tmp_path / "nowhere.db")
        dialog.query_one("#path").focus()
        await pilot.press("enter")
        assert app.wants is None
        dialog.query_one("#path", Input).value = str(other)
        await pilot.press("enter")
        await pilot.pause()
        assert app.wants == other
    app = SegqlApp(other, clock=app.session.clock, state=app.state)
    async with app.run_test() as pilot:
        await pilot.press("f2")
        page = pilot.app.screen
        assert isinstance(page, AuthorPage)
        await until(pilot, lambda: page.assessed is not None and page.assessed.preview is not None)
        assert page.editor.text == TEXT


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(b"nothing of the kind" * 999),
        lambda file: _overwrite(file, 4096),
    ],
    ids=["emptied", "another file's", "overwritten"],
)
async def test_a_damaged_database_is_told_and_no_text_lost(
    started: Started, database: Path, damage: object
) -> None:
    kept = database.with_suffix(".kept")
    async with started() as pilot:
        page = await written(pilot)
        with segql.open(database):
            pass
        shutil.copyfile(database, kept)
        assert callable(damage)
        damage(database)
        await pilot.press("f5")
        dialog = await failed(pilot)
        assert f"damaged\nthe database `{database}` is damaged" in dialog.text
        shutil.copyfile(kept, database)
        await until(pilot, lambda: pilot.app.screen is page)
        assert page.editor.text == TEXT


def _overwrite(file: Path, start: int) -> None:
    """Write over all pages from `start` on, as a failing disk might."""
    size = file.stat().st_size
    with file.open("r+b") as written:
        written.seek(start)
        written.write(b"\xa5" * (size - start))


async def test_another_database_in_its_place_is_told_then_used(
    started: Started, database: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    with segql.open(other) as project:
        project.define("only", "everyone", now=NOW)
    async with started() as pilot:
        shutil.copyfile(other, tmp_path / "copy.db")
        (tmp_path / "copy.db").replace(database)
        await pilot.press("f5")
        dialog = await failed(pilot)
        assert "was replaced meanwhile" in dialog.text
        await pilot.click("#again")
        await until(pilot, lambda: not isinstance(pilot.app.screen, GroundDialog))
        assert pilot.app.screen.query_one(RowTable).row_count == 1


async def test_a_lock_held_for_long_is_told_and_waited_for(
    started: Started, database: Path
) -> None:
    async with started(patience_s=0.1) as pilot:
        page = await written(pilot)
        await pilot.press("ctrl+s")
        await settled(pilot)
        await pilot.press(*"mine")
        dialog = pilot.app.screen
        await until(pilot, lambda: not dialog.query_one("#save", Button).disabled)
        holder = connect(database)
        holder.execute("begin immediate")
        await pilot.click("#save")
        failure = dialog.query_one("#failure")
        await until(pilot, lambda: "is locked by another process" in str(failure.render()))
        assert not dialog.query_one("#save", Button).disabled
        holder.execute("rollback")
        holder.close()
        await pilot.click("#save")
        await until(pilot, lambda: pilot.app.screen is page)
        assert page.editor.text.startswith('segment "mine"')


async def test_a_fault_of_the_app_is_told_with_text_to_copy(started: Started) -> None:
    async with started() as pilot:
        page = await written(pilot)

        async def fault() -> None:
            raise LookupError("nobody foresaw it")

        page.run_worker(fault(), exit_on_error=False)
        await until(pilot, lambda: isinstance(pilot.app.screen, ErrorDialog))
        assert "nobody foresaw it" in pilot.app.export_screenshot().replace("&#160;", " ")
        await pilot.press("c")
        assert "nobody foresaw it" in pilot.app.clipboard
        assert "please report it" in pilot.app.clipboard
        await pilot.press("escape")
        assert page.editor.text == TEXT
