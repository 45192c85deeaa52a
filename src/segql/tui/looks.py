"""Styles of pieces of text, from the variables of the theme, so that every theme has them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from rich.text import Text
from textual.content import Content

from segql.model.display import visible

if TYPE_CHECKING:
    from segql.app.reasons import Because

MUTED: Final = "$foreground 60%"
"""What matters less. `$text-muted` has its colour from what is behind it, which pieces lack."""


def differing(lines: Iterable[str]) -> Content:
    """Lines of a unified diff; what each does is its first character, colours only repeat it."""
    colours = {"+": "$text-success", "-": "$text-error", "@": MUTED}
    return Content("\n").join(
        [Content.styled(visible(line), colours.get(line[:1], "")) for line in lines]
    )


def reason(because: Because) -> Text:
    """Why a flip was, in words, and what that is known by."""
    said = Text(visible(because.words))
    if because.reference:
        said.append(f" ({because.reference})", style="dim")
    return said
