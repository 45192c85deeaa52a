"""What can be said of relative windows without a moment: empty, apart, one inside the other.

Every answer holds at every moment in every zone; where that cannot be told it is False.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Final, assert_never

from segql.model.instants import instant_of
from segql.model.windows import (
    DayEdge,
    DaysAway,
    Edge,
    Exact,
    MonthsAway,
    NowPlus,
    UnitEdge,
    Window,
)

_HOUR: Final = 3_600_000
_DAY: Final = 24 * _HOUR
_ZONES: Final = 26 * _HOUR
"""Local midnight lies at most so far from that of UTC, changes of clocks and dates included."""
_TODAY: Final = 27 * _HOUR
"""The local day has begun at most so long ago."""
_DAYS_BY_UNIT: Final = {"week": (7, 7), "month": (28, 31), "quarter": (90, 92), "year": (365, 366)}
"""The fewest and the most days of a calendar unit."""
_NOW: Final = Edge(NowPlus(0), plus=1)


def is_empty(window: Window) -> bool:
    """Whether no instant ever lies in `window`."""
    return (
        window.low is not None and window.high is not None and is_not_after(window.high, window.low)
    )


def is_future(window: Window) -> bool:
    """Whether all of `window` lies after now: nothing that happened is in it."""
    return window.low is not None and is_not_after(_NOW, window.low)


def are_apart(one: Window, other: Window) -> bool:
    """Whether no instant ever lies in both."""
    return is_empty(Window(one.low, other.high)) or is_empty(Window(other.low, one.high))


def is_inside(inner: Window, outer: Window) -> bool:
    """Whether every instant of `inner` always lies in `outer`."""
    begins = outer.low is None or (inner.low is not None and is_not_after(outer.low, inner.low))
    ends = outer.high is None or (inner.high is not None and is_not_after(inner.high, outer.high))
    return begins and ends


def is_not_after(one: Edge, other: Edge) -> bool:
    """Whether `one` never lies after `other`."""
    if one.anchor == other.anchor:
        return one.plus <= other.plus
    match one.anchor, other.anchor:
        case (DaysAway(first), DaysAway(second)) | (MonthsAway(first), MonthsAway(second)):
            return first < second
        case UnitEdge(unit, first), UnitEdge(same, second) if unit == same:
            return first < second
        case DayEdge(), DayEdge():
            return _ordinal(one.anchor) + min(one.plus, 1) <= _ordinal(other.anchor)
        case _:
            axis, _, latest = _bounds(one)
            same_axis, earliest, _ = _bounds(other)
            return axis == same_axis and latest <= earliest


def _ordinal(edge: DayEdge) -> int:
    return edge.day.toordinal() + edge.end


def _bounds(edge: Edge) -> tuple[str, int, int]:
    """An axis, and between which of its milliseconds the edge lies, both included.

    The axes are UTC, and the time that goes by from now.
    """
    match edge.anchor:
        case Exact(instant):
            found = "utc", instant, instant
        case DayEdge(day, end):
            midnight = instant_of(datetime.combine(day, time(), UTC)) + end * _DAY
            found = "utc", midnight - _ZONES, midnight + _ZONES
        case NowPlus(ms):
            found = "now", ms, ms
        case DaysAway(days):
            found = "now", days * _DAY - _TODAY, days * _DAY + 3 * _HOUR
        case MonthsAway(months):
            fewest, most = sorted((months * 28 * _DAY, months * 31 * _DAY))
            found = "now", fewest - _TODAY, most + 3 * _HOUR
        case UnitEdge(unit, steps):
            shortest, longest = (days * _DAY for days in _DAYS_BY_UNIT[unit])
            fewest, most = sorted((steps * shortest, steps * longest))
            found = "now", fewest - longest - _TODAY, most + 3 * _HOUR
        case _:
            assert_never(edge.anchor)
    axis, low, high = found
    return axis, low + edge.plus, high + edge.plus
