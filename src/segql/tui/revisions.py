"""Every text that a segment has had: opened, compared with another, restored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar
from zoneinfo import ZoneInfo

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from segql.app.revisions import changed_lines, compare, restorable, revisions_of
from segql.model.display import visible
from segql.model.instants import local_text
from segql.store.segments import Revision
from segql.tui.comparison import CompareDialog
from segql.tui.keys import binding
from segql.tui.page import Pane
from segql.tui.saving import Outcome, SaveDialog
from segql.tui.tables import RowTable


class RevisionsPane(Pane):
    """The texts, newest first. One may be marked, to compare others with it."""

    DEFAULT_CSS = """
    RevisionsPane { & #revisions-note { color: $text-muted; padding: 0 1; height: auto; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        binding("revisions.compare"),
        binding("revisions.mark"),
        binding("revisions.restore"),
    ]

    def __init__(self, segment: str) -> None:
        """No text is read, and none is marked."""
        super().__init__(id="revisions-pane")
        self._segment = segment
        self._texts: Sequence[Revision] = ()
        self._zone: ZoneInfo | None = None
        self._marked: int | None = None

    def compose(self) -> ComposeResult:
        """What can be done, and the table."""
        yield Static(id="revisions-note")
        yield RowTable("", "revision", "made", "lines", "changed to", id="revisions")

    def on_mount(self) -> None:
        """Say what can be done."""
        words = (
            "{table.open} opens it in the editor, {revisions.compare} compares it with the newest, "
            "or with the one that {revisions.mark} marked; {revisions.restore} restores it"
        )
        self.query_one("#revisions-note", Static).update(Text(self.app.keys.filled(words)))

    def reload(self) -> None:
        """Read the texts anew."""
        self.begin(self._read, "read")

    async def _read(self) -> None:
        name = self._segment
        self._texts, self._zone = await self.ask(
            lambda project: (revisions_of(project, name), project.zone)
        )
        self._show()

    def _show(self) -> None:
        assert self._zone is not None, "revisions are read with the zone"
        rows = _rows(self._texts, self._zone, self._marked)
        self.query_one(RowTable).fill(rows)

    @property
    def _chosen(self) -> int | None:
        key = self.query_one(RowTable).key_at_cursor
        return None if key is None else int(key)

    @on(RowTable.Selected)
    def open_revision(self, event: RowTable.Selected) -> None:
        """Open the revision under the cursor in the editor."""
        event.stop()
        is_newest = int(event.key) == self._texts[-1].number
        self.app.edit(self._segment, None if is_newest else int(event.key))

    def action_mark(self) -> None:
        """Mark the revision under the cursor, or mark none."""
        self._marked = None if self._marked == self._chosen else self._chosen
        self._show()

    def action_compare(self) -> None:
        """Compare the one under the cursor with the marked one, the newest, or the one before."""
        chosen = self._chosen
        if chosen is None:
            return
        numbers = [one.number for one in self._texts]
        other = self._marked or numbers[-1]
        if other == chosen:
            other = numbers[max(0, numbers.index(chosen) - 1)]
        if other == chosen:
            self.notify("there is no other revision to compare it with", severity="warning")
            return
        self.begin(partial(self._compare, *sorted((chosen, other))), "compare")

    async def _compare(self, first: int, second: int) -> None:
        name, now = self._segment, self.app.session.clock()
        found = await self.ask(
            lambda project: compare(project, (name, first), (name, second), now=now)
        )
        self.app.push_screen(CompareDialog(f"{name}@{first}", f"{name}@{second}", found))

    def action_restore(self) -> None:
        """Save the text of the one under the cursor again, after a look at what that does."""
        if self._chosen is not None:
            self.begin(partial(self._restore, self._chosen), "restore")

    async def _restore(self, number: int) -> None:
        name, newest = self._segment, self._texts[-1].number
        written = await self.ask(partial(restorable, name=name, number=number))
        self.app.push_screen(SaveDialog(written.text, {name: newest}, name=name), self._restored)

    def _restored(self, outcome: Outcome | None) -> None:
        match outcome:
            case Outcome("saved", words=words):
                self.notify(words or "restored", title="restored", markup=False)
                self.page.reload()
            case Outcome("theirs"):
                self.page.reload()
            case _:
                pass


def _rows(
    texts: Sequence[Revision], zone: ZoneInfo, marked: int | None
) -> Iterable[tuple[tuple[Text, ...], str]]:
    for before, one in reversed(list(zip((None, *texts), texts, strict=False))):
        added, gone = changed_lines(before, one)
        cells = (
            Text("●" if one.number == marked else " "),
            Text(f"{one.number}" + (", newest" if one is texts[-1] else "")),
            Text(local_text(one.created, zone)),
            Text(f"+{added} -{gone}"),
            Text(visible(_first_new(before, one)), style="dim"),
        )
        yield cells, str(one.number)


def _first_new(before: Revision | None, one: Revision) -> str:
    """The first line that the revision has and the one before has not."""
    known = set() if before is None else {line.strip() for line in before.text.splitlines()}
    new = (line.strip() for line in one.text.splitlines() if line.strip() not in known)
    return next((line for line in new if not line.startswith("segment ")), "")
