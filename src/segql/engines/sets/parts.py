"""Ranges of internal ids, their snapshots, and what changed since those were taken.

A snapshot stays of use while few profiles of its range have changed: their rows are read again and
take the place of what the snapshot says of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from attrs import frozen

from segql.engines.sets.bits import Bits, pack, unpack
from segql.engines.sets.rows import Scope
from segql.engines.sets.scaled import Whole
from segql.engines.sets.slices import Slice
from segql.engines.sets.sources import Source
from segql.store import columns
from segql.store.columns import Packed
from segql.store.driver import Connection

PART_SLOTS: Final = 1 << 18
STALE_SHARE: Final = 0.03
"""A snapshot is renewed when more than this share of its range has changed since."""

_PROFILES_END: Final = "select coalesce(max(profile), 0) from activity"
_ACCOUNTS_END: Final = "select coalesce(max(id), 0) from accounts"
_PROFILES_CHANGED: Final = """
    select profile, changed
      from activity
     where changed > :change
"""
_ACCOUNTS_CHANGED: Final = """
    select id, changed
      from accounts
     where changed > :change
"""

K = TypeVar("K")


@frozen(eq=False)
class Changes:
    """Ids, ascending, with the number of the last change of each; of those after some number."""

    ids: Whole
    numbers: Whole

    def since(self, change: int, scope: Scope) -> Whole:
        """The ids in a range that changed after the number `change`."""
        first, past = np.searchsorted(self.ids, [scope.first, scope.first + scope.slots])
        return self.ids[first:past][self.numbers[first:past] > change]


@frozen
class Population:
    """Profiles or accounts: which ids there are, and which of them changed."""

    last: int
    """The largest id."""
    part_slots: int
    tag: str
    """Put before the key of each source; sizes of parts do not mix."""

    def parts(self) -> range:
        """The numbers of the ranges that hold ids; ids begin at 1."""
        return range(self.last // self.part_slots + 1) if self.last else range(0)

    def scope(self, part: int) -> Scope:
        """The ids of a range, as far as there are any."""
        first = part * self.part_slots
        return Scope(first, min(self.part_slots, self.last + 1 - first))


def profiles(connection: Connection, part_slots: int) -> Population:
    """The profiles there are in the open transaction."""
    [(last,)] = connection.execute(_PROFILES_END)
    return Population(last, part_slots, _tag(part_slots))


def accounts(connection: Connection, part_slots: int) -> Population:
    """The accounts there are in the open transaction."""
    [(last,)] = connection.execute(_ACCOUNTS_END)
    return Population(last, part_slots, _tag(part_slots))


def _tag(part_slots: int) -> str:
    return "" if part_slots == PART_SLOTS else f"{part_slots}:"


def profile_changes(connection: Connection, change: int) -> Changes:
    """The profiles that changed after the number `change`."""
    return _changes(connection, _PROFILES_CHANGED, change)


def account_changes(connection: Connection, change: int) -> Changes:
    """The accounts that changed after the number `change`."""
    return _changes(connection, _ACCOUNTS_CHANGED, change)


def _changes(connection: Connection, question: str, change: int) -> Changes:
    found = connection.execute(question, {"change": change}).fetchall()
    table = np.array(found, np.int64).reshape(-1, 2)
    table = table[np.argsort(table[:, 0], kind="stable")]
    return Changes(table[:, 0], table[:, 1])


@frozen(eq=False)
class Held:
    """For one range: the snapshots of use, true as of `changed` at least, and what is missing."""

    snapshots: Mapping[Source, Packed]
    changed: int
    missing: frozenset[Source]


def readable(snapshot: columns.Snapshot, zone: ZoneInfo) -> bool:
    """Whether the dates in it, if there are any, were read in `zone`."""
    return snapshot.packed.facts.get("zone") in (None, zone.key)


def oldest(
    connection: Connection, population: Population, sources: Collection[Source]
) -> int | None:
    """The smallest change number of the snapshots there are, or None when there are none."""
    found = (
        columns.changed_of(connection, population.tag + source.key, part)
        for part in population.parts()
        for source in sources
    )
    return min((changed for changed in found if changed is not None), default=None)


def held(
    connection: Connection,
    population: Population,
    part: int,
    sources: Iterable[Source],
    changes: Changes,
    *,
    now: int,
    zone: ZoneInfo,
    stale_share: float,
) -> Held:
    """The snapshots of a range that are of use at the change number `now`.

    `changes` must reach back to the oldest of them. Streams and the values beside them are of use
    together only: they count the same activities.
    """
    scope = population.scope(part)
    most = stale_share * scope.slots
    usable: dict[Source, columns.Snapshot] = {}
    missing: set[Source] = set()
    for source in sources:
        snapshot = columns.read(connection, population.tag + source.key, part)
        if (
            snapshot is None
            or not readable(snapshot, zone)
            or len(changes.since(snapshot.changed, scope)) > most
        ):
            missing.add(source)
        else:
            usable[source] = snapshot
    torn = {source.family for source in missing if source.counts_activities} | {
        source.family
        for source, snapshot in usable.items()
        if source.counts_activities
        and any(
            other.family == source.family and snapshot.changed != usable[other].changed
            for other in usable
        )
    }
    missing |= {source for source in usable if source.family in torn}
    kept = {source: snapshot for source, snapshot in usable.items() if source not in missing}
    changed = min((snapshot.changed for snapshot in kept.values()), default=now)
    packed = {source: snapshot.packed for source, snapshot in kept.items()}
    return Held(packed, changed, frozenset(missing))


@frozen(eq=False)
class Fresh:
    """Profiles, or accounts, as their rows are now, for the snapshots are older."""

    ids: Whole
    slice: Slice


def slices(
    connection: Connection,
    scope: Scope,
    zone: ZoneInfo,
    wanted: Collection[Source],
    kept: Held,
    changes: Changes,
) -> tuple[Slice, Fresh | None]:
    """A range by snapshots, and what takes the place of what they say of some of its ids."""
    whole = Slice(connection, scope, zone, wanted, kept.snapshots)
    ids = changes.since(kept.changed, scope)
    if not kept.snapshots or not len(ids):
        return whole, None
    return whole, Fresh(ids, Slice(connection, Scope.of(ids), zone, wanted, {}))


def evaluated(
    connection: Connection,
    scope: Scope,
    zone: ZoneInfo,
    wanted: Collection[Source],
    kept: Held,
    changes: Changes,
    evaluate: Callable[[Slice], Mapping[K, Bits]],
) -> Mapping[K, Bits]:
    """What `evaluate` gives for a range: by snapshots, and afresh for what changed since."""
    whole, fresh = slices(connection, scope, zone, wanted, kept, changes)
    found = evaluate(whole)
    if fresh is None:
        return found
    slots = scope.slots_of(fresh.ids)
    renewed = evaluate(fresh.slice)
    merged = {}
    for key, bits in found.items():
        both = unpack(bits, scope.slots).copy()
        both[slots] = unpack(renewed[key], len(slots))
        merged[key] = pack(both)
    return merged
