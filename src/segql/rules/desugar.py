"""The rule as written → the core rule: every shorthand gone, every default said.

did "x"                 →  at least once, ever
fewer than 3 times      →  0 to 2 times
none of (a, b)          →  not (any of (a, b))
trait.n is detractor    →  trait.n in (0, 1, 2, 3, 4, 5, 6)
"""

from __future__ import annotations

from typing import assert_never

from attrs import evolve

from segql.language import syntax
from segql.language.syntax import VALUE_AGGREGATES
from segql.model.errors import Refused
from segql.model.sampling import threshold
from segql.model.windows import ALWAYS, Window
from segql.rules.attributes import attribute, value_test
from segql.rules.rule import (
    EVERYONE,
    NO_ONE,
    ONCE,
    Activity,
    AllOf,
    AnyOf,
    AtLeast,
    Did,
    Equals,
    Event,
    Having,
    InSample,
    InSegment,
    Not,
    Nth,
    NumberIn,
    Range,
    Rule,
    Sequence,
    Step,
    SurveyAction,
    Teammates,
    Units,
)
from segql.rules.windows import window_of


def desugar(rule: syntax.Rule) -> Rule:  # noqa: C901 - one line per node
    """The core rule that means the same as `rule`.

    Raises `Refused` for what no text can say, such as an ordering against a string: the parser
    refuses it with a place, this is for rules built by hand.
    """
    match rule:
        case syntax.And(items):
            return AllOf(tuple(map(desugar, items)))
        case syntax.Or(items):
            return AnyOf(tuple(map(desugar, items)))
        case syntax.Not(item):
            return Not(desugar(item))
        case syntax.Group() as group:
            return _group(group)
        case syntax.Constant(holds):
            return EVERYONE if holds else NO_ONE
        case syntax.Attribute() as condition:
            return attribute(condition)
        case syntax.Did(event=event, having=having) as did:
            asked = None if having is None else _having(having)
            return evolve(_did(Event(event), did, asked), units=_units(did.regularity))
        case syntax.SurveyDid(action, survey) as did:
            return _did(SurveyAction(action, survey), did, None)
        case syntax.Nth(which, event, window, where):
            return Nth(which, Event(event), _where(where), window_of(window))
        case syntax.Sequence() as sequence:
            return _sequence(sequence)
        case syntax.InSegment(name):
            return InSegment(name)
        case syntax.InSample(percent, name):
            return InSample(threshold(percent), name or "")
        case syntax.Teammates(how, part):
            return Teammates(how == "every", desugar(part))
        case _:
            assert_never(rule)


def _group(group: syntax.Group) -> Rule:
    parts = tuple(map(desugar, group.items))
    match group.how:
        case "all":
            return AllOf(parts)
        case "any":
            return AnyOf(parts)
        case "none":
            return Not(AnyOf(parts))
        case "at least":
            return AtLeast(len(parts) if group.least is None else group.least, parts)
        case _:
            assert_never(group.how)


def _did(activity: Activity, did: syntax.Did | syntax.SurveyDid, having: Having | None) -> Did:
    days = None if did.days is None else range_of(did.days)
    if did.count is not None:
        times: Range | None = range_of(did.count)
    else:
        times = None if days is not None and having is None else ONCE
    window = ALWAYS if did.window is None else window_of(did.window)
    return Did(activity, _where(did.where), times, days, having, window)


def range_of(counted: syntax.Counted) -> Range:
    """The plain numbers that a count or days clause accepts, zero included (§2 Behaviour)."""
    low = counted.low
    match counted.how:
        case "at least":
            return Range(low)
        case "more than":
            return Range(low + 1)
        case "at most":
            return Range(0, low)
        case "fewer than":
            return Range(0, low - 1)
        case "exactly":
            return Range(low, low)
        case "between":
            return Range(low, low if counted.high is None else counted.high)
        case _:
            assert_never(counted.how)


def _units(written: syntax.Regularity | None) -> Units | None:
    return None if written is None else Units(written.unit, written.last, range_of(written.counted))


def _having(having: syntax.Having) -> Having:
    test, negated = value_test(having.test)
    valued = having.aggregate in VALUE_AGGREGATES
    if not valued and not isinstance(test, Equals | NumberIn):
        raise Refused("`having` compares with numbers", code="having-number")
    return Having(having.aggregate, having.path, test, negated)


def _sequence(sequence: syntax.Sequence) -> Sequence:
    steps = tuple(Step(step.event, _where(step.where)) for step in sequence.steps)
    within_ms = None if sequence.within is None else sequence.within.ms
    window: Window = ALWAYS if sequence.window is None else window_of(sequence.window)
    if sequence.absent:
        return Sequence(steps[:-1], steps[-1], within_ms, window)
    return Sequence(steps, None, within_ms, window)


def _where(where: syntax.Rule | None) -> Rule | None:
    return None if where is None else desugar(where)
