"""Two columns compared, held against the interpreter: every kind, lists, texts that are dates."""

from __future__ import annotations

from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engines.interpreter.people import NOW
from segql.engines.interpreter.holds import compile_rule
from segql.engines.interpreter.memory import Profile
from segql.engines.sets import compares
from segql.engines.sets.column import Column
from segql.engines.sets.compares import Side, some_pair
from segql.engines.sets.gather import pack_column
from segql.engines.sets.operands import spread
from segql.engines.sets.packing import Kinds, unpacked
from segql.model.instants import Moment
from segql.model.values import Json, Path, reads_numbers_as_dates
from segql.rules.rule import Compares, Trait

ZONE = ZoneInfo("Europe/Zurich")
PATHS = (("left",), ("left_at",)), (("right",), ("right_date",))

scalars = st.sampled_from(
    [0, 1, 2.5, -1, True, False, "", "a", "b", "2026-03-01", "2026-03-01T00:00:00+01:00",
     1_772_319_600, 1_772_319_600_000, 1e300, -1e300, None, {"x": 1}, "2026-03-02"]
)  # fmt: skip
values = st.one_of(scalars, st.lists(scalars, max_size=3))


@pytest.fixture(autouse=True, params=[0, 1000])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare texts by their bytes, and by a list of words."""
    monkeypatch.setattr(compares, "_FEW", request.param)


def kinds_of(values: list[Json], path: Path) -> Kinds:
    objects = np.fromiter(values, np.dtype(object), len(values))
    column = Column(pack_column(objects, path, ZONE))
    return unpacked(column, np.arange(len(values)))


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.tuples(values, values), min_size=1, max_size=12),
    st.sampled_from(PATHS[0]),
    st.sampled_from(PATHS[1]),
    st.sampled_from(("=", "<", "<=")),
)
def test_pairs_pass_as_for_the_interpreter(
    people: list[tuple[Json, Json]], left: Path, right: Path, op: Literal["=", "<", "<="]
) -> None:
    sides = [
        Side(kinds_of([one[place] for one in people], path), reads_numbers_as_dates(path))
        for place, path in enumerate((left, right))
    ]
    found = some_pair(sides[0], op, sides[1], len(people))
    holds = compile_rule(Compares(Trait(left), op, Trait(right))).at(Moment(NOW, ZONE))
    for place, (one, other) in enumerate(people):
        traits: dict[str, Any] = {left[0]: one, right[0]: other}
        assert found[place] == holds(Profile.of({"traits": traits})), (one, op, other)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(values, min_size=1, max_size=6), st.lists(st.integers(0, 5), max_size=12))
def test_values_of_accounts_come_once_for_each_profile(
    accounts: list[Json], numbers: list[int]
) -> None:
    numbers = [number for number in numbers if number < len(accounts)]
    whole = kinds_of([accounts[number] for number in numbers], ("x_at",))
    found = spread(kinds_of(accounts, ("x_at",)), np.array(numbers, np.intp))
    for name in ("numbers", "flags", "dates", "texts"):
        ours, theirs = getattr(found, name), getattr(whole, name)
        assert ours.at.tolist() == theirs.at.tolist(), name
        assert ours.place.tolist() == theirs.place.tolist(), name
        if name == "texts":
            ours_, theirs_ = ([kinds.words[one] for one in kinds.texts.values.tolist()]
                              for kinds in (found, whole))  # fmt: skip
            assert ours_ == theirs_
        else:
            assert ours.values.tolist() == theirs.values.tolist(), name
    assert found.others.tolist() == sorted(set(whole.others.tolist()))
    assert found.empty.tolist() == whole.empty.tolist()
