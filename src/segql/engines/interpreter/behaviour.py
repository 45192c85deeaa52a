"""What a profile did: counts, days, aggregates, first and last (§2 Behaviour and Surveys).

Times are sorted, so a count without `where` is two bisections, and everything else stops at the
first activity that settles it. They are looked at from the newest on (`place_of`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeAlias, assert_never

from segql.engines.interpreter.aggregates import bind_having
from segql.engines.interpreter.attributes import Properties, bind_where
from segql.engines.interpreter.facts import Facts, Timeline
from segql.engines.interpreter.predicates import Bind, Predicate
from segql.model.calendar import end_of_day
from segql.model.instants import MIN_INSTANT, Instant, Moment
from segql.model.windows import Edge, UnitEdge, activity_bounds, resolve
from segql.rules.rule import Activity, Did, Event, Nth, Range, Rule, SurveyAction, Units

Filter = Predicate[Properties] | None


def timeline_of(activity: Activity) -> Callable[[Facts], Timeline]:
    """How to ask for what `activity` names."""
    match activity:
        case Event(name):
            return lambda facts: facts.events(name)
        case SurveyAction(action, survey):
            return lambda facts: facts.actions(action, survey)
        case _:
            assert_never(activity)


def bind_filter(where: Rule | None) -> Callable[[Moment], Filter]:
    """The `where` clause bound to a moment; None where there is none."""
    if where is None:
        return lambda _moment: None
    return bind_where(where)


def bind_did(did: Did) -> Bind[Facts]:
    """The condition on number, days and aggregate of the activities in the window."""
    timeline, filter_at = timeline_of(did.activity), bind_filter(did.where)
    if did.units is not None:
        return _bind_units(did, did.units)
    if did.days is None and did.having is None and did.times is not None:
        counts = _counted(did.times)

        def bind_count(moment: Moment) -> Predicate[Facts]:
            low, high = activity_bounds(did.window, moment)
            return counts(timeline, filter_at(moment), low, high)

        return bind_count
    fits_at = _bind_fits(did)

    def bind(moment: Moment) -> Predicate[Facts]:
        low, high = activity_bounds(did.window, moment)
        where, fits = filter_at(moment), fits_at(moment)

        def holds(facts: Facts) -> bool:
            line = timeline(facts)
            return fits(line, matching(line, where, low, high))

        return holds

    return bind


Fits: TypeAlias = Callable[[Timeline, Sequence[int]], bool]


def _bind_fits(did: Did) -> Callable[[Moment], Fits]:
    """Whether the number, the days and the aggregate of the activities at some indexes fit."""
    having_at = None if did.having is None else bind_having(did.having)

    def bind(moment: Moment) -> Fits:
        having_holds = None if having_at is None else having_at(moment)

        def fits(line: Timeline, indexes: Sequence[int]) -> bool:
            if did.times is not None and not accepts(did.times, len(indexes)):
                return False
            if did.days is not None:
                days = days_in(line, indexes, moment, enough=_settles(did.days))
                if not accepts(did.days, days):
                    return False
            return having_holds is None or having_holds(line, indexes)

        return fits

    return bind


def _bind_units(did: Did, units: Units) -> Bind[Facts]:
    units_at = bind_units(did, units)

    def bind(moment: Moment) -> Predicate[Facts]:
        units_of = units_at(moment)
        return lambda facts: accepts(units.accepted, len(units_of(facts)))

    return bind


def bind_units(
    did: Did, units: Units
) -> Callable[[Moment], Callable[[Facts], list[tuple[Instant, Instant]]]]:
    """What gives the units, as `[low, high)`, in which a profile's activities fit, oldest first."""
    timeline, filter_at, fits_at = (
        timeline_of(did.activity),
        bind_filter(did.where),
        _bind_fits(did),
    )

    def bind(moment: Moment) -> Callable[[Facts], list[tuple[Instant, Instant]]]:
        where, fits, spans = filter_at(moment), fits_at(moment), unit_spans(units, moment)

        def fitting(facts: Facts) -> list[tuple[Instant, Instant]]:
            line = timeline(facts)
            return [span for span in spans if fits(line, matching(line, where, *span))]

        return fitting

    return bind


def unit_spans(units: Units, moment: Moment) -> tuple[tuple[Instant, Instant], ...]:
    """The calendar units as `[low, high)`, oldest first; the current one is cut behind now."""
    edges = [
        resolve(Edge(UnitEdge(units.unit, steps)), moment) for steps in range(1 - units.last, 1)
    ]
    return tuple(pairwise((*edges, moment.now + 1)))


def accepts(accepted: Range, number: int) -> bool:
    """Whether `number` lies in the range."""
    return accepted.least <= number and (accepted.most is None or number <= accepted.most)


