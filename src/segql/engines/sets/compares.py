"""Two operands compared, for many owners at once (§2 Attributes): some pair of elements passes.

Two elements that both read as dates compare as instants, else two numbers as numbers, else they are
equal at most. So it is enough to look at one kind after the other: equal texts read alike, and only
two numbers that both read as dates must not be taken as numbers too.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import numpy as np
from attrs import evolve

from segql.engines.sets.dates import instants_of_numbers
from segql.engines.sets.operands import values_of
from segql.engines.sets.packing import Found, Kinds
from segql.engines.sets.scaled import MISSING, Array, Bools, begins
from segql.engines.sets.slices import Slice, Terms
from segql.model.values import reads_numbers_as_dates
from segql.rules.rule import Compares, Field, Operand

_Op: TypeAlias = Literal["=", "<", "<="]

_FIRST: Final = int(np.iinfo(np.int64).min)
_LAST: Final = int(np.iinfo(np.int64).max)


def compared(condition: Compares, slice_: Slice, terms: Terms) -> Bools:
    """The slots of the slice for which some element on the left is so to one on the right."""
    slots, op = slice_.scope.slots, condition.op
    left = values_of(condition.operand, slice_, terms)
    right = values_of(condition.other, slice_, terms)
    found = _passing(left.dates, op, right.dates, slots)
    dated = [
        _dated(side, operand)
        for side, operand in ((left, condition.operand), (right, condition.other))
    ]
    for ones, others in _pairs(left.numbers, right.numbers, dated[0], dated[1]):
        found |= _passing(ones, op, others, slots)
    if op == "=":
        found |= _equal(left.flags, right.flags, slots)
        found |= _equal(left.texts, _coded_like(left, right), slots)
    return found


def _dated(side: Kinds, operand: Operand) -> Bools:
    """Which numbers of a side read as dates."""
    values = side.numbers.values
    if isinstance(operand, Field) or not reads_numbers_as_dates(operand.path):
        return np.zeros(len(values), np.bool_)
    dated: Bools = instants_of_numbers(values) != MISSING
    return dated


def _pairs(
    left: Found, right: Found, left_dated: Bools, right_dated: Bools
) -> tuple[tuple[Found, Found], ...]:
    """All pairs of numbers, but not two that both read as dates."""
    if not (left_dated.any() and right_dated.any()):
        return ((left, right),)
    return (
        (left.where(~left_dated), right),
        (left.where(left_dated), right.where(~right_dated)),
    )


def _passing(left: Found, op: _Op, right: Found, slots: int) -> Bools:
    """The owners of numbers, or of instants, of which some pair passes."""
    if op == "=":
        return _equal(left, right, slots)
    low, high = (-np.inf, np.inf) if left.values.dtype == np.float64 else (_FIRST, _LAST)
    # Some pair passes when the smallest on the left and the largest on the right do.
    smallest = _extremes(left, np.minimum, high, slots)
    largest = _extremes(right, np.maximum, low, slots)
    passing: Bools = smallest < largest if op == "<" else smallest <= largest
    return passing


def _extremes(found: Found, which: np.ufunc, none: float, slots: int) -> Array:
    """The smallest or largest value of each owner, `none` for those without any."""
    extremes = np.full(slots, none, found.values.dtype)
    if len(found.at):
        starts = begins(found.at)
        extremes[found.at[starts]] = which.reduceat(found.values, starts)
    return extremes


def _equal(left: Found, right: Found, slots: int) -> Bools:
    """The owners with one value on both sides."""
    found = np.zeros(slots, np.bool_)
    if not (len(left.at) and len(right.at)):
        return found
    if len(begins(left.at)) == len(left.at) and len(begins(right.at)) == len(right.at):
        there, values = np.zeros(slots, np.bool_), np.zeros(slots, left.values.dtype)
        there[left.at], values[left.at] = True, left.values
        found[right.at[there[right.at] & (values[right.at] == right.values)]] = True
        return found
    codes = np.unique(np.concatenate([left.values, right.values]), return_inverse=True)[1]
    width = int(codes.max()) + 1
    own = left.at * width + codes[: len(left.at)]
    met = np.isin(own, right.at * width + codes[len(left.at) :])
    found[left.at[met]] = True
    return found


def _coded_like(left: Kinds, right: Kinds) -> Found:
    """The texts on the right that are on the left too, by their places in the words there."""
    places = {word: place for place, word in enumerate(left.words)}
    codes = np.fromiter((places.get(word, -1) for word in right.words), np.int64, len(right.words))
    if not len(codes):
        return right.texts
    texts = evolve(right.texts, values=codes[right.texts.values])
    return texts.where(texts.values >= 0)
