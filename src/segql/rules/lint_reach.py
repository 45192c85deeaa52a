"""Segments that reach further than was meant: to newcomers, to profiles without any data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import frozen

from segql.language import syntax, write
from segql.language.diagnostics import Diagnostic, Fix, Severity
from segql.language.source import Span
from segql.model.windows import Edge
from segql.rules.canonical import canonical
from segql.rules.desugar import desugar
from segql.rules.overlap import is_not_after
from segql.rules.rule import EVERYONE, NO_ONE, Rule
from segql.rules.strangers import is_settled, lately_undone, takes_in_unknown
from segql.rules.windows import window_of

_NOWHERE: Final = Span(0, 0)


def reach(segment: syntax.Segment, text: str, rules: Mapping[str, Rule]) -> Iterator[Diagnostic]:
    """What is to be said of whom a segment takes in; `rules` are those it may refer to."""
    newcomers = list(_Newcomers(text, rules).among(segment.rule, (), "and"))
    yield from newcomers
    rule = canonical(desugar(segment.rule))
    if newcomers or rule in (EVERYONE, NO_ONE) or not takes_in_unknown(rule, rules):
        return
    message = f"`{segment.name}` takes in profiles of which nothing is known"
    help = "add who is meant, as in `events > 0 and …`: all that is asked for is something missing"
    span = segment.name_span or _NOWHERE
    yield Diagnostic("only-negative", Severity.WARNING, span, message, help)


@frozen
class _Newcomers:
    """Looks for what was not done lately where nothing asks how long a profile is known."""

    text: str
    rules: Mapping[str, Rule]

    def among(
        self, rule: syntax.Rule, given: tuple[Rule, ...], inside: str
    ) -> Iterator[Diagnostic]:
        """The findings in a rule that must hold beside those given; `inside`: and, or, a list."""
        match rule:
            case syntax.And(items):
                yield from self._together(items, given, "and")
            case syntax.Group("all", items):
                yield from self._together(items, given, "list")
            case syntax.Or(items):
                yield from self._apart(items, given, "or")
            case syntax.Group("any", items):
                yield from self._apart(items, given, "list")
            case _:
                yield from self._together((rule,), given, inside)

    def _apart(
        self, items: Sequence[syntax.Rule], given: tuple[Rule, ...], inside: str
    ) -> Iterator[Diagnostic]:
        for item in items:
            yield from self.among(item, given, inside)

    def _together(
        self, items: Sequence[syntax.Rule], given: tuple[Rule, ...], inside: str
    ) -> Iterator[Diagnostic]:
        own = [canonical(desugar(item)) for item in items]
        if is_settled((*given, *own), self.rules):
            return
        widest: tuple[Edge, syntax.Rule] | None = None
        for index, (item, rule) in enumerate(zip(items, own, strict=True)):
            if isinstance(item, syntax.Or | syntax.Group):
                others = (*given, *own[:index], *own[index + 1 :])
                nested = list(self.among(item, others, "list")) if _is_choice(item) else []
                if nested:
                    yield from nested
                    continue
            undone = lately_undone(rule)
            if undone is None or undone.low is None:
                continue
            if widest is None or not is_not_after(widest[0], undone.low):
                widest = undone.low, item
        if widest is not None:
            yield self._finding(*widest, inside)

    def _finding(self, low: Edge, item: syntax.Rule, inside: str) -> Diagnostic:
        span = item.span or _NOWHERE
        bound = next((found for found in map(_since, _windows(item, low)) if found), None)
        message = "whoever was first seen yesterday is taken in: it was not done by them either"
        fix, help = None, "add how long they must be known, as in `first_seen before …`"
        if bound is not None:
            help = f"add `and first_seen {bound}`, which leaves them out"
            written = self.text[span.start : span.end]
            mended = f"{written} and first_seen {bound}"
            if _ends_in_where(item):
                mended = f"first_seen {bound} and {written}"
            if inside == "or":
                mended = f"({mended})"
            fix = Fix(f"add `first_seen {bound}`, which changes who is in it", span, mended)
        return Diagnostic("takes-in-newcomers", Severity.WARNING, span, message, help, fix)


def _is_choice(rule: syntax.Rule) -> bool:
    return isinstance(rule, syntax.Or) or (
        isinstance(rule, syntax.Group) and rule.how in ("any", "all")
    )


def _windows(rule: syntax.Rule, low: Edge) -> Iterator[syntax.EventWindow]:
    """The windows written in `rule` that begin at `low`."""
    match rule:
        case syntax.Did(window=window) | syntax.SurveyDid(window=window):
            if window is not None and window_of(window).low == low:
                yield window
        case syntax.Not(item):
            yield from _windows(item, low)
        case syntax.And(items) | syntax.Or(items) | syntax.Group(items=items):
            for item in items:
                yield from _windows(item, low)
        case _:
            pass


def _since(window: syntax.EventWindow) -> str | None:
    """How `first_seen` says that it lies before the window."""
    match window:
        case syntax.Within(length) | syntax.BetweenAgo(length):
            return f"more than {length} ago"
        case syntax.Since(syntax.Ago(length)) | syntax.BetweenPoints(syntax.Ago(length)):
            return f"more than {length} ago"
        case syntax.Since(point) | syntax.BetweenPoints(point) | syntax.On(point):
            return f"before {write.value(point)}"
        case _:
            return None


def _ends_in_where(rule: syntax.Rule) -> bool:
    """Whether an `and` behind it could be read as part of a `where`."""
    while isinstance(rule, syntax.Not):
        rule = rule.item
    match rule:
        case syntax.Did(where=where) | syntax.SurveyDid(where=where):
            return (
                where is not None
                and where.span is not None
                and rule.span is not None
                and (where.span.end == rule.span.end)
            )
        case _:
            return False
