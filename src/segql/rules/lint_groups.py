"""Groups of conditions → what in them decides nothing, or can be said more plainly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, groupby, islice
from typing import Final

from attrs import evolve, field, frozen

from segql.language import syntax
from segql.language.comments import Places
from segql.language.diagnostics import Diagnostic, Fix, Label, Severity
from segql.language.format import format_rule
from segql.language.source import Span
from segql.rules import rule as core
from segql.rules.canonical import canonical
from segql.rules.desugar import desugar
from segql.rules.implied import Judge
from segql.rules.placed import is_negative
from segql.rules.rule import EVERYONE, NO_ONE

_MOST: Final = 50
"""So many items of a group, and so many conditions round it, are compared with one another."""
_NOWHERE: Final = Span(0, 0)
_FEWEST_VALUES: Final = 3


@frozen
class _Given:
    """What may be taken to hold, for the rule would not be decided here otherwise."""

    rule: core.Rule
    span: Span


@frozen
class Groups:
    """One walk through a rule of `text`."""

    text: str
    places: Places = field(repr=False)
    judge: Judge

    def findings(self, rule: syntax.Rule, given: tuple[_Given, ...] = ()) -> Iterator[Diagnostic]:
        """What is to be said of `rule` and of all inside it."""
        match rule:
            case syntax.And(items) | syntax.Group("all", items):
                yield from self._group(rule, items, given, joined=True)
            case syntax.Or(items) | syntax.Group("any" | "none", items):
                yield from self._group(rule, items, given, joined=False)
            case syntax.Group(items=items):
                yield from self._plainer(rule)
                for item in items:
                    yield from self.findings(item, given)
            case syntax.Not(item):
                yield from self._twice_negated(rule)
                yield from self.findings(item, given)
            case syntax.Teammates(rule=inner):
                yield from self.findings(inner)
            case syntax.Did(where=where) | syntax.SurveyDid(where=where) | syntax.Nth(where=where):
                if where is not None:
                    yield from self.findings(where)
            case syntax.Sequence(steps):
                for step in steps:
                    if step.where is not None:
                        yield from self.findings(step.where)
            case _:
                pass

    # What decides nothing

    def _group(
        self,
        group: syntax.And | syntax.Or | syntax.Group,
        items: Sequence[syntax.Rule],
        given: tuple[_Given, ...],
        *,
        joined: bool,
    ) -> Iterator[Diagnostic]:
        """Items that follow from others; where one of several is enough, from their opposites."""
        if isinstance(group, syntax.Group):
            yield from self._plainer(group)
        facts = [canonical(_fact(item, joined=joined)) for item in items]
        stopping = [item for item, fact in zip(items, facts, strict=True) if _stops(item, fact)]
        if stopping:
            if len(items) > 1:
                yield self._decided(stopping[0], joined=joined)
            return
        own = [_Given(fact, _place(item)) for item, fact in zip(items, facts, strict=True)]
        left = dict.fromkeys(range(len(items)))
        firsts: dict[core.Rule, int] = {}
        for index, item in enumerate(items):
            near = [own[other] for other in islice(left, _MOST) if other != index]
            first = firsts.setdefault(own[index].rule, index)
            known = [own[first]] if first != index else [*given, *near]
            source = self._source(item, own[index], known if index < _MOST else known[:1])
            if source is not None:
                del left[index]
                if len(items) > 1:
                    yield self._superfluous(items, index, source)
        yield from self._one_by_one([items[index] for index in left], joined=joined)
        for index in left:
            others = (own[other] for other in islice(left, _MOST) if other != index)
            yield from self.findings(items[index], tuple(islice(chain(given, others), _MOST)))

    def _source(self, item: syntax.Rule, own: _Given, known: Sequence[_Given]) -> _Given | None:
        """From what the item's own fact follows; of two that say the same, the later one does."""
        if isinstance(item, syntax.Constant):
            return own if own.rule == EVERYONE else None
        for each in known:
            if self.judge.follows(own.rule, each.rule):
                is_later = each.span.start > own.span.start
                if not (is_later and self.judge.follows(each.rule, own.rule)):
                    return each
        return None

    def _superfluous(self, items: Sequence[syntax.Rule], index: int, source: _Given) -> Diagnostic:
        span = _place(items[index])
        shown, beside = self._shown(span), self._shown(source.span)
        also: tuple[Label, ...] = (Label(source.span, "because of this"),)
        if source.span == span:
            message, also = f"`{shown}` decides nothing here", ()
        elif shown == beside:
            message = f"`{shown}` is said twice"
        else:
            message = f"`{shown}` decides nothing beside `{beside}`"
        removed = self._without(items, index)
        fix = None if removed is None else Fix("take it out", removed, "")
        help = "without it the same profiles are in"
        return Diagnostic("decides-nothing", Severity.WARNING, span, message, help, fix, None, also)

    def _without(self, items: Sequence[syntax.Rule], index: int) -> Span | None:
        """What to cut for an item to be gone; None where a comment would go with it."""
        if index == 0:
            cut = Span(_place(items[0]).start, _place(items[1]).start)
        else:
            cut = Span(_place(items[index - 1]).end, _place(items[index]).end)
        return None if self._has_comment(cut) else cut

    def _decided(self, item: syntax.Rule, *, joined: bool) -> Diagnostic:
        verdict, code = ("never", "never-holds") if joined else ("always", "always-holds")
        span = _place(item)
        message = f"with `{self._shown(span)}` the whole group {verdict} holds"
        return Diagnostic(code, Severity.WARNING, span, message)

    # What can be said more plainly

    def _plainer(self, group: syntax.Group) -> Iterator[Diagnostic]:
        number, least = len(group.items), group.least or 1
        plainer: syntax.Rule
        if number == 1:
            (item,) = group.items
            plainer = syntax.Not(item) if group.how == "none" else item
            message = "a group of one condition is that condition"
        elif group.how == "at least" and least in (1, number):
            how, words = ("any", "any of") if least == 1 else ("all", "all of")
            plainer = syntax.Group(how, group.items)  # type: ignore[arg-type] # any or all
            message = f"`at least {least} of` {number} conditions is `{words}`"
        else:
            return
        yield self._rewritten("plainer-group", group, plainer, message)

    def _twice_negated(self, rule: syntax.Not) -> Iterator[Diagnostic]:
        match rule.item:
            case syntax.Not(item):
                positive: syntax.Rule = item
            case syntax.Group("none", items):
                positive = items[0] if len(items) == 1 else syntax.Group("any", items)
            case syntax.Attribute(test=test) if is_negative(test):
                positive = _turned(rule.item)
            case _:
                return
        message = "it is negated twice"
        yield self._rewritten("double-negation", rule, positive, message)

    def _one_by_one(self, items: Sequence[syntax.Rule], *, joined: bool) -> Iterator[Diagnostic]:
        for key, run in groupby(items, lambda item: _compared(item, joined=joined)):
            tested = list(run)
            if key is None or len(tested) < _FEWEST_VALUES:
                continue
            operand, ignoring = key
            values = tuple(value for item in tested for value in _values(item))
            test = syntax.OneOf(values, joined, ignoring)
            whole = syntax.Attribute(operand, test, span=_place(tested[0]).to(_place(tested[-1])))
            message = f"{len(tested)} tests of one attribute are one with `in`"
            yield self._rewritten("one-by-one", whole, whole, message)

    def _rewritten(
        self, code: str, rule: syntax.Rule, plainer: syntax.Rule, message: str
    ) -> Diagnostic:
        span = _place(rule)
        written = format_rule(plainer)
        if isinstance(plainer, syntax.And | syntax.Or):
            written = f"({written})"
        fix = None if self._has_comment(span) else Fix("write it plainly", span, written)
        return Diagnostic(code, Severity.HINT, span, message, None, fix)

    def _has_comment(self, span: Span) -> bool:
        return any(span.start <= comment.start < span.end for comment in self.places.comments)

    def _shown(self, span: Span) -> str:
        written = " ".join(self.text[span.start : span.end].split())
        return written if len(written) <= 50 else f"{written[:47]}…"


