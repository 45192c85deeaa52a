"""Text and position → what is being written there, and what stands before it.

A text that is wrong before the cursor is read as well as can be: slips as what they mean, a token
that is missing as if it were there, the rest of a broken condition as one that holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from attrs import define, field, frozen

from segql.editor.roles import Roles
from segql.editor.stand import Stand, start_of, terminals_of
from segql.language.lexical import unescaped
from segql.language.parse import mended
from segql.language.scan import scan
from segql.language.slips import slips_in
from segql.language.source import Span
from segql.language.tokens import TOKEN, Token
from segql.model.instants import read_instant, zone_named

_QUOTES: Final = frozenset("\"'“”„‟‘’‚‛")
_CLOSING: Final = {
    '"': '"',
    "'": "'",
    **dict.fromkeys("“”„‟", '“”„‟"'),
    **dict.fromkeys("‘’‚‛", "‘’‚‛'"),
}
_WORD_REST: Final = re.compile(r"\w*")
_EDITED: Final = frozenset(
    {"word", "number", "length", "glued", "operator", "open", "near_date", "date", "instant",
     "other"}
)  # fmt: skip
_SEGMENT_LINE: Final = re.compile(r"^[ \t\ufeff]*segment[ \t]+[\"“']", re.MULTILINE)
_STAND_INS: Final = ("STRING", "NAME", "INT", "DURATION", "DOT", "LPAR", "OP")
_ENDS_CONDITION: Final = frozenset(
    {"AND", "OR", "RPAR", "COMMA", "SEGMENT", "WHEN", "DESCRIPTION", "ON_ENTER", "ON_LEAVE"}
)


@frozen
class Cursor:
    """A position in a text: what is half written there, and what stands before that."""

    span: Span
    """What a completion replaces: the half-written piece, and what belongs to it behind."""
    typed: str
    """The piece up to the position; of a string, what it says so far."""
    kind: str
    """`""` between tokens, `text` inside a string, else the kind of the half-written token."""
    head: Sequence[Token]
    """The tokens before the piece, in a file those since the segment began."""
    stand: Stand
    roles: Roles
    is_joined: bool
    """Whether the token before touches the piece, so that a word needs a blank between."""
    is_right: bool
    """Whether everything before was right."""

    def says(self, step: int) -> str:
        """What the token before the piece says, for -1; for -2 the one before that, and so on."""
        return self.head[step].text if len(self.head) >= -step else ""


def cursor_at(text: str, at: int, *, start: str) -> Cursor | None:
    """The cursor at `at` in a text that is a `rule` or a `file`; None inside a comment."""
    begin = _segment_before(text, at) if start == "file" else 0
    tokens = _tokens(text, begin, at)
    last = tokens[-1] if tokens else None
    if last is not None and last.end == at:
        if last.kind in ("comment", "remark"):
            return None
        if last.kind in _EDITED:
            kept = [one for one in tokens[:-1] if one.kind not in ("comment", "remark")]
            return _edited(text, last, kept, start)
    kept = [one for one in tokens if one.kind not in ("comment", "remark")]
    return _cursor(Span(at, at), "", "", kept, start)


def behind(cursor: Cursor, text: str, at: int, *, start: str) -> Cursor:
    """The cursor behind the piece that is being written, taken for a finished token."""
    token = Token(cursor.kind, text[cursor.span.start : at], cursor.span.start, at)
    return _cursor(Span(at, at), "", "", [*cursor.head, token], start)


def is_taken(cursor: Cursor) -> bool:
    """Whether the half-written piece, as it is, is a token that the grammar takes."""
    token = Token(cursor.kind, cursor.typed, 0, len(cursor.typed))
    is_instant = cursor.kind == "instant"
    if is_instant and (
        scan(cursor.typed).diagnostics or read_instant(cursor.typed, zone_named("UTC")) is None
    ):
        return False
    return any(cursor.stand.takes(one) for one in terminals_of((token,), "rule"))


def line_begun(cursor: Cursor, *, start: str) -> Cursor | None:
    """The same place as the middle of `on enter` or `on leave`, which are one word each.

    None where `on` does not stand before it, or no such line may begin.
    """
    last = cursor.head[-1] if cursor.head else None
    if start != "file" or last is None or last.text != "on" or cursor.kind not in ("", "word"):
        return None
    span = Span(last.start, cursor.span.end)
    found = _cursor(span, f"on {cursor.typed}", "word", [*cursor.head[:-1]], start)
    return found if found.stand.takes("ON_ENTER") else None


def _segment_before(text: str, at: int) -> int:
    """Where the segment round `at` begins: files may be long, segments are not."""
    begin = 0
    for match in _SEGMENT_LINE.finditer(text, 0, at):
        if not text[: match.start()].rstrip().endswith((" in", "\nin", "(in")):
            begin = match.start()
    return begin


def _tokens(text: str, begin: int, end: int) -> list[Token]:
    return [
        Token(str(match.lastgroup), match[0], match.start(), match.end())
        for match in TOKEN.finditer(text, begin, end)
        if match.lastgroup != "blank"
    ]


def _edited(text: str, last: Token, head: list[Token], start: str) -> Cursor:
    end, typed, kind = last.end, last.text, last.kind
    if kind == "open":
        end, kind = _end_of_text(text, last.end, last.text[0]), "text"
        typed = unescaped(last.text[1:])
    elif kind not in ("operator", "other"):
        rest = _WORD_REST.match(text, end)
        end = end if rest is None else rest.end()
    return _cursor(Span(last.start, end), typed, kind, head, start)


def _end_of_text(text: str, at: int, quote: str) -> int:
    """Where a string that is open at `at` ends, or `at` if its line does not close it.

    It does if an odd number of its quotes stand behind; else each of them is of another string.
    """
    line_end = text.find("\n", at)
    closing = _CLOSING[quote]
    places = [
        place
        for place in range(at, len(text) if line_end < 0 else line_end)
        if text[place] in closing and text[place - 1] != "\\"
    ]
    return places[0] + 1 if len(places) % 2 else at


def _cursor(span: Span, typed: str, kind: str, head: list[Token], start: str) -> Cursor:
    stand, is_right = _stand(head, start)
    roles = Roles()
    for token, dotted in _dotted(head):
        roles.take(token.kind, token.text, is_prefix=dotted)
    before = head[-1] if head else None
    joined = before is not None and before.end == span.start and before.text not in ("(", ".")
    return Cursor(span, typed, kind, head, stand, roles, joined, is_right)


def _dotted(tokens: Sequence[Token]) -> Iterable[tuple[Token, bool]]:
    """Tokens, and whether a dot comes next."""
    for token, following in pairwise(tokens):
        yield token, following.text == "."
    if tokens:
        yield tokens[-1], False


def _stand(head: list[Token], start: str) -> tuple[Stand, bool]:
    right = _Reading(start_of(start))
    if right.read(head, start, mending=False):
        return right.stand, True
    written = " ".join(token.text for token in head)
    tokens = _tokens(written, 0, len(written))
    reading = _Reading(start_of(start))
    reading.read(mended(tokens, slips_in(written, tokens)), start, mending=True)
    return reading.stand, False


@define
class _Reading:
    """Takes tokens one by one; what is wrong is mended, or passed over."""

    stand: Stand
    _starts: list[Stand] = field(factory=list)
    """The places at which the open conditions began, the innermost last."""

    def read(self, tokens: Sequence[Token], start: str, *, mending: bool) -> bool:
        """Take all tokens; without `mending`, False at the first that is wrong."""
        for terminal in terminals_of(tokens, start):
            if mending and self.stand.takes("EVERYONE"):
                self._starts.append(self.stand)
            taken = self.stand.taking(terminal)
            following = None if taken is None else self.stand.after(taken)
            if following is None and not mending:
                return False
            self.stand = following or self._mended(terminal) or self.stand
        return True

    def _mended(self, terminal: str) -> Stand | None:
        """The place behind a token that is wrong, as if one before it were not missing."""
        for missing in _STAND_INS:
            following = self.stand.through((missing, terminal))
            if following is not None:
                return following
        if terminal in _ENDS_CONDITION:
            for begun in reversed(self._starts[-64:]):
                following = begun.through(("EVERYONE", terminal))
                if following is not None:
                    return following
        return None
