"""Nodes as plain JSON values: one object per node, told apart by one key (see `json`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias, assert_never

from segql.language import write
from segql.language.syntax import (
    AccountTrait,
    After,
    Ago,
    And,
    Answer,
    At,
    Attribute,
    AttributeTest,
    Before,
    Between,
    BetweenAgo,
    BetweenPoints,
    Changed,
    Compare,
    CompareWith,
    Constant,
    Contains,
    Counted,
    Dated,
    DateWindow,
    Day,
    Did,
    During,
    EventWindow,
    Field,
    Flag,
    FromNow,
    Group,
    Having,
    InSample,
    InSegment,
    Is,
    MoreThanAgo,
    MoreThanFromNow,
    NamedDay,
    Not,
    Now,
    Nth,
    Number,
    On,
    OneOf,
    Operand,
    Or,
    Property,
    Regularity,
    Rule,
    Sequence,
    Since,
    Step,
    SurveyDid,
    Teammates,
    Text,
    TextTest,
    Trait,
    Value,
    Within,
    WithinNext,
)
from segql.model.instants import iso

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
Object: TypeAlias = dict[str, Json]

LARGEST_WHOLE: Final = 2**53
VERB_BY_ACTION: Final[Mapping[str, str]] = {
    "seen": "saw",
    "completed": "completed",
    "dismissed": "dismissed",
}


def rule_json(rule: Rule) -> Object:
    """The object of a rule."""
    match rule:
        case And(items):
            return {"and": [rule_json(item) for item in items]}
        case Or(items):
            return {"or": [rule_json(item) for item in items]}
        case Not(item):
            return {"not": rule_json(item)}
        case Group(how=how, items=items, least=least):
            inner: list[Json] = [rule_json(item) for item in items]
            return {"at_least": least, "of": inner} if how == "at least" else {how: inner}
        case Attribute(operand, test):
            return {**_operand(operand), "test": _test(test)}
        case Did() | SurveyDid() | Nth():
            return _behaviour(rule)
        case Sequence():
            return _sequence(rule)
        case InSegment(name):
            return {"in_segment": name}
        case Teammates(how, inner_rule):
            return {f"{how}_teammate": rule_json(inner_rule)}
        case InSample(percent, name):
            of: Object = {} if name is None else {"of": name}
            return {"in_sample": write.percent(percent), **of}
        case Constant(holds):
            return {"constant": "everyone" if holds else "no one"}
        case _:
            assert_never(rule)


def _operand(operand: Operand) -> Object:
    match operand:
        case Trait(path):
            return {"trait": list(path)}
        case AccountTrait(path):
            return {"account": list(path)}
        case Property(path):
            return {"property": list(path)}
        case Field(name):
            return {"field": name}
        case Answer(survey, path):
            return {"survey": survey, "answer": list(path)}
        case _:
            assert_never(operand)


def _test(test: AttributeTest) -> Object:
    if isinstance(test, CompareWith):
        return {test.op: _operand(test.other)}
    ends: Object = {"not": True} if not isinstance(test, Compare) and test.negated else {}
    if not isinstance(test, Between | Is | Dated | Changed) and test.ignoring_case:
        ends["ignoring_case"] = True
    match test:
        case Compare(op=op, value=value):
            return {op: _value(value), **ends}
        case Between(low, high):
            return {"between": [_value(low), _value(high)], **ends}
        case OneOf(values):
            return {"in": [_value(value) for value in values], **ends}
        case Contains(how="one", values=(value,)):
            return {"contains": _value(value), **ends}
        case Contains(how=how, values=values):
            return {f"contains_{how}": [_value(value) for value in values], **ends}
        case TextTest(how=how, text=text):
            return {_key(how): text, **ends}
        case Is(what):
            return {"is": what, **ends}
        case Dated(window):
            return {**_window(window), **ends}
        case Changed(length, unchanged):
            return {"unchanged_for" if unchanged else "changed_within": str(length), **ends}
        case _:
            assert_never(test)


def _value(value: Value) -> Json:
    match value:
        case Text(text):
            return text
        case Number(number):
            whole = number.is_integer() and abs(number) <= LARGEST_WHOLE
            return int(number) if whole else number
        case Flag(flag):
            return flag
        case Day(day):
            return {"date": day.isoformat()}
        case At(instant):
            return {"instant": iso(instant)}
        case NamedDay(name):
            return {"point": name}
        case Now():
            return {"point": "now"}
        case Ago(length):
            return {"ago": str(length)}
        case FromNow(length):
            return {"from_now": str(length)}
        case _:
            assert_never(value)


def _window(window: EventWindow | DateWindow) -> Object:
    match window:
        case Within(length):
            return {"within": str(length)}
        case WithinNext(length):
            return {"within_next": str(length)}
        case MoreThanAgo(length):
            return {"more_than_ago": str(length)}
        case MoreThanFromNow(length):
            return {"more_than_from_now": str(length)}
        case BetweenAgo(far, near):
            return {"between_ago": [str(far), str(near)]}
        case BetweenPoints(low, high):
            return {"between": [_value(low), _value(high)]}
        case Before(point):
            return {"before": _value(point)}
        case After(point):
            return {"after": _value(point)}
        case Since(point):
            return {"since": _value(point)}
        case On(day):
            return {"on": _value(day)}
        case During(period):
            return {"during": period}
        case _:
            assert_never(window)


def _behaviour(condition: Did | SurveyDid | Nth) -> Object:
    found: Object
    match condition:
        case Did(event):
            found = {"did": event}
        case Nth(which, event):
            found = {f"{which}_did": event}
        case SurveyDid(action, survey):
            named: Json = {"any_survey": True} if survey is None else survey
            found = {VERB_BY_ACTION[action]: named}
    if condition.where is not None:
        found["where"] = rule_json(condition.where)
    if isinstance(condition, Did) and condition.having is not None:
        found["having"] = _having(condition.having)
    if not isinstance(condition, Nth):
        if condition.count is not None:
            found["count"] = _counted(condition.count)
        if condition.days is not None:
            found["days"] = _counted(condition.days)
    if condition.window is not None:
        found["window"] = _window(condition.window)
    if isinstance(condition, Did) and condition.regularity is not None:
        found["regularity"] = _regularity(condition.regularity)
    return found


def _regularity(regularity: Regularity) -> Object:
    count = _counted(regularity.counted)
    return {"count": count, "last": regularity.last, "unit": regularity.unit}


def _having(having: Having) -> Object:
    return {_key(having.aggregate): list(having.path), "test": _test(having.test)}


def _counted(counted: Counted) -> Object:
    amount: Json = counted.low if counted.high is None else [counted.low, counted.high]
    return {_key(counted.how): amount}


def _sequence(sequence: Sequence) -> Object:
    steps = [_step(step) for step in sequence.steps]
    found: Object = {}
    if sequence.absent:
        found["then_not"] = steps.pop()
    found = {"sequence": list(steps), **found}
    if sequence.within is not None:
        found["within"] = str(sequence.within)
    if sequence.window is not None:
        found["window"] = _window(sequence.window)
    return found


def _step(step: Step) -> Object:
    where: Object = {} if step.where is None else {"where": rule_json(step.where)}
    return {"did": step.event, **where}


def _key(words: str) -> str:
    return words.replace(" ", "_")
