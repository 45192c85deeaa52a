"""Tests of the fields kept by the system that always hold, or never, by what each is (§4)."""

from __future__ import annotations

from math import ceil, floor, inf

from segql.model.fields import COUNT_FIELDS, TIME_FIELDS
from segql.rules.overlap import is_future
from segql.rules.rule import DateIn, Empty, Equals, Field, Known, NumberIn, Test


def field_constant(operand: Field, test: Test) -> tuple[bool, str] | None:
    """Whether the test always or never holds on the field, and why; None where it depends.

    Tests of another kind than the field's are left to the table of kinds.
    """
    if operand.name in COUNT_FIELDS:
        return _on_count(operand.name, test)
    if operand.name in TIME_FIELDS:
        return _on_time(operand.name, test)
    return None


def _on_count(name: str, test: Test) -> tuple[bool, str] | None:
    why = f"`{name}` is a whole number from 0, and never missing"
    match test:
        case NumberIn(low, high, low_included, high_included):
            first = max(0, ceil(low) if low > -inf else 0)
            first += not low_included and first == low
            if high == inf:
                return (True, why) if first == 0 else None
            last = floor(high) - (not high_included and floor(high) == high)
            return (False, why) if last < first else None
        case Equals(values):
            numbers = [float(one.scalar) for one in values if one.kind == "number"]
            possible = any(number >= 0 and number.is_integer() for number in numbers)
            return (False, why) if numbers and not possible else None
        case Known():
            return True, why
        case Empty():
            return False, why
        case _:
            return None


def _on_time(name: str, test: Test) -> tuple[bool, str] | None:
    match test:
        case DateIn(window) if is_future(window):
            return False, f"`{name}` never lies after now"
        case Empty():
            return False, f"`{name}` is a point in time, or missing"
        case _:
            return None
