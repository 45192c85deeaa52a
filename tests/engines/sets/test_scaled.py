"""Numbers as codes compare, and come back, exactly as the numbers do."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from segql.engines.sets.scaled import MISSING, Ints, Numbers, pack_doubles, pack_ints
from segql.model.instants import MAX_INSTANT, MIN_INSTANT
from segql.rules.rule import NumberIn

units = st.sampled_from((1, 7, 1000, 86_400_000))
whole = st.one_of(
    st.integers(-3, 300),
    st.integers(-(2**34), 2**34),
    st.integers(1_700_000_000, 1_700_000_400),
)
lists = st.builds(
    lambda unit, numbers: [n if n is None else n * unit for n in numbers],
    units,
    st.lists(st.none() | whole, max_size=8),
)


@given(lists, whole, whole, units)
def test_whole_numbers_lie_between_the_same_bounds(
    numbers: list[int | None], low: int, high: int, unit: int
) -> None:
    low, high = low * unit, high * unit
    ints = Ints(pack_ints(np.array([MISSING if n is None else n for n in numbers], np.int64)))
    inside = [n is not None and low <= n < high for n in numbers]
    assert ints.between(low, high).tolist() == inside
    assert ints.known().tolist() == [n is not None for n in numbers]
    assert ints.values().tolist() == [MISSING if n is None else n for n in numbers]
    places = np.arange(len(numbers))[::-1]
    assert ints.between(low, high, places).tolist() == inside[::-1]
    assert ints.values(places).tolist() == ints.values().tolist()[::-1]


def test_times_of_all_years_are_kept() -> None:
    times = np.array([MIN_INSTANT, 0, 1, MAX_INSTANT], np.int64)
    assert Ints(pack_ints(times)).values().tolist() == times.tolist()
    assert Ints(pack_ints(times)).between(0, MAX_INSTANT).tolist() == [False, True, True, False]


def test_times_of_many_years_are_split_and_still_compare_exactly() -> None:
    times = [0, 255, 256, 257, 2**40, 2**40 + 1]
    packed = pack_ints(np.array(times, np.int64))
    assert packed.number("shift") > 0
    for low in times:
        for high in times:
            expected = [low <= time < high for time in times]
            assert Ints(packed).between(low, high).tolist() == expected


doubles = st.one_of(
    st.integers(-50, 50).map(float),
    st.integers(-5000, 5000).map(lambda cents: cents / 100),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from((0.1, 0.1 + 0.2, 1e22, 2.0**53, 2.0**53 + 2, 5e-324)),
)
bounds = doubles | st.sampled_from((float("inf"), float("-inf")))


@given(st.lists(st.none() | doubles, max_size=8), bounds, bounds, st.booleans(), st.booleans())
def test_doubles_lie_between_the_same_bounds(
    numbers: list[float | None], low: float, high: float, with_low: bool, with_high: bool
) -> None:
    values = np.array([np.nan if n is None else n + 0.0 for n in numbers], np.float64)
    found = Numbers(pack_doubles(values))
    expected = [
        n is not None
        and (low < n or (with_low and low == n))
        and (n < high or (with_high and high == n))
        for n in numbers
    ]
    assert found.inside(NumberIn(low, high, with_low, with_high)).tolist() == expected
    assert np.array_equal(found.values(), values, equal_nan=True)
    assert found.known().tolist() == [n is not None for n in numbers]
