"""The editor of rules: coloured, with marks at mistakes, and completion beside the cursor."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea

from segql.editor.complete import Completions, Item
from segql.editor.offers import ItemKind
from segql.editor.outline import parentheses_at
from segql.language.diagnostics import Diagnostic
from segql.language.source import Span
from segql.tui.colours import COLOURS, MARKS, Pieces, painted, put
from segql.tui.completion import CompletionMenu
from segql.tui.keys import binding

_NAMES: Final = frozenset(
    {ItemKind.EVENT, ItemKind.SURVEY, ItemKind.SEGMENT, ItemKind.TRAIT, ItemKind.DESTINATION,
     ItemKind.VALUE}
)  # fmt: skip
"""What is listed before a letter of it is typed: it comes from the data."""
_EXAMPLE: Final = 'such as  trait.plan = "pro" and did "export" within 30d'


AT_ONCE: Final = 16_000
"""Longer texts keep their colours until nobody types for `PAUSE_S`: it takes 1 ms per 1,500."""
PAUSE_S: Final = 0.15
HIDDEN: Final = "\N{REPLACEMENT CHARACTER}"
"""Stands for characters that are not to be seen."""


class Editor(TextArea):
    """A text area for rules and `.segql` files. Offsets are code points from 0."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"segql--{one}" for one in sorted(set(COLOURS.values()))),
        *(f"segql--mark-{one}" for one in MARKS.values()),
    }
    DEFAULT_CSS = """
    Editor {
        border: none; padding: 0;
        &:focus { border: none; }
        & .segql--keyword { color: $text-accent; text-style: bold; }
        & .segql--name { color: $text-primary; }
        & .segql--text { color: $text-success; }
        & .segql--number { color: $text-warning; }
        & .segql--operator { color: $text-secondary; }
        & .segql--comment { color: $foreground 55%; text-style: italic; }
        & .segql--error { color: $text-error; }
        & .segql--mark-error { color: $text-error; text-style: bold underline; }
        & .segql--mark-warning { color: $text-warning; text-style: underline; }
        & .segql--mark-hint { color: $text-secondary; text-style: underline; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [binding("editor.complete", show=False)]

    HELP: ClassVar[str] = """
# The text

