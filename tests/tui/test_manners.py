"""Manners: help where one is, palette, clipboard, mouse, and asking before a text is gone."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from textual.app import App
from textual.pilot import Pilot
from textual.widgets import DataTable, Input, Markdown, OptionList, TextArea

from screens import Snap, Started, settled, until
from segql.tui.author import AuthorPage
from segql.tui.dialogs import Question, TextDialog
from segql.tui.main import SegqlApp
from segql.tui.opening import OpenDialog

RULE = 'trait.plan = "pro"'


async def writing(pilot: Pilot[None], text: str = RULE) -> AuthorPage:
    """The author screen with a text, looked at."""
    await pilot.press("f2")
    page = pilot.app.screen
    assert isinstance(page, AuthorPage)
    page.editor.cursor_blink = False
    await settled(pilot)
    page.editor.insert(text)
    await until(
        pilot,
        lambda: page.assessed is not None and page.assessed.draft.text == page.editor.text,
    )
    return page


@contextmanager
def sent_by(app: App[None]) -> Iterator[list[str]]:
    """What reaches the terminal meanwhile."""
    driver, sent = app._driver, list[str]()
    assert driver is not None
    written = driver.write
    # What the driver is given is what the terminal gets.
    driver.write = sent.append  # type: ignore[method-assign,assignment]
    yield sent
    driver.write = written  # type: ignore[method-assign]


def copied(sent: list[str]) -> list[str]:
    """The texts that OSC 52 puts on the clipboard."""
    begin = "\x1b]52;c;"
    return [
        base64.b64decode(one.removeprefix(begin).rstrip("\a")).decode()
        for one in sent
        if one.startswith(begin)
    ]


async def test_texts_and_ids_reach_the_clipboard_of_the_terminal(started: Started) -> None:
    async with started() as pilot:
        page = await writing(pilot)
        with sent_by(pilot.app) as sent:
            page.editor.select_all()
            await pilot.press("ctrl+c", "ctrl+g", "down", "ctrl+c")
        assert copied(sent) == [RULE, "user-06"]


async def test_a_row_of_a_table_is_copied_by_its_key(started: Started) -> None:
    async with started() as pilot:
        with sent_by(pilot.app) as sent:
            await pilot.press("down", "ctrl+c")
        assert copied(sent) == ["pro accounts"]


async def test_about_says_what_runs_on_what_and_can_be_copied(
    started: Started, database: Path
) -> None:
    async with started() as pilot:
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(pilot.app.screen, TextDialog))
        with sent_by(pilot.app) as sent:
            await pilot.press("c")
        [text] = copied(sent)
        for said in (str(database), "profiles   40", "segments   5", "Europe/Zurich", "100 x 30"):
            assert said in text
        await pilot.press("escape")
        assert not isinstance(pilot.app.screen, TextDialog)


async def test_help_is_about_what_has_the_focus(started: Started) -> None:
    async with started() as pilot:
        page = await writing(pilot)
        for id, title in (("#editor", "The text"), ("#filter", "Names"), ("#members", "Members")):
            page.query_one(id).focus()
            await pilot.pause()
            await pilot.press("f1")
            await settled(pilot)
            words = pilot.app.screen.query_one(Markdown).source
            assert words.index(f"# {title}") < words.index("# Write")
            assert "{" not in words
            await pilot.press("escape")


async def test_the_palette_lists_what_applies_now(started: Started) -> None:
    async with started() as pilot:
        app = pilot.app
        assert isinstance(app, SegqlApp)

        def titles() -> set[str]:
            return {one.title for one in app.get_system_commands(app.screen)}

        assert all(": " in title for title in titles())
        assert not any(title.startswith("text:") for title in titles())
        page = await writing(pilot, "")
        assert "text: save" not in titles()
        page.editor.insert("trait.plann = 1")
        await settled(pilot)
        assert {"text: save", "text: fix", "text: format", "text: discard"} <= titles()
        assert "view: members" in titles()


async def test_a_text_is_discarded_only_once_somebody_has_said_so(
    started: Started, snap: Snap
) -> None:
    async with started() as pilot:
        page = await writing(pilot)
        page.discard()
        await pilot.pause()
        await snap(pilot, "question")
        await pilot.press("n")
        assert page.editor.text == RULE
        await pilot.press("ctrl+n", "ctrl+o")
        await settled(pilot)
        assert isinstance(pilot.app.screen, OpenDialog)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(pilot.app.screen, Question))
        await pilot.press("y")
        await settled(pilot)
        choices = pilot.app.screen.query_one("#choices", OptionList)
        assert "untitled 1" not in str(choices.get_option_at_index(0).prompt)
        await pilot.press("escape")
        assert page.drafts.others == ()


async def test_the_mouse_does_what_keys_do(started: Started) -> None:
    async with started(size=(140, 40)) as pilot:
        page = await writing(pilot)
        await pilot.click("#members", offset=(4, 3))
        assert page.query_one("#members", DataTable).cursor_row == 2
        page.editor.load("")
        await pilot.click("#names", offset=(4, 1))
        await settled(pilot)
        assert page.editor.text == 'in segment "everybody"'
        await pilot.mouse_down("#editor", offset=(3, 0))
        await pilot.hover("#editor", offset=(13, 0))
        await pilot.mouse_up("#editor", offset=(13, 0))
        assert page.editor.selected_text == "in segment"
        await pilot.click("Footer FooterKey.-command-palette")
        await settled(pilot)
        assert pilot.app.screen.query(Input)


async def test_without_colour_mistakes_and_changes_have_signs(started: Started) -> None:
    async with started() as pilot:
        page = await writing(pilot, 'segment "exporters"\n  when trait.plann = 1')
        said = page.query_one("#diagnostics", OptionList)
        assert str(said.get_option_at_index(0).prompt).startswith("! 2:14")
        lines = [str(page.query_one(f"#{one}").render()) for one in ("change", "title")]
        assert lines[0].startswith("+0 enter  -26 leave")
        assert lines[1] == "● untitled 1  not saved"
        assert isinstance(page.editor, TextArea)
