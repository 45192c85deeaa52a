"""Aggregates of many owners against those of `model.rounding`, one owner at a time."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from segql.engines.sets.aggregates import having, round6
from segql.engines.sets.column import Column
from segql.engines.sets.gather import pack_column
from segql.model.rounding import mean, total
from segql.model.rounding import round6 as round_one
from segql.rules.rule import Equals, Having, NumberIn, Typed

numbers = st.one_of(
    st.integers(-3, 3),
    st.integers(-300, 300).map(lambda cents: cents / 100),
    st.sampled_from((0.1, 0.2, 0.3, 5e-7, 1.5e-6, 2.5e-6, 1e16, -1e16, 1e308, 2**62, 1.0000005)),
    st.floats(allow_nan=False, allow_infinity=False),
)
activities = st.lists(
    st.tuples(st.integers(0, 3), st.none() | numbers | st.lists(numbers, max_size=3)),
    max_size=10,
)


@given(activities, st.sampled_from(("sum", "avg")), st.integers(0, 3), st.booleans())
def test_sums_and_averages_are_rounded_exactly(
    done: list[tuple[int, object]], aggregate: str, whose: int, negated: bool
) -> None:
    done = sorted(done, key=lambda pair: pair[0])
    values = np.fromiter((value for _, value in done), np.dtype(object), len(done))
    column = Column(pack_column(values, ("amount",), ZoneInfo("UTC")))
    owner = np.array([who for who, _ in done], np.intp)
    exactly = total if aggregate == "sum" else mean
    found = []
    for who in range(4):
        own = [value for other, value in done if other == who]
        flat = [
            float(one)  # type: ignore[arg-type]
            for value in own
            for one in (value if isinstance(value, list) else [value])
            if one is not None
        ]
        found.append(exactly(flat) if flat else None)
    # Bounds are the results themselves: rounding by a hair more would show.
    bound = found[whose] if found[whose] is not None else 1.0
    assert bound is not None
    for test in (
        Equals(frozenset({Typed("number", bound)})),
        NumberIn(bound, np.inf),
        NumberIn(-np.inf, bound, True, False),
    ):
        asked = Having(aggregate, ("amount",), test, negated)  # type: ignore[arg-type]
        chosen = np.arange(len(done))
        passing = having(asked, column, chosen, owner, 4).tolist()
        expected = [(one is not None and _passes(test, one)) is not negated for one in found]
        assert passing == expected, (test, found)


def _passes(test: Equals | NumberIn, value: float) -> bool:
    if isinstance(test, Equals):
        return any(typed.scalar == value for typed in test.values)
    return (test.low < value or (test.low_included and test.low == value)) and (
        value < test.high or (test.high_included and test.high == value)
    )


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
def test_all_are_rounded_as_one(values: list[float]) -> None:
    assert round6(np.array(values, np.float64)).tolist() == [round_one(one) for one in values]


def test_distinct_values_of_many_kinds_are_counted_apart() -> None:
    values = np.fromiter([1, True, "1", 1.0, [1, 2, "a", None, {}], {}, None], np.dtype(object), 7)
    column = Column(pack_column(values, ("x",), ZoneInfo("UTC")))
    test = Having("count distinct", ("x",), Equals(frozenset({Typed("number", 5.0)})))
    owner = np.zeros(7, np.intp)
    assert having(test, column, np.arange(7), owner, 1).tolist() == [True]
