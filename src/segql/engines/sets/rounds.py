"""Conditions of a catalogue for all ranges of profiles, those on teammates after what they ask.

What a condition on teammates asks must be known of everybody before it can be told for anybody. So
conditions are evaluated in rounds; after each, the conditions on teammates that ask nothing that is
left are settled, account by account.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Final, Literal, TypeAlias, TypeVar

import numpy as np
from attrs import field, frozen

from segql.engines.sets import parts
from segql.engines.sets.bits import Algebra, Bits, pack, unpack
from segql.engines.sets.conditions import Condition, conditions_in, in_order
from segql.engines.sets.course import Course
from segql.engines.sets.holding import holding
from segql.engines.sets.prepare import Kept
from segql.engines.sets.rows import Scope
from segql.engines.sets.scaled import Bools, Whole
from segql.engines.sets.slices import Slice, Terms
from segql.engines.sets.sources import ACCOUNT, ACTIVITY
from segql.rules.rule import Rule, Teammates
from segql.store.driver import Connection

Living: TypeAlias = Literal["living"]
Outcomes: TypeAlias = dict[Condition | Living, Bits]
"""The slots of a range for which each condition holds, and those of living profiles."""

LIVING: Final[Living] = "living"
_T = TypeVar("_T")


@frozen
class Round:
    """Conditions to evaluate, and those on teammates that are settled then."""

    conditions: tuple[Condition, ...]
    settled: tuple[Teammates, ...]


def rounds_of(conditions: Sequence[Condition], catalog: Mapping[str, Rule]) -> tuple[Round, ...]:
    """The rounds, at least one; nothing is settled after the last.

    `conditions` are those of a catalogue, each after those that it asks of teammates.
    """
    depths: dict[Teammates, int] = {}
    asked: dict[Teammates, frozenset[Condition]] = {}
    for condition in conditions:
        if isinstance(condition, Teammates):
            asked[condition] = frozenset(conditions_in(condition.part, catalog))
            inner = (depths[one] for one in asked[condition] if isinstance(one, Teammates))
            depths[condition] = 1 + max(inner, default=0)
    left = dict.fromkeys(conditions)
    rounds = []
    for depth in range(1, max(depths.values(), default=0) + 1):
        settled = tuple(one for one, its_depth in depths.items() if its_depth == depth)
        wanted = frozenset().union(*(asked[one] for one in settled))
        rounds.append(Round(tuple(one for one in left if one in wanted), settled))
        left = {one: None for one in left if one not in wanted}
    return (*rounds, Round(tuple(left), ()))


@frozen(eq=False)
class Ranges:
    """All ranges of profiles as of the one commit that the `readers` see, and what is known."""

    readers: Sequence[Connection]
    kept: Kept
    course: Course
    population: parts.Population
    changes: parts.Changes
    known: Mapping[int, Outcomes] = field(init=False)

    @known.default
    def _nothing(self) -> dict[int, Outcomes]:
        return {part: {} for part in self.population.parts()}

    def evaluate(self, conditions: Sequence[Condition], terms: Terms) -> None:
        """Find out for which profiles each of `conditions` holds."""
        ordered = in_order(conditions, terms)

        def outcomes(slice_: Slice) -> Outcomes:
            packed = slice_.packed(ACTIVITY)
            living = unpack(packed.arrays["living"], packed.number("slots"))
            found: Outcomes = {LIVING: pack(slice_.fitted(living))}
            for condition, released in ordered:
                self.course.check()
                found[condition] = pack(holding(condition, slice_, terms))
                for family in released:
                    slice_.release(family)
            return found

        def work(reader: Connection, part: int) -> None:
            scope, held = self._held(reader, part)
            kept, changes = self.kept, self.changes
            self.known[part].update(
                parts.evaluated(reader, scope, kept.zone, kept.sources, held, changes, outcomes)
            )
            self.course.step(max(1, len(ordered)))

        self.shared_out(work)

    def settle(
        self, asked: Sequence[Teammates], catalog: Mapping[str, Rule], accounts: int
    ) -> dict[Teammates, Bools]:
        """For which accounts, by internal ids up to `accounts`, each of `asked` holds; never 0."""
        if not asked:
            return {}
        some, other = ({one: np.zeros(accounts + 1, np.bool_) for one in asked} for _ in range(2))

        def work(reader: Connection, part: int) -> None:
            numbers, algebra = self._accounts(reader, part), self.algebra(part, catalog)
            living = unpack(self.known[part][LIVING], len(numbers))
            for one in asked:
                holds = unpack(algebra.of(one.part), len(numbers))
                some[one][numbers[holds]] = True  # threads write nothing but True
                other[one][numbers[living & ~holds]] = True

        self.shared_out(work)
        found = {one: ~other[one] if one.every else some[one] for one in asked}
        for holds in found.values():
            holds[0] = False
        return found

    def algebra(self, part: int, catalog: Mapping[str, Rule]) -> Algebra:
        """What combines the conditions that are known of a range."""
        known = self.known[part]
        holds = {condition: bits for condition, bits in known.items() if condition != LIVING}
        return Algebra(known[LIVING], self.population.scope(part).slots, holds, catalog)

    def shared_out(self, work: Callable[[Connection, int], _T]) -> list[_T]:
        """What `work` gives for each range, in order; each reader's thread takes the next."""
        numbers = list(self.population.parts())
        left, lock = iter(numbers), Lock()
        found: dict[int, _T] = {}

        def take_turns(reader: Connection) -> None:
            while True:
                with lock:
                    number = next(left, None)
                if number is None:
                    return
                found[number] = work(reader, number)

        if len(self.readers) == 1:
            take_turns(self.readers[0])
        else:
            with ThreadPoolExecutor(len(self.readers)) as pool:
                list(pool.map(take_turns, self.readers))
        return [found[number] for number in numbers]

    def _held(self, reader: Connection, part: int) -> tuple[Scope, parts.Held]:
        held = self.kept.held(reader, self.population, part, self.changes)
        return self.population.scope(part), held

    def _accounts(self, reader: Connection, part: int) -> Whole:
        """The account of each slot, 0 without one."""
        scope, held = self._held(reader, part)
        kept, changes = self.kept, self.changes
        whole, fresh = parts.slices(reader, scope, kept.zone, kept.sources, held, changes)
        numbers = np.zeros(scope.slots, np.int64)
        known = whole.packed(ACCOUNT).arrays["numbers"]
        numbers[: len(known)] = known
        if fresh is not None:
            numbers[scope.slots_of(fresh.ids)] = fresh.slice.packed(ACCOUNT).arrays["numbers"]
        return numbers