Tab takes the completion beside the cursor or asks for one, Enter takes one that an arrow chose;
{editor.complete} asks too. {author.fix} mends what is underlined, {author.format} formats,
Ctrl+Z takes back. Shift and arrows, or the mouse, select; Ctrl+C copies, also over ssh.
"""

    class CompletionAsked(Message):
        """Somebody types a name, or wants to see what may be written."""

        def __init__(self, text: str, at: int, *, asked: bool, take: bool = False) -> None:
            """`asked` is whether it was asked for by a key; `take` the one there may be."""
            super().__init__()
            self.text, self.at, self.asked, self.take = text, at, asked, take

    def __init__(self, menu: CompletionMenu) -> None:
        """Take the menu, which is a child of the screen."""
        super().__init__(id="editor", soft_wrap=True, show_line_numbers=True, placeholder=_EXAMPLE)
        self.menu = menu
        self._coloured: str | None = None
        self._starts: list[int] = [0]
        self._lines: Pieces = {}
        self._marks: Pieces = {}
        self._typed: str | None = None
        self._painter: Timer | None = None

    # Offsets

    @property
    def at(self) -> int:
        """The position of the cursor."""
        return self.offset_of(self.cursor_location)

    def offset_of(self, location: tuple[int, int]) -> int:
        """A row and column as an offset."""
        self._colour()
        return self._starts[min(location[0], len(self._starts) - 1)] + location[1]

    def location_of(self, offset: int) -> tuple[int, int]:
        """An offset as a row and column; one behind the end is the end."""
        self._colour()
        offset = max(0, min(offset, len(self.text)))
        row = bisect_right(self._starts, offset) - 1
        return row, offset - self._starts[row]

    # Colours

    def _colour(self) -> None:
        """Colour anew, if the text is another one."""
        text = self.text
        if text == self._coloured:
            return
        self._coloured = text
        self._starts = [0]
        for line in text.split("\n")[:-1]:
            self._starts.append(self._starts[-1] + len(line) + 1)
        if len(text) <= AT_ONCE:
            self._paint()
            return
        if self._painter is not None:
            self._painter.stop()
        self._painter = self.set_timer(PAUSE_S, self._paint_late)

    def _paint(self) -> None:
        self._lines = painted(self._coloured or "", self._starts)

    def _paint_late(self) -> None:
        self._paint()
        self.notify_style_update()
        self.refresh()

    def show_diagnostics(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Mark the places of what is to be said; an empty place at the character before it."""
        self._colour()
        marks: Pieces = {}
        for one in reversed(diagnostics):
            span = one.span
            if span.end <= span.start:
                span = Span(max(span.start - 1, 0), max(span.start, 1))
            put(marks, self._starts, span, f"mark-{MARKS[one.severity]}")
        if marks != self._marks:
            self._marks = marks
            self.notify_style_update()
            self.refresh()

    def get_line(self, line_index: int) -> Text:
        """A line in its colours."""
        self._colour()
        line = super().get_line(line_index)
        if not line.plain.isprintable():  # nothing in a text may steer the terminal
            line.plain = "".join(
                one if one.isprintable() or one == "\t" else HIDDEN for one in line.plain
            )
        for first, last, name in (
            *self._lines.get(line_index, ()),
            *self._marks.get(line_index, ()),
        ):
            # The style without its background: a partial one would lose its transparency.
            full = self.get_component_rich_style(f"segql--{name}")
            style = Style(
                color=full.color, bold=full.bold, italic=full.italic, underline=full.underline
            )
            line.stylize(style, first, last)
        return line

    def get_component_rich_style(self, *names: str, **options: Any) -> Style:
        """A style; of the cursor's line and the selection only the tint, so that colours stay."""
        style = super().get_component_rich_style(*names, **options)
        if names[0] in ("text-area--cursor-line", "text-area--selection"):
            return Style(bgcolor=style.bgcolor)
        return style

    def find_matching_bracket(
        self, bracket: str, search_from: tuple[int, int]
    ) -> tuple[int, int] | None:
        """The other parenthesis, passing over those inside texts and comments."""
        if bracket not in "()" or not bracket:
            return None
        at = self.offset_of(search_from)
        found = parentheses_at(self.text, at)
        if found is None:
            return None
        first, second = found
        return self.location_of(second.start if first.start == at else first.start)

    # Writing

    def write_over(self, span: Span, text: str, select: Span | None = None) -> None:
        """Replace a piece of the text, as one step of undo; `select` is a part of the new piece."""
        start = span.start
        self.history.checkpoint()
        self.replace(text, self.location_of(span.start), self.location_of(span.end))
        self.history.checkpoint()
        first, last = (len(text),) * 2 if select is None else (select.start, select.end)
        self.selection = self.selection._replace(
            start=self.location_of(start + first), end=self.location_of(start + last)
        )

    def load(self, text: str, at: int = 0) -> None:
        """Show another text, which begins a history of its own."""
        self.menu.close()
        self._marks = {}
        self.load_text(text)
        self.move_cursor(self.location_of(at))

    def accept(self, item: Item | None = None) -> None:
        """Write the chosen completion."""
        item = item or self.menu.chosen
        text, at = self.menu.place
        self.menu.close()
        if item is not None and (text, at) == (self.text, self.at):
            self.write_over(item.span, item.insert, item.select)
            # A name begun or a parenthesis opened: what may follow is wanted at once.
            self._typed = "." if item.insert.endswith((".", "(")) else None
            self._ask()

    def on_key(self, event: events.Key) -> None:
        """Give the menu its keys; runs before the text area's own handler and before bindings."""
        menu = self.menu
        is_taken = menu.is_open
        match event.key:
            case "up" if is_taken:
                menu.move(-1)
            case "down" if is_taken:
                menu.move(1)
            case "escape" if is_taken:
                menu.close()
            case "tab" if is_taken:
                self.accept()
            case "tab":
                # Pressed before the menu is there it must not carry the focus, and all that is
                # typed then, away. Shift+Tab leaves the editor.
                is_taken = True
                asked = self.CompletionAsked(self.text, self.at, asked=True, take=True)
                self.post_message(asked)
            case "enter" if is_taken and menu.takes_enter:
                self.accept()
            case _:
                is_taken = False
                if event.is_printable or event.key == "backspace":
                    self._typed = event.character if event.is_printable else ""
                elif event.key == "enter":
                    menu.close()
        if is_taken:
            event.stop()
            event.prevent_default()

    def on_text_area_changed(self) -> None:
        """Ask for completions while somebody types a name."""
        self._ask()

    def _ask(self) -> None:
        typed, self._typed = self._typed, None
        if typed is None:
            if self.menu.is_open and self.menu.place[0] != self.text:
                self.menu.close()  # a fix or an undo came between
            return
        wants = typed.isalnum() or typed in ("_", '"', ".", " ", "(")
        if wants or (typed == "" and self.menu.is_open):
            self.post_message(self.CompletionAsked(self.text, self.at, asked=False))
        else:
            self.menu.close()

    def on_text_area_selection_changed(self) -> None:
        """Close the menu once the cursor has gone elsewhere."""
        text, at = self.menu.place
        if self.menu.is_open and text == self.text and at != self.at:
            self.menu.close()

    def action_complete(self) -> None:
        """Show what may be written."""
        self.post_message(self.CompletionAsked(self.text, self.at, asked=True))

    def show_completions(self, found: Completions, question: CompletionAsked) -> None:
        """Open the menu, unless the text has changed since, or it would say nothing new."""
        text, at = question.text, question.at
        if (text, at) != (self.text, self.at) or not self.has_focus:
            return
        items = found.items
        if question.take and len(items) == 1:
            self.menu.place = text, at
            self.accept(items[0])
            return
        if not question.asked:
            first = items[0] if items else None
            says_nothing = first is None or (
                len(items) == 1 and text[first.span.start : first.span.end] == first.insert
            )
            is_new = first is not None and first.span.start == at and first.kind not in _NAMES
            if says_nothing or is_new:
                self.menu.close()
                return
        self.menu.open_at(self.cursor_screen_offset, text, at, found, asked=question.asked)
