"""Steps in order (§2 Behaviour): some choice of events, each strictly later than the one before.

One pass over the times of each step. A chain that ends at a time is only ever as good as its first
step is late: the later it began, the later it may end and the more windows it fits. So for every
event of a step we keep the latest possible start of a chain that ends there; as the starts never
decrease with the ends, the newest chain strictly before the next step's event is the best one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from segql.engines.interpreter.behaviour import Filter, bind_filter
from segql.engines.interpreter.facts import Facts
from segql.engines.interpreter.predicates import Bind, Predicate
from segql.model.instants import MIN_INSTANT, Instant, Moment
from segql.model.windows import activity_bounds
from segql.rules.rule import Sequence, Step

Chain: TypeAlias = tuple[Instant, Instant]
"""Where a chain ends, and the latest instant at which it may have begun."""


def bind_sequence(sequence: Sequence) -> Bind[Facts]:
    """The condition that some choice of events fits the steps."""
    found_at = bind_chain(sequence)

    def bind(moment: Moment) -> Predicate[Facts]:
        chain = found_at(moment)
        return lambda facts: chain(facts) is not None

    return bind


def bind_chain(sequence: Sequence) -> Callable[[Moment], Callable[[Facts], Chain | None]]:
    """What gives a chain that makes the sequence hold, the first to end, or None."""
    found_at = bind_chains(sequence)

    def bind(moment: Moment) -> Callable[[Facts], Chain | None]:
        chains = found_at(moment)
        return lambda facts: next(chains(facts), None)

    return bind


def bind_chains(sequence: Sequence) -> Callable[[Moment], Callable[[Facts], Iterator[Chain]]]:
    """What gives the chains that make the sequence hold, by end, each with its latest start."""
    filters = tuple(bind_filter(step.where) for step in sequence.steps)
    absent = sequence.absent
    absent_filter = bind_filter(None if absent is None else absent.where)

    def bind(moment: Moment) -> Callable[[Facts], Iterator[Chain]]:
        now = moment.now
        low, high = activity_bounds(sequence.window, moment)
        steps = tuple(
            (step, filter_at(moment))
            for step, filter_at in zip(sequence.steps, filters, strict=True)
        )
        unwanted = absent_filter(moment)

        def chains(facts: Facts) -> Iterator[Chain]:
            ends = _ends(facts, steps, (low, high), now)
            if absent is None:
                return _within(ends, sequence.within_ms)
            times = _times(facts, absent, unwanted, MIN_INSTANT, now)
            return _unfollowed(ends, tuple(times), sequence.within_ms)

        return chains

    return bind


def _times(
    facts: Facts, step: Step, where: Filter, low: Instant, last: Instant
) -> Iterator[Instant]:
    """The times of the step's events from `low` to `last`, both included, ascending."""
    line = facts.events(step.event)
    times = line.times
    for index in range(bisect_left(times, low), bisect_right(times, last)):
        if where is None or where(line.properties(index)):
            yield times[index]


def _ends(
    facts: Facts,
    steps: tuple[tuple[Step, Filter], ...],
    window: tuple[Instant, Instant],
    now: Instant,
) -> Iterator[Chain]:
    """The chains through all steps, by end, each with the latest start."""
    (first, where), *later = steps
    low, high = window
    chains: Iterator[Chain] = ((time, time) for time in _times(facts, first, where, low, high - 1))
    for step, where in later:
        chains = _continued(chains, facts, step, where, now)
    return chains


def _continued(
    chains: Iterator[Chain], facts: Facts, step: Step, where: Filter, now: Instant
) -> Iterator[Chain]:
    """The chains that go on to the step: from the newest one that ends strictly before it."""
    newest = next(chains, None)
    if newest is None:
        return
    later = next(chains, None)
    for time in _times(facts, step, where, newest[0] + 1, now):
        while later is not None and later[0] < time:
            newest, later = later, next(chains, None)
        yield time, newest[1]


def _within(chains: Iterable[Chain], within_ms: int | None) -> Iterator[Chain]:
    """The chains that are no longer than `within_ms`, end included."""
    for end, start in chains:
        if within_ms is None or end - start <= within_ms:
            yield end, start


def _unfollowed(
    chains: Iterable[Chain], unwanted: tuple[Instant, ...], within_ms: int | None
) -> Iterator[Chain]:
    """The chains that no unwanted time follows: strictly later, up to `within_ms` after."""
    for end, start in chains:
        index = bisect_right(unwanted, end)
        if index == len(unwanted) or (within_ms is not None and unwanted[index] - end > within_ms):
            yield end, start
