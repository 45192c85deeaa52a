"""Conditions that never hold, or always, with the reason and all places that take part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from attrs import frozen

from segql.language import syntax
from segql.language.diagnostics import Diagnostic, Label, Severity
from segql.language.source import Span
from segql.rules import rule as core
from segql.rules.canonical import canonical
from segql.rules.contradictions import Conflict, Constant, HoldsLists, conflicts, constant
from segql.rules.desugar import desugar
from segql.rules.rule import Not

_MOST: Final = 50
"""So many conditions that must hold round a group are looked at together with its items."""
_NOWHERE: Final = Span(0, 0)


@frozen
class _Part:
    """A rule that must hold, where it is written."""

    rule: core.Rule
    span: Span
    negated: bool
    """What is written at the place must not hold."""


def logic_diagnostics(
    rule: syntax.Rule, text: str, holds_lists: HoldsLists
) -> Iterator[Diagnostic]:
    """What never or always holds in `rule`, whatever the data."""
    yield from _Walk(text, holds_lists).through(rule, (), negated=False)


@frozen
class _Walk:
    """One walk through a rule; `given` is what must hold wherever the part decides."""

    text: str
    holds_lists: HoldsLists

    def through(
        self, rule: syntax.Rule, given: tuple[_Part, ...], *, negated: bool
    ) -> Iterator[Diagnostic]:
        match rule:
            case syntax.Not(item):
                yield from self.through(item, given, negated=not negated)
            case syntax.And(items):
                yield from self._group(items, given, negated=negated, together=not negated)
            case syntax.Or(items):
                yield from self._group(items, given, negated=negated, together=negated)
            case syntax.Group("at least", items):
                for item in items:
                    yield from self.through(item, (), negated=negated)
            case syntax.Group(how, items):
                turned = negated ^ (how == "none")
                together = (how == "all") ^ turned
                yield from self._group(items, given, negated=turned, together=together)
            case syntax.Teammates(rule=inner):
                yield from self.through(inner, (), negated=False)
            case syntax.Constant():
                pass
            case _:
                found = constant(desugar(rule))
                if found is not None:
                    yield self._constant(rule, found)

    def _group(
        self,
        items: Sequence[syntax.Rule],
        given: tuple[_Part, ...],
        *,
        negated: bool,
        together: bool,
    ) -> Iterator[Diagnostic]:
        own = tuple(_part(item, negated=negated) for item in items)
        if together:
            yield from self._conflicts((*given, *own), len(given))
        else:  # where all of the opposites never hold together, one of these always does
            opposite = [_part(item, negated=not negated) for item in items]
            yield from self._conflicts(opposite, 0)
        for index, item in enumerate(items):
            others = (*own[:index], *own[index + 1 :]) if together else ()
            around = (*given, *others)[:_MOST]
            if not together and around and not isinstance(item, syntax.And | syntax.Group):
                yield from self._conflicts((*around, own[index]), len(around))
            yield from self.through(item, around, negated=negated)

    def _conflicts(self, parts: Sequence[_Part], own: int) -> Iterator[Diagnostic]:
        """What is to be said of parts that never hold together, one of the own among them."""
        for found in conflicts([part.rule for part in parts]):
            if max(found.parts) < own:
                continue  # said where these stand
            said = self._conflict(found, [parts[number] for number in found.parts])
            if said is not None:
                yield said

    def _conflict(self, found: Conflict, parts: Sequence[_Part]) -> Diagnostic | None:
        *others, last = sorted(parts, key=lambda part: part.span.start)
        severity, help = Severity.WARNING, None
        if found.unless_list is not None:
            holds = self.holds_lists(found.unless_list)
            if holds:
                return None
            if holds is None:
                severity = Severity.HINT
                help = "unless it is a list, where each test may be passed by another element"
        also = tuple(Label(part.span, "with this") for part in others)
        if all(part.negated for part in parts):
            written = " or ".join(f"`{self._shown(part.span)}`" for part in (*others, last))
            label = "one of these holds in any case"
            message = f"{written} always holds"
            return Diagnostic("always-holds", severity, last.span, message, help, None, label, also)
        written = " and ".join(
            f"`{'not ' if part.negated else ''}{self._shown(part.span)}`"
            for part in (*others, last)
        )
        message = f"{written} never hold together"
        return Diagnostic("never-holds", severity, last.span, message, help, None, found.why, also)

    def _constant(self, rule: syntax.Rule, found: Constant) -> Diagnostic:
        span = rule.span or _NOWHERE
        code, verdict = ("always-holds", "always") if found.holds else ("never-holds", "never")
        message = f"`{self._shown(span)}` {verdict} holds"
        return Diagnostic(code, Severity.WARNING, span, message, None, None, found.why)

    def _shown(self, span: Span) -> str:
        written = " ".join(self.text[span.start : span.end].split())
        return written if len(written) <= 50 else f"{written[:47]}…"


def _part(item: syntax.Rule, *, negated: bool) -> _Part:
    rule = desugar(item)
    return _Part(canonical(Not(rule) if negated else rule), item.span or _NOWHERE, negated)
