"""Counts, days, aggregates, first and last of many owners (§2 Behaviour and Surveys)."""

from __future__ import annotations

from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from segql.engines.sets.activities import Activities
from segql.engines.sets.aggregates import having
from segql.engines.sets.passing import passing
from segql.engines.sets.scaled import Bools, Index, Whole
from segql.engines.sets.stream import Stream
from segql.model.calendar import day_start
from segql.model.errors import Refused
from segql.model.instants import Moment
from segql.model.windows import activity_bounds
from segql.rules.rule import (
    ONCE,
    AllOf,
    AnyOf,
    AtLeast,
    Did,
    Holds,
    Not,
    Nth,
    Property,
    Range,
    Rule,
)

_DAY: Final = 86_400_000
_UNIX: Final = date(1970, 1, 1).toordinal()
_MANY_DAYS: Final = 20_000


def did(condition: Did, activities: Activities, moment: Moment) -> Bools:
    """The owners whose activities in the window fit in number, days and aggregate."""
    stream = activities.stream
    low, high = activity_bounds(condition.window, moment)
    plain = condition.where is None and activities.only is None
    if (
        plain
        and condition.days is None
        and condition.having is None
        and condition.times is not None
    ):
        quick = _counted(stream, condition.times, low, high)
        if quick is not None:
            return quick
    mask = filtered(activities, condition.where, low, high, moment)
    chosen = np.arange(stream.size) if mask is None else np.flatnonzero(mask)
    owners = stream.owner.take(chosen)
    found = np.ones(stream.slots, np.bool_)
    if condition.times == ONCE:
        found = np.zeros(stream.slots, np.bool_)
        found[owners] = True
    elif condition.times is not None:
        found = _inside(condition.times, np.bincount(owners, minlength=stream.slots))
    if condition.days is not None:
        days = local_days(stream.times.values(chosen), moment.zone) if len(chosen) else chosen
        fresh = np.ones(len(chosen), np.bool_)
        fresh[1:] = (owners[1:] != owners[:-1]) | (days[1:] != days[:-1])
        found &= _inside(condition.days, np.bincount(owners[fresh], minlength=stream.slots))
    if condition.having is not None:
        column = activities.column(condition.having.path)
        found &= having(condition.having, column, chosen, stream.owner, stream.slots)
    return found


def first_or_last(condition: Nth, activities: Activities, moment: Moment) -> Bools:
    """The owners whose first, or last, activity that `where` leaves lies in the window."""
    stream = activities.stream
    low, high = activity_bounds(condition.window, moment)
    found = np.zeros(stream.slots, np.bool_)
    if not stream.size:
        return found
    mask = filtered(activities, condition.where, stream.times.least, moment.now + 1, moment)
    if mask is None and condition.which == "last":
        found[stream.who] = stream.last.between(low, high)
        return found
    if mask is None:
        who, places = stream.who, stream.starts
    else:
        chosen = np.flatnonzero(mask)
        owners = stream.owner.take(chosen)
        changes = np.flatnonzero(owners[1:] != owners[:-1])
        ends = (
            np.concatenate([[0], changes + 1])
            if condition.which == "first"
            else np.concatenate([changes, [len(owners) - 1]])
        )
        ends = ends[: len(owners)] if len(owners) else ends[:0]
        who, places = owners[ends], chosen[ends]
    found[who[stream.times.between(low, high, places)]] = True
    return found


def filtered(
    activities: Activities, where: Rule | None, low: int, high: int, moment: Moment
) -> Bools | None:
    """The activities in `[low, high)` that `where` leaves; None when all are."""
    inside = activities.stream.inside(low, high)
    parts = [part for part in (activities.only, inside) if part is not None]
    if where is not None:
        parts.append(fitting(where, activities, moment))
    if not parts:
        return None
    mask = parts[0]
    for part in parts[1:]:
        mask = mask & part
    return mask


def fitting(where: Rule, activities: Activities, moment: Moment) -> Bools:
    """The activities, inside a window or not, that `where` leaves."""
    match where:
        case AllOf(parts):
            found = np.ones(activities.stream.size, np.bool_)
            for part in parts:
                found &= fitting(part, activities, moment)
            return found
        case AnyOf(parts):
            found = np.zeros(activities.stream.size, np.bool_)
            for part in parts:
                found |= fitting(part, activities, moment)
            return found
        case AtLeast(least, parts):
            number = np.zeros(activities.stream.size, np.int32)
            for part in parts:
                number += fitting(part, activities, moment)
            return number >= least
        case Not(part):
            return ~fitting(part, activities, moment)
        case Holds(Property(path), test):
            return passing(activities.column(path), test, moment)
        case _:
            raise Refused("`where` holds tests on properties only", code="where-condition")


def local_days(times: Whole, zone: ZoneInfo) -> Index:
    """A number for the local day of each instant: equal on one day, larger on a later one."""
    first, last = int(times.min()) // _DAY - 2, int(times.max()) // _DAY + 2
    if last - first <= _MANY_DAYS:
        candidates = np.arange(first, last + 1)
    else:  # a local day begins within two days of the day in UTC
        around = np.unique(times // _DAY)[:, None] + np.arange(-2, 3)
        candidates = np.unique(around)
    ordinals = np.clip(candidates + _UNIX, 1, date.max.toordinal())
    starts = np.array(
        [day_start(date.fromordinal(day), zone) for day in np.unique(ordinals).tolist()], np.int64
    )
    if np.all(np.diff(starts) == _DAY):
        return np.asarray((times - starts[0]) // _DAY)
    return np.searchsorted(starts, times, side="right")


def _counted(stream: Stream, times: Range, low: int, high: int) -> Bools | None:
    """The owners with a number of activities in the window that fits, or None if not that easy."""
    least, most = times.least, times.most
    enough = stream.reaching(least, low, high) if least > 0 else np.ones(len(stream.who), np.bool_)
    if enough is None:
        return None
    if most is not None:
        more = stream.reaching(most + 1, low, high)
        if more is None:
            return None
        enough = enough & ~more
    found = np.full(stream.slots, least <= 0, np.bool_)
    found[stream.who] = enough
    return found


def _inside(accepted: Range, numbers: Whole) -> Bools:
    if accepted.most is None:
        return numbers >= accepted.least
    return (numbers >= accepted.least) & (numbers <= accepted.most)
