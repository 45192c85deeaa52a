"""When time alone may change a condition on behaviour: activities enter its window and leave it.

A later activity never begins to exist, enters a window or leaves it before an earlier one. So the
one that decides a count is found by its number, without a walk over the edges before it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from attrs import frozen

from segql.engines.interpreter.attributes import Properties, reader
from segql.engines.interpreter.behaviour import (
    Filter,
    accepts,
    bind_filter,
    matching,
    nth_index,
    place_of,
    timeline_of,
)
from segql.engines.interpreter.facts import Facts, Timeline
from segql.engines.interpreter.spells import inside_any
from segql.engines.interpreter.value_edges import end_of_check, end_of_where, moves
from segql.model.calendar import end_of_day
from segql.model.crossings import NEVER, crossing, stay
from segql.model.instants import Instant, Moment
from segql.model.values import reads_numbers_as_dates
from segql.model.windows import Edge, UnitEdge, Window, activity_bounds
from segql.rules.rule import Did, Nth, Range, Rule, Units

bound_filter = lru_cache(maxsize=1024)(bind_filter)


@frozen
class Passing:
    """The activities of one kind on their way through a window; `where` leaves only some."""

    line: Timeline
    window: Window
    moment: Moment
    where: Filter = None

    def inside(self) -> range:
        """The indexes of the activities that are in the window now, whatever `where` says."""
        low, high = activity_bounds(self.window, self.moment)
        times = self.line.times
        return range(place_of(times, low), place_of(times, high))

    def fitting(self) -> Iterable[int]:
        """Those of them that `where` leaves."""
        return self._fitting(self.inside())

    def leaving(self, number: int) -> Instant:
        """When the activity that leaves as the `number`-th from now does so, or `NEVER`."""
        if self.window.low is None:
            return NEVER
        index = _nth(self.fitting(), number)
        if index is None:
            return NEVER
        return crossing(self.window.low, self.line.times[index], self.moment.zone)

    def entering(self, number: int) -> Instant:
        """When the activity that enters as the `number`-th from now does so at the earliest."""
        times = self.line.times
        index = _nth(self._fitting(range(self.inside().stop, len(times))), number)
        if index is None:
            return NEVER
        if self.window.high is None:
            return times[index]
        return max(times[index], crossing(self.window.high, times[index], self.moment.zone))

    def next_change(self) -> Instant:
        """When an activity next enters or leaves."""
        return min(self.leaving(1), self.entering(1))

    def _fitting(self, indexes: range) -> Iterable[int]:
        where = self.where
        if where is None:
            return indexes
        return (index for index in indexes if where(self.line.properties(index)))


def _nth(indexes: Iterable[int], number: int) -> int | None:
    if isinstance(indexes, range):
        return indexes[number - 1] if number <= len(indexes) else None
    return next(islice(indexes, number - 1, None), None)


def end_of_did(did: Did, facts: Facts, moment: Moment) -> Instant:
    """The first instant after now at which time may change the verdict of `did`."""
    line, window = timeline_of(did.activity)(facts), did.window
    if did.units is not None:
        window = _units_window(did.units)
    if moves(did.where):
        passing = Passing(line, window, moment)
        properties = map(line.properties, passing.inside())
        end = min(passing.next_change(), end_of_any_where(did.where, properties, moment))
        return min(end, _end_of_having(did, line, passing.inside(), moment))
    where = bound_filter(did.where)(moment)
    passing = Passing(line, window, moment, where)
    if did.times is not None and did.units is None:
        low, high = activity_bounds(window, moment)
        number = len(matching(line, where, low, high))
        if (did.days is None and did.having is None) or not accepts(did.times, number):
            return _end_of_count(did.times, number, passing)
    if did.days is not None and did.times is None and did.having is None and did.units is None:
        return _end_of_days(did.days, passing)
    return min(passing.next_change(), _end_of_having(did, line, passing.inside(), moment))


def _units_window(units: Units) -> Window:
    """The window of all the units; a new one is empty, so it matters by what it drives out."""
    return Window(low=Edge(UnitEdge(units.unit, 1 - units.last)))


def _end_of_having(did: Did, line: Timeline, indexes: range, moment: Moment) -> Instant:
    """When time may change what `having` says of any value that the activities hold."""
    having = did.having
    if having is None or having.aggregate not in ("first", "last", "most frequent"):
        return NEVER
    read, numbers = reader(having.path), reads_numbers_as_dates(having.path)
    return min(
        (
            end_of_check(having.test, read(line.properties(index)), moment, numbers=numbers)
            for index in indexes
        ),
        default=NEVER,
    )


def _end_of_count(accepted: Range, number: int, passing: Passing) -> Instant:
    """When a count that is `number` now may get into the accepted range, or out of it."""
    if number < accepted.least:
        return passing.entering(accepted.least - number)
    if accepted.most is not None and number > accepted.most:
        return passing.leaving(number - accepted.most)
    end = NEVER
    if accepted.least > 0:
        end = passing.leaving(number - accepted.least + 1)
    if accepted.most is not None:
        end = min(end, passing.entering(accepted.most - number + 1))
    return end


def _end_of_days(accepted: Range, passing: Passing) -> Instant:
    """When a number of days may get into the accepted range, or out of it.

    A day is lost when its last activity leaves; another one is won at the earliest when an activity
    enters.
    """
    lasts: dict[Instant, int] = {}
    for index in passing.fitting():
        lasts[end_of_day(passing.line.times[index], passing.moment.zone)] = index
    days = len(lasts)

    def lost(number: int) -> Instant:
        index = tuple(lasts.values())[number - 1]
        low = passing.window.low
        time = passing.line.times[index]
        return NEVER if low is None else crossing(low, time, passing.moment.zone)

    if days < accepted.least:
        return passing.entering(1)
    if accepted.most is not None and days > accepted.most:
        return lost(days - accepted.most)
    end = lost(days - accepted.least + 1) if accepted.least > 0 else NEVER
    return end if accepted.most is None else min(end, passing.entering(1))


def end_of_any_where(where: Rule | None, every: Iterable[Properties], moment: Moment) -> Instant:
    """The first instant after now at which `where` may change its mind about some properties."""
    return min((end_of_where(where, properties, moment) for properties in every), default=NEVER)


def end_of_nth(nth: Nth, facts: Facts, moment: Moment) -> Instant:
    """The first instant after now at which time may change the verdict of `nth`.

    Another activity becomes the last when it begins to exist; the first is always the same.
    """
    line, now = facts.events(nth.activity.name), moment.now
    where = bound_filter(nth.where)(moment)
    past = bisect_right(line.times, now)
    index = nth_index(nth.which, line, where, now)
    end = NEVER
    if index is not None:
        end = inside_any((stay(nth.window, line.times[index], moment.zone),), now)
    if moves(nth.where):
        end = min(end, end_of_any_where(nth.where, map(line.properties, range(past)), moment))
    if index is None or nth.which == "last":
        end = min(end, next_time(line, past, None if moves(nth.where) else where))
    return end


def next_time(line: Timeline, start: int, where: Filter) -> Instant:
    """The time of the first activity from index `start` on that `where` leaves, or `NEVER`."""
    for index in range(start, len(line.times)):
        if where is None or where(line.properties(index)):
            return line.times[index]
    return NEVER
