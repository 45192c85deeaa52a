"""Where the parser stands after the beginning of a text, and what it would take there.

Only terminals go in and no values come out: nothing is built, so a place can be tried out freely.
The algorithm is that of any LALR parser; the table is Lark's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any, Final

from attrs import field, frozen

from segql.language.grammar import table

_CLAUSES: Final = frozenset({"where", "having", "count", "days", "window", "regularity"})
_LEADS: Final = frozenset({"DID", "SAW", "COMPLETED", "DISMISSED"})
_BY_KIND: Final = {"text": "STRING", "length": "DURATION", "date": "DATE"}

_SPELLED: Final = frozenset({"word", "mark", "operator", "instant"})


@frozen
class Stand:
    """A place between two tokens of a rule or file that is right so far."""

    _stack: tuple[int, ...] = field(repr=False)
    last: str = ""
    """The terminal before this place."""
    lead: tuple[str, ...] = ()
    """How the condition of behaviour round this place begins, such as `FIRST DID`; its `THEN`s."""
    clauses: frozenset[str] = frozenset()
    """Its clauses that are done, or those of the step of a sequence: rules of the grammar, and
    `within` for a window that is a length."""
    ended: frozenset[str] = frozenset()
    """Behind `THEN`: the clauses of the step before it."""
    is_clause: bool = False
    """Whether the last terminal began a clause."""

    def after(self, terminal: str) -> Stand | None:
        """The place behind `terminal`; None where the grammar does not take it."""
        states = table().states
        stack = list(self._stack)
        clauses = self.clauses
        while True:
            row = states[stack[-1]]
            action, target = row.get(terminal, (None, None))
            if action is None:
                return None
            if action.name == "Shift":
                break
            if target.expansion:
                del stack[-len(target.expansion) :]
            if target.origin.name in _CLAUSES:
                clauses = clauses | {_clause(target)}
            stack.append(states[stack[-1]][target.origin.name][1])
        # Where a clause may begin, `where` may; but for `then`, nothing else stands there.
        is_clause = row.get("WHERE", (None,))[0] is action and terminal != "THEN"
        lead, ended = self.lead, self.ended
        if terminal in _LEADS:
            joined = (self.last,) if self.last in ("FIRST", "LAST", "NEVER") else ()
            lead, clauses = (*joined, terminal), frozenset()
        elif terminal == "THEN":
            lead, ended, clauses = (*lead, terminal), clauses, frozenset()
        elif terminal == "NOT" and self.last in ("DID", "THEN"):
            lead = (*lead, terminal)
        return Stand((*stack, target), terminal, lead, clauses, ended, is_clause)

    def through(self, terminals: Iterable[str]) -> Stand | None:
        """The place behind all of `terminals`."""
        stand: Stand | None = self
        for terminal in terminals:
            if stand is None:
                return None
            stand = stand.after(terminal)
        return stand

    def takes(self, terminal: str) -> bool:
        """Whether `terminal` may come next."""
        return self.after(terminal) is not None

    @property
    def expected(self) -> tuple[str, ...]:
        """The terminals that may come next, in no order that means anything."""
        row = table().states[self._stack[-1]]
        return tuple(name for name in row if name.isupper() and self.takes(name))

    def lexed(self, kind: str, text: str) -> str | None:
        """The terminal that a token of `scan` is at this place, as the contextual lexer has it."""
        row = table().states[self._stack[-1]]
        return next((name for name in terminals(kind, text) if name in row), None)


def start_of(start: str) -> Stand:
    """The beginning of a `rule` or a `file`."""
    return Stand((table().starts[start],))


def _clause(rule: Any) -> str:
    if rule.origin.name == "window" and rule.expansion[0].name == "WITHIN":
        return "within"
    return str(rule.origin.name)


def terminals(kind: str, text: str) -> tuple[str, ...]:
    """The terminals that a token of `scan` can be, the likeliest first.

    `on enter`, and `account` with the dot behind it, are given as one text.
    """
    if kind in _BY_KIND:
        return (_BY_KIND[kind],)
    if kind == "number":
        return ("DECIMAL",) if "." in text else ("INT",)
    return _spelled(text) if kind in _SPELLED else ()


@lru_cache(maxsize=4096)
def _spelled(text: str) -> tuple[str, ...]:
    length = len(text) - (text.startswith("account") and text.endswith("."))
    found = (pattern.match(text) for _, pattern in _patterns())
    names = (name for name, _ in _patterns())
    return tuple(
        name for name, match in zip(names, found, strict=True) if match and match.end() == length
    )


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(pattern)) for name, pattern, _ in table().patterns)
