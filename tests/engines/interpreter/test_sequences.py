"""Sequences against every choice of events, on few instants, where mistakes have room."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from segql.engines.interpreter.holds import compile_rule
from segql.engines.interpreter.memory import Profile
from segql.model.instants import Moment
from segql.model.windows import Edge, Exact, Window
from segql.rules.rule import Sequence, Step

NOW = 12
LENGTH = st.none() | st.integers(0, 4)
BOUND = st.none() | st.integers(0, 14).map(lambda at: Edge(Exact(at)))


@st.composite
def sequences(draw: st.DrawFn) -> Sequence:
    steps = draw(st.lists(st.sampled_from("xyz").map(Step), min_size=1, max_size=4).map(tuple))
    absent = draw(st.none() | st.sampled_from("xyz").map(Step))
    return Sequence(steps, absent, draw(LENGTH), Window(draw(BOUND), draw(BOUND)))


def choices(times: list[list[int]], after: int = -1) -> Iterator[tuple[int, ...]]:
    if not times:
        yield ()
        return
    for time in times[0]:
        if time > after:
            yield from ((time, *rest) for rest in choices(times[1:], time))


def expected(sequence: Sequence, events: list[tuple[str, int]]) -> bool:
    def times(step: Step) -> list[int]:
        return [time for name, time in events if name == step.event and time <= NOW]

    def edge(bound: Edge | None, otherwise: int) -> int:
        return bound.anchor.instant if bound and isinstance(bound.anchor, Exact) else otherwise

    low, high = edge(sequence.window.low, 0), edge(sequence.window.high, 99)
    length = 99 if sequence.within_ms is None else sequence.within_ms
    for choice in choices([times(step) for step in sequence.steps]):
        first, last = choice[0], choice[-1]
        if not low <= first < high:
            continue
        if sequence.absent is None:
            if last - first <= length:
                return True
        elif not any(last < time <= last + length for time in times(sequence.absent)):
            return True
    return False


@given(sequences(), st.lists(st.tuples(st.sampled_from("xyz"), st.integers(0, 14)), max_size=12))
def test_some_choice_of_events_fits(sequence: Sequence, events: list[tuple[str, int]]) -> None:
    profile = Profile.of({"events": [{"event": name, "time": time} for name, time in events]})
    holds = compile_rule(sequence).at(Moment(NOW, ZoneInfo("UTC")))
    assert holds(profile) == expected(sequence, events)


def test_a_long_history_takes_time_in_proportion() -> None:
    # 100,000 events that never fit: every choice would be 10^15 of them.
    events = [{"event": "x", "time": time * 10} for time in range(100_000)]
    step = Step("x")
    rule = Sequence((step, step, step), None, 15, Window())
    holds = compile_rule(rule).at(Moment(10_000_000, ZoneInfo("UTC")))
    assert not holds(Profile.of({"events": events}))
