"""When time alone may change a sequence: its first step moves through the window.

Time does two things to a sequence: chains get lost as their first step leaves the window, or, with
`then not`, as what must not follow begins to exist; and others are won as first steps enter, and as
events dated in the future begin to exist.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from segql.engines.interpreter.behaviour_edges import (
    Passing,
    bound_filter,
    end_of_any_where,
    next_time,
)
from segql.engines.interpreter.facts import Facts
from segql.engines.interpreter.sequences import Chain, bind_chains
from segql.engines.interpreter.value_edges import moves
from segql.model.crossings import NEVER, crossing
from segql.model.instants import Instant, Moment
from segql.rules.rule import Sequence, Step


def end_of_sequence(sequence: Sequence, facts: Facts, moment: Moment) -> Instant:
    """The first instant after now at which time may change the verdict of `sequence`."""
    if any(moves(step.where) for step in _every_step(sequence)):
        return _end_of_anything(sequence, facts, moment)
    chains = bind_chains(sequence)(moment)(facts)
    lasting = max((_end_of_chain(sequence, one, facts, moment) for one in chains), default=None)
    return _next_chain(sequence, facts, moment) if lasting is None else lasting


def _every_step(sequence: Sequence) -> Iterator[Step]:
    yield from sequence.steps
    if sequence.absent is not None:
        yield sequence.absent


def _end_of_chain(sequence: Sequence, chain: Chain, facts: Facts, moment: Moment) -> Instant:
    """When this chain is lost."""
    end, start = chain
    low, absent = sequence.window.low, sequence.absent
    leaves = NEVER if low is None else crossing(low, start, moment.zone)
    if absent is None:
        return leaves
    follows = _next_event(absent, facts, moment)
    if sequence.within_ms is not None and follows - end > sequence.within_ms:
        return leaves
    return min(leaves, follows)


def _next_chain(sequence: Sequence, facts: Facts, moment: Moment) -> Instant:
    """When there may be a chain at the earliest."""
    first = sequence.steps[0]
    where = bound_filter(first.where)(moment)
    enters = Passing(facts.events(first.event), sequence.window, moment, where).entering(1)
    return min((enters, *(_next_event(step, facts, moment) for step in sequence.steps[1:])))


def _next_event(step: Step, facts: Facts, moment: Moment) -> Instant:
    """When the next event of the step begins to exist."""
    line = facts.events(step.event)
    where = bound_filter(step.where)(moment)
    return next_time(line, bisect_right(line.times, moment.now), where)


def _end_of_anything(sequence: Sequence, facts: Facts, moment: Moment) -> Instant:
    """When anything happens: a `where` that moves with now can make and undo any chain."""
    first = facts.events(sequence.steps[0].event)
    end = Passing(first, sequence.window, moment).next_change()
    for step in _every_step(sequence):
        line = facts.events(step.event)
        past = bisect_right(line.times, moment.now)
        end = min(
            end,
            next_time(line, past, None),
            end_of_any_where(step.where, map(line.properties, range(past)), moment),
        )
    return end
