"""Steps in order, for many owners at once (§2 Behaviour).

A chain that ends at an event is only as good as its first step is late. So each event of a step
carries the latest start of a chain that ends there: that of the newest event of the step before, as
starts never decrease along an owner's events. Owner and time lie in one number, which sorts like
the pair and tells where one owner's events end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from attrs import frozen

from segql.engines.sets.activities import Activities
from segql.engines.sets.behaviour import filtered
from segql.engines.sets.scaled import Bools, Index, Whole
from segql.model.instants import MIN_INSTANT, Moment
from segql.model.windows import activity_bounds
from segql.rules import rule as core

Streams = Callable[[str], Activities]


@frozen(eq=False)
class _Events:
    """Events of a step, sorted by owner and time."""

    owners: Index
    times: Whole


@frozen(eq=False)
class _Keys:
    """Owner and time in one number; times are places in `table` where they are too wide."""

    bits: int
    least: int
    table: Whole | None

    def of(self, events: _Events) -> Whole:
        """The key of each event: larger for a later owner, then for a later time."""
        if self.table is None:
            times = events.times - self.least
        else:
            times = np.searchsorted(self.table, events.times)
        return (events.owners.astype(np.int64) << self.bits) | times

    def times(self, keys: Whole) -> Whole:
        """The times in `keys`, none of them negative."""
        times = keys & ((1 << self.bits) - 1)
        return times + self.least if self.table is None else self.table[times]


def follows(sequence: core.Sequence, streams: Streams, slots: int, moment: Moment) -> Bools:
    """The owners below `slots` of whom some choice of events fits the sequence."""
    found = np.zeros(slots, np.bool_)
    low, high = activity_bounds(sequence.window, moment)
    steps = _steps(sequence.steps, streams, (low, high), slots, moment)
    if steps is None:
        return found
    unwanted = None
    if sequence.absent is not None:
        floor = int(steps[-1].times.min()) + 1
        unwanted = _events(sequence.absent, streams, (floor, moment.now + 1), moment)
    keys = _keys([*steps, *([] if unwanted is None else [unwanted])], slots)
    ends, starts = _chains([keys.of(step) for step in steps], keys.bits)
    if unwanted is not None:
        kept = ends[~_followed(ends, keys.of(unwanted), keys, sequence.within_ms)]
    elif sequence.within_ms is None:
        kept = ends
    else:
        kept = ends[keys.times(ends) - keys.times(starts) <= sequence.within_ms]
    found[kept >> keys.bits] = True
    return found


def _steps(
    steps: Sequence[core.Step],
    streams: Streams,
    window: tuple[int, int],
    slots: int,
    moment: Moment,
) -> list[_Events] | None:
    """The events of each step that may belong to a chain; None when some step has none."""
    able = np.zeros(slots, np.bool_)
    found: list[_Events] = []
    for step in steps:
        events = _events(step, streams, window, moment)
        if found:
            kept = np.flatnonzero(able.take(events.owners))
            events = _Events(events.owners[kept], events.times[kept])
            able = np.zeros(slots, np.bool_)
        if not len(events.owners):
            return None
        able[events.owners] = True
        found.append(events)
        window = int(events.times.min()) + 1, moment.now + 1
    return found


def _events(step: core.Step, streams: Streams, window: tuple[int, int], moment: Moment) -> _Events:
    """The events of a step in the window `[low, high)`."""
    activities = streams(step.event)
    stream = activities.stream
    if not stream.size:
        return _Events(np.zeros(0, np.intp), np.zeros(0, np.int64))
    mask = filtered(activities, step.where, max(window[0], MIN_INSTANT), window[1], moment)
    if mask is None:
        return _Events(stream.owner, stream.times.values())
    places = np.flatnonzero(mask)
    return _Events(stream.owner.take(places), stream.times.values(places))


def _keys(streams: Sequence[_Events], slots: int) -> _Keys:
    there = [events.times for events in streams if len(events.times)]
    least, most = min(int(times.min()) for times in there), max(int(times.max()) for times in there)
    bits = max(1, (most - least).bit_length())
    if slots.bit_length() + bits <= 62:
        return _Keys(bits, least, None)
    table = np.unique(np.concatenate(there))
    return _Keys(max(1, len(table).bit_length()), 0, table)


def _chains(keys: Sequence[Whole], bits: int) -> tuple[Whole, Whole]:
    """The keys of the last events of chains, and those of their latest possible first events."""
    ends = starts = keys[0]
    for later in keys[1:]:
        # Starts never decrease along one owner's events, and a later owner's are all larger.
        before = np.searchsorted(ends, later, side="left") - 1
        possible = np.flatnonzero(before >= 0)
        begun = starts[before[possible]]
        same = (begun >> bits) == (later[possible] >> bits)
        ends, starts = later[possible[same]], begun[same]
    return ends, starts


def _followed(ends: Whole, unwanted: Whole, keys: _Keys, within_ms: int | None) -> Bools:
    """Which of the events `ends` an unwanted one follows: strictly later, up to `within_ms`."""
    if not len(unwanted):
        return np.zeros(len(ends), np.bool_)
    after = np.searchsorted(unwanted, ends, side="right")
    next_one = unwanted[np.minimum(after, len(unwanted) - 1)]
    followed: Bools = (after < len(unwanted)) & (next_one >> keys.bits == ends >> keys.bits)
    if within_ms is None:
        return followed
    return followed & (keys.times(next_one) - keys.times(ends) <= within_ms)
