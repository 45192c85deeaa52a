"""The screen where people write segments: names, editor, live preview."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.timer import Timer
from textual.widgets import TextArea

from segql.app.shelf import known_names, said_of
from segql.model.errors import SegqlError
from segql.tui.assessment import (
    Assessed,
    Evaluations,
    condition_words,
    diagnostics_of,
    needs_another_segment,
)
from segql.tui.completion import CompletionMenu
from segql.tui.editor import Editor
from segql.tui.keys import binding
from segql.tui.navigator import Navigator
from segql.tui.preview import PreviewPane
from segql.tui.texts import TextsPage
from segql.tui.writing import Writing

PAUSE_S: Final = 0.08
"""So long nobody types before the text is looked at."""
KEEP_S: Final = 0.4
"""So long nobody types before the text is kept on disk."""
WIDE: Final = 120
"""From so many columns on the preview stands at the right, with fewer below the editor."""
NARROW: Final = 90
"""With fewer columns the names show when they are asked for only."""
_TOLD: Final = 8
"""Of so many names at a time it is read what the data say."""


class AuthorPage(TextsPage):
    """Write a rule or a `.segql` file, see whom it holds for, save it."""

    TITLE = "write"
    HELP: ClassVar[str] = """
# Write

A rule, or a `.segql` file with `segment "…"`, is checked and counted while it is typed.
{author.save} shows what saving would change before it does, {author.open} opens segments, their
revisions, files, and texts that are not saved. Shift+Tab leaves the editor. Nothing is lost: what
is not saved is there again at the next start.
"""
    DEFAULT_CSS = """
    AuthorPage {
        & Navigator { width: 26; border-right: solid $panel; }
        & #work { layout: vertical; width: 1fr; height: 1fr; }
        & PreviewPane { height: 1fr; border-top: solid $panel; }
        &.-wide #work { layout: horizontal; }
        &.-wide PreviewPane { width: 46%; height: 1fr; border-top: none;
                              border-left: solid $panel; }
        &.-names-hidden Navigator { display: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        binding("author.save"),
        binding("author.fix"),
        binding("author.format"),
        binding("author.open"),
        binding("author.new", show=False),
        binding("author.file", show=False),
        binding("author.names", show=False),
        binding("author.members", show=False),
    ]
    AUTO_FOCUS = "#editor"

    def __init__(self) -> None:
        """Begin with nothing looked at."""
        super().__init__()
        self.assessed: Assessed | None = None
        self._evaluations: Evaluations | None = None
        self._pauses: dict[str, Timer] = {}
        self._narrow: bool | None = None

    def contents(self) -> ComposeResult:
        """Names, the editor with what is to be said of the text, the preview."""
        menu = CompletionMenu()
        # First: a widget that comes and goes has all those before it drawn anew.
        yield menu
        with Horizontal():
            yield Navigator()
            with Vertical(id="work"):
                yield Writing(menu)
                yield PreviewPane()

    # The life of the screen

    def on_mount(self) -> None:
        """Show the text that was in front when the app was last left."""
        session = self.app.session
        self._evaluations = Evaluations(session.another())
        self.load_texts()

    def on_unmount(self) -> None:
        """Keep the text, and let the database go."""
        self.keep_for_good()
        if self._evaluations is not None:
            self._evaluations.close()

    def on_resize(self, event: Resize) -> None:
        """Lay the panes out for the width."""
        width, narrow = event.size.width, event.size.width < NARROW
        self.set_class(width >= WIDE, "-wide")
        if self._narrow != narrow:
            self._narrow = narrow
            self.set_class(narrow, "-names-hidden")
        self.query_one(PreviewPane).set_class(width < WIDE, "-flat")

    def reload(self) -> None:
        """Read the names anew, and look at the text again."""
        self._read_names()
        self._look()

    @property
    def editor(self) -> Editor:
        """The editor."""
        return self.query_one(Writing).editor

    def _after(self, pause_s: float, action: Callable[[], object]) -> None:
        """Call `action` once nothing has asked for it for so long."""
        name = action.__name__
        if name in self._pauses:
            self._pauses[name].stop()
        self._pauses[name] = self.set_timer(pause_s, action)

    # Names

    @work(exclusive=True, group="names", exit_on_error=False)
    async def _read_names(self) -> None:
        names = await self.ask(known_names)
        navigator = self.query_one(Navigator)
        navigator.show(names)
        for start in range(0, len(names), _TOLD):
            navigator.tell(await self.ask(partial(said_of, names=names[start : start + _TOLD])))

    def on_navigator_wanted(self, event: Navigator.Wanted) -> None:
        """Insert a name at the cursor."""
        self.query_one(Writing).insert_name(event.known.insert)

    def commands(self) -> Iterable[SystemCommand]:
        """What can be done with the text."""
        yield from super().commands()
        editor, said = self.editor, self.query_one(Writing).said
        if editor.text.strip():
            yield SystemCommand("text: format", "As everybody writes it", self.action_format)
        if said.fix_at(editor.at) is not None:
            yield SystemCommand("text: fix", "Mend what is underlined", self.action_fix)
        yield SystemCommand("text: complete", "All that may stand here", editor.action_complete)
        yield SystemCommand("view: names", "Show or hide them", self.action_names)
        if self.assessed is not None and self.assessed.preview is not None:
            yield SystemCommand("view: members", "Go to the table", self.action_members)

    def action_names(self) -> None:
        """Show the names, or hide them; the filter gets the focus when they come."""
        self.toggle_class("-names-hidden")
        if self.has_class("-names-hidden"):
            self.editor.focus()
        else:
            self.query_one("#filter").focus()

    # Looking at the text

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """The text is another one: what is under way is stale."""
        if event.text_area is not self.editor:
            return
        self.drafts = self.drafts.written(self.editor.text, self.editor.at)
        self.query_one(Writing).entitle(self.drafts.current)
        if self._evaluations is not None:
            self._evaluations.stop()
        self.query_one(PreviewPane).stale()
        self._after(PAUSE_S, self._look)
        self._after(KEEP_S, self.keep)

    def on_text_area_selection_changed(self, event: TextArea.SelectionChanged) -> None:
        """Count the condition at the cursor, which is known already."""
        if event.text_area is not self.editor or self.assessed is None:
            return
        if self.editor.text == self.assessed.draft.text:
            if needs_another_segment(self.assessed, self.editor.at):
                self._look()
            else:
                self._tell_condition()

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _look(self) -> None:
        evaluations, text, at = self._evaluations, self.editor.text, self.editor.at
        if evaluations is None:
            return
        evaluations.stop()
        diagnostics = await diagnostics_of(self.app.session, text)
        self.query_one(Writing).show_diagnostics(text, diagnostics)
        try:
            assessed = await evaluations.assess(text, at, diagnostics, self.drafts.current.segment)
        except SegqlError as error:
            if error.code != "cancelled":
                raise
            return
        if text != self.editor.text:
            return
        self.assessed = assessed
        pane = self.query_one(PreviewPane)
        if assessed.preview is None:
            pane.say(assessed.words)
        else:
            pane.show(assessed.preview)
        self._tell_condition()

    def _tell_condition(self) -> None:
        if self.assessed is not None:
            found = condition_words(self.assessed, self.editor.at)
            self.query_one(PreviewPane).say_condition(found)

    def on_preview_pane_highlighted(self, event: PreviewPane.Highlighted) -> None:
        """Say why, of the member at the cursor."""
        self._explain(event.external)

    @work(exclusive=True, group="why", exit_on_error=False)
    async def _explain(self, external: str) -> None:
        assessed, evaluations = self.assessed, self._evaluations
        if assessed is None or assessed.preview is None or evaluations is None:
            return
        why = await evaluations.why(assessed.draft, external)
        if self.assessed is assessed:
            self.query_one(PreviewPane).show_why(external, why)

    def action_members(self) -> None:
        """Go to the table of members."""
        self.query_one("#members").focus()

    def action_back(self) -> None:
        """Back to the editor."""
        self.editor.focus()

    def action_fix(self) -> None:
        """Mend a mistake."""
        self.query_one(Writing).fix()

    def action_format(self) -> None:
        """Bring the text into canonical form."""
        self.query_one(Writing).format()

    # The text in front

    def show_text(self) -> None:
        """Show the text in front."""
        document = self.drafts.current
        self.assessed = None
        self.editor.load(document.text, document.at)
        self.query_one(Writing).entitle(document)
        self._look()
        self.editor.focus()
