"""When time alone takes an instant into a window, or out of it.

The edges of a window only ever move forward with now (§3.6), so an instant is inside from the first
now at which the high edge lies past it until the first at which the low edge does.
"""

from __future__ import annotations

from datetime import date
from typing import Final, TypeAlias, assert_never
from zoneinfo import ZoneInfo

from segql.model.calendar import (
    day_start,
    local_day,
    months_away,
    shifted,
    unit_shifted,
    unit_start,
)
from segql.model.instants import MAX_INSTANT, MIN_INSTANT, Instant, Moment
from segql.model.windows import (
    Anchor,
    DayEdge,
    DaysAway,
    Edge,
    Exact,
    MonthsAway,
    NowPlus,
    UnitEdge,
    Window,
    resolve,
)

NEVER: Final[Instant] = MAX_INSTANT + 1
"""Later than every instant there is."""

Stay: TypeAlias = tuple[Instant, Instant]
"""The nows at which something is inside: the first, and the first at which it is not any more."""


def crossing(edge: Edge, instant: Instant, zone: ZoneInfo) -> Instant:
    """The first now at which `edge` lies past `instant`.

    `NEVER` if it never does, and the beginning of time if it always does. About 1 µs for edges that
    follow the calendar, which cross at local midnights.
    """
    match edge.anchor:
        case NowPlus(ms):
            return min(max(instant - ms - edge.plus + 1, MIN_INSTANT), NEVER)
        case Exact() | DayEdge():
            fixed = resolve(edge, Moment(instant, zone))
            return MIN_INSTANT if fixed > instant else NEVER
        case DaysAway() | MonthsAway() | UnitEdge():
            # The edge is the start of a day: the first one that starts late enough passes.
            wanted = _day_past(instant - edge.plus, zone)
            today = None if wanted is None else _today_with(edge.anchor, wanted)
            return NEVER if today is None else day_start(today, zone)
        case _:
            assert_never(edge.anchor)


def stay(window: Window, instant: Instant, zone: ZoneInfo) -> Stay:
    """The nows at which `instant` lies in `window`; empty when the second is not the later."""
    enters = MIN_INSTANT if window.high is None else crossing(window.high, instant, zone)
    leaves = NEVER if window.low is None else crossing(window.low, instant, zone)
    return enters, leaves


def end_of_verdict(within: Stay, now: Instant) -> Instant:
    """The first instant after `now` at which being inside or not changes, or `NEVER`."""
    enters, leaves = within
    if enters >= leaves or now >= leaves:
        return NEVER
    return leaves if now >= enters else enters


def _day_past(instant: Instant, zone: ZoneInfo) -> date | None:
    """The first local day that starts after `instant`."""
    if instant < MIN_INSTANT:
        return date.min
    day = local_day(instant, zone)
    return None if day == date.max else shifted(day, 1)


def _today_with(anchor: DaysAway | MonthsAway | UnitEdge, wanted: date) -> date | None:
    """The first today for which `anchor` names the day `wanted`, or a later one."""
    if wanted == date.min:
        return date.min
    match anchor:
        case DaysAway(days):
            today = shifted(wanted, -days)
        case MonthsAway(months):
            today = months_away(wanted, -months)
        case UnitEdge(unit, steps):
            start = unit_start(wanted, unit)
            if start < wanted:
                start = unit_shifted(start, unit, 1)
            today = unit_shifted(start, unit, -steps)
        case _:
            assert_never(anchor)
    # Clamped to a month's end, or to the years there are, the way back is not the way there.
    while today > date.min and _named(anchor, shifted(today, -1)) >= wanted:
        today = shifted(today, -1)
    while _named(anchor, today) < wanted:
        if today == date.max:
            return None
        today = shifted(today, 1)
    return today


def _named(anchor: Anchor, today: date) -> date:
    match anchor:
        case DaysAway(days):
            return shifted(today, days)
        case MonthsAway(months):
            return months_away(today, months)
        case UnitEdge(unit, steps):
            return unit_shifted(unit_start(today, unit), unit, steps)
        case _:
            raise AssertionError(f"{anchor} does not follow the calendar")
