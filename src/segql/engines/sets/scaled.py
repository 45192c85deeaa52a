"""Numbers as small codes that compare like the numbers: whole numbers, instants, decimals.

A code is the distance from the smallest number in the largest unit that divides all of them, in the
narrowest type that holds it; bounds are turned into codes, so columns are never widened to compare.
"""

from __future__ import annotations

from math import ceil, floor, inf
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from segql.rules.rule import NumberIn
from segql.store.columns import Packed, joined

Bools: TypeAlias = NDArray[np.bool_]
Whole: TypeAlias = NDArray[np.int64]
Doubles: TypeAlias = NDArray[np.float64]
Index: TypeAlias = NDArray[np.intp]
Array: TypeAlias = NDArray[Any]

MISSING: Final[int] = int(np.iinfo(np.int64).min)
"""In an array of whole numbers: there is none at this place."""

_UNITS: Final = (86_400_000, 3_600_000, 60_000, 1_000)
_MAX_DECIMALS: Final = 5
_EXACT: Final = float(1 << 53)
_BLOCK: Final = 1 << 15


def narrow(codes: Whole) -> Array:
    """`codes`, none negative, in the narrowest unsigned type that holds them."""
    top = int(codes.max(initial=0))
    for kind in (np.uint8, np.uint16, np.uint32):
        if top <= np.iinfo(kind).max:
            return codes.astype(kind)
    return codes


def begins(owners: Array) -> Index:
    """Where in `owners`, which do not decrease, each of them comes first."""
    new = np.ones(len(owners), np.bool_)
    np.not_equal(owners[1:], owners[:-1], out=new[1:])
    return np.flatnonzero(new)


def pack_ints(values: Whole) -> Packed:
    """`values` as codes; `MISSING` where there is none. The result is read by `Ints`.

    Codes wider than 32 bits are split: 32 coarse bits that settle nearly every comparison, and a
    fine rest that is read only for the few that they do not settle.
    """
    present = values != MISSING
    hole = not bool(present.all())
    known = values[present] if hole else values
    if len(known) == 0:
        return Packed(
            {"count": len(values), "base": 0, "unit": 1, "top": 0, "shift": 0, "hole": 1}, {}
        )
    base, most = int(known.min()), int(known.max())
    if most - base >= 1 << 62:
        raise OverflowError("instants and stored whole numbers lie within 2^62 of one another")
    offsets = known - base
    unit = next((unit for unit in _UNITS if not np.any(offsets % unit)), 1)
    codes = offsets // unit + int(hole)
    if hole:
        codes, dense = np.zeros(len(values), np.int64), codes
        codes[present] = dense
    top = (most - base) // unit + int(hole)
    shift = max(0, top.bit_length() - 32)
    if shift > 16:
        shift = 0
    facts = {
        "count": len(values),
        "base": base,
        "unit": unit,
        "top": top,
        "shift": shift,
        "hole": int(hole),
    }
    if not shift:
        return Packed(facts, {"codes": narrow(codes)} if top else {})
    fine = narrow(codes & ((1 << shift) - 1))
    return Packed(facts, {"codes": (codes >> shift).astype(np.uint32), "fine": fine})


