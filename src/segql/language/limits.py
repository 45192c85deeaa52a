"""The limits of §6, looked for among tokens: nothing that is beyond them comes to the parser."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from segql.language import lexical
from segql.language.diagnostics import Diagnostic
from segql.language.tokens import Token

MAX_BYTES: Final = 64 * 1024
MAX_FILE_BYTES: Final = 16 * 1024 * 1024
MAX_LEVELS: Final = 64
MAX_CONDITIONS: Final = 500
MAX_LIST_ITEMS: Final = 10_000
MAX_PATTERNS: Final = 20

_WORDS: Final = frozenset(
    {"(", ")", ",", ".", "not", "!", "and", "or", "&&", "||", "then", "when", "where", "matches"}
)
_BEFORE_OPERAND: Final = frozenset(
    {"", "(", ",", "and", "or", "not", "&&", "||", "!", "when", "teammate"}
)
"""Words before a `not` that negates a condition; any other `not` belongs to a test or a clause."""


def beyond_limits(text: str, tokens: Sequence[Token]) -> list[Diagnostic]:
    """The first place at which a limit is passed. In a file, each `when` begins a new rule.

    The tests of `where` and the steps of a sequence count as conditions; the items of all lists of
    a rule count together; a name may have as many parts as a rule may have levels.
    """
    if _is_small(text):
        return []
    rule = _Rule()
    for index, token in enumerate(tokens):
        if token.text in _WORDS:
            if token.text == "when" and not _is_key(tokens, index):
                rule = _Rule()
            fault = rule.beyond(tokens, index)
            if fault is not None:
                return [fault]
    return []


def _is_small(text: str) -> bool:
    """Whether no limit can be passed, as of nearly every text: no need to look closer."""
    levels = text.count("(") + text.count("not") + text.count("!")
    parts = sum(map(text.count, ("and", "or", "&&", "||", "then", "where", ",")))
    return (
        max(levels, text.count(".")) <= MAX_LEVELS
        and parts < MAX_CONDITIONS
        and text.count("matches") <= MAX_PATTERNS
    )


class _Rule:
    """What was counted of a rule so far."""

    def __init__(self) -> None:
        self._opened: list[tuple[str, int]] = []
        """For each open parenthesis, what it holds, and the `not`s before it."""
        self._nots = 0
        self._conditions = 1
        self._items = 0
        self._parts = 0
        self._words = Counter[str]()

    def beyond(self, tokens: Sequence[Token], index: int) -> Diagnostic | None:
        """Count the token `index`; what is to be said if that passes a limit."""
        self._count(tokens, index)
        span = tokens[index].span
        if len(self._opened) + self._nots > MAX_LEVELS or self._parts > MAX_LEVELS:
            return lexical.too_deep(MAX_LEVELS, span)
        if max(self._conditions, self._words["where"]) > MAX_CONDITIONS:
            return lexical.too_many_conditions(MAX_CONDITIONS, span)
        if self._items > MAX_LIST_ITEMS:
            return lexical.too_many_items(MAX_LIST_ITEMS, span)
        if self._words["matches"] > MAX_PATTERNS:
            return lexical.too_many_patterns(MAX_PATTERNS, span)
        return None

    def _count(self, tokens: Sequence[Token], index: int) -> None:
        token = tokens[index]
        self._words[token.text] += 1
        match token.text:
            case "(":
                holds = _held(tokens, index)
                self._opened.append((holds, self._nots))
                self._items += holds == "list"
            case ")" if self._opened:
                _, self._nots = self._opened.pop()
            case ",":
                self._comma(tokens, index)
            case "not" | "!" if index == 0 or tokens[index - 1].text in _BEFORE_OPERAND:
                self._nots += 1
            case "." if index > 1 and tokens[index - 2].text == ".":
                self._parts += 1
            case ".":
                self._parts = 1
            case "and" | "or" | "&&" | "||" | "then" if not _is_key(tokens, index):
                self._conditions += not _is_bound(tokens, index)
                self._nots = self._before_parenthesis()

    def _comma(self, tokens: Sequence[Token], index: int) -> None:
        holds = self._opened[-1][0] if self._opened else ""
        is_last = index + 1 < len(tokens) and tokens[index + 1].text == ")"
        self._items += holds == "list" and not is_last
        self._conditions += holds == "group" and not is_last
        self._items += holds == ""  # where no comma belongs; but none is free
        self._nots = self._before_parenthesis()

    def _before_parenthesis(self) -> int:
        return self._opened[-1][1] if self._opened else 0


def _held(tokens: Sequence[Token], index: int) -> str:
    """What a parenthesis holds: a `list` of values, the conditions of a `group`, or one thing."""
    before = tokens[index - 1].text if index else ""
    if before == "in" or (before == "of" and index > 2 and tokens[index - 3].text == "contains"):
        return "list"
    return "group" if before == "of" else ""


def _is_bound(tokens: Sequence[Token], index: int) -> bool:
    """Whether an `and` stands between two bounds."""
    return tokens[index].text == "and" and any(
        token.text == "between" for token in tokens[max(0, index - 3) : index]
    )


def _is_key(tokens: Sequence[Token], index: int) -> bool:
    return index > 0 and tokens[index - 1].text == "."
