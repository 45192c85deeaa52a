"""Reading on behind a mistake: the faulty condition is set aside, the rest is parsed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from attrs import frozen

from segql.language.diagnostics import Diagnostic
from segql.language.expected import expected
from segql.language.grammar import Stopped, Walk, folded, parsed
from segql.language.scan import Token
from segql.language.stops import Stop

_MOST_MISTAKES: Final = 10
_MOST_STEPS: Final = 40
_STAND_IN: Final = "stand-in"
"""The kind of a token that stands for a condition set aside; it reads as `everyone`."""
_LONG: Final = 4_000
"""Tokens from which on faults that only the builder sees wait until the syntax is right, as the
text would have to be built once more."""
_ENDINGS: Final = frozenset({"(", ")", ",", "and", "or", "when", "description", "segment"})
"""Whatever may end a condition, or stand round it."""
_LINES: Final = frozenset({"description", "when", "notify", "segment"})


@frozen
class Read:
    """What could be read, None where something was set aside; and diagnostics."""

    result: Any
    diagnostics: tuple[Diagnostic, ...]


def read(tokens: Sequence[Token], start: str, length: int) -> Read:
    """Parse the tokens of a `rule` or a `file`, with up to ten syntax errors, one a condition.

    `length` is that of the text, without white space at its end.
    """
    tokens, left_out = folded(tokens)
    try:
        result, faults = parsed(tokens, start, left_out)
    except Stopped:
        return Read(None, _mistakes(tokens, start, length))
    return Read(result, faults)


def _mistakes(tokens: Sequence[Token], start: str, length: int) -> tuple[Diagnostic, ...]:
    found: list[Diagnostic] = []
    walk = Walk(tokens, start)
    for _ in range(_MOST_STEPS):
        if walk.index > len(walk.tokens):
            break
        stop = Stop(walk.tokens, walk.index, walk.accepted, length)
        if found and stop.kind() == _STAND_IN:
            return tuple(found)  # the rest of a mistake that is reported already
        diagnostic = expected(stop)
        if not found or diagnostic.span.start >= _mended_to(found[-1]):
            found.append(diagnostic)
        if len(found) >= _MOST_MISTAKES or not _set_aside(walk, stop, start):
            return tuple(found)
    else:
        return tuple(found)
    faults = parsed(walk.tokens, start)[1] if len(walk.tokens) < _LONG else ()
    return (*found, *faults)


def _mended_to(diagnostic: Diagnostic) -> int:
    """The first place where a mistake may be another one, not the rest of this."""
    mended = 0 if diagnostic.fix is None else diagnostic.fix.span.end
    return max(diagnostic.span.start + 1, mended)


def _set_aside(walk: Walk, stop: Stop, start: str) -> bool:
    """Replace the condition, in a file else the segment; False if that is no way on."""
    tokens = stop.tokens
    if start == "rule" or _in_rule(stop):
        first = _backward(stop)
        last = _forward(stop, first)
        if not (first == last and tokens[first].kind == _STAND_IN):
            walk.replace(first, last, (_stand_in(tokens, first, last),))
            return True
    region = None if start == "rule" else _segment(stop)
    if region is None:
        return False
    walk.replace(*region, ())
    return True


def _stand_in(tokens: Sequence[Token], first: int, last: int) -> Token:
    if first > last:  # nothing between: it stands for what is missing
        at = tokens[first - 1].end if first else 0
        return Token(_STAND_IN, "everyone", at, at)
    return Token(_STAND_IN, "everyone", tokens[first].start, tokens[last].end)


def _in_rule(stop: Stop) -> bool:
    """Whether the stop of a file is behind `when` and before the next line of the segment."""
    for index in range(min(stop.index, len(stop.tokens)) - 1, -1, -1):
        word = stop.tokens[index].text
        if word == "when" and not _is_key(stop.tokens, index):
            return True
        if word in _LINES and not _is_reference(stop.tokens, index):
            return False
    return False


def _is_key(tokens: Sequence[Token], index: int) -> bool:
    return index > 0 and tokens[index - 1].text == "."


def _is_reference(tokens: Sequence[Token], index: int) -> bool:
    return _is_key(tokens, index) or (index > 0 and tokens[index - 1].text == "in")


def _backward(stop: Stop) -> int:
    tokens, depth = stop.tokens, 0
    index = min(stop.index, len(tokens)) - 1
    while index >= 0:
        token = tokens[index]
        if token.text == ")":
            depth += 1
        elif token.text == "(":
            if depth == 0 and _is_logical(tokens, index):
                return index + 1
            depth = max(0, depth - 1)
        elif depth == 0 and _ends_condition(tokens, index):
            return index + 1
        index -= 1
    return 0


def _forward(stop: Stop, first: int) -> int:
    tokens, depth = stop.tokens, 0
    index = first
    while index < len(tokens):
        token = tokens[index]
        if token.text not in _ENDINGS:
            index += 1
            continue
        if token.text == "(":
            depth += 1
        elif token.text == ")":
            if depth == 0:
                return index - 1
            depth -= 1
        elif (
            index >= stop.index
            and depth == 0
            and (_ends_condition(tokens, index) or token.text == ",")
        ) or (index > stop.index and _begins_line(tokens, index)):
            return index - 1
        index += 1
    return len(tokens) - 1


def _ends_condition(tokens: Sequence[Token], index: int) -> bool:
    token = tokens[index]
    if token.kind != "word" or _is_key(tokens, index):
        return False
    if token.text == "and":
        return not any(one.text == "between" for one in tokens[max(0, index - 3) : index])
    return token.text in ("or", "when") or _begins_line(tokens, index)


def _begins_line(tokens: Sequence[Token], index: int) -> bool:
    token = tokens[index]
    if token.text in ("description", "when"):
        return not _is_key(tokens, index)
    return token.text == "segment" and not _is_reference(tokens, index)


def _is_logical(tokens: Sequence[Token], index: int) -> bool:
    """Whether a parenthesis holds conditions: not a list, a filter, or the name of an aggregate."""
    before = tokens[index - 1].text if index else ""
    if before == "of":
        return not (index > 2 and tokens[index - 3].text == "contains")
    return before in ("", "and", "or", "not", "(", ",", "when", "teammate")


def _segment(stop: Stop) -> tuple[int, int] | None:
    """The first and the last token of the segment of a file round the stop."""
    tokens = stop.tokens
    first = stop.index - 1  # a refused `segment` ends the one before it
    while first > 0 and not _begins_segment(tokens, first):
        first -= 1
    end = stop.index
    while end < len(tokens) and not _begins_segment(tokens, end):
        end += 1
    return (max(first, 0), end - 1) if end > max(first, 0) else None


def _begins_segment(tokens: Sequence[Token], index: int) -> bool:
    return tokens[index].text == "segment" and _begins_line(tokens, index)
