"""Two attributes compared with each other (§2 Attributes): some pair of elements passes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

from segql.engines.interpreter.attributes import value_of
from segql.engines.interpreter.facts import Facts
from segql.engines.interpreter.predicates import Bind, Predicate
from segql.model.fields import TIME_FIELDS
from segql.model.instants import Instant, Moment
from segql.model.values import (
    OTHER,
    Element,
    Json,
    elements,
    instant_in,
    kind_of,
    reads_numbers_as_dates,
)
from segql.rules.rule import Compares, Field, Operand

_Side: TypeAlias = tuple[Element, Instant | None]
"""An element, and the instant that it reads as."""


def bind_compares(condition: Compares) -> Bind[Facts]:
    """The condition that some element on the left is so to some element on the right."""
    left, op, right = condition.operand, condition.op, condition.other

    def bind(moment: Moment) -> Predicate[Facts]:
        now, read_left, read_right = moment.now, _reader(left, moment), _reader(right, moment)

        def holds(facts: Facts) -> bool:
            ones = read_left(value_of(left, facts, now))
            others = read_right(value_of(right, facts, now)) if ones else ()
            return any(_passes(one, op, other) for one in ones for other in others)

        return holds

    return bind


def _reader(operand: Operand, moment: Moment) -> Callable[[Json], Sequence[_Side]]:
    """How the elements of an operand's value read."""
    zone = moment.zone
    if isinstance(operand, Field):
        if operand.name in TIME_FIELDS:  # dates and nothing else: equal to no number
            return lambda value: [(OTHER, int(value))] if isinstance(value, float) else []
        return lambda value: [(element, None) for element in elements(value)]
    numbers = reads_numbers_as_dates(operand.path)
    return lambda value: [
        (element, instant_in(element, zone, numbers=numbers)) for element in elements(value)
    ]


def _passes(one: _Side, op: Literal["=", "<", "<="], other: _Side) -> bool:
    (left, left_time), (right, right_time) = one, other
    if left_time is not None and right_time is not None:
        return _ordered(left_time, op, right_time)
    if isinstance(left, float) and isinstance(right, float):
        return _ordered(left, op, right)
    return op == "=" and left is not OTHER and kind_of(left) == kind_of(right) and left == right


def _ordered(left: float, op: Literal["=", "<", "<="], right: float) -> bool:
    match op:
        case "=":
            return left == right
        case "<":
            return left < right
        case "<=":
            return left <= right
