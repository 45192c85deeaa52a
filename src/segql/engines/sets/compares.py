"""Two operands compared, for many owners at once (§2 Attributes): some pair of elements passes.

Two elements that both read as dates compare as instants, else two numbers as numbers, else they are
equal at most. So it is enough to look at one kind after the other: equal texts read alike, and only
two numbers that both read as dates must not be taken as numbers too.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import numpy as np
from attrs import evolve, frozen

from segql.engines.sets.dates import instants_of_numbers
from segql.engines.sets.operands import values_of
from segql.engines.sets.packing import Found, Kinds
from segql.engines.sets.scaled import MISSING, Array, Bools, begins
from segql.engines.sets.slices import Slice, Terms
from segql.engines.sets.words import Words
from segql.model.values import reads_numbers_as_dates
from segql.rules.rule import Compares, Field, Operand

Op: TypeAlias = Literal["=", "<", "<="]

_FEW: Final = 1_000
_FIRST: Final = int(np.iinfo(np.int64).min)
_LAST: Final = int(np.iinfo(np.int64).max)


def compared(condition: Compares, slice_: Slice, terms: Terms) -> Bools:
    """The slots of the slice for which some element on the left is so to one on the right."""
    left, right = (_side(one, slice_, terms) for one in (condition.operand, condition.other))
    return some_pair(left, condition.op, right, slice_.scope.slots)


def _side(operand: Operand, slice_: Slice, terms: Terms) -> Side:
    dates = not isinstance(operand, Field) and reads_numbers_as_dates(operand.path)
    return Side(values_of(operand, slice_, terms), numbers_are_dates=dates)


@frozen(eq=False)
class Side:
    """One side of a comparison."""

    kinds: Kinds
    numbers_are_dates: bool
    """Whether numbers read as dates, as far as they can."""

    def dated(self) -> Bools:
        """Which numbers read as dates."""
        numbers = self.kinds.numbers.values
        if not self.numbers_are_dates:
            return np.zeros(len(numbers), np.bool_)
        dated: Bools = instants_of_numbers(numbers) != MISSING
        return dated


def some_pair(one: Side, op: Op, other: Side, slots: int) -> Bools:
    """The owners below `slots` for whom some element of `one` is so to one of `other`."""
    left, right = one.kinds, other.kinds
    found = _passing(left.dates, op, right.dates, slots)
    for smaller, larger in _pairs(left.numbers, right.numbers, one.dated(), other.dated()):
        found |= _passing(smaller, op, larger, slots)
    if op == "=":
        found |= _equal(left.flags, right.flags, slots)
        found |= _equal_texts(left, right, slots)
    return found


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


def _passing(left: Found, op: Op, right: Found, slots: int) -> Bools:
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
    if len(found.at) == slots and not found.place.any():
        return found.values
    extremes = np.full(slots, none, found.values.dtype)
    if len(found.at):
        starts = begins(found.at) if found.place.any() else np.arange(len(found.at))
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


def _equal_texts(left: Kinds, right: Kinds, slots: int) -> Bools:
    """The owners with one text on both sides."""
    many = min(len(left.words), len(right.words)) > _FEW
    alone = not (left.texts.place.any() or right.texts.place.any())
    if many and alone and isinstance(left.words, Words) and isinstance(right.words, Words):
        # Each text of an owner beside his other one: a list of all words costs ten times that.
        places = np.full(slots, -1, np.int64)
        places[left.texts.at] = left.texts.values
        both = right.texts.where(places.take(right.texts.at) >= 0)
        found = np.zeros(slots, np.bool_)
        found[both.at] = left.words.same(places.take(both.at), right.words, both.values)
        return found
    return _equal(left.texts, _coded_like(left, right), slots)


def _coded_like(left: Kinds, right: Kinds) -> Found:
    """The texts on the right that are on the left too, by their places in the words there."""
    places = {word: place for place, word in enumerate(left.words)}
    codes = np.fromiter((places.get(word, -1) for word in right.words), np.int64, len(right.words))
    if not len(codes):
        return right.texts
    texts = evolve(right.texts, values=codes[right.texts.values])
    return texts.where(texts.values >= 0)
