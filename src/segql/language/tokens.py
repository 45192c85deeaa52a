"""What a token is, and the patterns that cut a text into tokens."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from segql.language.source import Span

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
    | (?P<near_date>\d{4}-\d{1,2}(?![\w-])|\d{4}-\d{1,2}-[\w:.+-]*
        |\d{4}/\d{1,2}/\d{1,2}(?!\w)|\d{1,2}\.\d{1,2}\.\d{4}(?!\w)|\d{1,2}/\d{1,2}/\d{4}(?!\w))
    | (?P<number>-?\d+(?:_\d+)*(?:\.\d+(?:_\d+)*)?(?![\w.]))
    | (?P<length>\d+(?:_\d+)*(?:s|min|h|d|w|mo|y)(?!\w))
    | (?P<glued>-?\d[\w.]*(?:(?<=[eE])[-+]\d+)?|\.\d[\w.]*)
    | (?P<operator>===|!==|==|!=|<=|>=|=<|=>|<>|&&|\|\||=~|[=<>!≤≥≠])
    | (?P<other>.)
"""
_FLAGS: Final = re.VERBOSE | re.DOTALL
TOKEN: Final = re.compile(rf"(?P<blank>[\s\ufeff]+) | {_KINDS}", _FLAGS)
"""The next token; takes any character, and the rest of its line after a quote never closed."""
NEXT: Final = re.compile(rf"[\s\ufeff]*+(?:{_KINDS})", _FLAGS)
"""The same without a token for blanks: half as many."""
KIND_BY_GROUP: Final = {group: kind for kind, group in NEXT.groupindex.items()}


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
