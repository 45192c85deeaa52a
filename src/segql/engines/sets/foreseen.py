"""What a condition will come to say as time goes by, exactly, for many owners at once.

What things in windows decide is foreseen: counts of activities, first and last ones, dates. Of the
rest `crossed` says when to ask.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from attrs import frozen

from segql.engines.sets.activities import Activities
from segql.engines.sets.behaviour import accepts, fitting
from segql.engines.sets.crossed import Crossed, Span, crossed, firsts
from segql.engines.sets.fields import late_slots
from segql.engines.sets.holding import activities_of
from segql.engines.sets.scaled import Bools, Index, Ints, Whole, begins
from segql.engines.sets.slices import Slice, Terms
from segql.engines.sets.sources import ACTIVITY, changed_at, trait
from segql.engines.sets.stream import Stream
from segql.model.crossings import NEVER
from segql.model.fields import TIME_FIELDS
from segql.model.windows import Window
from segql.rules.reads import reads_of
from segql.rules.rule import (
    ONCE,
    ChangedIn,
    ContainsElement,
    DateIn,
    Did,
    Field,
    Holds,
    Nth,
    Range,
    Rule,
    Trait,
)

NOBODY: Final[Crossed] = np.zeros(0, np.intp), np.zeros(0, np.int64)


@frozen(eq=False)
class Foreseen:
    """For slots, ascending, and instants, ascending for each: from then on it `holds`, or not.

    Each is a change. Nothing is said of the slots in `doubts`: each must be asked at its instant,
    before which nothing changes. What is true of all others, before the first change and after the
    last, stays so.
    """

    slots: Index
    at: Whole
    holds: Bools
    doubts: Crossed = NOBODY

    @property
    def firsts(self) -> Crossed:
        """When each slot must be asked first if nobody remembers more."""
        return firsts([(self.slots, self.at), self.doubts])


def foreseen(condition: Rule, slice_: Slice, terms: Terms, span: Span) -> Foreseen:
    """What time alone will do to `condition` in `span`; account traits and teammates apart."""
    match condition:
        case Did(units=None, days=None, having=None, times=Range()) if not _moves(condition.where):
            return _of_did(condition, slice_, terms, span)
        case Nth() if not _moves(condition.where):
            return _of_nth(condition, slice_, terms, span)
        case Holds(Trait(path), DateIn(window)):
            return _of_dates(path, window, slice_, span, listed=False)
        case Holds(Trait(path), ContainsElement(DateIn(window))):
            return _of_dates(path, window, slice_, span, listed=True)
        case Holds(Trait(path), ChangedIn(window)):
            return _of_slots(Ints(slice_.packed(changed_at(path))), window, span)
        case Holds(Field(name), DateIn(window)) if name in TIME_FIELDS:
            activity = slice_.packed(ACTIVITY)
            late = late_slots(activity, span.start)
            found = _of_slots(Ints(activity.part(name)), window, span)
            return doubted(found, (late, np.full(len(late), span.start + 1, np.int64)))
        case _:
            return doubted(NOTHING, firsts(crossed(condition, slice_, terms, span)))


NOTHING: Final = Foreseen(np.zeros(0, np.intp), np.zeros(0, np.int64), np.zeros(0, np.bool_))


def _moves(where: Rule | None) -> bool:
    return where is not None and reads_of(where).changes_with_time


def doubted(found: Foreseen, doubts: Crossed) -> Foreseen:
    """`found`, with some of its slots to be asked."""
    doubts = firsts([found.doubts, doubts])
    if not len(doubts[0]):
        return found
    apart = np.isin(found.slots, doubts[0])
    own = firsts([(found.slots[apart], found.at[apart]), doubts])
    return Foreseen(found.slots[~apart], found.at[~apart], found.holds[~apart], own)


def _of_did(condition: Did, slice_: Slice, terms: Terms, span: Span) -> Foreseen:
    """Those who gain or lose an activity, and how many each of them has from then on."""
    assert condition.times is not None, "it counts"
    found = _of_movers(condition, slice_, terms, span)
    if found is None:
        return NOTHING
    owners, times = found
    entering, leaving = span.stays(condition.window, times)
    exists = np.where(times <= span.end, times, NEVER)
    return _counted(owners, np.maximum(entering, exists), leaving, condition.times, span)


def _of_nth(condition: Nth, slice_: Slice, terms: Terms, span: Span) -> Foreseen:
    """Those whose first or last activity moves; who does more in the span must be asked."""
    found = _of_movers(condition, slice_, terms, span)
    if found is None:
        return NOTHING
    owners, times = found
    there = times <= span.start
    begins_then = ~there & (times <= span.end)
    doubts = firsts([(owners[begins_then], times[begins_then])])
    owners, times = owners[there], times[there]
    starts = begins(owners)
    one = starts if condition.which == "first" else np.append(starts[1:], len(owners)) - 1
    one = one[: len(owners)]
    entering, leaving = span.stays(condition.window, times[one])
    return doubted(_counted(owners[one], entering, leaving, ONCE, span), doubts)


def _of_movers(
    condition: Did | Nth, slice_: Slice, terms: Terms, span: Span
) -> tuple[Index, Whole] | None:
    """Whose activities move, with the time of each that counts; None where nobody's do."""
    activities = activities_of(condition.activity, slice_, terms)
    stream = activities.stream
    moved = _moved(activities, condition.window, span)
    if not len(moved):
        return None
    places, owners = stream.places_of(_owners(stream, moved))
    places, owners = _kept(activities, condition.where, terms, places, owners)
    return owners, stream.times.values(places)


