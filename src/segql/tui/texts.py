"""A screen with a text in front: texts are opened, saved, and kept while they are not saved."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from attrs import evolve
from textual import work
from textual.app import SystemCommand

from segql.tui.dialogs import Question
from segql.tui.documents import file_document, revisions_in, segment_document, write_file
from segql.tui.drafts import Document, Drafts
from segql.tui.keeping import Keeper, folder_for, hand_over, where
from segql.tui.opening import Choice, OpenDialog
from segql.tui.page import Page
from segql.tui.paths import PathDialog
from segql.tui.saving import Outcome, SaveDialog


class TextsPage(Page):
    """What the screen does with whole texts; how one looks is told by `show_text`."""

    def __init__(self) -> None:
        """Begin with no text; the drafts are read when the screen is shown."""
        super().__init__()
        self.drafts = Drafts()
        self._keeper: Keeper | None = None
        self._is_told = False

    def show_text(self) -> None:
        """Show the text in front."""
        raise NotImplementedError

    def load_texts(self) -> None:
        """Show the text that was in front when an app was last left, or ended otherwise."""
        try:
            self._keeper = Keeper(folder_for(self.app.state, self.app.session.path))
            self.drafts = self._keeper.take_over()
        except OSError as error:
            self._tell_disk(error)
        self.show_text()
        if self.drafts.others:
            words = f"{len(self.drafts.others)} more are not saved: {{author.open}} lists them"
            self.notify(self.app.keys.filled(words))
        if self._keeper is not None and self._keeper.others:
            said = where(self._keeper.others)
            self.notify(f"also open in another terminal ({said}): its texts stay there")

    def keep(self) -> None:
        """Keep all texts on disk; a disk that fails is told, and stops nobody from writing."""
        if self._keeper is None:
            return
        try:
            self._keeper.keep(self.drafts)
            self._is_told = False
        except OSError as error:
            self._tell_disk(error)

    def keep_for_good(self) -> None:
        """Keep all texts, and leave them to the next app."""
        self.keep()
        if self._keeper is not None:
            self._keeper.close()
            self._keeper = None

    def leave_for(self, database: Path) -> None:
        """Keep all texts here, and leave copies of them to the app on another database."""
        self.keep()
        try:
            hand_over(folder_for(self.app.state, database), self.drafts)
        except OSError as error:
            self._tell_disk(error)

    def _tell_disk(self, error: OSError) -> None:
        """Say once that texts are not kept, until they are again."""
        if not self._is_told:
            self._is_told = True
            words = f"texts cannot be kept on disk: {error.strerror}"
            self.notify(words, severity="error", timeout=20, markup=False)

    def put_in_front(self, document: Document) -> None:
        """Write on another text; the one before is kept if it is not saved."""
        self.drafts = self.drafts.with_current(document)
        self._changed()

    def _changed(self) -> None:
        self.show_text()
        self.keep()

    def commands(self) -> Iterable[SystemCommand]:
        """What can be done with whole texts."""
        current = self.drafts.current
        if current.text.strip():
            yield SystemCommand("text: save", "After a look at what that does", self.action_save)
            yield SystemCommand("text: save to a file", "As `.segql`", self.action_save_file)
        yield SystemCommand("text: open", "A segment, a revision, a file", self.action_open)
        yield SystemCommand("text: new", "This one is kept", self.action_new)
        if current.is_changed and current.text.strip():
            words = "Let go of what is not saved" if current.opened else "Let go of this text"
            yield SystemCommand("text: discard", words, self.discard)
        yield from super().commands()

    def discard(self) -> None:
        """Go back to what is saved, or to an empty text, once somebody has said so."""
        current = self.drafts.current

        def answered(goes_on: bool | None) -> None:
            if goes_on:
                self.drafts = evolve(self.drafts, current=evolve(current, text=current.opened))
                self._changed()

        title = f"Discard what is not saved of {current.title}?"
        self.app.push_screen(Question(title, "It cannot be had back.", yes="Discard"), answered)

    def action_new(self) -> None:
        """Begin an empty text."""
        self.put_in_front(self.drafts.untitled())

    def begin_text(self, text: str) -> None:
        """Begin another text with some words."""
        self.put_in_front(evolve(self.drafts.untitled(), text=text))

    def action_open(self) -> None:
        """Choose what to write on."""

        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                self._open(choice)

        changed = [one for one in self.drafts.others if one.is_changed]
        self.app.push_screen(OpenDialog(changed, self._let_go), chosen)

    def _let_go(self, key: str) -> None:
        """Discard a text that is not in front."""
        self.drafts = self.drafts.without(key)
        self.keep()

    def open_segment(self, name: str, revision: int | None = None) -> None:
        """Write on a segment; what was not saved of it comes back, but for an old revision."""
        self._open(Choice(f"segment {name}", name, "", revision))

    @work(exclusive=True, group="texts", exit_on_error=False)
    async def _open(self, choice: Choice) -> None:
        kept = self.drafts.find(choice.key)
        if kept is not None and kept.is_changed and choice.revision is None:
            self.put_in_front(kept)
            return
        kind, _, name = choice.key.partition(" ")
        if kind == "file":
            document = await self.ask(lambda project: file_document(project, Path(name)))
        else:
            if kept is not None and kept.is_changed:
                self.drafts = self.drafts.aside(choice.key)
            document = await self.ask(
                lambda project: segment_document(project, name, choice.revision)
            )
        self.put_in_front(document)

    def action_save(self) -> None:
        """Save to the database, after a look at what that does; a file is written too."""
        current = self.drafts.current
        if not current.text.strip():
            self.notify("there is nothing to save yet")
            return

        def ended(outcome: Outcome | None) -> None:
            if outcome is not None:
                self._saved(outcome)

        self.app.push_screen(SaveDialog(current.text, current.revisions), ended)

    @work(exclusive=True, group="texts", exit_on_error=False)
    async def _saved(self, outcome: Outcome) -> None:
        current = self.drafts.current
        if outcome.how == "theirs":
            theirs = await self.ask(lambda project: segment_document(project, outcome.name))
            self.drafts = self.drafts.aside(current.key)
            self.put_in_front(theirs)
            self.notify(self.app.keys.filled("your text is kept: {author.open} opens it"))
            return
        path = current.path
        if path is not None:
            write_file(path, outcome.text)
        revisions = await self.ask(lambda project: revisions_in(project, outcome.text))
        self.drafts = self.drafts.saved(outcome.text, revisions)
        self._changed()
        self.notify(outcome.words or "saved", markup=False)

    def action_save_file(self) -> None:
        """Save to a `.segql` file."""
        current = self.drafts.current

        def chosen(place: tuple[Path, str] | None) -> None:
            if place is not None:
                self._filed(*place)

        self.app.push_screen(PathDialog(current.text, current.path), chosen)

    @work(exclusive=True, group="texts", exit_on_error=False)
    async def _filed(self, path: Path, text: str) -> None:
        write_file(path, text)
        revisions = await self.ask(lambda project: revisions_in(project, text))
        self.drafts = self.drafts.filed(path, text, revisions)
        self._changed()
        self.notify(f"saved to {path}", markup=False)
