"""What can be opened: texts that are not saved, segments, their revisions, files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from attrs import frozen
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from segql.app.project import Project
from segql.app.revisions import revisions_of
from segql.app.sources import SUFFIX
from segql.model.display import visible
from segql.model.instants import iso
from segql.tui.dialogs import Question
from segql.tui.drafts import Document
from segql.tui.keys import binding
from segql.tui.looks import MUTED
from segql.tui.session import Asking, SessionApp


@frozen
class Choice:
    """Something to open: the key of a document, and of a segment the revision, None for now's."""

    key: str
    label: str
    detail: str = ""
    revision: int | None = None


class OpenDialog(Asking, ModalScreen[Choice | None]):
    """A filter and what it leaves. `name@` lists the revisions of a segment, a path is a file."""

    DEFAULT_CSS = """
    OpenDialog {
        align: center middle;
        & > Vertical { width: 70; max-width: 90%; height: 20; max-height: 90%; padding: 1 2;
                       border: round $border; background: $surface; }
        & OptionList { height: 1fr; border: none; padding: 0; background: $surface; }
        & OptionList:focus { border: none; }
        & Input { border: none; height: 1; padding: 0 1; background: $panel; margin-bottom: 1; }
        & Input:focus { border: none; }
        & .hint { color: $text-muted; height: auto; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        binding("save.cancel"),
        binding("open.discard"),
    ]

    app: SessionApp

    def __init__(self, drafts: Sequence[Document], discard: Callable[[str], object]) -> None:
        """Take the texts that are not saved, and what lets go of one by its key."""
        super().__init__()
        self._discard = discard
        self._drafts = [Choice(one.key, one.title, "not saved") for one in drafts]
        self._segments: list[Choice] = []
        self._revisions: dict[str, list[Choice]] = {}
        self._shown: list[Choice] = []

    def compose(self) -> ComposeResult:
        """The filter, the list, and how to reach the rest."""
        with Vertical():
            yield Input(placeholder="a segment, name@ for its revisions, or a path", id="wanted")
            yield OptionList(id="choices")
            hint = "Enter opens · name@ lists revisions · a path opens a file"
            hint += " · {open.discard} discards what is not saved" if self._drafts else ""
            yield Static(self.app.keys.filled(hint), classes="hint")

    def on_mount(self) -> None:
        """List the texts that are not saved, and read which segments there are."""
        self._list()
        self._read()

    @work(exit_on_error=False)
    async def _read(self) -> None:
        self._segments = await self.app.session.run(_segments)
        self._list()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter; look revisions up."""
        name, at, _ = event.value.rpartition("@")
        if at and name not in self._revisions and name in {one.label for one in self._segments}:
            self._look_up(name)
        self._list()

    @work(exit_on_error=False)
    async def _look_up(self, name: str) -> None:
        self._revisions[name] = await self.app.session.run(
            lambda project: _revisions(project, name)
        )
        self._list()

    def _list(self) -> None:
        wanted = self.query_one("#wanted", Input).value.strip()
        name, at, number = wanted.rpartition("@")
        if at and name in self._revisions:
            found = [one for one in self._revisions[name] if f"@{number}" in one.label]
        else:
            low = wanted.casefold()
            found = [one for one in (*self._drafts, *self._segments) if low in one.label.casefold()]
        if wanted.endswith(SUFFIX) or "/" in wanted:
            path = Path(wanted).expanduser().resolve()
            found.append(Choice(f"file {path}", str(path), "file"))
        self._shown = found
        choices = self.query_one("#choices", OptionList)
        choices.clear_options()
        choices.add_options([Option(_prompt(one)) for one in found])
        choices.highlighted = 0 if found else None

    def on_key(self, event: object) -> None:
        """Move in the list while typing in the filter."""
        key = getattr(event, "key", "")
        choices = self.query_one("#choices", OptionList)
        if self.query_one("#wanted", Input).has_focus and key in ("up", "down"):
            choices.action_cursor_up() if key == "up" else choices.action_cursor_down()

    def on_input_submitted(self) -> None:
        """Open what is highlighted."""
        self._choose(self.query_one("#choices", OptionList).highlighted)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open what was clicked."""
        self._choose(event.option_index)

    def _choose(self, place: int | None) -> None:
        if place is not None and place < len(self._shown):
            self.dismiss(self._shown[place])

    def action_discard(self) -> None:
        """Let go of the text that is highlighted, once somebody has said so."""
        place = self.query_one("#choices", OptionList).highlighted
        choice = self._shown[place] if place is not None and place < len(self._shown) else None
        if choice is None or choice not in self._drafts:
            self.notify("only a text that is not saved can be discarded")
            return

        def answered(goes_on: bool | None) -> None:
            if goes_on:
                self._drafts.remove(choice)
                self._discard(choice.key)
                self._list()

        title = f"Discard what is not saved of {choice.label}?"
        self.app.push_screen(Question(title, "It cannot be had back.", yes="Discard"), answered)

    def action_cancel(self) -> None:
        """Open nothing."""
        self.dismiss(None)


def _prompt(choice: Choice) -> Content:
    return Content.assemble(visible(choice.label), (f"  {choice.detail}", MUTED))


def _segments(project: Project) -> list[Choice]:
    return [
        Choice(f"segment {name}", name, f"revision {entry.stored.revision}")
        for name, entry in sorted(project.catalog().entries.items())
        if entry.stored.kind == "rule"
    ]


def _revisions(project: Project, name: str) -> list[Choice]:
    return [
        Choice(f"segment {name}", f"{name}@{one.number}", iso(one.created), one.number)
        for one in reversed(revisions_of(project, name))
    ]
