"""Keys by their ids: chosen in `segql.toml`, said in messages, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from screens import Started, settled
from segql.app.config import Tui
from segql.tui.author import AuthorPage
from segql.tui.dialogs import ErrorDialog
from segql.tui.keys import Keys, keys_in


def test_keys_are_said_as_people_write_them() -> None:
    assert [
        Keys().words(id)
        for id in ("author.open", "author.fix", "app.go", "app.back", "dialog.copy")
    ] == ["Ctrl+O", "F8", ":", "Esc", "c"]


def test_words_name_the_keys_in_force() -> None:
    keys = keys_in({"author.fix": "ctrl+r", "app.go": "_"})
    assert keys.filled("{author.fix} mends, {app.go} goes, {author.format} formats") == (
        "Ctrl+R mends, _ goes, F9 formats"
    )


def test_two_keys_may_change_places() -> None:
    keys = keys_in({"author.fix": "f9", "author.format": "f8"})
    assert keys.problems == ()
    assert keys.chosen == {"author.fix": "f9", "author.format": "f8"}


@pytest.mark.parametrize(
    ("id", "key", "problem"),
    [
        ("author.fixx", "ctrl+r", "`author.fixx` is no binding: did you mean `author.fix`?"),
        ("author.fix", "f99", "`f99` for `author.fix` is no key: did you mean `f9`?"),
        ("author.fix", "ctlr+x", "`ctlr+x` for `author.fix` is no key: did you mean `ctrl+x`?"),
        ("author.fix", "f9", "`author.fix` and `author.format` would both be on `f9`"),
        ("author.fix", "f6", "`f6` for `author.fix` is taken where text is written: select line"),
        ("app.go", "ctrl+s", "`app.go` and `author.save` would both be on `ctrl+s`"),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_heeded(id: str, key: str, problem: str) -> None:
    keys = keys_in({id: key, "author.new": "ctrl+r"})
    assert keys.problems == (problem,)
    assert keys.chosen == {"author.new": "ctrl+r"}


def test_a_dialog_may_have_the_keys_of_the_screen_behind_it() -> None:
    assert keys_in({"dialog.copy": "ctrl+s"}).problems == ()


async def test_the_app_starts_with_wrong_settings_and_says_so(started: Started) -> None:
    chosen = Tui(theme="nothing", keys={"author.fix": "f9", "author.new": "ctrl+r"})
    async with started(settings=chosen, problems=True) as pilot:
        dialog = pilot.app.screen
        assert isinstance(dialog, ErrorDialog)
        assert "`author.fix` and `author.format` would both be on `f9`" in dialog.text
        assert "`nothing` is no theme: they are" in dialog.text
        await pilot.press("escape", "f2")
        await settled(pilot)
        page = pilot.app.screen
        assert isinstance(page, AuthorPage)
        page.editor.insert("everyone")
        await settled(pilot)
        await pilot.press("ctrl+r")
        assert page.editor.text == ""


async def test_hints_name_the_chosen_keys(started: Started, database: Path) -> None:
    async with started(settings=Tui(keys={"author.fix": "ctrl+r"})) as pilot:
        await pilot.press("f2")
        await settled(pilot)
        page = pilot.app.screen
        assert isinstance(page, AuthorPage)
        page.editor.insert("trait.plann = 1")
        await settled(pilot)
        said = page.query_one("#diagnostics").get_option_at_index(0)  # type: ignore[attr-defined]
        assert "Ctrl+R: replace" in str(said.prompt)
        await pilot.press("ctrl+r")
        assert page.editor.text == "trait.plan = 1"
