"""The parser of the language: tokens as terminals of the grammar, driven through its tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeAlias

from segql.language import scan
from segql.language.build import Builder
from segql.language.diagnostics import Diagnostic
from segql.language.lalr import END, NAME, Driver, Stopped, Tables, Token
from segql.language.tables import tables

_BY_KIND: Final = {
    "text": "STRING", "date": "DATE", "instant": "INSTANT", "length": "DURATION",
    "stand-in": "EVERYONE",
}  # fmt: skip
_BY_TEXT: Final = {
    "(": "LPAR", ")": "RPAR", ",": "COMMA", ".": "DOT", "%": "PERCENT",
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">="), "OP"),
}  # fmt: skip
_LITERALS: Final = frozenset(("text", "number"))
_LONG: Final = 64
"""Tokens from which on it pays to look for long lists."""
_NOTHING: Final = ""
"""The terminal of what the grammar has none for; it is refused wherever it stands."""


LeftOut: TypeAlias = Mapping[int, Sequence[scan.Token]]
"""Items of long lists by the place of the item before them."""


def parsed(
    tokens: Sequence[scan.Token], start: str, left_out: LeftOut | None = None
) -> tuple[Any, tuple[Diagnostic, ...]]:
    """What the builder makes of the tokens of a `rule` or a `file`, and the faults it found.

    `left_out` is what `folded` gave with the tokens. Raises `Stopped` where the grammar does not go
    on; `Walk` finds the place.
    """
    builder = Builder(left_out or {})
    result = _driver().run(start, terminals(tokens, start), builder)
    return result, tuple(builder.faults)


def folded(tokens: Sequence[scan.Token]) -> tuple[Sequence[scan.Token], LeftOut]:
    """The tokens without what stands between the first and the last item of long lists, and that.

    The grammar goes on behind one literal and its comma as behind ten thousand; going through its
    states for each of them takes four times as long as reading the literals.
    """
    left_out: dict[int, Sequence[scan.Token]] = {}
    if len(tokens) < _LONG:
        return tokens, left_out
    found: list[scan.Token] = []
    copied, last = 0, len(tokens) - 1
    for index, token in enumerate(tokens):
        if token.text != "(" or index < copied or tokens[index - 1].text not in ("in", "of"):
            continue
        end = first = index + 1
        while end < last and tokens[end].kind in _LITERALS and tokens[end + 1].text == ",":
            end += 2
        if end > first + 2:
            found += tokens[copied : first + 2]
            left_out[tokens[first].start] = tokens[first + 2 : end : 2]
            copied = end
    found += tokens[copied:]
    return found, left_out


class Walk:
    """A way through the grammar over tokens of a `rule` or a `file`, to look for mistakes."""

    def __init__(self, tokens: Sequence[scan.Token], start: str) -> None:
        """Go as far as the grammar goes."""
        self.tokens = tokens
        self._start = start
        self._stacks = [_driver().beginning(start)]
        self._go_on()

    @property
    def index(self) -> int:
        """Which of the tokens is refused; `len(tokens)` for the end, one more for none."""
        return len(self._stacks) - 1

    @property
    def accepted(self) -> frozenset[str]:
        """The terminals that might stand there instead."""
        return _driver().accepted(self._stacks[-1])

    def replace(self, first: int, last: int, others: Sequence[scan.Token]) -> None:
        """Put other tokens in the place of those from `first` to `last`, and go on from there."""
        self.tokens = (*self.tokens[:first], *others, *self.tokens[last + 1 :])
        del self._stacks[first + 1 :]
        self._go_on()

    def _go_on(self) -> None:
        _driver().advance(self._stacks, terminals(self.tokens, self._start, self.index))


def accepted_after(tokens: Sequence[scan.Token], start: str) -> frozenset[str]:
    """The terminals that may follow `tokens`, the beginning of a rule or file.

    If there is a mistake among them: the terminals that may stand in its place.
    """
    driver = _driver()
    stacks = [driver.beginning(start)]
    driver.advance(stacks, list(terminals(tokens, start))[:-1])
    return driver.accepted(stacks[-1])


def table() -> Tables:
    """The tables of the parser, for those who look for what a place takes."""
    return _driver().tables


@cache
def _driver() -> Driver:
    return Driver(tables(), Builder)


def terminals(tokens: Sequence[scan.Token], start: str, first: int = 0) -> Iterator[Token]:
    """The tokens from `first` on as terminals, one by one, and the end behind them.

    `account` is a keyword only before a dot, and `on` in a file another one before `enter` and
    `leave`, as an LALR(1) grammar cannot look as far.
    """
    keywords = _driver().tables.keywords
    for index in range(first, len(tokens)):
        kind, text, begin, end = tokens[index]
        if kind == "word":
            terminal = keywords.get(text, NAME)
            if terminal == "ACCOUNT" and _following(tokens, index) != ".":
                terminal = "FIELD"
            elif terminal == "ON" and start == "file":
                terminal = _ON.get(_following(tokens, index), terminal)
        elif kind in ("mark", "operator"):
            terminal = _BY_TEXT.get(text, _NOTHING)
        elif kind == "number":
            terminal = "DECIMAL" if "." in text else "INT"
        else:
            terminal = _BY_KIND.get(kind, _NOTHING)
        yield tuple.__new__(Token, (terminal, text, begin, end))  # twice as fast as `Token(…)`
    end = tokens[-1].end if tokens else 0
    yield Token(END, "", end, end)


def _following(tokens: Sequence[scan.Token], index: int) -> str:
    return tokens[index + 1].text if index + 1 < len(tokens) else ""


_ON: Final = {"enter": "ON_ENTER", "leave": "ON_LEAVE"}

__all__ = ["Stopped", "Walk", "accepted_after", "parsed", "table", "terminals"]
