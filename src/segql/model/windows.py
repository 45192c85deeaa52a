"""Half-open windows whose edges are relative to a moment, and how they become absolute (§3.4)."""

from __future__ import annotations

from datetime import date
from typing import TypeAlias, assert_never

from attrs import frozen

from segql.model.calendar import (
    day_end,
    day_start,
    local_day,
    months_away,
    shifted,
    unit_shifted,
    unit_start,
)
from segql.model.instants import MAX_INSTANT, MIN_INSTANT, Instant, Moment


@frozen
class Exact:
    """A fixed instant."""

    instant: Instant


@frozen
class NowPlus:
    """The moment's now, moved by `ms` (negative: into the past)."""

    ms: int


@frozen
class MonthsAway:
    """The local midnight that starts the date `months` away from today's, clamped (§3.6)."""

    months: int


@frozen
class DayEdge:
    """The first instant of the local day `day`, or with `end` the first one after it."""

    day: date
    end: bool = False


@frozen
class DaysAway:
    """The first instant of the local day `days` away from today (0: today's own)."""

    days: int


@frozen
class UnitEdge:
    """The start of the calendar `unit` that is `steps` away from the current one (0: its own)."""

    unit: str
    steps: int


Anchor: TypeAlias = Exact | NowPlus | MonthsAway | DayEdge | DaysAway | UnitEdge


@frozen
class Edge:
    """An anchor and `plus` milliseconds: 1 makes an included upper or an excluded lower bound."""

    anchor: Anchor
    plus: int = 0


@frozen
class Window:
    """Instants from `low`, included, to `high`, excluded; None where it has no bound."""

    low: Edge | None = None
    high: Edge | None = None


PAST_NOW = Edge(NowPlus(0), plus=1)
"""Just behind now: the end of what includes now."""

ALWAYS = Window()
"""The window without bounds."""


def resolve(edge: Edge, moment: Moment) -> Instant:
    """The absolute instant of `edge` at `moment`, kept inside the years 1 to 9999 and their end."""
    match edge.anchor:
        case NowPlus(ms):
            at = moment.now + ms
        case Exact(instant):
            at = instant
        case MonthsAway(months):
            at = day_start(months_away(_today(moment), months), moment.zone)
        case DayEdge(day, end):
            at = day_end(day, moment.zone) if end else day_start(day, moment.zone)
        case DaysAway(days):
            at = day_start(shifted(_today(moment), days), moment.zone)
        case UnitEdge(unit, steps):
            start = unit_start(_today(moment), unit)
            at = day_start(unit_shifted(start, unit, steps), moment.zone)
        case _:
            assert_never(edge.anchor)
    return min(max(at, MIN_INSTANT), MAX_INSTANT + 1) + edge.plus


def _today(moment: Moment) -> date:
    return local_day(moment.now, moment.zone)


def bounds(window: Window, moment: Moment) -> tuple[Instant, Instant]:
    """The absolute `[low, high)` of `window`; a missing bound lies outside all times."""
    low = MIN_INSTANT if window.low is None else resolve(window.low, moment)
    high = MAX_INSTANT + 1 if window.high is None else resolve(window.high, moment)
    return low, high


def activity_bounds(window: Window, moment: Moment) -> tuple[Instant, Instant]:
    """The absolute `[low, high)` of a behaviour `window`: cut behind now, as later events do not
    exist yet (§3.4). Empty when `high <= low`.
    """
    low = MIN_INSTANT if window.low is None else resolve(window.low, moment)
    end = moment.now + 1
    return low, end if window.high is None else min(resolve(window.high, moment), end)
