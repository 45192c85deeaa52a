"""What is common to rows of every format: bad ones, and lines that cannot be read."""

from __future__ import annotations

import re
from typing import Final

from attrs import frozen

MAX_LINE: Final = 4 * 1024 * 1024
"""Characters of a line; a longer one is rejected without being held in memory."""
TOO_LONG: Final = f"the line is longer than {MAX_LINE:,} characters"
"""The reason why such a line is bad."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@frozen
class Bad:
    """A row that cannot be read: why, and the text of it."""

    line: int
    reason: str
    text: str


def fault_in(text: str) -> str | None:
    """Why a text decoded with `surrogateescape` is no UTF-8, or None when it is."""
    if text.isascii():
        return None
    found = _SURROGATE.search(text)
    if found is None:
        return None
    code = ord(found.group())
    if 0xDC80 <= code <= 0xDCFF:
        return f"the row is not UTF-8 (byte 0x{code - 0xDC00:02x})"
    return "the row is not UTF-8"
