"""Styles of pieces of text, from the variables of the theme, so that every theme has them."""

from __future__ import annotations

from typing import Final

MUTED: Final = "$foreground 60%"
"""What matters less. `$text-muted` has its colour from what is behind it, which pieces lack."""
