"""Sums and averages and their rounding, the same on every engine (§2 Behaviour)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import copysign, floor, fsum
from typing import Final

WHOLE_FROM: Final = 4_503_599_627.0
"""From this size on, `x * 1e6` exceeds 2^52 and a double holds no further half to round."""


def round6(x: float) -> float:
    """`x` to 6 decimals, half away from zero; unchanged from `WHOLE_FROM` on, and if not finite.

    Exactly `floor(|x| * 1e6 + 0.5) / 1e6` in doubles, so that SQL and NumPy can repeat it.

    >>> round6(0.1 + 0.2), round6(-2.0000005), round6(0.0000004)
    (0.3, -2.000001, 0.0)
    """
    size = abs(x)
    if not size < WHOLE_FROM:
        return x
    return copysign(floor(size * 1e6 + 0.5) / 1e6, x) + 0.0


def exact_sum(numbers: Iterable[float]) -> float | None:
    """The sum of finite `numbers`, rounded once, whatever their order; None beyond the doubles."""
    numbers = tuple(numbers)
    try:
        return fsum(numbers)
    except OverflowError:  # on the way only, perhaps: that depends on the order
        exact = sum(map(Fraction, numbers), Fraction(0))
    try:
        return float(exact)
    except OverflowError:
        return None


def total(numbers: Iterable[float]) -> float | None:
    """The sum as `having sum(…)` compares it; None when it is not finite."""
    found = exact_sum(numbers)
    return None if found is None else round6(found)


def mean(numbers: Sequence[float]) -> float | None:
    """The average, sum by number, as `having avg(…)` compares it; None when it is not finite."""
    found = exact_sum(numbers)
    return None if found is None else round6(found / len(numbers))
