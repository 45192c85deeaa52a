"""The condition round a position, and parentheses that belong together."""

from __future__ import annotations

from collections.abc import Iterator

from segql.editor.roles import Roles, scoped
from segql.editor.scopes import Scope
from segql.language.parse import parse_rule
from segql.language.source import Span

_UNWRITTEN = frozenset({Scope.BLANK, Scope.COMMENT})
_LINES = frozenset({"when", "description", "notify", "segment"})


def condition_at(text: str, at: int) -> Span | None:
    """The condition round `at`, which is a rule by itself; None where there is none.

    Reaches from the `and`, `or`, `not` or parenthesis before it to the next one outside of it.

    >>> text = 'trait.plan = "pro" and (did "a" within 30d or not email is known)'
    >>> [text[span.start : span.end] for at in (3, 30, 50) if (span := condition_at(text, at))]
    ['trait.plan = "pro"', 'did "a" within 30d', 'email is known']
    """
    for span in _conditions(text):
        if span.start <= at <= span.end:
            is_rule = parse_rule(text[span.start : span.end]).rule is not None
            return span if is_rule else None
    return None


def _conditions(text: str) -> Iterator[Span]:
    """The stretches between words and signs of logic, in their order."""
    roles = Roles()
    start = end = -1
    level, is_between, before = "rule", False, ""
    for first, last, _, scope in scoped(text, roles):
        if scope in _UNWRITTEN:
            continue
        written = text[first:last]
        is_outside = level == "rule" and scope in (Scope.KEYWORD, Scope.PUNCTUATION)
        level = roles.level
        parts = (written in ("and", "or") and not is_between) or written in _LINES
        parts = parts or (written == "," and level == "rule") or (written == "not" and start < 0)
        parts = parts or (written == "(" and level == "rule") or (written == ")" and is_outside)
        is_between = written == "between" or (is_between and written != "and")
        if is_outside and parts and not (written == "segment" and before == "in"):
            if start >= 0:
                yield Span(start, end)
            start = -1
        else:
            start = first if start < 0 else start
        end, before = last, written
    if start >= 0:
        yield Span(start, end)


def parentheses_at(text: str, at: int) -> tuple[Span, Span] | None:
    """The parenthesis at `at`, or that ends there, and its other one, the opening one first.

    >>> parentheses_at("(a or (b))", 6)
    (Span(start=6, end=7), Span(start=8, end=9))
    """
    opened: list[int] = []
    for start, _, kind, _ in scoped(text):
        if kind == "mark" and text[start] == "(":
            opened.append(start)
        elif kind == "mark" and text[start] == ")" and opened:
            first = opened.pop()
            if at in (first, first + 1, start, start + 1):
                return Span(first, first + 1), Span(start, start + 1)
    return None
