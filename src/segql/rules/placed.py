"""The attribute tests of a rule as written, each with what stands round it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from attrs import evolve, frozen

from segql.language import syntax
from segql.language.mentions import Owner


@frozen
class Placed:
    """A test, whether it is negated, and what must hold beside it."""

    attribute: syntax.Attribute
    negated: bool = False
    owner: Owner | None = None
    """Whose properties or answers are tested, inside `where`."""
    known: frozenset[syntax.Operand] = frozenset()
    """What else must be known wherever this test decides."""
    is_joined: bool = True
    """Another condition may be added with `and`, without parentheses."""


@frozen
class _Round:
    """What stands round a rule."""

    negated: bool = False
    owner: Owner | None = None
    known: frozenset[syntax.Operand] = frozenset()
    is_joined: bool = True


def placed_in(rule: syntax.Rule) -> Iterator[Placed]:
    """The attribute tests of `rule` in the order written, those inside `where` among them."""
    return _placed(rule, _Round())


def _placed(rule: syntax.Rule, around: _Round) -> Iterator[Placed]:
    match rule:
        case syntax.Attribute():
            yield Placed(rule, around.negated, around.owner, around.known, around.is_joined)
        case syntax.Not(item):
            turned = evolve(around, negated=not around.negated, is_joined=False)
            yield from _placed(item, turned)
        case syntax.And(items):
            yield from _all(items, around, together=not around.negated)
        case syntax.Or(items):
            apart = evolve(around, is_joined=False)
            yield from _all(items, apart, together=around.negated)
        case syntax.Group(how, items):
            turned = evolve(around, negated=around.negated ^ (how == "none"), is_joined=False)
            yield from _all(items, turned, together=(how == "all") ^ turned.negated)
        case syntax.Did(event=event, where=where) | syntax.Nth(event=event, where=where):
            yield from _inside(where, Owner("event", event))
        case syntax.SurveyDid(survey=survey, where=where):
            yield from _inside(where, Owner("survey", survey))
        case syntax.Sequence(steps):
            for step in steps:
                yield from _inside(step.where, Owner("event", step.event))
        case syntax.Teammates(rule=inner):
            yield from _placed(inner, _Round(is_joined=False))
        case syntax.InSegment() | syntax.InSample() | syntax.Constant():
            pass
        case _:
            assert_never(rule)


def _all(items: tuple[syntax.Rule, ...], around: _Round, *, together: bool) -> Iterator[Placed]:
    if together:
        around = evolve(around, known=around.known | set(_tested(items, negated=around.negated)))
    for item in items:
        yield from _placed(item, around)


def _tested(items: tuple[syntax.Rule, ...], *, negated: bool) -> Iterator[syntax.Operand]:
    """What must be known for all of the items to hold, or none of them."""
    for item in items:
        if isinstance(item, syntax.Attribute) and is_negative(item.test) == negated:
            yield item.operand


def _inside(where: syntax.Rule | None, owner: Owner) -> Iterator[Placed]:
    if where is not None:
        yield from _placed(where, _Round(owner=owner))


def is_negative(test: syntax.AttributeTest) -> bool:
    """Whether the test also holds on something missing (§3.1)."""
    match test:
        case syntax.Compare(op) | syntax.CompareWith(op):
            return op == "!="
        case syntax.Is(what, negated):
            return negated != (what == "unknown")
        case _:
            return test.negated
