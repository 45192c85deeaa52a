"""Sums and averages: rounded once, whatever the order, half away from zero."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segql.model.rounding import exact_sum, mean, round6, total


@pytest.mark.parametrize(
    ("given_number", "rounded"),
    [
        (0.1 + 0.2, 0.3),
        (0.0000005, 0.000001),
        (-0.0000005, -0.000001),
        (0.00000049, 0.0),
        (4503599626.9999999, 4503599627.0),
        (4503599627.25, 4503599627.25),
        (1e300, 1e300),
        (-1e300, -1e300),
        (inf, inf),
    ],
)
def test_six_decimals(given_number: float, rounded: float) -> None:
    assert round6(given_number) == rounded


def test_zero_has_no_sign() -> None:
    assert str(round6(-0.0000001)) == "0.0"


@given(st.permutations([1e308, 1e308, -1e308, -1e308, 1.0, 1e-9]))
def test_the_order_never_shows(numbers: list[float]) -> None:
    assert exact_sum(numbers) == 1.000000001


def test_a_sum_beyond_the_doubles_is_missing() -> None:
    assert total([1e308, 1e308]) is None
    assert mean([1e308, 1e308]) is None
    assert mean([1.0, 2.0, 2.0]) == 1.666667
