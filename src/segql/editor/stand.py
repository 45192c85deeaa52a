"""Where the parser stands after the beginning of a text, and what it would take there.

Only terminals go in and no values come out: nothing is built, so a place can be tried out freely.
The algorithm is that of any LALR parser; the table is Lark's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from attrs import field, frozen

from segql.language.grammar import table, terminals
from segql.language.lalr import END, NAME
from segql.language.tokens import Token

_CLAUSES: Final = frozenset({"where", "having", "count", "days", "window", "regularity"})
_LEADS: Final = frozenset({"DID", "SAW", "COMPLETED", "DISMISSED"})


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
    _clause: str = ""
    """The terminal that began the last clause."""

    def after(self, terminal: str) -> Stand | None:
        """The place behind `terminal`; None where the grammar does not take it."""
        states, productions = table().states, table().productions
        stack = list(self._stack)
        clauses = self.clauses
        while True:
            actions = states[stack[-1]]
            action = actions.get(terminal)
            if action is None:
                return None
            if action >= 0:
                break
            production = productions[~action]
            if production.size:
                del stack[-production.size :]
            if production.origin in _CLAUSES:
                is_length = production.origin == "window" and self._clause == "WITHIN"
                clauses = clauses | {"within" if is_length else production.origin}
            stack.append(states[stack[-1]][production.origin])
        # Where a clause may begin, `where` may; but for `then`, nothing else stands there.
        is_clause = actions.get("WHERE", -1) >= 0 and terminal != "THEN"
        lead, ended = self.lead, self.ended
        if terminal in _LEADS:
            joined = (self.last,) if self.last in ("FIRST", "LAST", "NEVER") else ()
            lead, clauses = (*joined, terminal), frozenset()
        elif terminal == "THEN":
            lead, ended, clauses = (*lead, terminal), clauses, frozenset()
        elif terminal == "NOT" and self.last in ("DID", "THEN"):
            lead = (*lead, terminal)
        begun = terminal if is_clause else self._clause
        return Stand((*stack, action), terminal, lead, clauses, ended, is_clause, begun)

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
        actions = table().states[self._stack[-1]]
        return tuple(
            name for name in actions if name.isupper() and name != END and self.takes(name)
        )

    def taking(self, terminal: str) -> str | None:
        """`terminal`, or a name in the place of a keyword that is not taken; None for neither."""
        if self.takes(terminal):
            return terminal
        is_name = terminal in table().keywords.values() and self.takes(NAME)
        return NAME if is_name else None


def start_of(start: str) -> Stand:
    """The beginning of a `rule` or a `file`."""
    return Stand((table().starts[start],))


def terminals_of(tokens: Sequence[Token], start: str) -> tuple[str, ...]:
    """The terminal of each token, as the parser has it."""
    return tuple(one.type for one in terminals(tokens, start))[:-1]