class Ints:
    """Whole numbers, or none, at each place; what `pack_ints` gave."""

    def __init__(self, packed: Packed) -> None:
        """Open `packed`; no array is read yet."""
        self.count = packed.number("count")
        self._base = packed.number("base")
        self._unit = packed.number("unit")
        self._top = packed.number("top")
        self._shift = packed.number("shift")
        self._hole = packed.number("hole")
        self._arrays = packed.arrays

    @property
    def has_holes(self) -> bool:
        """Whether some place has no number."""
        return bool(self._hole)

    @property
    def least(self) -> int:
        """The smallest number; meaningless when there is none."""
        return self._base

    @property
    def most(self) -> int:
        """The largest number; less than `least` when there is none."""
        return self._base + self._unit * (self._top - self._hole)

    def known(self) -> Bools:
        """Where there is a number."""
        return self._from(self._hole, None)

    def between(self, low: int, high: int, at: Index | None = None) -> Bools:
        """Where `low <= number < high`, everywhere or at the places `at`."""
        first, past = self._code(low), self._code(high)
        if past <= first:
            return np.zeros(self.count if at is None else len(at), np.bool_)
        if past > self._top:
            return self._from(first, at)
        below = ~self._from(past, at)
        return below if first == 0 else below & self._from(first, at)

    def places(self, low: int, high: int) -> Index:
        """The places of the numbers with `low <= number < high`, ascending."""
        first, past = self._code(low), self._code(high)
        if past <= first:
            return np.zeros(0, np.intp)
        if first == 0 and past > self._top:
            return np.arange(self.count)
        codes = self._arrays["codes"]
        codes = codes.view(f"u{codes.itemsize}")
        least, most = first >> self._shift, (past - 1) >> self._shift
        kind = codes.dtype.type
        # Whatever lies below wraps around; each block stays in the processor's cache.
        inside = np.zeros(-len(codes) % 8 + len(codes), np.bool_)
        for start in range(0, len(codes), _BLOCK):
            part = slice(start, min(start + _BLOCK, len(codes)))
            np.less_equal(codes[part] - kind(least), most - least, out=inside[part])
        found = _few(inside)
        return found[self.between(low, high, found)] if self._shift else found

    def values(self, at: Index | None = None) -> Whole:
        """The numbers everywhere or at the places `at`, `MISSING` where there is none."""
        codes = self._codes("codes", at).astype(np.int64)
        if self._shift:
            codes = (codes << self._shift) | self._codes("fine", at)
        if not self._hole:
            return codes * self._unit + self._base
        return np.where(codes == 0, MISSING, (codes - 1) * self._unit + self._base)

    def _code(self, number: int) -> int:
        """The smallest code whose number is not below `number`."""
        code = -((self._base - number) // self._unit) + self._hole
        return min(max(code, self._hole), self._top + 1)

    def _codes(self, name: str, at: Index | None) -> Array:
        if not self._top:
            return np.zeros(self.count if at is None else len(at), np.uint8)
        codes = self._arrays[name]
        return codes if at is None else codes.take(at)

    def _from(self, code: int, at: Index | None) -> Bools:
        """Where the code is `code` or larger."""
        if code <= 0 or code > self._top:
            return np.full(self.count if at is None else len(at), code <= 0, np.bool_)
        codes = self._codes("codes", at)
        coarse, fine = code >> self._shift, code & ((1 << self._shift) - 1)
        if not fine:
            above: Bools = codes >= coarse
            return above
        above = codes > coarse
        ties = np.flatnonzero(codes == coarse)
        if len(ties):
            above[ties] = self._arrays["fine"].take(ties if at is None else at[ties]) >= fine
        return above


def _few(mask: Bools) -> Index:
    """The places that are set of a multiple of eight, quickly where they are few."""
    eights = np.flatnonzero(mask.view(np.uint64)) * 8
    places: Index = (eights[:, None] + np.arange(8)).ravel()
    return places[mask[places]]


def pack_doubles(values: Doubles) -> Packed:
    """Finite `values`, NaN where there is none, for `Numbers`.

    As whole numbers of some decimal unit where that gives exactly these doubles back, else as they
    are.
    """
    known = values[~np.isnan(values)]
    sample = known[:: max(1, len(known) // 1000)]
    for decimals in range(_MAX_DECIMALS + 1):
        scale = float(10**decimals)
        if _fits(sample, scale) and _fits(known, scale):
            whole = np.full(len(values), MISSING, np.int64)
            whole[~np.isnan(values)] = np.rint(known * scale).astype(np.int64)
            ints = pack_ints(whole)
            if ints.number("top").bit_length() <= 32:
                return joined({"ints": ints}, {"decimals": decimals})
    return Packed({"decimals": -1}, {"doubles": values})


def _fits(known: Doubles, scale: float) -> bool:
    with np.errstate(over="ignore", invalid="ignore"):
        whole = np.rint(known * scale)
        return bool(np.all(np.abs(whole) < _EXACT) and np.array_equal(whole / scale, known))


class Numbers:
    """Finite doubles, or none, at each place; what `pack_doubles` gave."""

    def __init__(self, packed: Packed) -> None:
        """Open `packed`; no array is read yet."""
        self.decimals = packed.number("decimals")
        """The unit of `whole` is ten to the power of minus this; negative when there is none."""
        self._ints = Ints(packed.part("ints")) if self.decimals >= 0 else None
        self._arrays = packed.arrays

    def known(self) -> Bools:
        """Where there is a number."""
        if self._ints is not None:
            return self._ints.known()
        return ~np.isnan(self._arrays["doubles"])

    def inside(self, test: NumberIn) -> Bools:
        """Where the number lies in the range of `test`."""
        if self._ints is not None:
            first = self._first(self._ints, test.low, included=test.low_included)
            past = self._first(self._ints, test.high, included=not test.high_included)
            return self._ints.between(first, past)
        doubles: Doubles = self._arrays["doubles"]
        above = doubles >= test.low if test.low_included else doubles > test.low
        below = doubles <= test.high if test.high_included else doubles < test.high
        return above & below

    def equal(self, number: float) -> Bools:
        """Where the number is `number`."""
        return self.inside(NumberIn(number, number))

    def values(self, at: Index | None = None) -> Doubles:
        """The numbers everywhere or at the places `at`, NaN where there is none."""
        if self._ints is None:
            doubles: Doubles = self._arrays["doubles"]
            return doubles if at is None else doubles.take(at)
        whole = self._ints.values(at)
        found = whole.astype(np.float64) / float(10**self.decimals)
        if self._ints.has_holes:
            found[whole == MISSING] = np.nan
        return found

    def whole(self, at: Index) -> Whole:
        """The numbers at the places `at` in units of ten to the power of minus `decimals`.

        `MISSING` where there is none; `decimals` must not be negative.
        """
        assert self._ints is not None
        return self._ints.values(at)

    def _first(self, ints: Ints, bound: float, *, included: bool) -> int:
        """The first stored unit that is not below `bound`, or above it unless `included`."""
        if bound == inf:
            return ints.most + 1
        scale = float(10**self.decimals)
        if bound == -inf or bound < ints.least / scale:
            return ints.least
        if bound > ints.most / scale:
            return ints.most + 1
        unit = floor(bound * scale) - 1
        while unit / scale < bound or (not included and unit / scale == bound):
            unit += 1
        return ceil(unit)