def _settles(accepted: Range) -> int:
    """The number from which on a higher one changes nothing."""
    return accepted.least if accepted.most is None else accepted.most + 1


def matching(line: Timeline, where: Filter, low: Instant, high: Instant) -> Sequence[int]:
    """The indexes of the activities in `[low, high)` that `where` leaves, ascending."""
    inside = _inside(line.times, low, high)
    if where is None:
        return inside
    return [index for index in inside if where(line.properties(index))]


def _inside(times: Sequence[Instant], low: Instant, high: Instant) -> range:
    return range(place_of(times, low), place_of(times, high))


def place_of(times: Sequence[Instant], instant: Instant) -> int:
    """Where `instant` stands among `times`, before equal ones: what `bisect_left` gives.

    Looks from the end, farther with every step, so that old times that a store has not read yet
    stay unread.
    """
    if type(times) is tuple:
        return bisect_left(times, instant)
    high = len(times)
    if not high or times[0] >= instant:
        return 0
    low, step = high, 1
    while times[low - 1] >= instant:
        high = low - 1
        low = max(1, high - step)
        step *= 2
    return bisect_left(times, instant, low, high)


def days_in(
    line: Timeline, indexes: Sequence[int], moment: Moment, *, enough: int | None = None
) -> int:
    """The number of distinct local days of the activities at `indexes`, up to `enough`."""
    days, end, times = 0, MIN_INSTANT, line.times
    for index in indexes:
        if days == enough:
            break
        if times[index] >= end:
            days += 1
            end = end_of_day(times[index], moment.zone)
    return days


Counting = Callable[[Callable[[Facts], Timeline], Filter, Instant, Instant], Predicate[Facts]]


def _counted(accepted: Range) -> Counting:
    """How to check the plain number, which stops where a higher one changes nothing."""
    least, settles = accepted.least, _settles(accepted)

    def bind(
        timeline: Callable[[Facts], Timeline], where: Filter, low: Instant, high: Instant
    ) -> Predicate[Facts]:
        if where is None:
            return lambda facts: accepts(accepted, len(_inside(timeline(facts).times, low, high)))

        def fits(facts: Facts) -> bool:
            line = timeline(facts)
            number, properties = 0, line.properties
            for index in _inside(line.times, low, high):
                if where(properties(index)):
                    number += 1
                    if number == settles:
                        break
            return accepts(accepted, number)

        return fits

    if accepted.most is not None or least < 1:
        return bind
    return lambda timeline, where, low, high: (
        _reaching(least, timeline, low, high)
        if where is None
        else _reaching_where(least, timeline, where, low, high)
    )


def _reaching_where(
    least: int,
    timeline: Callable[[Facts], Timeline],
    where: Predicate[Properties],
    low: Instant,
    high: Instant,
) -> Predicate[Facts]:
    """At least `least` that `where` leaves, the newest looked at first, none that is not needed."""

    def reaches(facts: Facts) -> bool:
        line = timeline(facts)
        times, properties, missing = line.times, line.properties, least
        for index in range(len(times) - 1, -1, -1):
            time = times[index]
            if time < low:
                break
            if time < high and where(properties(index)):
                missing -= 1
                if not missing:
                    return True
        return False

    return reaches


def _reaching(
    least: int, timeline: Callable[[Facts], Timeline], low: Instant, high: Instant
) -> Predicate[Facts]:
    """At least `least` in `[low, high)`, which is what most rules ask."""

    def reaches(facts: Facts) -> bool:
        # Without future activities, which are rare, the one that makes it enough is known.
        times = timeline(facts).times
        count = len(times)
        if count < least:
            return False
        if times[-1] < high:
            return times[-least] >= low
        index = place_of(times, low) + least - 1
        return index < count and times[index] < high

    return reaches


# First and last


def bind_nth(nth: Nth) -> Bind[Facts]:
    """The first, or the last, activity up to now that `where` leaves lies in the window."""
    filter_at = bind_filter(nth.where)

    def bind(moment: Moment) -> Predicate[Facts]:
        low, high = activity_bounds(nth.window, moment)
        where, now = filter_at(moment), moment.now

        def lies_inside(facts: Facts) -> bool:
            line = facts.events(nth.activity.name)
            index = nth_index(nth.which, line, where, now)
            return index is not None and low <= line.times[index] < high

        return lies_inside

    return bind


def nth_index(which: str, line: Timeline, where: Filter, now: Instant) -> int | None:
    """The index of the `first` or `last` activity up to `now` that `where` leaves, or None."""
    past = range(bisect_right(line.times, now))
    order = past if which == "first" else reversed(past)
    return next((i for i in order if where is None or where(line.properties(i))), None)
