"""Segments and vocabulary beside the editor: typing filters, Enter inserts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from segql.app.shelf import Known, Said
from segql.editor.evidence import (
    count_words,
    members_words,
    occurrences_words,
    percent_words,
    values_words,
)
from segql.language import write
from segql.model.display import visible
from segql.model.vocabulary import Occurrences, SegmentWords, Values
from segql.tui.looks import MUTED

_TITLES: Final = {
    "segment": "segments",
    "trait": "traits",
    "account": "account traits",
    "event": "events",
    "survey": "surveys",
}
_TOP: Final = 4


class Navigator(Vertical):
    """The names that rules may use. Down goes from the filter to the list, typing back to it."""

    DEFAULT_CSS = """
    Navigator {
        & Input { border: none; height: 1; padding: 0 1; background: $panel; }
        & Input:focus { border: none; }
        & OptionList { height: 1fr; border: none; padding: 0; background: $surface; }
        & OptionList:focus { border: none; }
        & #about { height: auto; max-height: 6; padding: 0 1; color: $text-muted;
                   border-top: solid $panel; }
    }
    """

    HELP: ClassVar[str] = """
# Names

What rules may use, with what the data say of each: members of a segment, the share of profiles
that have a trait, how often an event was seen. Type to filter, arrows choose, Enter writes the
name at the cursor of the text. {author.names} hides and shows them.
"""

    class Wanted(Message):
        """Somebody wants a name in the text."""

        def __init__(self, known: Known) -> None:
            """Take what was chosen."""
            super().__init__()
            self.known = known

    def __init__(self) -> None:
        """Begin without names."""
        super().__init__(id="navigator")
        self._names: tuple[Known, ...] = ()
        self._said: dict[Known, Said] = {}
        self._shown: list[Known | None] = []

    def compose(self) -> ComposeResult:
        """A filter, the list, and what is known of the highlighted name."""
        yield Input(placeholder="filter names", id="filter")
        yield OptionList(id="names")
        yield Static(id="about")

    def show(self, names: Sequence[Known]) -> None:
        """Show these names."""
        self._names = tuple(names)
        self._said = {name: said for name, said in self._said.items() if name in set(names)}
        self._list()

    def tell(self, said: Mapping[Known, Said]) -> None:
        """Say what is known of some of the names."""
        self._said.update(said)
        names = self.query_one("#names", OptionList)
        width = self._width
        for place, name in enumerate(self._shown):
            if name is not None and name in said:
                names.replace_option_prompt_at_index(place, _prompt(name, said[name], width))
        self._tell_about()

    @property
    def _width(self) -> int:
        return max(self.size.width - 2, 16)

    def on_resize(self) -> None:
        """Lay the numbers out anew."""
        self._list()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter."""
        event.stop()
        self._list()

    def _list(self) -> None:
        filtered = self.query_one("#filter", Input).value.casefold().strip()
        names = self.query_one("#names", OptionList)
        before = names.highlighted
        names.clear_options()
        self._shown = []
        options: list[Option] = []
        sort = ""
        for name in self._names:
            if filtered not in f"{name.label} {_TITLES[name.sort]}".casefold():
                continue
            if name.sort != sort:
                sort = name.sort
                self._shown.append(None)
                title = Content.styled(_TITLES[sort], "bold $text-secondary")
                options.append(Option(title, disabled=True))
            self._shown.append(name)
            options.append(Option(_prompt(name, self._said.get(name), self._width)))
        if not options:
            options.append(Option(Content.styled("nothing is called so", MUTED), disabled=True))
        names.add_options(options)
        if before is not None and before < len(self._shown) and self._shown[before] is not None:
            names.highlighted = before
        else:
            names.highlighted = 1 if len(self._shown) > 1 else None
        self._tell_about()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Say more about the name."""
        event.stop()
        self._tell_about()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Insert the name."""
        event.stop()
        self._want(event.option_index)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Insert the highlighted name."""
        event.stop()
        self._want(self.query_one("#names", OptionList).highlighted)

    def _want(self, place: int | None) -> None:
        name = self._shown[place] if place is not None and place < len(self._shown) else None
        if name is not None:
            self.post_message(self.Wanted(name))

    def on_key(self, event: events.Key) -> None:
        """Down leaves the filter for the list; what is typed over the list filters."""
        names, wanted = self.query_one("#names", OptionList), self.query_one("#filter", Input)
        if event.key in ("down", "up") and wanted.has_focus:
            names.action_cursor_down() if event.key == "down" else names.action_cursor_up()
            event.stop()
        elif names.has_focus and event.is_printable and event.character is not None:
            wanted.focus()
            wanted.insert_text_at_cursor(event.character)
            event.stop()

    def _tell_about(self) -> None:
        place = self.query_one("#names", OptionList).highlighted
        name = self._shown[place] if place is not None and place < len(self._shown) else None
        said = None if name is None else self._said.get(name)
        about = self.query_one("#about", Static)
        if name is None or said is None:
            about.update("")
            return
        lines = [visible(line) for line in _about(said) if line]
        about.update(Content("\n".join((visible(name.label), *lines))))


def _prompt(name: Known, said: Said | None, width: int) -> Content:
    number = "" if said is None else _number(said)
    room = width - len(number) - 2
    label = visible(name.label)
    if len(label) > room:
        label = label[: max(room - 1, 1)] + "…"
    return Content.assemble(f" {label:<{max(room, 0)}} ", (number, MUTED))


def _number(said: Said) -> str:
    match said:
        case Values(share=share):
            return "" if share is None else percent_words(share)
        case Occurrences(count=count):
            return "" if count is None else f"{'' if said.exact else '~'}{count:,}"
        case SegmentWords(members=members):
            return "" if members is None else f"{members:,}"


def _about(said: Said) -> tuple[str, ...]:
    match said:
        case Values(top=top):
            tops = [f"{_value(value)} {times:,}" for value, times in top[:_TOP] if times]
            left = len(top) - _TOP
            more = f" · {left} more" if tops and left > 0 and said.complete else ""
            return values_words(said, "those"), " · ".join(tops) + more
        case Occurrences(last=_):
            return (occurrences_words(said, last=True),)
        case SegmentWords():
            return members_words(said) or count_words(0, "member"), said.description or ""


def _value(value: bool | float | str) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return write.quoted(value)
        case _:
            return write.number(value)
