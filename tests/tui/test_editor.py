"""The editor: what is not to be seen, wide characters, long texts, steps of undo."""

from __future__ import annotations

from textual.pilot import Pilot

from screens import Started, settled, until
from segql.tui.author import AuthorPage
from segql.tui.editor import AT_ONCE, Editor


async def editing(pilot: Pilot[None]) -> Editor:
    """The editor of the author screen, empty."""
    await pilot.press("f2")
    page = pilot.app.screen
    assert isinstance(page, AuthorPage)
    page.editor.cursor_blink = False
    await settled(pilot)
    return page.editor


async def test_characters_that_steer_the_terminal_are_not_drawn(started: Started) -> None:
    async with started() as pilot:
        editor = await editing(pilot)
        editor.load('trait.a = "\x1b[31m\x9b\u202e\x00"')
        await settled(pilot)
        drawn = editor.render_line(0).text
        assert 'trait.a = "\N{REPLACEMENT CHARACTER}[31m' in drawn
        assert drawn.isprintable()
        assert editor.text == 'trait.a = "\x1b[31m\x9b\u202e\x00"'


async def test_the_menu_stands_below_what_is_typed_behind_wide_characters(
    started: Started,
) -> None:
    async with started() as pilot:
        editor = await editing(pilot)
        editor.insert('trait.name = "日本👍" and trait.')
        for key in "pl":
            await pilot.press(key)
        await until(pilot, lambda: editor.menu.is_open)
        cursor = editor.cursor_screen_offset
        assert cursor.x - editor.region.x - editor.gutter_width == 34
        assert editor.menu.region.x == cursor.x - len("pl") - 1


async def test_a_name_is_inserted_as_one_step_of_undo(started: Started) -> None:
    async with started() as pilot:
        editor = await editing(pilot)
        for key in ("d", "i", "d", "space"):
            await pilot.press(key)
        page = pilot.app.screen
        assert isinstance(page, AuthorPage)
        page.query_one("#filter").focus()
        await pilot.press("e", "x", "p", "down", "down", "enter")
        assert editor.text == 'did "export"'
        editor.insert(" within 30d")
        await pilot.press("ctrl+z")
        assert editor.text == 'did "export"'
        await pilot.press("ctrl+z")
        assert editor.text == "did "


async def test_a_long_text_is_coloured_once_nobody_types(started: Started) -> None:
    text = "\n".join(f'trait.name = "person {number}" or' for number in range(2_000))
    assert len(text) > AT_ONCE
    async with started() as pilot:
        editor = await editing(pilot)
        editor.load("everyone")
        plain = editor.get_line(0).spans
        editor.load(text)
        assert editor.location_of(len(text)) == (1_999, len('trait.name = "person 1999" or'))
        await until(pilot, lambda: len(editor.get_line(1_999).spans) > len(plain))
