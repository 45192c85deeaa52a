"""Whole texts in another notation: said once, instead of a mistake at every sign."""

from __future__ import annotations

import re
from typing import Final

from segql.language.diagnostics import Diagnostic, Fix, error, replace
from segql.language.source import Span

_JSON: Final = re.compile(r"\s*(?:\{|\[\s*[\{\[\"])")
_QUERY: Final = re.compile(r"\s*(?:select|with)\b.*\b(?:from|where)\b", re.IGNORECASE | re.DOTALL)
_FORMULA: Final = re.compile(r"\s*=")
_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)\s*", re.DOTALL)
_DASHES: Final = re.compile(r"(?<=\.)[^\W\d]\w*(?:-\w+)+")
_SUBSCRIPT: Final = re.compile(r"""(?<=[\w\]])\[\s*(["'])([^\W\d]\w*)\1\s*\]""")


def foreign(text: str) -> Diagnostic | None:
    """What a text that is no rule is instead; None where it may be meant as a rule."""
    if (match := _JSON.match(text)) is not None:
        help = 'the JSON form is read by `segql.from_dict`; as text it is `trait.plan = "pro"`'
        return error("json-text", _first(match), "this is JSON, not the text of a rule", help=help)
    if (match := _QUERY.match(text)) is not None:
        help = "a rule is what a query has behind `where`, with traits as `trait.plan`"
        return error("query-text", _first(match), "this is a query, not a rule", help=help)
    if (match := _FORMULA.match(text)) is not None:
        help = 'a rule joins tests with `and` and `or`, as in `trait.plan = "pro" and events > 5`'
        return error("formula-text", _first(match), "this is a formula, not a rule", help=help)
    if (match := _outside(_COMMENT, text)) is not None:
        fix = Fix("leave it out", Span(*match.span()), "")
        message = "comments begin with `#` and end with the line"
        return error("other-comment", Span(match.start(), match.start() + 2), message, fix=fix)
    if (match := _outside(_DASHES, text)) is not None:
        span = Span(*match.span())
        message = "names with other characters are quoted"
        return error("unquoted-name", span, message, fix=replace(span, f'"{match[0]}"', match[0]))
    if (match := _SUBSCRIPT.search(text)) is not None:
        span = Span(*match.span())
        message = "names inside one another are written with dots"
        return error("subscript", span, message, fix=replace(span, f".{match[2]}", match[0]))
    return None


def _outside(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The first match that no string holds."""
    return next((one for one in pattern.finditer(text) if _is_outside(text, one.start())), None)


def _is_outside(text: str, at: int) -> bool:
    return text.count('"', text.rfind("\n", 0, at) + 1, at) % 2 == 0


def _first(match: re.Match[str]) -> Span:
    """The first sign or word of what was found."""
    start = match.start() + len(match[0]) - len(match[0].lstrip())
    word = re.compile(r"\w+|.").match(match.string, start)
    return Span(start, start + 1 if word is None else word.end())
