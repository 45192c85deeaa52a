"""When an instant passes the edges of a window: held against asking every now."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segql.model.crossings import NEVER, crossing, end_of_verdict, stay
from segql.model.instants import MAX_INSTANT, MIN_INSTANT, Instant, Moment, instant_from, iso
from segql.model.windows import (
    DayEdge,
    DaysAway,
    Edge,
    Exact,
    MonthsAway,
    NowPlus,
    UnitEdge,
    Window,
    bounds,
    resolve,
)

ZONES = tuple(
    map(
        ZoneInfo,
        ("UTC", "Europe/Zurich", "America/Sao_Paulo", "America/St_Johns", "Pacific/Apia"),
    )
)
DAY = 86_400_000
UNITS = ("week", "month", "quarter", "year")

anchors = st.one_of(
    st.builds(Exact, st.integers(0, 2_000_000_000_000)),
    st.builds(NowPlus, st.integers(-400 * DAY, 400 * DAY)),
    st.builds(MonthsAway, st.integers(-26, 26).filter(bool)),
    st.builds(DayEdge, st.dates(date(1990, 1, 1), date(2030, 1, 1)), st.booleans()),
    st.builds(DaysAway, st.integers(-3, 3)),
    st.builds(UnitEdge, st.sampled_from(UNITS), st.integers(-2, 2)),
)
moving = anchors.filter(lambda one: not isinstance(one, Exact | DayEdge))
plus = st.sampled_from((0, 1))
instants = st.integers(600_000_000_000, 1_900_000_000_000)
zones = st.sampled_from(ZONES)


def at(text: str) -> Instant:
    return instant_from(text, ZONES[0])


@given(st.builds(Edge, moving, plus), instants, zones)
def test_a_moving_edge_is_past_an_instant_from_its_crossing_on(
    edge: Edge, instant: Instant, zone: ZoneInfo
) -> None:
    now = crossing(edge, instant, zone)
    assert resolve(edge, Moment(now, zone)) > instant
    assert resolve(edge, Moment(now - 1, zone)) <= instant


@given(st.builds(Edge, anchors, plus), instants, instants, zones)
def test_an_edge_is_past_an_instant_exactly_after_its_crossing(
    edge: Edge, instant: Instant, now: Instant, zone: ZoneInfo
) -> None:
    assert (resolve(edge, Moment(now, zone)) > instant) == (now >= crossing(edge, instant, zone))


windows = st.builds(
    Window, st.none() | st.builds(Edge, anchors, plus), st.none() | st.builds(Edge, anchors, plus)
)


@settings(max_examples=300)
@given(windows, instants, instants, zones)
def test_a_stay_is_when_the_window_holds_the_instant(
    window: Window, instant: Instant, now: Instant, zone: ZoneInfo
) -> None:
    def inside(now: Instant) -> bool:
        low, high = bounds(window, Moment(now, zone))
        return low <= instant < high

    enters, leaves = within = stay(window, instant, zone)
    assert inside(now) == (enters <= now < leaves)
    end = end_of_verdict(within, now)
    assert end > now
    if end < NEVER:
        assert inside(end) != inside(end - 1) == inside(now)


@pytest.mark.parametrize(
    ("months", "instant", "crosses"),
    [
        # A month before 30 April is 30 March, and before 1 May it is 1 April.
        (-1, "2026-03-30T12:00:00Z", "2026-05-01T00:00:00Z"),
        # A month before 28 March is 28 February; the three days after it name it too.
        (-1, "2026-02-27T12:00:00Z", "2026-03-28T00:00:00Z"),
        (-1, "2026-02-28T12:00:00Z", "2026-04-01T00:00:00Z"),
        (-12, "2024-02-29T00:00:00Z", "2025-03-01T00:00:00Z"),
        # A month after 31 January is 28 February.
        (1, "2026-02-27T12:00:00Z", "2026-01-28T00:00:00Z"),
        (1, "2026-02-28T12:00:00Z", "2026-02-01T00:00:00Z"),
    ],
)
def test_months_are_clamped_on_the_way_back_too(months: int, instant: str, crosses: str) -> None:
    assert iso(crossing(Edge(MonthsAway(months)), at(instant), ZONES[0])) == crosses


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("edge", [Edge(MonthsAway(-1300)), Edge(MonthsAway(1300), 1),
                                  Edge(UnitEdge("year", 1)), Edge(UnitEdge("year", -1)),
                                  Edge(DaysAway(-1)), Edge(DaysAway(1)), Edge(NowPlus(-DAY), 1),
                                  Edge(NowPlus(DAY))])  # fmt: skip
@pytest.mark.parametrize(
    "instant", [MIN_INSTANT, MIN_INSTANT + DAY, MAX_INSTANT - DAY, MAX_INSTANT]
)
def test_the_ends_of_time_are_no_error(edge: Edge, instant: Instant, zone: ZoneInfo) -> None:
    now = crossing(edge, instant, zone)
    assert MIN_INSTANT <= now <= NEVER
    if now < MAX_INSTANT:
        assert resolve(edge, Moment(now, zone)) > instant
