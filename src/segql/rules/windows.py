"""Points in time and windows as written → half-open windows relative to a moment (§3.4, §3.6).

A date literal, `today` and `yesterday` stand for their whole local day: `first_edge` is where a
point begins, `past_edge` where time goes on after it, and every window is made of these two.
"""

from __future__ import annotations

from typing import Final, assert_never

from segql.language import syntax
from segql.model.durations import Duration
from segql.model.windows import (
    PAST_NOW,
    Anchor,
    DayEdge,
    DaysAway,
    Edge,
    Exact,
    MonthsAway,
    NowPlus,
    UnitEdge,
    Window,
)

_DAYS_AWAY: Final = {"today": 0, "yesterday": -1}
_UNITS_AWAY: Final = {"this": 0, "last": -1}


def first_edge(point: syntax.Point) -> Edge:
    """The first instant of `point`: of a whole day its start."""
    match point:
        case syntax.Day(day):
            return Edge(DayEdge(day))
        case syntax.NamedDay(name):
            return Edge(DaysAway(_DAYS_AWAY[name]))
        case syntax.At(instant):
            return Edge(Exact(instant))
        case syntax.Now():
            return Edge(NowPlus(0))
        case syntax.Ago(length):
            return Edge(_moved(length, -1))
        case syntax.FromNow(length):
            return Edge(_moved(length, 1))
        case _:
            assert_never(point)


def past_edge(point: syntax.Point) -> Edge:
    """The first instant after `point`: of a whole day the start of the next one."""
    match point:
        case syntax.Day(day):
            return Edge(DayEdge(day, end=True))
        case syntax.NamedDay(name):
            return Edge(DaysAway(_DAYS_AWAY[name] + 1))
        case _:
            return Edge(first_edge(point).anchor, plus=1)


def point_window(point: syntax.Point) -> Window:
    """The window that is exactly `point`: its whole day, or its one millisecond."""
    return Window(first_edge(point), past_edge(point))


def comparison_window(op: str, point: syntax.Point) -> Window:
    """The window of the dates that are `op` (`= < <= > >=`) `point`."""
    match op:
        case "<":
            return Window(high=first_edge(point))
        case "<=":
            return Window(high=past_edge(point))
        case ">":
            return Window(low=past_edge(point))
        case ">=":
            return Window(low=first_edge(point))
        case _:
            return point_window(point)


def window_of(written: syntax.DateWindow | syntax.EventWindow) -> Window:
    """The window that `written` means, for dates and for behaviour.

    A behaviour window also ends at now, which a relative window cannot say beside its own end:
    the engines cut it (`model.windows.activity_bounds`).
    """
    match written:
        case syntax.Within(length):
            return Window(_past(length, -1), PAST_NOW)
        case syntax.WithinNext(length):
            return Window(PAST_NOW, _past(length, 1))
        case syntax.MoreThanAgo(length):
            return Window(high=Edge(_moved(length, -1)))
        case syntax.MoreThanFromNow(length):
            return Window(low=_past(length, 1))
        case syntax.Before(point):
            return Window(high=first_edge(point))
        case syntax.After(point):
            return Window(low=past_edge(point))
        case syntax.Since(point):
            return Window(first_edge(point), PAST_NOW)
        case syntax.BetweenPoints(low, high):
            return Window(first_edge(low), past_edge(high))
        case syntax.BetweenAgo(far, near):
            return Window(_past(far, -1), _past(near, -1))
        case syntax.On(day):
            return point_window(day)
        case syntax.During(period):
            return _period_window(period)
        case _:
            assert_never(written)


def changed_window(test: syntax.Changed) -> Window:
    """Where the last change lies: `changed within D` after the point D ago, `unchanged for` not."""
    edge = _past(test.length, -1)
    return Window(high=edge) if test.unchanged else Window(edge, PAST_NOW)


def _moved(length: Duration, sign: int) -> Anchor:
    if length.is_exact:
        return NowPlus(sign * length.ms)
    return MonthsAway(sign * length.months)


def _past(length: Duration, sign: int) -> Edge:
    """Just past the point that lies `length` away: excluded as a low, included as a high end."""
    return Edge(_moved(length, sign), plus=1)


def _period_window(period: str) -> Window:
    if period in _DAYS_AWAY:
        days = _DAYS_AWAY[period]
        return Window(Edge(DaysAway(days)), Edge(DaysAway(days + 1)))
    which, unit = period.split()
    steps = _UNITS_AWAY[which]
    return Window(Edge(UnitEdge(unit, steps)), Edge(UnitEdge(unit, steps + 1)))
