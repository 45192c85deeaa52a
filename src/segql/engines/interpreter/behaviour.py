"""What a profile did: counts, days, aggregates, first and last (§2 Behaviour and Surveys).

Times are sorted, so a count without `where` is two bisections, and everything else stops at the
first activity that settles it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import assert_never

from segql.engines.interpreter.attributes import Properties, bind_where, reader
from segql.engines.interpreter.checks import equals, number_in
from segql.engines.interpreter.facts import Facts, Timeline
from segql.engines.interpreter.predicates import Bind, Predicate
from segql.model.calendar import end_of_day
from segql.model.instants import MIN_INSTANT, Instant, Moment
from segql.model.rounding import mean, total
from segql.model.values import Kind, elements, kind_of
from segql.model.windows import activity_bounds
from segql.rules.rule import Activity, Did, Equals, Event, Having, Nth, Range, Rule, SurveyAction

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
    if did.days is None and did.having is None and did.times is not None:
        counts = _counted(did.times)

        def bind_count(moment: Moment) -> Predicate[Facts]:
            low, high = activity_bounds(did.window, moment)
            return counts(timeline, filter_at(moment), low, high)

        return bind_count
    having_holds = None if did.having is None else having_check(did.having)

    def bind(moment: Moment) -> Predicate[Facts]:
        low, high = activity_bounds(did.window, moment)
        where = filter_at(moment)

        def fits(facts: Facts) -> bool:
            line = timeline(facts)
            indexes = matching(line, where, low, high)
            if did.times is not None and not accepts(did.times, len(indexes)):
                return False
            if did.days is not None:
                days = days_in(line, indexes, moment, enough=_settles(did.days))
                if not accepts(did.days, days):
                    return False
            return having_holds is None or having_holds(line, indexes)

        return fits

    return bind


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
    return range(bisect_left(times, low), bisect_left(times, high))


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
                if number >= settles:
                    break
                if where(properties(index)):
                    number += 1
            return accepts(accepted, number)

        return fits

    if accepted.most is not None or least < 1:
        return bind
    last = least - 1

    def bind_at_least(
        timeline: Callable[[Facts], Timeline], where: Filter, low: Instant, high: Instant
    ) -> Predicate[Facts]:
        if where is not None:
            return bind(timeline, where, low, high)

        def reaches(facts: Facts) -> bool:
            # One bisection, not two: the activity that makes it enough is looked at directly.
            times = timeline(facts).times
            index = bisect_left(times, low) + last
            return index < len(times) and times[index] < high

        return reaches

    return bind_at_least


# Aggregates


def having_check(having: Having) -> Callable[[Timeline, Sequence[int]], bool]:
    """Whether the aggregate over the activities at the given indexes passes the test."""
    test = having.test
    passes = equals(test) if isinstance(test, Equals) else number_in(test)
    negated = having.negated

    def holds(line: Timeline, indexes: Sequence[int]) -> bool:
        # A missing aggregate is None, which passes no check.
        return passes(aggregate(having, line, indexes)) is not negated

    return holds


def aggregate(having: Having, line: Timeline, indexes: Sequence[int]) -> float | None:
    """The aggregate over the activities at `indexes`; None when missing, or not finite.

    Numbers only, each element of a list by itself; `count distinct` counts known scalars, kinds
    apart, and is 0 over none.
    """
    values = map(reader(having.path), map(line.properties, indexes))
    found = [element for value in values for element in elements(value)]
    if having.aggregate == "count distinct":
        kinds = ((kind_of(element), element) for element in found)
        return float(len({pair for pair in kinds if pair[0] is not Kind.OTHER}))
    numbers = [element for element in found if isinstance(element, float)]
    if not numbers:
        return None
    match having.aggregate:
        case "sum":
            return total(numbers)
        case "avg":
            return mean(numbers)
        case "min":
            return min(numbers)
        case "max":
            return max(numbers)
        case _:
            assert_never(having.aggregate)


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
