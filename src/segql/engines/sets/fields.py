"""Tests on the fields kept by the system, as of a moment (§4).

Counters and last times are kept per profile. Where something is later than now they cannot answer;
for those profiles the fields are counted again from what they did up to now.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from attrs import define, field

from segql.engines.sets.passing import passing
from segql.engines.sets.scaled import MISSING, Bools, Index, Ints, Numbers, Whole, begins, pack_ints
from segql.engines.sets.slices import Slice, Terms
from segql.engines.sets.sources import (
    ACCOUNT,
    ACTIONS,
    ACTIVITY,
    EMAIL,
    EXTERNAL,
    RESPONSES,
    Source,
    earliest_of,
    events,
    latest_of,
    seen,
)
from segql.engines.sets.stream import Stream
from segql.model.fields import COUNT_FIELDS, TEXT_FIELDS, TIME_FIELDS
from segql.model.instants import MAX_INSTANT, MIN_INSTANT, Instant
from segql.model.windows import bounds
from segql.rules.rule import DateIn, Equals, Known, NumberIn, Test
from segql.store.columns import Packed, joined

_TEXTS: Final = {"id": EXTERNAL, "email": EMAIL, "account": ACCOUNT}
FEW: Final = 2_000
"""Up to so many profiles are counted again from their rows, more from the streams of all events."""


def source_of(name: str) -> Source:
    """Where the field called `name` is read from."""
    return _TEXTS.get(name, ACTIVITY)


def field_passes(slice_: Slice, name: str, test: Test, terms: Terms) -> Bools:
    """The profiles whose field called `name` passes."""
    if name in TEXT_FIELDS:
        return passing(slice_.column(_TEXTS[name]), test, terms.moment)
    packed = slice_.packed(ACTIVITY)
    found = _tested(name, packed.part(name), test, terms)
    late = late_slots(packed, terms.moment.now)
    if len(late):
        found = found.copy()
        found[late] = _tested(name, pack_ints(recounted(slice_, late, terms)[name]), test, terms)
    return found


def text_source(name: str) -> Source | None:
    """Where the field called `name` is read from if it is a text."""
    return _TEXTS.get(name)


def field_values(slice_: Slice, name: str, terms: Terms) -> Whole:
    """The counts, or times, of the field called `name`; `MISSING` for those without one."""
    packed = slice_.packed(ACTIVITY)
    found = Ints(packed.part(name)).values()
    late = late_slots(packed, terms.moment.now)
    if len(late):
        found[late] = recounted(slice_, late, terms)[name]
    return found


def late_slots(activity: Packed, now: Instant) -> Index:
    """The profiles with something later than `now`."""
    latest = Ints(activity.part("latest"))
    if latest.most <= now:
        return np.zeros(0, np.intp)
    return np.flatnonzero(latest.between(now + 1, MAX_INSTANT + 1))


def _tested(name: str, packed: Packed, test: Test, terms: Terms) -> Bools:
    """Which of the counts or times pass; times are dates only, counts are numbers only."""
    ints = Ints(packed)
    match test:
        case DateIn(window) if name in TIME_FIELDS:
            return ints.between(*bounds(window, terms.moment))
        case Known():
            return ints.known()
        case NumberIn() if name in COUNT_FIELDS:
            return _numbers(packed).inside(test)
        case Equals() if name in COUNT_FIELDS:
            found = np.zeros(ints.count, np.bool_)
            for value in test.values:
                if value.kind == "number":
                    found |= _numbers(packed).equal(float(value.scalar))
            return found
        case _:
            return np.zeros(ints.count, np.bool_)


def _numbers(packed: Packed) -> Numbers:
    return Numbers(joined({"ints": packed}, {"decimals": 0}))


@define(eq=False)
class _Span:
    """Number, first and last of what some profiles did; arrays with a place for each of them."""

    size: int
    count: Whole = field(init=False)
    first: Whole = field(init=False)
    last: Whole = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.count = np.zeros(self.size, np.int64)
        self.first = np.full(self.size, MISSING, np.int64)
        self.last = np.full(self.size, MISSING, np.int64)

    def add(self, stream: Stream, only: Bools | None, now: Instant) -> None:
        """Count the activities of a stream that are not later than `now`."""
        if not stream.size:
            return
        inside = stream.inside(MIN_INSTANT, now + 1)
        masks = [mask for mask in (only, inside) if mask is not None]
        places = np.flatnonzero(np.logical_and.reduce(masks)) if masks else np.arange(stream.size)
        if not len(places):
            return
        owners, times = stream.owner.take(places), stream.times.values(places)
        starts = begins(owners)
        counts = np.diff(starts, append=len(owners))
        who = owners[starts]
        self.count[who] += counts
        self.first[who] = earliest_of(self.first[who], times[starts])
        self.last[who] = latest_of(self.last[who], times[starts + counts - 1])


def recounted(slice_: Slice, late: Index, terms: Terms) -> dict[str, Whole]:
    """The counts and times of the profiles in the slots `late`, from what they did up to now."""
    now = terms.moment.now
    if len(late) <= FEW and slice_.scope.ids is None:
        wanted = {ACTIVITY, RESPONSES, *map(events, terms.event_ids.values())}
        slice_ = slice_.afresh(slice_.scope.ids_of(late), wanted)
        late = np.arange(len(late))
    slots = slice_.scope.slots
    tracked = _Span(slots)
    for number in terms.event_ids.values():
        tracked.add(slice_.stream(events(number)), None, now)
    activities, _, actions = slice_.responses()
    spans = {}
    for place, action in enumerate(ACTIONS):
        spans[action] = _Span(slots)
        spans[action].add(activities.stream, actions == place, now)
    activity = slice_.packed(ACTIVITY)
    calls = [Ints(activity.part(name)).values() for name in ("first_call", "last_call")]
    calls = [_wide(np.where(call > now, MISSING, call), slots) for call in calls]
    every = [tracked, *spans.values()]
    whole = {
        "events": tracked.count,
        "last_event": tracked.last,
        "first_event": tracked.first,
        "first_call": earliest_of(*calls),
        "last_call": latest_of(*calls),
        "first_action": earliest_of(*(span.first for span in every[1:])),
        "last_action": latest_of(*(span.last for span in every[1:])),
        **{f"surveys_{action}": spans[action].count for action in ACTIONS[:3]},
        **{f"last_survey_{action}": spans[action].last for action in ACTIONS[:3]},
    }
    return {name: column[late] for name, column in {**whole, **seen(whole)}.items()}


def _wide(times: Whole, slots: int) -> Whole:
    wide = np.full(slots, MISSING, np.int64)
    wide[: len(times)] = times
    return wide
