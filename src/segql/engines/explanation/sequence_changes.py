"""Plans that may flip a sequence: which step comes next, or what must not follow; see `flips`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import evolve

from segql.engines.explanation.fitting import properties_for
from segql.engines.explanation.value_changes import MOST_ADDED
from segql.engines.explanation.wording import fewer_words, shown, span_words, values_words
from segql.engines.interpreter.behaviour import matching
from segql.engines.interpreter.behaviour_edges import bound_filter
from segql.engines.interpreter.facts import Facts
from segql.engines.interpreter.sequences import Chain
from segql.model.changes import Add, Change, Plan, Remove
from segql.model.durations import MS_BY_UNIT
from segql.model.instants import MIN_INSTANT, Instant, Moment, local_text
from segql.model.values import Json
from segql.model.windows import activity_bounds
from segql.rules.rule import Event, Sequence, Step


def sequence_plans(sequence: Sequence, holds: bool, facts: Facts, moment: Moment) -> Iterator[Plan]:
    """Plans that may make `sequence` fail when it `holds`, or hold when it does not."""
    if holds:
        yield from _broken(sequence, facts, moment)
        return
    yield from _continued(sequence, facts, moment)
    if sequence.absent is not None:
        span = (MIN_INSTANT, moment.now + 1)
        yield from _without(sequence.absent, span, facts, moment)


def _continued(sequence: Sequence, facts: Facts, moment: Moment) -> Iterator[Plan]:
    """Do the steps that are missing after the longest beginning there is, or all of them."""
    steps = sequence.steps
    for done in range(len(steps) - 1, 0, -1):
        chain = _latest_chain(evolve(sequence, steps=steps[:done]), facts, moment)
        if chain is not None:
            yield from _rest(sequence, done, chain, moment)
    low, high = activity_bounds(sequence.window, moment)
    # The last step now if the first may be so late, else the first as late as it may be.
    first = min(high - 1, moment.now - len(steps) + 1)
    if first >= max(low, MIN_INSTANT):
        where = "" if high > moment.now else f" {span_words(low, high, moment)}"
        yield from _done(steps, first, where, moment)


def _latest_chain(begun: Sequence, facts: Facts, moment: Moment) -> Chain | None:
    """A chain through these steps that began as late as possible, whatever its length."""
    first, *others = begun.steps
    line, where = facts.events(first.event), bound_filter(first.where)(moment)
    for index in reversed(matching(line, where, *activity_bounds(begun.window, moment))):
        end: Instant | None = line.times[index]
        for step in others:
            end = None if end is None else _next_time(step, end, facts, moment)
        if end is not None:
            return end, line.times[index]
    return None


def _next_time(step: Step, after: Instant, facts: Facts, moment: Moment) -> Instant | None:
    line, where = facts.events(step.event), bound_filter(step.where)(moment)
    found = matching(line, where, after + 1, moment.now + 1)
    return line.times[found[0]] if found else None


def _rest(sequence: Sequence, done: int, chain: Chain, moment: Moment) -> Iterator[Plan]:
    """Do the steps after the first `done`; nothing when it is too late for that."""
    (end, start), steps, within_ms = chain, sequence.steps[done:], sequence.within_ms
    first = moment.now - len(steps) + 1
    where = f" after {local_text(end, moment.zone)}"
    if within_ms is not None and sequence.absent is None:
        if moment.now - start > within_ms:
            return
        where = f" within {_length(within_ms)} of {local_text(start, moment.zone)}"
    if first > end:
        yield from _done(steps, first, where, moment)


def _length(ms: int) -> str:
    """An exact length as a rule writes it, in its largest whole unit."""
    unit = next(unit for unit in ("d", "h", "min", "s") if ms % MS_BY_UNIT[unit] == 0)
    return f"{ms // MS_BY_UNIT[unit]}{unit}"


def _done(steps: tuple[Step, ...], first: Instant, where: str, moment: Moment) -> Iterator[Plan]:
    """Do the steps a millisecond apart, the first at `first`."""
    adds: list[Change] = []
    for number, step in enumerate(steps):
        given = properties_for(step.where, moment)
        if given is None:
            return
        before, place = ("then ", "") if number else ("do ", where)
        words = f"{before}{shown(step.event)}{values_words(given)}{place}"
        adds.append(Add("event", step.event, (first + number,), (given,), words))
    yield tuple(adds)


def _broken(sequence: Sequence, facts: Facts, moment: Moment) -> Iterator[Plan]:
    """Do what must not follow, or take back a step."""
    if sequence.absent is not None:
        given = properties_for(sequence.absent.where, moment)
        if given is not None:
            event = sequence.absent.event
            words = f"do {shown(event)}{values_words(given)}"
            yield (Add("event", event, (moment.now,), (given,), words),)
            yield from _followed(sequence, event, given, words, facts, moment)
    low, high = activity_bounds(sequence.window, moment)
    for number, step in enumerate(sequence.steps):
        span = (MIN_INSTANT, moment.now + 1) if number else (low, high)
        yield from _without(step, span, facts, moment)


def _followed(
    sequence: Sequence,
    event: str,
    given: Mapping[str, Json],
    words: str,
    facts: Facts,
    moment: Moment,
) -> Iterator[Plan]:
    """Do what must not follow after each event that may end a chain."""
    last = sequence.steps[-1]
    line, where = facts.events(last.event), bound_filter(last.where)(moment)
    ends = [line.times[index] for index in matching(line, where, MIN_INSTANT, moment.now)]
    if 0 < len(ends) <= MOST_ADDED:
        times = tuple(end + 1 for end in ends)
        said = f"{words} after every {shown(last.event)}"
        yield (Add("event", event, times, (given,) * len(times), said),)


def _without(
    step: Step, span: tuple[Instant, Instant], facts: Facts, moment: Moment
) -> Iterator[Plan]:
    """Take back every event of the step in the span."""
    line, where = facts.events(step.event), bound_filter(step.where)(moment)
    places = tuple(matching(line, where, *span))
    if places:
        times = tuple(line.times[place] for place in places)
        words = fewer_words(Event(step.event), len(places), len(places))
        yield (Remove("event", step.event, places, times, words),)
