"""What is to be said of the text, below it: one line each, with the fix where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from segql.language.diagnostics import Diagnostic, Severity
from segql.language.source import Source
from segql.model.display import visible
from segql.tui.looks import MUTED
from segql.tui.session import SessionApp

_LOOKS = {
    Severity.ERROR: ("✗", "$text-error"),
    Severity.WARNING: ("!", "$text-warning"),
    Severity.HINT: ("·", "$text-secondary"),
}


class DiagnosticsList(OptionList):
    """Errors, warnings and hints by place; Enter goes there. Hidden where there are none."""

    DEFAULT_CSS = """
    DiagnosticsList {
        height: auto; max-height: 7; border: none; border-top: solid $panel; padding: 0;
        background: $surface; display: none;
        &:focus { border: none; border-top: solid $panel; }
        &.-any { display: block; }
    }
    """

    HELP: ClassVar[str] = """
# What is to be said

Mistakes (`✗`), warnings (`!`) and hints (`·`) by their place. Enter goes there; {author.fix} mends
the one at the cursor of the text, or the first that can be mended.
"""

    app: SessionApp

    class Chosen(Message):
        """Somebody wants to go to the place of a diagnostic."""

        def __init__(self, diagnostic: Diagnostic) -> None:
            """Take what was chosen."""
            super().__init__()
            self.diagnostic = diagnostic

    def __init__(self) -> None:
        """Begin with nothing to say."""
        super().__init__(id="diagnostics")
        self.text = ""
        self.diagnostics: tuple[Diagnostic, ...] = ()
        self._shown: list[Content] = []

    def show(self, text: str, diagnostics: Sequence[Diagnostic]) -> None:
        """Show what is to be said of `text`."""
        self.text, self.diagnostics = text, tuple(diagnostics)
        self.set_class(bool(diagnostics), "-any")
        source, key = Source(text), self.app.keys.words("author.fix")
        prompts = [_prompt(one, source, key) for one in diagnostics]
        if len(prompts) == len(self._shown) and all(map(Content.is_same, prompts, self._shown)):
            return
        self._shown = prompts
        self.clear_options()
        self.add_options(map(Option, prompts))

    def fix_at(self, at: int) -> Diagnostic | None:
        """What the quick fix mends: at the cursor, else the first that has a fix."""
        mendable = [one for one in self.diagnostics if one.fix is not None]
        for one in mendable:
            if one.span.start <= at <= one.span.end:
                return one
        return mendable[0] if mendable else None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go to the place."""
        event.stop()
        self.post_message(self.Chosen(self.diagnostics[event.option_index]))


def _prompt(one: Diagnostic, source: Source, key: str) -> Content:
    line, column = source.line_column(one.span.start)
    mark, colour = _LOOKS[one.severity]
    mend = ""
    if one.fix is not None:
        mend = f"\n    {key}: {visible(one.fix.label)}"
    elif one.help is not None:
        mend = f"\n    {visible(one.help)}"
    return Content.assemble(
        (f"{mark} ", colour),
        (f"{line}:{column} ", MUTED),
        visible(one.message),
        (mend, MUTED),
    )
