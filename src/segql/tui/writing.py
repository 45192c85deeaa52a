"""The pane in which people write: its title, the editor, and what is to be said of the text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from segql.app.writing import formatted_draft, is_file
from segql.editor.complete import complete
from segql.language.diagnostics import Diagnostic
from segql.model.display import visible
from segql.tui.completion import CompletionMenu
from segql.tui.diagnostics_list import DiagnosticsList
from segql.tui.drafts import Document
from segql.tui.editor import Editor
from segql.tui.looks import MUTED
from segql.tui.session import SessionApp
from segql.tui.words import Words

_BEFORE_NAMES: Final = ("did", "segment", "survey", "seen", "completed", "dismissed")
"""Words behind which a name stands alone, in quotes."""


class Writing(Vertical):
    """The editor and what stands round it; completion is looked up off the screen's thread."""

    DEFAULT_CSS = """
    Writing {
        height: 1fr; width: 1fr;
        & #title { height: 1; padding: 0 1; background: $panel; }
        & Editor { height: 1fr; }
    }
    """

    app: SessionApp

    def __init__(self, menu: CompletionMenu) -> None:
        """Take the menu, which is a child of the screen."""
        super().__init__(id="writing")
        self.editor = Editor(menu)
        self.said = DiagnosticsList()

    def compose(self) -> ComposeResult:
        """A title, the editor, what is to be said."""
        yield Words(id="title")
        yield self.editor
        yield self.said

    def entitle(self, document: Document) -> None:
        """Say which text it is, and whether it is saved."""
        mark = ("● ", "$text-warning") if document.is_changed else ("  ", "")
        state = "  not saved" if document.is_changed else ""
        self.query_one("#title", Words).say(
            Content.assemble(mark, (visible(document.title), "bold"), (state, MUTED))
        )

    def show_diagnostics(self, text: str, diagnostics: Sequence[Diagnostic]) -> None:
        """Mark and list what is to be said of `text`, unless it is another one by now."""
        if text == self.editor.text:
            self.editor.show_diagnostics(diagnostics)
            self.said.show(text, diagnostics)

    def insert_name(self, written: str) -> None:
        """Write a name at the cursor as it belongs there, in place of what is selected."""
        editor = self.editor
        start, end = sorted((editor.selection.start, editor.selection.end))
        before = editor.text[: editor.offset_of(start)]
        if before.rstrip().endswith(_BEFORE_NAMES) and '"' in written:
            written = written[written.index('"') :]
        if before and before[-1] not in " \n(":
            written = f" {written}"
        editor.history.checkpoint()
        editor.replace(written, start, end, maintain_selection_offset=False)
        editor.history.checkpoint()
        editor.move_cursor(editor.location_of(len(before) + len(written)))
        editor.focus()

    def on_editor_completion_asked(self, event: Editor.CompletionAsked) -> None:
        """Look up what may be written."""
        event.stop()
        self._complete(event)

    @work(exclusive=True, group="complete", exit_on_error=False)
    async def _complete(self, event: Editor.CompletionAsked) -> None:
        text, at = event.text, event.at
        found = await self.app.session.run(
            lambda project: complete(text, at, project.vocabulary(), file=is_file(text))
        )
        self.editor.show_completions(found, event)

    def on_diagnostics_list_chosen(self, event: DiagnosticsList.Chosen) -> None:
        """Go to the place."""
        event.stop()
        self.editor.move_cursor(self.editor.location_of(event.diagnostic.span.start))
        self.editor.focus()

    def fix(self) -> None:
        """Mend what is at the cursor, or the first thing that can be mended."""
        said = None
        if self.said.text == self.editor.text:
            said = self.said.fix_at(self.editor.at)
        if said is None or said.fix is None:
            self.notify("there is nothing that can be mended by itself")
            return
        self.editor.write_over(said.fix.span, said.fix.replacement)
        self.notify(visible(said.fix.label), markup=False)

    def format(self) -> None:
        """Bring the text into canonical form, as one step of undo; the cursor stays in its line."""
        editor = self.editor
        found = formatted_draft(editor.text)
        if found is None:
            self.notify("a text with mistakes cannot be formatted", severity="warning")
        elif found != editor.text:
            location = editor.cursor_location
            editor.history.checkpoint()
            editor.replace(found, (0, 0), editor.document.end)
            editor.history.checkpoint()
            editor.move_cursor(editor.clamp_visitable(location))
