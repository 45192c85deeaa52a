"""Drives tables of an LALR(1) grammar over tokens, calling back for every rule that is complete.

The tables are those that lark computes, as plain data (see `tables`). Driving them directly, over
the tokens that `scan` has cut already, takes half the time of lark's own lexer and parser, and
nothing has to import lark where the tables are at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

END: Final = "$END"
NAME: Final = "NAME"
"""The terminal that a keyword is where the grammar takes no keyword."""


class Token(NamedTuple):
    """A terminal of the grammar: its `type`, what is written, and where, in code points."""

    type: str
    text: str
    start_pos: int
    end_pos: int

    def __str__(self) -> str:
        """What is written."""
        return self.text


class Production(NamedTuple):
    """A rule of the grammar in one of its forms: `origin` is made of `size` symbols."""

    origin: str
    size: int
    callback: str
    """Its name; empty for a helper, whose children are those of the rule that uses it."""
    single: bool
    """Whether an only child stands for itself, without a callback."""
    helpers: tuple[int, ...]
    """Which of the symbols are helpers."""


class Tables(NamedTuple):
    """A grammar, ready to be driven."""

    states: Sequence[Mapping[str, int]]
    """For each state, by symbol: the state to go to, or `~production` to reduce by."""
    productions: Sequence[Production]
    starts: Mapping[str, int]
    """The first state by start symbol."""
    keywords: Mapping[str, str]
    """The terminal by word."""


class Stopped(Exception):
    """The grammar does not go on at the token `index`."""

    def __init__(self, index: int) -> None:
        """Stopped at `index`."""
        super().__init__(index)
        self.index = index


Callback: TypeAlias = Callable[[Any, list[Any]], Any]
Stack: TypeAlias = tuple[int, ...]


class Driver:
    """Tables with callbacks: methods of a class, by the names of rules. Keeps nothing of a text."""

    def __init__(self, tables: Tables, callbacks: type) -> None:
        """Every rule of the tables that has a callback needs a method in `callbacks`."""
        self.tables = tables
        self._states = tables.states
        self._starts = tables.starts
        self._keywords = frozenset(tables.keywords.values())
        self._passages: dict[tuple[int, int, str], int] = {}
        self._reductions: list[tuple[str, int, Callback | None, bool, tuple[int, ...]]] = [
            (
                one.origin,
                one.size,
                getattr(callbacks, one.callback) if one.callback else None,
                one.single,
                one.helpers,
            )
            for one in tables.productions
        ]

    def run(self, start: str, tokens: Iterable[Token], builder: object) -> Any:
        """What the callbacks, called on `builder`, make of the tokens; the last is the `END`.

        One pass from the left. Raises `Stopped` at the first token that the grammar does not take.
        """
        states, reductions, passages = self._states, self._reductions, self._passages
        state = self._starts[start]
        stack, values = [state], list[Any]()
        for index, token in enumerate(tokens):
            terminal = token.type
            while True:
                actions = states[state]
                if terminal not in actions:
                    if terminal not in self._keywords or NAME not in actions:
                        raise Stopped(index)
                    terminal = NAME
                    token = token._replace(type=NAME)
                action = actions[terminal]
                if action >= 0:
                    break
                origin, size, callback, single, helpers = reductions[~action]
                if single and size == 1 and not helpers:  # a third of all: the child stays there
                    passage = stack[-2], state, terminal
                    stack[-1] = state = passages.get(passage) or self._settled(passage)
                    continue
                if size:
                    children = values[-size:]
                    del values[-size:], stack[-size:]
                    if helpers:
                        children = _spread(children, helpers)
                else:
                    children = []
                if single and len(children) == 1:
                    values.append(children[0])
                elif callback is None:
                    values.append(children)
                else:
                    values.append(callback(builder, children))
                state = states[stack[-1]][origin]
                stack.append(state)
            state = action
            stack.append(state)
            values.append(token)
        return values[-2]

    def _settled(self, passage: tuple[int, int, str]) -> int:
        """The state after all reductions of a lone child, one after another, that come next.

        They depend on the state below it, its own and the terminal alone, and are remembered.
        """
        below, state, terminal = passage
        while (action := self._states[state].get(terminal, 0)) < 0:
            origin, size, _, single, helpers = self._reductions[~action]
            if not single or size != 1 or helpers:
                break
            state = self._states[below][origin]
        self._passages[passage] = state
        return state

    def advance(self, stacks: list[Stack], tokens: Iterable[Token]) -> None:
        """Go on over `tokens` up to the first that is refused, without callbacks.

        `stacks` holds the stack before each token so far, at first `[driver.beginning(start)]`, and
        is made longer.
        """
        for token in tokens:
            after = self._shifted(stacks[-1], token.type)
            if after is None and token.type in self._keywords:
                after = self._shifted(stacks[-1], NAME)
            if after is None:
                break
            stacks.append(after)

    def beginning(self, start: str) -> Stack:
        """The stack before the first token."""
        return (self._starts[start],)

    def accepted(self, stack: Stack) -> frozenset[str]:
        """The terminals that may come next."""
        terminals = (symbol for symbol in self._states[stack[-1]] if symbol.isupper())
        return frozenset(one for one in terminals if self._shifted(stack, one) is not None)

    def _shifted(self, before: Stack, terminal: str) -> Stack | None:
        """The stack after the terminal, None where it is not taken."""
        action = self._states[before[-1]].get(terminal)
        if action is None or action >= 0:
            return None if action is None else (*before, action)
        stack = list(before)
        while action < 0:
            origin, size, *_ = self._reductions[~action]
            del stack[len(stack) - size :]
            stack.append(self._states[stack[-1]][origin])
            action = self._states[stack[-1]].get(terminal)
            if action is None:
                return None
        return (*stack, action)


def _spread(children: list[Any], helpers: tuple[int, ...]) -> list[Any]:
    """The children with those of helpers in the places of these.

    The list of a helper in the first place is taken over and not copied: that of a repetition grows
    by an item at a time, and copying it would be quadratic.
    """
    found: list[Any] = children[0] if 0 in helpers else [children[0]]
    for position in range(1, len(children)):
        if position in helpers:
            found += children[position]
        else:
            found.append(children[position])
    return found
