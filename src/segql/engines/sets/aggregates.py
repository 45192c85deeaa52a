"""`having`: sums, averages, extremes and distinct values of many owners, tested at once (§2).

Sums must come out as `model.rounding` has them: exact, rounded once, then to 6 decimals. Whole
numbers and decimals are summed exactly as integers. Other doubles are summed with an error that is
bounded; the few owners for whom it could change the answer are summed again, exactly.
"""

from __future__ import annotations

from math import isfinite
from typing import Final

import numpy as np
from attrs import frozen

from segql.engines.sets.column import Column
from segql.engines.sets.scaled import (
    MISSING,
    Array,
    Bools,
    Doubles,
    Index,
    Numbers,
    Whole,
    begins,
)
from segql.model.rounding import WHOLE_FROM, mean, total
from segql.rules.rule import Equals, Having, NumberIn, Test

_MOST_CELLS: Final = 1 << 23
_EXACT_BELOW: Final = 1 << 62
_DECIMAL_SUMS_BELOW: Final = 1_000_000
"""Below this size a decimal sum, and the sum of the doubles nearest to its terms, round alike."""
_EPSILON: Final = float(np.finfo(np.float64).eps)


def having(test: Having, column: Column, chosen: Index, owner: Index, slots: int) -> Bools:
    """The owners below `slots` whose number over the activities at `chosen` passes.

    `owner` gives the owner of every activity. A missing aggregate passes no test; `negated` turns
    every outcome round, also of owners without an activity.
    """
    if test.aggregate == "count distinct":
        found = _passes(test.test, _distinct(column, chosen, owner, slots).astype(np.float64))
    else:
        found = np.zeros(slots, np.bool_)
        if column.has("number"):
            terms = _terms(column.numbers(), *chosen_elements(column, "number", chosen, owner))
            if len(terms.places):
                found[terms.who] = _tested(test, terms)
    return ~found if test.negated else found


@frozen(eq=False)
class _Terms:
    """The numbers to aggregate, in order of their owners."""

    numbers: Numbers
    places: Index
    values: Doubles
    starts: Index
    counts: Whole
    who: Index
    """The owners with at least one number; the arrays above have an entry for each."""

    def sums(self, values: Array) -> Array:
        """The sums of whole `values` by owner; exact."""
        running = np.cumsum(values)
        ends = running[self.starts + self.counts - 1]
        return np.diff(ends, prepend=0)

    def rank(self) -> Index:
        """The place in `who` of each number's owner."""
        return np.repeat(np.arange(len(self.who)), self.counts)


def chosen_elements(column: Column, kind: str, chosen: Index, owner: Index) -> tuple[Index, Index]:
    """The elements of a kind in the activities at `chosen`, and the owner of each, ascending."""
    at = column.elements(kind).at
    if at is None:
        return chosen, owner.take(chosen)
    mask = np.zeros(len(owner), np.bool_)
    mask[chosen] = True
    places = np.flatnonzero(mask.take(at))
    return places, owner.take(at.take(places))


def _terms(numbers: Numbers, places: Index, owners: Index) -> _Terms:
    values = numbers.values(places)
    there = ~np.isnan(values)
    if not there.all():
        places, owners, values = places[there], owners[there], values[there]
    starts = begins(owners)
    counts = np.diff(starts, append=len(owners))
    return _Terms(numbers, places, values, starts, counts, owners[starts])


def _tested(having: Having, terms: _Terms) -> Bools:
    """Which of `terms.who` pass."""
    match having.aggregate:
        case "min":
            return _passes(having.test, np.minimum.reduceat(terms.values, terms.starts))
        case "max":
            return _passes(having.test, np.maximum.reduceat(terms.values, terms.starts))
        case _:
            exact = _exact(having, terms)
            return _summed(having, terms) if exact is None else _passes(having.test, exact)


def _passes(test: Test, values: Doubles) -> Bools:
    if isinstance(test, Equals):
        return np.isin(values, _equal_numbers(test))
    assert isinstance(test, NumberIn), test  # numbers are tested by nothing else
    above = values >= test.low if test.low_included else values > test.low
    below = values <= test.high if test.high_included else values < test.high
    return above & below


def _equal_numbers(test: Equals) -> list[float]:
    return [float(value.scalar) for value in test.values if value.kind == "number"]


