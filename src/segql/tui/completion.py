"""The dropdown beside the cursor: what may be written there."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Offset
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from segql.editor.complete import Completions, Item
from segql.model.display import visible
from segql.tui.looks import MUTED

_DETAIL = 34
"""So many columns of the evidence are shown; all of it stands in the navigator."""


class CompletionMenu(OptionList, can_focus=False):
    """What may be written at the cursor; the editor sends it the keys.

    Tab takes the highlighted item. Enter does only after an item was chosen, or the menu was asked
    for: it must never swallow a line break.
    """

    DEFAULT_CSS = """
    CompletionMenu {
        overlay: screen; constrain: inside inflect; display: none;
        width: auto; min-width: 20; max-width: 64; height: auto; max-height: 8;
        border: none; padding: 0; background: $panel; scrollbar-size-vertical: 1; text-wrap: nowrap;
        & > .option-list--option-highlighted { background: $primary; color: $text; }
    }
    """

    def __init__(self) -> None:
        """Begin closed."""
        super().__init__(id="completion")
        self.items: tuple[Item, ...] = ()
        self.place: tuple[str, int] = ("", 0)
        """The text and the position that the items are for."""
        self.takes_enter = False

    @property
    def is_open(self) -> bool:
        """Whether it is on the screen."""
        return bool(self.display)

    def open_at(
        self, cursor: Offset, text: str, at: int, found: Completions, *, asked: bool
    ) -> None:
        """Show what may stand at `at`, below the cursor; closes where there is nothing."""
        if not found.items:
            self.close()
            return
        self.items, self.place = found.items, (text, at)
        self.takes_enter = asked
        width = max(len(item.label) for item in found.items[:20])
        self.clear_options()
        self.add_options([Option(_prompt(item, min(width, 28))) for item in found.items])
        if found.left_out:
            more = Content.styled(f"{found.left_out:,} more: type on", MUTED)
            self.add_option(Option(more, disabled=True))
        self.highlighted = 0
        typed = text[found.items[0].span.start : at]
        self.absolute_offset = Offset(max(cursor.x - cell_len(typed) - 1, 0), cursor.y + 1)
        self.display = True
        self.refresh(layout=True)

    def close(self) -> None:
        """Leave the screen."""
        self.display = False
        self.takes_enter = False

    def move(self, step: int) -> None:
        """Choose the next item, or the one before; from now on Enter takes it."""
        if step > 0:
            self.action_cursor_down()
        else:
            self.action_cursor_up()
        self.takes_enter = True

    @property
    def chosen(self) -> Item | None:
        """The highlighted item."""
        place = self.highlighted
        return self.items[place] if place is not None and place < len(self.items) else None


def _prompt(item: Item, width: int) -> Content:
    detail = visible(item.detail)
    if len(detail) > _DETAIL:
        detail = detail[: _DETAIL - 1] + "…"
    label = visible(item.label)
    return Content.assemble(f" {label:<{width}} ", (f" {detail} ", MUTED))
