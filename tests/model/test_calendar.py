"""Ends of local days, where zones are odd, and at the ends of time."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segql.model.calendar import day_end, day_start, end_of_day, local_day
from segql.model.instants import MAX_INSTANT, Moment
from segql.model.windows import DayEdge, Edge, Window, bounds

ZONES = (
    "UTC",
    "Europe/Zurich",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Africa/Cairo",
)


@given(st.integers(-3_000_000_000_000, 3_000_000_000_000), st.sampled_from(ZONES))
def test_the_quick_way_to_the_end_of_a_day_is_the_plain_one(instant: int, name: str) -> None:
    zone = ZoneInfo(name)
    assert end_of_day(instant, zone) == day_end(local_day(instant, zone), zone)


@pytest.mark.parametrize("name", ZONES)
def test_every_edge_of_a_year_is_exact(name: str) -> None:
    zone = ZoneInfo(name)
    for ordinal in range(date(2011, 6, 1).toordinal(), date(2012, 6, 1).toordinal()):
        day = date.fromordinal(ordinal)
        start, end = day_start(day, zone), day_end(day, zone)
        if start < end:  # Apia skipped a day
            assert end_of_day(start, zone) == end_of_day(end - 1, zone) == end


def test_the_last_day_there_is_has_an_end() -> None:
    zone, last = ZoneInfo("Europe/Zurich"), date.max
    low, high = bounds(Window(Edge(DayEdge(last)), Edge(DayEdge(last, end=True))), Moment(0, zone))
    assert low <= day_start(last, zone) < MAX_INSTANT < high
