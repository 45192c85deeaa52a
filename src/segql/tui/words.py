"""Text on the screen that costs nothing while it stays the same."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class Words(Static):
    """A text that is drawn anew only where it differs.

    Where its height stays what it is, nothing else on the screen is laid out anew, which would hold
    up whoever is typing.
    """

    _said = Content("")

    def say(self, words: Content) -> None:
        """Show `words`."""
        if words.is_same(self._said):
            return
        lines, before = words.split("\n"), self._said.split("\n")
        self._said = words
        widest = max(line.cell_length for line in (*lines, *before))
        folds = widest > self.content_size.width and self.styles.text_wrap != "nowrap"
        self.update(words, layout=folds or len(lines) != len(before) or not self.size)
