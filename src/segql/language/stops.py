"""Where the parser stopped, and what stands round it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from segql.language.scan import Token
from segql.language.source import Span

STARTS: Final = (
    "trait", "account", "did", "saw", "completed", "dismissed", "survey", "everyone", "not",
    "never", "first", "last", "all", "any", "every",
)  # fmt: skip
"""Words that begin a condition, and nothing else where a condition may end."""


@frozen
class Stop:
    """Where the parser stopped: the tokens, the index of the one it refused, what it would take.

    The index is that of the end when it is `len(tokens)`.
    """

    tokens: Sequence[Token]
    index: int
    accepted: frozenset[str]
    length: int
    """Code points of the text, without white space at its end."""

    @property
    def found(self) -> Token | None:
        """The refused token, None at the end."""
        return self.tokens[self.index] if self.index < len(self.tokens) else None

    @property
    def before(self) -> Token | None:
        """The last token that was taken."""
        return self.tokens[self.index - 1] if self.index else None

    @property
    def span(self) -> Span:
        """Where to point."""
        return self.found.span if self.found is not None else Span(self.length, self.length)

    def text(self, step: int) -> str:
        """What the token says that stands `step` places from the refused one."""
        index = self.index + step
        return self.tokens[index].text if 0 <= index < len(self.tokens) else ""

    def kind(self) -> str:
        """The kind of the refused token."""
        return "" if self.found is None else self.found.kind
