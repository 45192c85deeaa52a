"""A text cut into tokens before it is parsed; finds mistakes of single tokens, and the limits.

One pass in linear time that never fails. Comments and white space are passed over.
"""

from __future__ import annotations

from itertools import islice
from typing import Final

from attrs import frozen

from segql.language import lexical
from segql.language.diagnostics import Diagnostic
from segql.language.limits import MAX_BYTES, MAX_FILE_BYTES, MAX_TOKENS, beyond_limits
from segql.language.source import Span
from segql.language.tokens import KIND_BY_GROUP, NEXT, Token

MOST_DIGITS: Final = 20
_MOST_MISTAKES: Final = 100
"""As many as are told; then the rest of a text is not looked at."""
_BLANKS: Final = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\ufeff"
_FLAWLESS: Final = frozenset(("word", "mark", "operator", "date"))


@frozen
class Scanned:
    """The tokens of a text, and what is wrong with single ones of them."""

    tokens: tuple[Token, ...]
    diagnostics: tuple[Diagnostic, ...]
    passable: str | None = None
    """The text with something of equal length and kind in the place of faulty tokens, so that the
    rest can be looked at; None if the text is beyond a limit."""


def scan(text: str, *, max_bytes: int = MAX_BYTES) -> Scanned:
    """The tokens of `text`, with errors about strings, numbers, characters and limits.

    The limits are those of one rule; in a file each `when` begins a new one.
    After an unclosed string the rest of its line is taken for the string.
    """
    size = len(text.encode("utf-8", "surrogatepass")) if len(text) > max_bytes // 4 else 0
    if size > max_bytes:
        return Scanned((), (lexical.too_long(size, max_bytes, Span(0, 0)),))
    tokens: list[Token] = []
    found: list[Diagnostic] = []
    passable: list[str] = []
    copied = faults = start = end = 0
    length = len(text.rstrip(_BLANKS))
    most = MAX_TOKENS + 1 if max_bytes <= MAX_BYTES else None
    for match in islice(NEXT.finditer(text, 0, length), most):
        group = match.lastindex or 0
        kind, written = KIND_BY_GROUP[group], match[group]
        start, end = match.span(group)
        token = tuple.__new__(Token, (kind, written, start, end))  # twice as fast as `Token(…)`
        if kind in _FLAWLESS or _is_plain(kind, written):
            tokens.append(token)
            continue
        if kind == "comment":
            continue
        if kind == "open":
            found.append(lexical.unclosed_text(text, _opening(text, tokens, token), end))
            token = Token("unclosed", written, start, end)
        else:
            found.extend(_mistakes(token, tokens[-1] if tokens else None))
        if len(found) > faults:
            faults = len(found)
            passable += (text[copied:start], _stand_in(token, tokens))
            copied = end
            if faults >= _MOST_MISTAKES:
                return Scanned(tuple(tokens), tuple(found))
        tokens.append(token)
    beyond = beyond_limits(text, tokens)
    if end < length and not beyond:  # so many with its comments
        beyond = [lexical.too_many_words(MAX_TOKENS, Span(start, end))]
    rest = None if beyond or not found else "".join((*passable, text[copied:]))
    return Scanned(tuple(tokens), (*found, *beyond), rest)


def _is_plain(kind: str, written: str) -> bool:
    """Whether a token has nothing in which a mistake could be, as nearly all have not."""
    if kind == "text" or kind == "single":
        return written.isascii() and "\\" not in written
    return (kind == "number" or kind == "length") and len(written) < 16  # exact in a double


def _stand_in(token: Token, tokens: list[Token]) -> str:
    """A token that is right, of the length of one that is not, and as like it as can be."""
    length = token.end - token.start
    match token.kind:
        case "text" | "single" | "curly" | "unclosed" if length > 1:
            return f'"{"x" * (length - 2)}"'
        case "glued" if tokens and tokens[-1].text == ".":
            return "x" * length
        case "glued" | "length" if length > 1:
            return "1d".ljust(length)
        case "number":
            return "1".ljust(length)
        case "instant" | "near_date":
            return "today".ljust(length)
        case _:
            return " " * length


def _opening(text: str, tokens: list[Token], last: Token) -> int:
    """The quote that is never closed, when the quotes of a line do not come out even.

    The `last` one is left over; but a string before it that ends in a blank, with a word right
    behind it, has probably swallowed what should stand outside.
    """
    line = text.rfind("\n", 0, last.start) + 1
    after = last
    for token in reversed(tokens):
        if token.start < line:
            break
        is_joined = token.end == after.start and after.kind == "word"
        if is_joined and token.kind == "text" and token.text.endswith(' "'):
            return token.start
        after = token
    return last.start


def _mistakes(token: Token, before: Token | None) -> list[Diagnostic]:
    match token.kind:
        case "text" | "single" | "curly":
            return lexical.text_mistakes(token.text, token.start)
        case "number":
            return lexical.number_mistakes(token.text, token.span)
        case "instant":
            return lexical.instant_mistakes(token.text, token.span)
        case "glued" if before is not None and before.text == ".":
            return [lexical.unquoted_name(token.text, token.span)]
        case "glued":
            return lexical.glued_mistakes(token.text, token.span)
        case "length" if len(token.text) > MOST_DIGITS:
            return [lexical.too_many_digits(token.span)]
        case "near_date":
            return [lexical.near_date(token.text, token.span)]
        case "other":
            return [lexical.strange_character(token.text, token.span)]
        case _:
            return []


__all__ = ["MAX_BYTES", "MAX_FILE_BYTES", "Scanned", "Token", "scan"]
