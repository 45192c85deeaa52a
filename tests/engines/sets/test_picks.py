"""The first, the last and the most frequent value of many owners, held against the interpreter."""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engines.interpreter.people import NOW
from segql.engines.interpreter.aggregates import bind_having
from segql.engines.interpreter.memory import Profile
from segql.engines.sets import picks
from segql.engines.sets.column import Column
from segql.engines.sets.gather import pack_column
from segql.model.instants import Moment
from segql.model.values import Json
from segql.model.windows import ALWAYS
from segql.rules.rule import (
    ContainsElement,
    ContainsText,
    DateIn,
    Empty,
    Equals,
    Having,
    Known,
    NumberIn,
    Test,
    Typed,
)

MOMENT = Moment(NOW, ZoneInfo("UTC"))
TESTS: tuple[Test, ...] = (
    Equals(frozenset((Typed("text", "a"),))),
    Equals(frozenset((Typed("number", 1.0), Typed("flag", True)))),
    ContainsElement(Equals(frozenset((Typed("text", "a"),)))),
    ContainsText("a"),
    NumberIn(1.0, 2.0),
    DateIn(ALWAYS),
    Known(),
    Empty(),
)

scalars: st.SearchStrategy[Json] = st.sampled_from(
    [1, 1.0, 2, True, False, "a", "ab", "", "2026-03-01", 1e300, None, {}]
)
values = st.one_of(scalars, scalars, st.lists(scalars, max_size=4))


@pytest.mark.parametrize("cells", [0, 1 << 22])
@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.lists(st.tuples(values, st.booleans()), max_size=6), min_size=1, max_size=5),
    st.sampled_from(("first", "last", "most frequent")),
    st.sampled_from(TESTS),
    st.booleans(),
    st.sampled_from((("x",), ("x_at",))),
)
def test_values_are_picked_as_by_the_interpreter(
    monkeypatch: pytest.MonkeyPatch,
    cells: int,
    people: list[list[tuple[Json, bool]]],
    aggregate: Literal["first", "last", "most frequent"],
    test: Test,
    negated: bool,
    path: tuple[str],
) -> None:
    monkeypatch.setattr(picks, "_MOST_CELLS", cells)
    every = [value for one in people for value, _ in one]
    objects = np.fromiter(every, np.dtype(object), len(every))
    column = Column(pack_column(objects, path, MOMENT.zone))
    chosen = np.flatnonzero([wanted for one in people for _, wanted in one])
    owner = np.repeat(np.arange(len(people)), [len(one) for one in people])
    having = Having(aggregate, path, test, negated)
    found = picks.picked(having, column, chosen, owner, len(people), MOMENT)
    passes = bind_having(having)(MOMENT)
    for place, one in enumerate(people):
        events = [
            {"event": "e", "time": index, "properties": {path[0]: value}}
            for index, (value, _) in enumerate(one)
        ]
        line = Profile.of({"events": events}).events("e")
        indexes = [index for index, (_, wanted) in enumerate(one) if wanted]
        assert found[place] == passes(line, indexes), one
