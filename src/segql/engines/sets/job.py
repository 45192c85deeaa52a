"""One evaluation: what it reads, and how it goes through the ranges of profiles."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Final, Literal, TypeAlias

import numpy as np
from attrs import define, evolve, field, frozen

from segql.engines.sets import parts
from segql.engines.sets.bits import Algebra, Bits, pack, size, unpack
from segql.engines.sets.conditions import (
    Condition,
    account_sources_of,
    conditions_of,
    in_order,
    sources_of,
)
from segql.engines.sets.fields import FEW, late_slots
from segql.engines.sets.holding import holding
from segql.engines.sets.passing import passing
from segql.engines.sets.prepare import Kept, changed
from segql.engines.sets.scaled import Bools, Whole
from segql.engines.sets.slices import Slice, Terms
from segql.engines.sets.sources import ACTIVITY, RESPONSES, Source, account_trait, events
from segql.model.errors import SegqlError
from segql.model.instants import Moment
from segql.rules.rule import AccountTrait, Holds, InSegment, Rule
from segql.store import columns
from segql.store import names as interned
from segql.store.driver import Connection

Progress: TypeAlias = Callable[[int, int], None]
"""Called with steps done and steps in all."""
Living: TypeAlias = Literal["living"]

_LIVING: Final[Living] = "living"
_MANUAL: Final = """
    select members.profile
      from segments
      join members
        on members.segment = segments.id
     where segments.name = :name
       and segments.archived is null
     order by members.profile
"""
_MANUAL_NAMES: Final = """
    select name
      from segments
     where kind = 'manual'
       and archived is null
"""


class Cancelled(SegqlError):
    """The evaluation was told to stop."""

    default_code = "cancelled"


@define(eq=False)
class Course:
    """How far an evaluation has come, told to whoever asked; may stop it. Shared by threads."""

    on_progress: Progress | None
    cancelled: Callable[[], bool] | None
    done: int = 0
    total: int = 0
    _lock: Lock = field(factory=Lock, init=False)

    def check(self) -> None:
        """Raise `Cancelled` when the evaluation should stop."""
        if self.cancelled is not None and self.cancelled():
            raise Cancelled("the evaluation was cancelled")

    def step(self, count: int = 1) -> None:
        """Say that steps are done; raises `Cancelled` when it should stop."""
        self.check()
        with self._lock:
            self.done += count
            if self.on_progress is not None:
                self.on_progress(self.done, self.total)


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
        """The distinct conditions; raises `Refused` for unknown segments and circles."""
        stored = {name for (name,) in connection.execute(_MANUAL_NAMES)}
        manual = (stored | set(self.manual)) - self.catalog.keys()
        return conditions_of(self.names, self.catalog, manual)

    def terms(self, connection: Connection) -> Terms:
        """What holds for all ranges, without accounts and lists of members."""
        return Terms(self.moment, interned.events(connection), interned.surveys(connection), {}, {})

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
        sources = frozenset().union(*map(account_sources_of, conditions))
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
            accounts=self._accounts(first, conditions),
        )
        kept = self.of_profiles(first, terms)
        population, changes = kept.seen(first)
        ordered = in_order(conditions, terms)
        self.course.total = self.course.done + len(population.parts()) * max(1, len(ordered))

        def evaluate(slice_: Slice) -> dict[Condition | Living, Bits]:
            packed = slice_.packed(ACTIVITY)
            living = unpack(packed.arrays["living"], packed.number("slots"))
            found: dict[Condition | Living, Bits] = {_LIVING: pack(slice_.fitted(living))}
            for condition, released in ordered:
                self.course.check()
                found[condition] = pack(holding(condition, slice_, terms))
                for family in released:
                    slice_.release(family)
            return found

        def members(reader: Connection, part: int) -> Members:
            scope = population.scope(part)
            held = kept.held(reader, population, part, changes)
            found = parts.evaluated(reader, scope, kept.zone, kept.sources, held, changes, evaluate)
            holds = {condition: bits for condition, bits in found.items() if condition != _LIVING}
            algebra = Algebra(found[_LIVING], scope.slots, holds, self.catalog)
            bits = {name: algebra.segment(name) for name in self.names}
            self.course.step(max(1, len(ordered)))
            return Members(scope.first, scope.slots, size(found[_LIVING]), bits)

        found = shared_out(readers, list(population.parts()), members)
        return found, changed(first)

    def _members(self, connection: Connection, name: str) -> Whole:
        if name in self.manual:
            return np.unique(np.fromiter(self.manual[name], np.int64))
        rows = connection.execute(_MANUAL, {"name": name})
        return np.fromiter((profile for (profile,) in rows), np.int64)

    def _accounts(
        self, connection: Connection, conditions: Sequence[Condition]
    ) -> dict[Holds, Bools]:
        """For which accounts, by internal id, each condition on their traits holds."""
        asked = [
            condition
            for condition in conditions
            if isinstance(condition, Holds) and isinstance(condition.operand, AccountTrait)
        ]
        if not asked:
            return {}
        kept = self.of_accounts(connection)
        population, changes = kept.seen(connection)

        def evaluate(slice_: Slice) -> dict[Holds, Bits]:
            return {
                condition: pack(
                    slice_.fitted(
                        passing(
                            slice_.column(account_trait(condition.operand.path)),
                            condition.test,
                            self.moment,
                        )
                    )
                )
                for condition in asked
                if isinstance(condition.operand, AccountTrait)
            }

        found = {condition: [np.zeros(0, np.bool_)] for condition in asked}
        for part in population.parts():
            scope = population.scope(part)
            held = kept.held(connection, population, part, changes)
            holds = parts.evaluated(
                connection, scope, kept.zone, kept.sources, held, changes, evaluate
            )
            for condition, bits in holds.items():
                found[condition].append(unpack(bits, scope.slots))
        nobody = np.zeros(1, np.bool_)  # the account 0, when there are no accounts at all
        return {
            condition: np.concatenate(holds) if population.last else nobody
            for condition, holds in found.items()
        }


def _referred(conditions: Sequence[Condition]) -> tuple[str, ...]:
    """The manual segments that conditions refer to."""
    return tuple(one.name for one in conditions if isinstance(one, InSegment))


def shared_out(
    readers: Sequence[Connection],
    numbers: Sequence[int],
    work: Callable[[Connection, int], Members],
) -> list[Members]:
    """What `work` gives for each number, in their order; each reader's thread takes the next."""
    left = iter(numbers)
    lock = Lock()
    found: dict[int, Members] = {}

    def take_turns(reader: Connection) -> None:
        while True:
            with lock:
                number = next(left, None)
            if number is None:
                return
            found[number] = work(reader, number)

    if len(readers) == 1:
        take_turns(readers[0])
    else:
        with ThreadPoolExecutor(len(readers)) as pool:
            list(pool.map(take_turns, readers))
    return [found[number] for number in numbers]
