"""One evaluation: what it reads, and how it goes through the ranges of profiles."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

import numpy as np
from attrs import evolve, frozen

from segql.engines.sets import parts
from segql.engines.sets.accounts import with_accounts
from segql.engines.sets.bits import Bits, size
from segql.engines.sets.conditions import (
    Condition,
    account_paths_of,
    conditions_of,
    sources_of,
)
from segql.engines.sets.course import Course
from segql.engines.sets.fields import FEW, late_slots
from segql.engines.sets.prepare import Kept, changed
from segql.engines.sets.rounds import LIVING, Ranges, rounds_of
from segql.engines.sets.scaled import Whole
from segql.engines.sets.slices import Terms
from segql.engines.sets.sources import ACTIVITY, RESPONSES, Source, account_trait, events
from segql.model.instants import Moment
from segql.rules.rule import InSegment, Rule
from segql.store import columns
from segql.store import names as interned
from segql.store.driver import Connection

_MANUAL: Final = """
    select members.profile
      from segments
      join members
        on members.segment = segments.id
     where segments.name = :name
       and segments.archived is null
     order by members.profile
"""
_NAMES: Final = """
    select name
      from segments
     where archived is null
"""


@frozen(eq=False)
class Members:
    """The members of segments among the profiles of one range."""

    first: int
    slots: int
    living: int
    bits: Mapping[str, Bits]


@frozen(eq=False)
class Job:
    """A catalogue to evaluate at a moment, of which the segments `names` are wanted."""

    catalog: Mapping[str, Rule]
    names: Sequence[str]
    moment: Moment
    manual: Mapping[str, Collection[int]]
    part_slots: int
    stale_share: float
    course: Course

    def conditions(self, connection: Connection) -> tuple[Condition, ...]:
        """The distinct conditions; raises `Refused` for unknown segments and circles.

        Segments without a rule in the catalogue are read as they are stored: fixed lists, and those
        whose rule cannot be read.
        """
        stored = {name for (name,) in connection.execute(_NAMES)}
        manual = (stored | set(self.manual)) - self.catalog.keys()
        return conditions_of(self.names, self.catalog, manual)

    def terms(self, connection: Connection) -> Terms:
        """What holds for all ranges, without accounts and lists of members."""
        events_by_name, surveys = interned.events(connection), interned.surveys(connection)
        return Terms(self.moment, events_by_name, surveys)

    def of_profiles(self, connection: Connection, terms: Terms) -> Kept:
        """The snapshots that the conditions read about profiles, in the open transaction.

        Where many profiles did something later than now, fields are counted from all activities.
        """
        conditions = self.conditions(connection)
        sources = {ACTIVITY}.union(*(sources_of(condition, terms) for condition in conditions))
        if any(ACTIVITY in sources_of(condition, terms) for condition in conditions) and (
            self._much_is_late(connection)
        ):
            sources |= {RESPONSES, *map(events, terms.event_ids.values())}
        return self._kept(parts.profiles, parts.profile_changes, sources)

    def of_accounts(self, connection: Connection) -> Kept:
        """The snapshots that the conditions read about accounts."""
        conditions = self.conditions(connection)
        paths = frozenset().union(*map(account_paths_of, conditions))
        sources = [account_trait(path) for path in paths]
        return self._kept(parts.accounts, parts.account_changes, sources)

    def _kept(
        self,
        population: Callable[[Connection, int], parts.Population],
        changes: Callable[[Connection, int], parts.Changes],
        sources: Collection[Source],
    ) -> Kept:
        return Kept(
            lambda connection: population(connection, self.part_slots),
            changes,
            sorted(sources, key=repr),
            self.moment.zone,
            self.stale_share,
        )

    def _much_is_late(self, connection: Connection) -> bool:
        population = parts.profiles(connection, self.part_slots)
        for part in population.parts():
            snapshot = columns.read(connection, population.tag + ACTIVITY.key, part)
            if snapshot is not None and len(late_slots(snapshot.packed, self.moment.now)) > FEW:
                return True
        return False

    def run(self, readers: Sequence[Connection]) -> tuple[list[Members], int]:
        """The members by range, and the change number; `readers` must see the same commit."""
        first = readers[0]
        conditions = self.conditions(first)
        terms = evolve(
            self.terms(first),
            manual={name: self._members(first, name) for name in _referred(conditions)},
        )
        terms = with_accounts(terms, first, self.of_accounts(first), conditions)
        kept = self.of_profiles(first, terms)
        ranges = Ranges(readers, kept, self.course, *kept.seen(first))
        rounds = rounds_of(conditions, self.catalog)
        steps = sum(max(1, len(one.conditions)) for one in rounds)
        self.course.total = self.course.done + len(ranges.population.parts()) * steps
        last_account = parts.accounts(first, self.part_slots).last
        for one in rounds:
            ranges.evaluate(one.conditions, terms)
            settled = ranges.settle(one.settled, self.catalog, last_account)
            terms = evolve(terms, teammates={**terms.teammates, **settled})

        def members(_reader: Connection, part: int) -> Members:
            scope, algebra = ranges.population.scope(part), ranges.algebra(part, self.catalog)
            bits = {name: algebra.segment(name) for name in self.names}
            return Members(scope.first, scope.slots, size(ranges.known[part][LIVING]), bits)

        return ranges.shared_out(members), changed(first)

    def _members(self, connection: Connection, name: str) -> Whole:
        if name in self.manual:
            return np.unique(np.fromiter(self.manual[name], np.int64))
        rows = connection.execute(_MANUAL, {"name": name})
        return np.fromiter((profile for (profile,) in rows), np.int64)


def _referred(conditions: Sequence[Condition]) -> tuple[str, ...]:
    """The manual segments that conditions refer to."""
    return tuple(one.name for one in conditions if isinstance(one, InSegment))
