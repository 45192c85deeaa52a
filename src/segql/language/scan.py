"""A text cut into tokens before it is parsed; finds mistakes of single tokens, and the limits.

One pass in linear time that never fails. Comments and white space are passed over.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from attrs import frozen

from segql.language import lexical
from segql.language.diagnostics import Diagnostic
from segql.language.source import Span

MAX_BYTES: Final = 64 * 1024
MAX_FILE_BYTES: Final = 16 * 1024 * 1024
MAX_LEVELS: Final = 64
MAX_LIST_ITEMS: Final = 10_000
MOST_DIGITS: Final = 20

_KINDS: Final = r"""
      (?P<word>[^\W\d]\w*)
    | (?P<text>"[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+")
    | (?P<mark>[(),%]|\.(?!\d)|(?<=[\w"”’'])\.)
    | (?P<comment>\#[^\n]*)
    | (?P<remark>(?:--|//)[^\n]*)
    | (?P<single>'[^'\\\n]*+(?:\\[^\n][^'\\\n]*+)*+')
    | (?P<curly>[“”„‟](?:[^“”„‟"\\\n]|\\[^\n])*+[“”„‟"]|[‘’‚‛](?:[^‘’‚‛'\\\n]|\\[^\n])*+[‘’‚‛'])
    | (?P<open>["'“”„‟‘’‚‛][^\n]*)
    | (?P<instant>\d{4}-\d{2}-\d{2}[Tt ]\d{1,2}:[\d:.,]*(?:[Zz]|[+-]\d{2}:?\d{2})?)
    | (?P<date>\d{4}-\d{2}-\d{2}(?![\w-]))
    | (?P<near_date>\d{4}-\d{1,2}(?![\w-])|\d{4}-\d{1,2}-[\w:.+-]*)
    | (?P<number>-?\d+(?:_\d+)*(?:\.\d+(?:_\d+)*)?(?![\w.]))
    | (?P<length>\d+(?:_\d+)*(?:s|min|h|d|w|mo|y)(?!\w))
    | (?P<glued>-?\d[\w.]*(?:(?<=[eE])[-+]\d+)?|\.\d[\w.]*)
    | (?P<operator>===|!==|==|!=|<=|>=|=<|=>|<>|&&|\|\||=~|[=<>!≤≥≠])
    | (?P<other>.)
"""
_FLAGS: Final = re.VERBOSE | re.DOTALL
TOKEN: Final = re.compile(rf"(?P<blank>[\s\ufeff]+) | {_KINDS}", _FLAGS)
"""The next token; takes any character, and the rest of its line after a quote never closed."""
_NEXT: Final = re.compile(rf"[\s\ufeff]*+(?:{_KINDS})", _FLAGS)
"""The same without a token for blanks: half as many."""
_BLANKS: Final = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\ufeff"
_FLAWLESS: Final = frozenset(("word", "mark", "operator", "date"))
_KIND_BY_GROUP: Final = {group: kind for kind, group in _NEXT.groupindex.items()}


class Token(NamedTuple):
    """A piece of a text: its `kind` (a group of the pattern above), what is written, and where."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.start, self.end)


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
    copied = faults = 0
    for match in _NEXT.finditer(text, 0, len(text.rstrip(_BLANKS))):
        group = match.lastindex or 0
        kind, written = _KIND_BY_GROUP[group], match[group]
        start, end = match.span(group)
        token = Token(kind, written, start, end)
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
        tokens.append(token)
    beyond = _beyond_limits(text, tokens)
    rest = None if beyond or not found else "".join((*passable, text[copied:]))
    return Scanned(tuple(tokens), (*found, *beyond), rest)


def _is_plain(kind: str, written: str) -> bool:
    """Whether a token has nothing in which a mistake could be, as nearly all have not."""
    if kind == "text":
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


_BEFORE_OPERAND: Final = frozenset(
    {"", "(", ",", "and", "or", "not", "&&", "||", "!", "when", "teammate"}
)
"""Words before a `not` that negates a condition; any other `not` belongs to a test or a clause."""


def _beyond_limits(text: str, tokens: list[Token]) -> list[Diagnostic]:
    """The first place at which a limit is passed."""
    levels = text.count("(") + text.count("not") + text.count("!")
    if levels <= MAX_LEVELS and text.count(",") < MAX_LIST_ITEMS:
        return []  # as nearly always: no need to look closer
    open_levels: list[int] = []
    nots = 0
    items = [0]
    for index, token in enumerate(tokens):
        match token.text:
            case "(":
                open_levels.append(nots)
                items.append(1)
            case ")" if open_levels:
                nots = open_levels.pop()
                items.pop()
            case ",":
                is_last = index + 1 < len(tokens) and tokens[index + 1].text == ")"
                items[-1] += not is_last
                nots = open_levels[-1] if open_levels else 0
                if items[-1] > MAX_LIST_ITEMS:
                    return [lexical.too_many_items(MAX_LIST_ITEMS, token.span)]
            case "not" | "!" if _before(tokens, index) in _BEFORE_OPERAND:
                nots += 1
            case "and" | "or" | "&&" | "||":
                nots = open_levels[-1] if open_levels else 0
            case "when" if not _is_key(tokens, index):
                nots = 0
        if len(open_levels) + nots > MAX_LEVELS:
            return [lexical.too_deep(MAX_LEVELS, token.span)]
    return []


def _before(tokens: list[Token], index: int) -> str:
    return tokens[index - 1].text if index else ""


def _is_key(tokens: list[Token], index: int) -> bool:
    return index > 0 and tokens[index - 1].text == "."
