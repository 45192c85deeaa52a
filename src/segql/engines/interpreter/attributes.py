"""Conditions on traits, fields and answers, and the `where` of events and responses (§2, §4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias, assert_never

from segql.engines.interpreter.checks import Check, bind_check
from segql.engines.interpreter.facts import Facts
from segql.engines.interpreter.keyed import bind_keyed
from segql.engines.interpreter.predicates import (
    Bind,
    Predicate,
    all_of,
    any_of,
    at_least,
    fixed,
    negated,
    never,
)
from segql.model.errors import Refused
from segql.model.fields import TIME_FIELDS
from segql.model.instants import Instant, Moment
from segql.model.values import (
    Json,
    Path,
    at_path,
    is_known,
    reads_numbers_as_dates,
)
from segql.model.windows import bounds
from segql.rules.rule import (
    AccountTrait,
    AllOf,
    Answer,
    AnyOf,
    AtLeast,
    ChangedIn,
    DateIn,
    Field,
    Holds,
    Known,
    Not,
    Operand,
    Property,
    Rule,
    Test,
    Trait,
)

Properties: TypeAlias = Mapping[str, Json]
_OUTSIDE_WHERE: Final = "property-outside-where"


def bind_holds(condition: Holds) -> Bind[Facts]:
    """The condition on a profile's trait, account trait, field or answer."""
    operand, test = condition.operand, condition.test
    if isinstance(operand, Field):
        return _bind_field(operand.name, test)
    if isinstance(operand, Property):
        raise Refused("a bare property stands only inside `where`", code=_OUTSIDE_WHERE)
    if isinstance(operand, Trait) and isinstance(test, ChangedIn):
        return _bind_changed(operand.path, test)
    numbers = reads_numbers_as_dates(operand.path)
    if isinstance(operand, Trait) and len(operand.path) == 1:
        return bind_keyed(operand.path[0], test, numbers=numbers)
    check_at = bind_check(test, numbers=numbers)

    def bind(moment: Moment) -> Predicate[Facts]:
        return _asked(operand, check_at(moment), moment.now)

    return bind


def _bind_changed(path: Path, test: ChangedIn) -> Bind[Facts]:
    def bind(moment: Moment) -> Predicate[Facts]:
        low, high = bounds(test.window, moment)

        def lies_inside(facts: Facts) -> bool:
            if not is_known(facts.trait(path)):
                return False
            time = facts.changed(path)
            return time is not None and low <= time < high

        return lies_inside

    return bind


def value_of(operand: Operand, facts: Facts, now: Instant) -> Json:
    """The raw value that a test on `operand` looks at; None when missing."""
    match operand:
        case Trait(path):
            return facts.trait(path)
        case AccountTrait(path):
            return facts.account_trait(path)
        case Answer(survey, path):
            return facts.answer(survey, path, now)
        case Field(name):
            return facts.field(name, now)
        case Property():
            raise Refused("a bare property stands only inside `where`", code=_OUTSIDE_WHERE)
        case _:
            assert_never(operand)


def _asked(operand: Trait | AccountTrait | Answer, check: Check, now: Instant) -> Predicate[Facts]:
    match operand:
        case Trait(path):
            return lambda facts: check(facts.trait(path))
        case AccountTrait(path):
            return lambda facts: check(facts.account_trait(path))
        case Answer(survey, path):
            return lambda facts: check(facts.answer(survey, path, now))
        case _:
            assert_never(operand)


def _bind_field(name: str, test: Test) -> Bind[Facts]:
    """Fields of time are dates only, fields of text and counts never are (§4)."""
    if name in TIME_FIELDS:
        return _bind_time_field(name, test)
    if isinstance(test, DateIn):
        return fixed(never)
    check_at = bind_check(test, numbers=False)

    def bind(moment: Moment) -> Predicate[Facts]:
        check, now = check_at(moment), moment.now
        return lambda facts: check(facts.field(name, now))

    return bind


def _bind_time_field(name: str, test: Test) -> Bind[Facts]:
    match test:
        case DateIn(window):

            def bind(moment: Moment) -> Predicate[Facts]:
                now, (low, high) = moment.now, bounds(window, moment)

                def lies_inside(facts: Facts) -> bool:
                    time = facts.field(name, now)
                    return isinstance(time, float | int) and low <= time < high

                return lies_inside

            return bind
        case Known():

            def bind_known(moment: Moment) -> Predicate[Facts]:
                now = moment.now
                return lambda facts: facts.field(name, now) is not None

            return bind_known
        case _:
            return fixed(never)


def bind_where(where: Rule) -> Bind[Properties]:
    """The `where` of an event or a response: logic over tests on its properties."""
    match where:
        case AllOf(parts):
            binds = tuple(map(bind_where, parts))
            return lambda moment: all_of([bind(moment) for bind in binds])
        case AnyOf(parts):
            binds = tuple(map(bind_where, parts))
            return lambda moment: any_of([bind(moment) for bind in binds])
        case AtLeast(least, parts):
            binds = tuple(map(bind_where, parts))
            return lambda moment: at_least(least, [bind(moment) for bind in binds])
        case Not(part):
            inner = bind_where(part)
            return lambda moment: negated(inner(moment))
        case Holds(operand, test):
            return _bind_property(operand, test)
        case _:
            raise Refused("`where` holds tests on properties only", code="where-condition")


def _bind_property(operand: Operand, test: Test) -> Bind[Properties]:
    if not isinstance(operand, Property):
        raise Refused("`where` holds tests on properties only", code="where-condition")
    path = operand.path
    numbers = reads_numbers_as_dates(path)
    if len(path) == 1:
        return bind_keyed(path[0], test, numbers=numbers)
    check_at = bind_check(test, numbers=numbers)

    def bind(moment: Moment) -> Predicate[Properties]:
        check = check_at(moment)
        return lambda properties: check(at_path(properties, path))

    return bind


def reader(path: Path) -> Callable[[Properties], Json]:
    """What gives the value at `path` of some properties."""
    if len(path) == 1:
        key = path[0]
        return lambda properties: properties.get(key)
    return lambda properties: at_path(properties, path)