def _exact(having: Having, terms: _Terms) -> Doubles | None:
    """The sums or averages, rounded, where whole numbers give them exactly; else None."""
    decimals = terms.numbers.decimals
    if decimals < 0 or (decimals and having.aggregate == "avg"):
        return None
    whole = terms.numbers.whole(terms.places)
    largest = max(int(whole.max()), -int(whole.min()))
    if largest * len(whole) >= _EXACT_BELOW:
        return None
    sums = terms.sums(whole)
    if not decimals:
        doubles = sums.astype(np.float64)
        return doubles if having.aggregate == "sum" else round6(doubles / terms.counts)
    sizes = sums if int(whole.min()) >= 0 else terms.sums(np.abs(whole))
    if int(sizes.max()) >= _DECIMAL_SUMS_BELOW * 10**decimals:
        return None
    rounded: Doubles = (sums * 10 ** (6 - decimals)).astype(np.float64) / 1e6
    return rounded


def _summed(having: Having, terms: _Terms) -> Bools:
    """Which sums or averages pass, by doubles; those near a bound are computed exactly."""
    rank = terms.rank()
    with np.errstate(over="ignore", invalid="ignore"):
        found = _totals(rank, terms.values)
        error = _totals(rank, np.abs(terms.values))
        error = error * terms.counts * (4 * _EPSILON)
        if having.aggregate == "avg":
            found, error = found / terms.counts, error / terms.counts
        passing = _passes(having.test, found)
        doubtful = ~np.isfinite(found) | ~np.isfinite(error)
        for bound in _bounds(having.test):
            doubtful |= np.abs(found - bound) <= error + abs(bound) * 4 * _EPSILON + 1.5e-6
    exactly = total if having.aggregate == "sum" else mean
    for place in np.flatnonzero(doubtful).tolist():
        start = terms.starts[place]
        exact = exactly(terms.values[start : start + terms.counts[place]].tolist())
        passing[place] = exact is not None and bool(_passes(having.test, np.array([exact]))[0])
    return passing


def _totals(rank: Index, values: Doubles) -> Doubles:
    # The types of NumPy say that bincount gives whole numbers; with weights it gives doubles.
    return np.asarray(np.bincount(rank, weights=values), np.float64)


def _bounds(test: Test) -> list[float]:
    if isinstance(test, Equals):
        return list(filter(isfinite, _equal_numbers(test)))
    assert isinstance(test, NumberIn), test  # numbers are tested by nothing else
    bounds = [test.low, test.high]
    return [bound for bound in bounds if isfinite(bound)]


def round6(values: Doubles) -> Doubles:
    """`model.rounding.round6` of each value."""
    sizes = np.abs(values)
    scaled = np.floor(np.minimum(sizes, WHOLE_FROM) * 1e6 + 0.5)
    rounded = np.copysign(scaled / 1e6, values) + 0.0
    return np.where(sizes < WHOLE_FROM, rounded, values)


def _distinct(column: Column, chosen: Index, owner: Index, slots: int) -> Whole:
    """How many distinct known scalars each owner has, kinds apart."""
    found = np.zeros(slots, np.int64)
    for kind in ("number", "flag", "text"):
        if column.has(kind):
            places, owners = chosen_elements(column, kind, chosen, owner)
            codes = codes_of(column, kind, places)
            there = codes >= 0
            if not there.all():
                owners, codes = owners[there], codes[there]
            found += _distinct_codes(owners, codes, slots)
    return found


def codes_of(column: Column, kind: str, places: Index) -> Whole:
    """A whole number for each element at `places`, equal for equal ones; negative for none."""
    if kind == "flag":
        return column.flags().take(places).astype(np.int64) - 1
    if kind == "number":
        numbers = column.numbers()
        if numbers.decimals >= 0:
            whole = numbers.whole(places)
            known = whole[whole != MISSING]
            least = int(known.min()) if len(known) else 0
            return np.where(whole == MISSING, -1, whole - least)
        values = numbers.values(places)
        codes = np.unique(values, return_inverse=True)[1].astype(np.int64)
        return np.where(np.isnan(values), -1, codes)
    codes_of_texts = column.text_codes()
    if codes_of_texts is not None:
        return codes_of_texts.take(places).astype(np.int64) - 1
    texts = column.words().texts()
    index = {text: code for code, text in enumerate(dict.fromkeys(texts))}
    own = np.fromiter(map(index.__getitem__, texts), np.int64, len(texts))
    return own.take(places)


def _distinct_codes(owners: Index, codes: Whole, slots: int) -> Whole:
    width = int(codes.max(initial=-1)) + 1
    if slots * width <= _MOST_CELLS:
        seen = np.zeros(width * slots, np.uint8)
        seen[codes * slots + owners] = 1
        return np.asarray(seen.reshape(width, slots).sum(axis=0, dtype=np.int64))
    if width >= 1 << 40:
        codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
        width = int(codes.max()) + 1
    pairs = np.unique(owners * width + codes)
    return np.bincount(pairs // width, minlength=slots)
