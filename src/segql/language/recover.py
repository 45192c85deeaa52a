"""Reading on behind a mistake: the faulty condition is set aside, the rest is parsed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from attrs import frozen

from segql.language.diagnostics import Diagnostic
from segql.language.expected import expected
from segql.language.grammar import UnexpectedInput, accepted_after, parsed
from segql.language.scan import MAX_FILE_BYTES, Token, scan
from segql.language.source import Span
from segql.language.stops import Stop

_MOST_MISTAKES: Final = 10
_STAND_IN: Final = "everyone"
_LINES: Final = frozenset({"description", "when", "notify", "segment"})


@frozen
class Read:
    """What could be read, None where something was set aside; diagnostics with spans of `text`."""

    result: Any
    diagnostics: tuple[Diagnostic, ...]


def read(text: str, start: str) -> Read:
    """Parse `text` as a `rule` or a `file`, with up to ten syntax errors, one a condition."""
    found: list[Diagnostic] = []
    spliced = _Spliced(text)
    while True:
        try:
            result, faults = parsed(spliced.text, start)
        except UnexpectedInput as failure:
            stop = _stop(spliced.text, failure, start)
            if found and spliced.is_in_stand_in(stop):
                return Read(None, tuple(found))  # the rest of a mistake that is reported already
            diagnostic = expected(stop)
            place = spliced.original(diagnostic.span)
            if not found or place.start >= _mended_to(found[-1]):
                found.append(_at(diagnostic, spliced))
            if len(found) >= _MOST_MISTAKES or not spliced.set_aside(stop, start):
                return Read(None, tuple(found))
        else:
            moved = tuple(_at(fault, spliced) for fault in faults)
            return Read(None if found else result, (*found, *moved))


def _mended_to(diagnostic: Diagnostic) -> int:
    """The first place where a mistake may be another one, not the rest of this."""
    mended = 0 if diagnostic.fix is None else diagnostic.fix.span.end
    return max(diagnostic.span.start + 1, mended)


def _stop(text: str, failure: UnexpectedInput, start: str) -> Stop:
    tokens = scan(text, max_bytes=MAX_FILE_BYTES).tokens
    at = getattr(failure, "pos_in_stream", None)
    token = getattr(failure, "token", None)
    if at is None or (token is not None and token.type == "$END"):
        index = len(tokens)
    else:
        index = next((i for i, one in enumerate(tokens) if one.end > at), len(tokens))
    taken = tokens[index - 1].end if index else 0
    return Stop(tokens, index, accepted_after(text[:taken], start), len(text.rstrip()))


def _at(diagnostic: Diagnostic, spliced: _Spliced) -> Diagnostic:
    from attrs import evolve

    fix = diagnostic.fix
    return evolve(
        diagnostic,
        span=spliced.original(diagnostic.span),
        fix=None if fix is None else evolve(fix, span=spliced.original(fix.span)),
    )


class _Spliced:
    """A text in which faulty conditions are replaced by a stand-in."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._cuts: list[tuple[Span, int]] = []
        """Spans of the text before each cut, and how much longer the text became."""

    def original(self, span: Span) -> Span:
        start, end = span.start, span.end
        for cut, longer in reversed(self._cuts):
            start = self._back(start, cut, longer)
            end = self._back(end, cut, longer)
        return Span(start, max(start, end))

    @staticmethod
    def _back(offset: int, cut: Span, longer: int) -> int:
        if offset <= cut.start:
            return offset
        return offset - longer if offset >= cut.end + longer else cut.end

    def set_aside(self, stop: Stop, start: str) -> bool:
        """Replace the condition, in a file else the segment; False if that is no way on."""
        region = _condition(stop) if start == "rule" or _in_rule(stop) else None
        replacement = f" {_STAND_IN} "
        if region is None or self._is_stand_in(region):
            if start == "rule":
                return False
            region, replacement = _segment(stop), ""
            if region is None:
                return False
        self._cuts.append((region, len(replacement) - (region.end - region.start)))
        self.text = self.text[: region.start] + replacement + self.text[region.end :]
        return True

    def is_in_stand_in(self, stop: Stop) -> bool:
        """Whether the refused token is one that replaced a mistake."""
        token = stop.found
        return token is not None and any(
            cut.start <= token.start and token.end <= cut.end + longer
            for cut, longer in self._now()
        )

    def _now(self) -> list[tuple[Span, int]]:
        """The cuts, each where it begins in the text as it is now."""
        moved: list[tuple[Span, int]] = []
        for cut, longer in self._cuts:
            moved = [
                (Span(one.start + longer, one.end + longer) if one.start > cut.start else one, more)
                for one, more in moved
                if not (cut.start <= one.start and one.end + more <= cut.end)
            ]
            moved.append((cut, longer))
        return moved

    def _is_stand_in(self, region: Span) -> bool:
        return self.text[region.start : region.end].strip() == _STAND_IN


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


def _condition(stop: Stop) -> Span | None:
    """The condition round the stop: from the `and`, `or` or parenthesis before it to the next."""
    first = _backward(stop)
    last = _forward(stop, first)
    if first > last:  # nothing between: stand in for what is missing
        at = stop.tokens[first - 1].end if first else 0
        return Span(at, at)
    return Span(stop.tokens[first].start, stop.tokens[last].end)


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


def _segment(stop: Stop) -> Span | None:
    """The segment of a file round the stop."""
    tokens = stop.tokens
    starts = [
        i for i, one in enumerate(tokens) if one.text == "segment" and _begins_line(tokens, i)
    ]
    before = [i for i in starts if i < stop.index]  # a refused `segment` ends the one before it
    after = [i for i in starts if i >= stop.index]
    first = tokens[before[-1]].start if before else 0
    end = tokens[after[0]].start if after else (tokens[-1].end if tokens else 0)
    return Span(first, end) if end > first else None
