"""What time alone may change between two instants, and when at first, for many owners at once.

The vectorised side of `engines.interpreter.edges`: instants pass the edges of windows. Nothing that
changes is left out; some of what is found changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from attrs import frozen

from segql.engines.sets.activities import Activities
from segql.engines.sets.column import Column
from segql.engines.sets.fields import late_slots
from segql.engines.sets.holding import activities_of
from segql.engines.sets.scaled import Index, Ints, Whole
from segql.engines.sets.slices import Slice, Terms
from segql.engines.sets.sources import ACTIVITY, changed_at, trait, values
from segql.model.calendar import day_start, local_day, shifted
from segql.model.crossings import NEVER
from segql.model.fields import TEXT_FIELDS, TIME_FIELDS
from segql.model.instants import Instant, Moment
from segql.model.windows import Edge, NowPlus, UnitEdge, Window, resolve
from segql.rules.rule import (
    Activity,
    Answer,
    ChangedIn,
    ContainsElement,
    DateIn,
    Did,
    Event,
    Field,
    Holds,
    Nth,
    Property,
    Rule,
    Sequence,
    Several,
    Test,
    Trait,
)
from segql.rules.shape import walk

Crossed: TypeAlias = tuple[Index, Whole]
"""Slots, or other owners, and instants at which something may change for each."""


@frozen
class Span:
    """The instants after `start`, up to and with `end`, in a time zone."""

    start: Instant
    end: Instant
    zone: ZoneInfo

    def passed_by(self, edge: Edge) -> tuple[Instant, Instant]:
        """The instants `[low, high)` that an edge passes in this span, as it moves with now."""
        return resolve(edge, Moment(self.start, self.zone)), resolve(
            edge, Moment(self.end, self.zone)
        )

    def when(self, edge: Edge, instants: Whole) -> Whole:
        """When `edge` passes each of `instants`, all of which it passes in this span."""
        if isinstance(edge.anchor, NowPlus):
            return instants - (edge.anchor.ms + edge.plus - 1)
        steps = list(self._steps(edge))
        places = np.array([place for _, place in steps], np.int64)
        nows = np.array([now for now, _ in steps], np.int64)
        return nows[np.searchsorted(places, instants, side="right")]

    def _steps(self, edge: Edge) -> Iterator[tuple[Instant, Instant]]:
        """The local midnights at which `edge` moves, and where it moves to."""
        day = local_day(self.start, self.zone)
        before = resolve(edge, Moment(self.start, self.zone))
        while (midnight := day_start(day := shifted(day, 1), self.zone)) <= self.end:
            after = resolve(edge, Moment(midnight, self.zone))
            if after > before:
                yield midnight, after
            before = after

    def through(self, window: Window, instants: Ints) -> Iterator[Crossed]:
        """The places of `instants` that come into `window`, or leave it, and when."""
        for edge in (window.low, window.high):
            if edge is not None:
                low, high = self.passed_by(edge)
                if low < high:
                    at = instants.places(low, high)
                    yield at, self.when(edge, instants.values(at))

    def beginning(self, instants: Ints) -> Crossed:
        """The places of `instants` that lie in this span."""
        at = instants.places(self.start + 1, self.end + 1)
        return at, instants.values(at)

    def stays(self, window: Window, instants: Whole) -> tuple[Whole, Whole]:
        """From when on, and until when, each of `instants` lies in `window`.

        Told apart in this span only: before it counts as its start, after it as `NEVER`. Nothing is
        ever inside that leaves before it enters.
        """
        entering = np.full(len(instants), self.start, np.int64)
        leaving = np.full(len(instants), NEVER, np.int64)
        if window.high is not None:
            entering = self._passing(window.high, instants)
        if window.low is not None:
            leaving = self._passing(window.low, instants)
        return entering, leaving

    def _passing(self, edge: Edge, instants: Whole) -> Whole:
        """When `edge` lies past each of `instants` for the first time."""
        low, high = self.passed_by(edge)
        found = np.where(instants < low, self.start, NEVER)
        here = np.flatnonzero((instants >= low) & (instants < high))
        if len(here):
            found[here] = self.when(edge, instants[here])
        return found


def crossed(condition: Rule, slice_: Slice, terms: Terms, span: Span) -> Iterator[Crossed]:
    """Slots for which `condition` may change in `span`; account traits and teammates apart."""
    match condition:
        case Holds(Trait(path), ChangedIn(window)):
            yield from span.through(window, Ints(slice_.packed(changed_at(path))))
        case Holds(Trait(path), test):
            yield from _of_dates(_windows(test), slice_.column(trait(path)), span)
        case Holds(Field(name)) if name in TEXT_FIELDS:
            pass
        case Holds(Field(name), test):
            yield _late(slice_, span)
            if name in TIME_FIELDS:
                for window in _windows(test):
                    yield from span.through(window, Ints(slice_.packed(ACTIVITY).part(name)))
        case Holds(Answer(_, path), test):
            activities, _, _ = slice_.responses()
            yield from _existing(activities, span)
            dates = _of_dates(_windows(test), slice_.column(values("responses", path)), span)
            yield from _owned(dates, activities)
        case Did() | Nth() | Sequence():
            yield from _behaviour(condition, slice_, terms, span)
        case _ if any(isinstance(one, Field | Answer) for one in _operands(condition)):
            yield _late(slice_, span)
        case _:
            pass


def _operands(condition: Rule) -> Iterable[object]:
    return (getattr(condition, name, None) for name in ("operand", "other"))


def _late(slice_: Slice, span: Span) -> Crossed:
    """Profiles some of which is dated in the future: all are asked at once, and say when next."""
    slots = late_slots(slice_.packed(ACTIVITY), span.start)
    return slots, np.full(len(slots), span.start + 1, np.int64)


def _behaviour(
    condition: Did | Nth | Sequence, slice_: Slice, terms: Terms, span: Span
) -> Iterator[Crossed]:
    window = condition.window
    if isinstance(condition, Sequence):
        steps = (*condition.steps, *(() if condition.absent is None else (condition.absent,)))
        parts: list[tuple[Activity, Rule | None]] = [
            (Event(step.event), step.where) for step in steps
        ]
    else:
        parts = [(condition.activity, condition.where)]
    if isinstance(condition, Did) and condition.units is not None:
        units = condition.units
        window = Window(low=Edge(UnitEdge(units.unit, 1 - units.last)))
    for number, (activity, where) in enumerate(parts):
        activities = activities_of(activity, slice_, terms)
        if not activities.stream.size:
            continue
        yield from _existing(activities, span)
        if number == 0:
            yield from _owned(span.through(window, activities.stream.times), activities)
        for test in () if where is None else walk(where):
            if isinstance(test, Holds) and isinstance(test.operand, Property):
                yield from _of_properties(test.operand.path, test.test, activities, span)
        if isinstance(condition, Did) and condition.having is not None:
            having = condition.having
            yield from _of_properties(having.path, having.test, activities, span)


def _of_properties(
    path: tuple[str, ...], test: Test, activities: Activities, span: Span
) -> Iterator[Crossed]:
    windows = _windows(test)
    if windows:
        yield from _owned(_of_dates(windows, activities.column(path), span), activities)


def _existing(activities: Activities, span: Span) -> Iterator[Crossed]:
    """Owners of activities that begin to exist."""
    if activities.stream.size:
        yield from _owned([span.beginning(activities.stream.times)], activities)


def _owned(every: Iterable[Crossed], activities: Activities) -> Iterator[Crossed]:
    """The owners of activities."""
    for places, at in every:
        if activities.only is not None:
            kept = activities.only[places]
            places, at = places[kept], at[kept]
        if len(places):
            yield activities.stream.owner.take(places), at


def _of_dates(windows: tuple[Window, ...], column: Column, span: Span) -> Iterator[Crossed]:
    """Owners of dates in a column that come into one of the windows, or leave it."""
    if not windows or not column.has("date"):
        return
    owners, dates = column.elements("date").at, column.dates()
    for window in windows:
        for places, at in span.through(window, dates):
            yield (places if owners is None else owners[places]), at


def account_dates(test: Test, column: Column, span: Span) -> Iterator[Crossed]:
    """Accounts whose trait in `column` has a date that comes into a window tested, or leaves it."""
    return _of_dates(_windows(test), column, span)


def _windows(test: Test) -> tuple[Window, ...]:
    match test:
        case DateIn(window) | ContainsElement(DateIn(window)):
            return (window,)
        case Several(_, tests):
            return tuple(window for one in tests for window in _windows(one))
        case _:
            return ()


def firsts(every: Iterable[Crossed]) -> Crossed:
    """Each owner once, ascending, with the first of its instants."""
    found = [one for one in every if len(one[0])]
    if not found:
        return np.zeros(0, np.intp), np.zeros(0, np.int64)
    owners = np.concatenate([owners for owners, _ in found])
    at = np.concatenate([at for _, at in found])
    order = np.lexsort((at, owners))
    owners, at = owners[order], at[order]
    new = np.ones(len(owners), np.bool_)
    np.not_equal(owners[1:], owners[:-1], out=new[1:])
    return owners[new], at[new]