def _fact(item: syntax.Rule, *, joined: bool) -> core.Rule:
    rule = desugar(item)
    return rule if joined else core.Not(rule)


def _stops(item: syntax.Rule, fact: core.Rule) -> bool:
    """`no one` among conditions that must all hold, `everyone` where one is enough."""
    return isinstance(item, syntax.Constant) and fact == NO_ONE


def _place(rule: syntax.Rule) -> Span:
    return rule.span or _NOWHERE


def _turned(rule: syntax.Attribute) -> syntax.Attribute:
    """The opposite of a negative test."""
    match rule.test:
        case syntax.Compare() | syntax.CompareWith():
            return evolve(rule, test=evolve(rule.test, op="="))
        case syntax.Is("unknown"):
            return evolve(rule, test=syntax.Is("known"))
        case test:
            return evolve(rule, test=evolve(test, negated=False))


def _compared(item: syntax.Rule, *, joined: bool) -> tuple[syntax.Operand, bool] | None:
    """What is compared with single values, all of which one `in`, or one `not in`, can hold."""
    match item:
        case syntax.Attribute(operand, syntax.Compare("=" | "!=" as op, _, ignoring)):
            return (operand, ignoring) if (op == "!=") == joined else None
        case syntax.Attribute(operand, syntax.OneOf(_, negated, ignoring)):
            return (operand, ignoring) if negated == joined else None
        case _:
            return None


def _values(item: syntax.Rule) -> tuple[syntax.Value, ...]:
    match item:
        case syntax.Attribute(test=syntax.Compare(value=value)):
            return (value,)
        case syntax.Attribute(test=syntax.OneOf(values)):
            return values
        case _:
            return ()
