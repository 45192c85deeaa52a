"""The limits of §6, looked for among tokens: nothing that is beyond them comes to the parser."""

from __future__ import annotations

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
MAX_FILTERS: Final = 1_000
MAX_PARTS: Final = 10_000
"""Dots of names. One name may have all of them."""
MAX_TOKENS: Final = 32_768
"""As many as 10,000 items and 500 long conditions need; 64 KiB could hold twice as many."""

_WORDS: Final = frozenset(
    {"(", ")", ",", "not", "!", "and", "or", "&&", "||", "then", "when", "where"}
)
_BEFORE_OPERAND: Final = frozenset(
    {"", "(", ",", "and", "or", "not", "&&", "||", "!", "when", "teammate"}
)
"""Words before a `not` that negates a condition; any other `not` belongs to a test or a clause."""


def beyond_limits(text: str, tokens: Sequence[Token]) -> list[Diagnostic]:
    """The first place at which a limit is passed. In a file, each `when` begins a new rule.

    The items of all lists of a rule count together, and so do the tests of all `where`, with the
    steps of sequences.
    """
    if _is_small(text):
        return []
    rule = _Rule()
    begin, dots, last = 0, 0, len(tokens) - 1
    counts_dots = text.count(".") > MAX_PARTS
    for index, token in enumerate(tokens):
        word = token.text
        if word in _WORDS:
            if word == "," and rule.in_list:
                rule.items += index == last or tokens[index + 1].text != ")"
            elif word == "when" and not _is_key(tokens, index):
                rule, begin, dots = _Rule(), index, 0
            else:
                rule.count(tokens, index)
            fault = rule.beyond(token)
            if fault is not None:
                return [fault]
        elif counts_dots and word == ".":
            dots += 1
            if dots > MAX_PARTS:
                return [lexical.too_many_parts(MAX_PARTS, token.span)]
        if index - begin >= MAX_TOKENS:
            return [lexical.too_many_words(MAX_TOKENS, token.span)]
    return []


def _is_small(text: str) -> bool:
    """Whether no limit can be passed, as of nearly every text: no need to look closer."""
    levels = text.count("(") + text.count("not") + text.count("!")
    parts = sum(map(text.count, ("and", "or", "&&", "||", "then", "where", ",")))
    few = parts < MAX_CONDITIONS and text.count(".") <= MAX_PARTS
    return levels <= MAX_LEVELS and few and len(text) <= MAX_TOKENS


class _Rule:
    """What was counted of a rule so far."""

    def __init__(self) -> None:
        self.items = 0
        self.in_list = False
        """Whether the innermost open parenthesis holds a list of values."""
        self._opened: list[tuple[str, int]] = []
        """For each open parenthesis, what it holds, and the `not`s before it."""
        self._nots = 0
        self._conditions = 1
        self._filters = 0

    def beyond(self, token: Token) -> Diagnostic | None:
        """What is to be said at a token if it passes a limit."""
        if self.items > MAX_LIST_ITEMS:
            return lexical.too_many_items(MAX_LIST_ITEMS, token.span)
        if len(self._opened) + self._nots > MAX_LEVELS:
            return lexical.too_deep(MAX_LEVELS, token.span)
        if self._conditions > MAX_CONDITIONS:
            return lexical.too_many_conditions(MAX_CONDITIONS, token.span)
        if self._filters > MAX_FILTERS:
            return lexical.too_many_filters(MAX_FILTERS, token.span)
        return None

    def count(self, tokens: Sequence[Token], index: int) -> None:
        """Count the token `index`."""
        match tokens[index].text:
            case "(":
                self._open(_held(tokens, index, self._holds()))
            case ")" if self._opened:
                _, self._nots = self._opened.pop()
                self.in_list = self._holds() == "list"
            case ",":
                self._comma(tokens, index)
            case "not" | "!" if index == 0 or tokens[index - 1].text in _BEFORE_OPERAND:
                self._nots += 1
            case "where" if not _is_key(tokens, index):
                self._filters += 1
            case "then" if not _is_key(tokens, index):
                self._filters += 1
                self._nots = self._before_parenthesis()
            case "and" | "or" | "&&" | "||" if not _is_key(tokens, index):
                self._join(_is_bound(tokens, index))

    def _open(self, holds: str) -> None:
        self._opened.append((holds, self._nots))
        self.in_list = holds == "list"
        self.items += self.in_list

    def _comma(self, tokens: Sequence[Token], index: int) -> None:
        is_last = index + 1 < len(tokens) and tokens[index + 1].text == ")"
        if self._holds() == "group":
            self._conditions += not is_last
        else:
            self.items += 1  # where no comma belongs; but none is free
        self._nots = self._before_parenthesis()

    def _join(self, is_bound: bool) -> None:
        if not is_bound:
            is_filter = self._holds() == "filter"
            self._filters += is_filter
            self._conditions += not is_filter
        self._nots = self._before_parenthesis()

    def _holds(self) -> str:
        return self._opened[-1][0] if self._opened else ""

    def _before_parenthesis(self) -> int:
        return self._opened[-1][1] if self._opened else 0


def _held(tokens: Sequence[Token], index: int, inside: str) -> str:
    """What a parenthesis holds: the values of a `list`, a `group`, the tests of a `filter`."""
    before = tokens[index - 1].text if index else ""
    if before == "in" or (before == "of" and index > 2 and tokens[index - 3].text == "contains"):
        return "list"
    if before == "where" or inside == "filter":
        return "filter"
    return "group" if before == "of" else ""


def _is_bound(tokens: Sequence[Token], index: int) -> bool:
    """Whether an `and` stands between two bounds."""
    return tokens[index].text == "and" and any(
        token.text == "between" for token in tokens[max(0, index - 3) : index]
    )


def _is_key(tokens: Sequence[Token], index: int) -> bool:
    return index > 0 and tokens[index - 1].text == "."