def _moved(activities: Activities, window: Window, span: Span) -> Index:
    """The activities that enter the window, leave it or begin to exist, in no order."""
    stream = activities.stream
    if not stream.size:
        return np.zeros(0, np.intp)
    every = [*span.through(window, stream.times), span.beginning(stream.times)]
    found = np.concatenate([places for places, _ in every])
    return found if activities.only is None else found[activities.only[found]]


def _owners(stream: Stream, places: Index) -> Index:
    return np.unique(stream.owner_of(places))


def _kept(
    activities: Activities, where: Rule | None, terms: Terms, places: Index, owners: Index
) -> tuple[Index, Index]:
    """The places, with their owners, of activities that count."""
    for mask in (
        activities.only,
        None if where is None else fitting(where, activities, terms.moment),
    ):
        if mask is not None:
            kept = mask[places]
            places, owners = places[kept], owners[kept]
    return places, owners


def _of_dates(
    path: tuple[str, ...], window: Window, slice_: Slice, span: Span, *, listed: bool
) -> Foreseen:
    """Those with a date that moves: they hold while one of their dates lies in the window."""
    column = slice_.column(trait(path))
    if not column.has("date"):
        return NOTHING
    elements = column.elements("date")
    if elements.at is None:
        return NOTHING if listed else _of_slots(column.dates(), window, span)
    moved = [places for places, _ in span.through(window, column.dates())]
    owners = np.unique(elements.at[np.concatenate([np.zeros(0, np.intp), *moved])])
    if not len(owners):
        return NOTHING
    places = np.flatnonzero(np.isin(elements.at, owners))
    if listed:
        places = places[:0] if elements.listed is None else places[elements.listed[places]]
    stays = span.stays(window, column.dates().values(places))
    return _counted(elements.at[places], *stays, ONCE, span)


def _of_slots(instants: Ints, window: Window, span: Span) -> Foreseen:
    """Those with an instant that moves, where each slot has one at most."""
    moved = [places for places, _ in span.through(window, instants)]
    slots = np.unique(np.concatenate([np.zeros(0, np.intp), *moved]))
    return _counted(slots, *span.stays(window, instants.values(slots)), ONCE, span)


def _counted(
    owners: Index, entering: Whole, leaving: Whole, accepted: Range, span: Span
) -> Foreseen:
    """When the number of things that owners have inside gets into `accepted`, and out of it.

    Each is inside from when it enters until it leaves. Owners, which need not be in order, have no
    others but theirs.
    """
    real = entering < leaving
    owners, entering, leaving = owners[real], entering[real], leaving[real]
    comes, goes = entering > span.start, leaving > span.start
    inside = owners[~comes & goes]
    comes &= entering <= span.end
    goes &= leaving <= span.end
    who = np.concatenate([owners[comes], owners[goes]])
    if not len(who):
        return NOTHING
    at = np.concatenate([entering[comes], leaving[goes]])
    steps = np.ones(len(who), np.int64)
    steps[np.count_nonzero(comes) :] = -1
    order = np.lexsort((at, who))
    who, at, steps = who[order], at[order], steps[order]
    starts = begins(who)
    lengths = np.diff(starts, append=len(who))
    numbers = np.cumsum(steps)
    places = np.searchsorted(who[starts], inside)
    places = places[who[starts].take(places, mode="clip") == inside]
    base = np.bincount(places, minlength=len(starts))
    numbers += np.repeat(base - (numbers - steps)[starts], lengths)
    return changes(who, at, accepts(accepted, numbers), accepts(accepted, base))


def changes(who: Index, at: Whole, holds: Bools, before: Bools) -> Foreseen:
    """The last word at each instant, where it is another than the one before.

    `before` says for each of `who` once what held at first.
    """
    last = np.ones(len(who), np.bool_)
    last[:-1] = (who[1:] != who[:-1]) | (at[1:] != at[:-1])
    who, at, holds = who[last], at[last], holds[last]
    earlier = np.empty_like(holds)
    earlier[1:] = holds[:-1]
    earlier[begins(who)] = before
    new = holds != earlier
    return Foreseen(who[new], at[new], holds[new])
