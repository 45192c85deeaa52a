"""Where names and values are expected among tokens: there, no word is a keyword."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from segql.language.scan import Token
from segql.model.fields import FIELDS

KEYWORDS: Final = frozenset({
    "account", "after", "ago", "all", "and", "any", "at", "before", "between", "case",
    "changed", "completed", "contains", "count", "description", "detractor", "did", "dismissed",
    "distinct", "during", "empty", "ends", "enter", "every", "everyone", "exactly", "false",
    "fewer", "first", "for", "frequent", "from", "having", "ignoring", "in", "is", "known",
    "last", "least", "leave", "matches", "more", "most", "never", "next", "no", "none", "not",
    "notify", "now", "of", "on", "once", "one", "or", "passive", "promoter", "sample", "saw",
    "segment", "since", "starts", "survey", "teammate", "than", "then", "this", "times",
    "today", "trait", "true", "unchanged", "unknown", "when", "where", "with", "within",
    "yesterday",
})  # fmt: skip
"""The words of the language in lower case, units and aggregates apart."""

_COMPARISONS: Final = frozenset(
    {"=", "==", "===", "!=", "!==", "<>", "<", "<=", ">", ">=", "=<", "=>", "≤", "≥", "≠"}
)
_LOGIC: Final = frozenset({"and", "or", "not", "&&", "||", "!", "("})
_AGGREGATES: Final = frozenset(
    {"sum", "avg", "min", "max", "count", "distinct", "first", "last", "frequent"}
)


@frozen
class Expected:
    """Indexes of the tokens that stand for a name (`names`) or for a value (`values`)."""

    names: frozenset[int]
    values: frozenset[int]

    def is_operand_end(self, tokens: Sequence[Token], index: int) -> bool:
        """Whether the token at `index` ends what an attribute test looks at."""
        if index in self.names or (index > 0 and tokens[index - 1].text == "."):
            return True
        return index >= 0 and tokens[index].text in FIELDS


def expected_in(tokens: Sequence[Token]) -> Expected:
    """The places of names and values, by the words before them; one pass."""
    names: set[int] = set()
    values: set[int] = set()
    opened: list[str] = []
    before = ""
    inside = ""
    for index, token in enumerate(tokens):
        kind, text, *_ = token
        if text == "(":
            inside = _parenthesis(tokens, index, before, inside)
            opened.append(inside)
        elif text == ")":
            if opened:
                opened.pop()
            inside = opened[-1] if opened else ""
        elif before in _COMPARISONS or (inside == "list" and before in ("(", ",")):
            values.add(index)
        elif kind == "word" and _is_name(token, before, inside):
            names.add(index)
            before = ""
            continue
        before = text.lower()
    return Expected(frozenset(names), frozenset(values))


def _parenthesis(tokens: Sequence[Token], index: int, before: str, inside: str) -> str:
    """What an opening parenthesis begins: a filter, a list of values, a name, or conditions."""
    if before == "where" or (inside == "filter" and before in _LOGIC):
        return "filter"
    if before in _AGGREGATES:
        return "name"
    contains = tokens[index - 3].text.lower() if index > 2 else ""
    return "list" if before == "in" or (before == "of" and contains == "contains") else ""


def _is_name(token: Token, before: str, inside: str) -> bool:
    if before in (".", "where"):
        return True
    if inside == "filter" and before in _LOGIC:
        return token.text.lower() != "not"
    return inside == "name" and before == "("
