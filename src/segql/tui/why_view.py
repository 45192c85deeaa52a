"""The verdict on a rule for one profile: what `segql why` prints, coloured, at any width."""

from __future__ import annotations

import re
from typing import Final

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.events import Resize
from textual.widgets import Static

from segql.model.display import visible
from segql.model.why import MARKS, Why, outlook_lines, render

_STYLES: Final = {MARKS[True]: "bold green", MARKS[False]: "bold red"}
_MARK: Final = re.compile(f"^[│├└─ ]*([{''.join(_STYLES)}]) ")


class WhyView(VerticalScroll):
    """A line per condition with its mark and what was found; below, what would change it."""

    DEFAULT_CSS = """
    WhyView { height: 1fr; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        """Nothing yet; `show` fills it."""
        super().__init__(id=id)
        self._why: Why | None = None
        self._words = ""

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static(id="why-text")

    def show(self, why: Why) -> None:
        """Show a verdict, and how it will change."""
        self._why = why
        self._draw()
        self.scroll_home(animate=False)

    def say(self, words: str) -> None:
        """Show words instead of a verdict."""
        self._why, self._words = None, words
        self._draw()

    def on_resize(self, _event: Resize) -> None:
        """Fold the lines anew."""
        self._draw()

    def _draw(self) -> None:
        if self._why is None:
            drawn = Text(visible(self._words), style="dim")
        else:
            width = max(30, self.size.width - 4)
            lines = [*render(self._why, width=width).splitlines(), *outlook_lines(self._why)]
            drawn = Text("\n").join(map(_coloured, lines))
        self.query_one("#why-text", Static).update(drawn)


def _coloured(line: str) -> Text:
    text = Text(visible(line))
    mark = _MARK.match(text.plain)
    if mark is not None:
        text.stylize(_STYLES[mark[1]], mark.start(1), mark.end(1))
    elif "→" in text.plain:
        text.stylize("italic")
    return text
