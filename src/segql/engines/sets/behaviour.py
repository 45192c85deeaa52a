"""Counts, days, aggregates, units, first and last of many owners (§2 Behaviour and Surveys)."""

from __future__ import annotations

from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from segql.engines.interpreter.behaviour import unit_spans
from segql.engines.sets.activities import Activities
from segql.engines.sets.aggregates import having
from segql.engines.sets.passing import passing
from segql.engines.sets.picks import PICKS, picked
from segql.engines.sets.scaled import Bools, Index, Whole, begins
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
    Units,
)

_DAY: Final = 86_400_000
_UNIX: Final = date(1970, 1, 1).toordinal()
_MANY_DAYS: Final = 20_000


def did(condition: Did, activities: Activities, moment: Moment) -> Bools:
    """The owners whose activities in the window, or in its units, fit in number and all else."""
    if condition.units is not None:
        return _in_units(condition, condition.units, activities, moment)
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
    return _fitting(condition, activities, chosen, stream.owner, stream.slots, moment)


def _fitting(
    condition: Did,
    activities: Activities,
    chosen: Index,
    owner: Index,
    slots: int,
    moment: Moment,
) -> Bools:
    """The owners below `slots` whose activities at `chosen` fit in number, days and aggregate.

    `owner` gives the owner of every activity; those of `chosen` do not decrease.
    """
    owners = owner.take(chosen)
    found = np.ones(slots, np.bool_)
    if condition.times == ONCE:
        found = np.zeros(slots, np.bool_)
        found[owners] = True
    elif condition.times is not None:
        found = accepts(condition.times, np.bincount(owners, minlength=slots))
    if condition.days is not None:
        times = activities.stream.times.values(chosen) if len(chosen) else chosen
        days = local_days(times, moment.zone) if len(chosen) else chosen
        fresh = np.ones(len(chosen), np.bool_)
        fresh[1:] = (owners[1:] != owners[:-1]) | (days[1:] != days[:-1])
        found &= accepts(condition.days, np.bincount(owners[fresh], minlength=slots))
    if condition.having is not None:
        column = activities.column(condition.having.path)
        if condition.having.aggregate in PICKS:
            found &= picked(condition.having, column, chosen, owner, slots, moment)
        else:
            found &= having(condition.having, column, chosen, owner, slots)
    return found


def _in_units(condition: Did, units: Units, activities: Activities, moment: Moment) -> Bools:
    """The owners whose activities fit inside a number of units that is accepted.

    Each unit of an owner in which he did anything is an owner of its own; one more stands for all
    units without activities, in which they fit alike.
    """
    stream = activities.stream
    edges = np.array([low for low, _ in unit_spans(units, moment)], np.int64)
    mask = filtered(activities, condition.where, int(edges[0]), moment.now + 1, moment)
    chosen = np.arange(stream.size) if mask is None else np.flatnonzero(mask)
    times = stream.times.values(chosen) if len(chosen) else chosen
    owners = stream.owner.take(chosen)
    unit = np.searchsorted(edges, times, side="right")
    starts = begins(owners * (len(edges) + 1) + unit)
    group = np.zeros(stream.size, np.intp)
    group[chosen[starts[1:]]] = 1
    np.cumsum(group, out=group)
    fits = _fitting(condition, activities, chosen, group, len(starts) + 1, moment)
    who = owners[starts]
    numbers = np.bincount(who[fits[:-1]], minlength=stream.slots)
    if fits[-1]:
        numbers += units.last - np.bincount(who, minlength=stream.slots)
    return accepts(units.accepted, numbers)


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


def accepts(accepted: Range, numbers: Whole) -> Bools:
    """Which of the numbers lie in the range."""
    if accepted.most is None:
        return numbers >= accepted.least
    return (numbers >= accepted.least) & (numbers <= accepted.most)
