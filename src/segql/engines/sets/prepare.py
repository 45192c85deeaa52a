"""Takes the snapshots that an evaluation will want and that are missing or too old."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from typing import Final
from zoneinfo import ZoneInfo

from attrs import field, frozen

from segql.engines.sets.merge import merged
from segql.engines.sets.parts import Changes, Held, Population, held, oldest, readable
from segql.engines.sets.rows import Scope
from segql.engines.sets.sources import Family, Source, build, values
from segql.model.errors import SegqlError
from segql.store import columns, settings
from segql.store.columns import Packed
from segql.store.driver import Connection, immediate, reading

_MERGED_SHARE: Final = 0.5
"""Up to this share of changed profiles a snapshot is merged with what is new."""


@frozen(eq=False)
class Kept:
    """The snapshots of profiles, or of accounts."""

    population: Callable[[Connection], Population]
    changes: Callable[[Connection, int], Changes]
    sources: Collection[Source]
    zone: ZoneInfo
    stale_share: float
    _seen: dict[int, tuple[Population, Changes]] = field(factory=dict, init=False)

    def seen(self, connection: Connection) -> tuple[Population, Changes]:
        """Who there is, and what changed since the oldest snapshot, in the open transaction."""
        number = changed(connection)
        if number not in self._seen:
            population = self.population(connection)
            change = oldest(connection, population, self.sources)
            changes = self.changes(connection, number if change is None else change)
            self._seen[number] = population, changes
        return self._seen[number]

    def held(
        self,
        connection: Connection,
        population: Population,
        part: int,
        changes: Changes,
        family: Family | None = None,
    ) -> Held:
        """The snapshots of a range that are of use in the open transaction, of a family or all."""
        return held(
            connection,
            population,
            part,
            [source for source in self.sources if family in (None, source.family)],
            changes,
            now=changed(connection),
            zone=self.zone,
            stale_share=self.stale_share,
        )


def changed(connection: Connection) -> int:
    """The change number of the open transaction."""
    return settings.counted(connection, settings.Counter.CHANGE)


def due(reader: Connection, kept: Kept) -> list[tuple[int, Family]]:
    """The ranges and families of sources of which a snapshot should be taken."""
    with reading(reader):
        population, changes = kept.seen(reader)
        found = {
            (part, source.family)
            for part in population.parts()
            for source in kept.held(reader, population, part, changes).missing
        }
    return sorted(found, key=repr)


def take(reader: Connection, writer: Connection, kept: Kept, part: int, family: Family) -> bool:
    """Take the snapshots of a family that a range is due; False when they could not be stored."""
    with reading(reader):
        due = _Due(reader, kept, part, family)
        packed, stamp = due.taken()
    try:
        with immediate(writer):
            columns.write(
                writer,
                stamp,
                (
                    (due.population.tag + source.key, part, _zoned(value, kept.zone))
                    for source, value in packed.items()
                ),
            )
    except SegqlError:  # derived data: an evaluation can do without storing it
        return False
    return True


def _zoned(packed: Packed, zone: ZoneInfo) -> Packed:
    """With the zone that its dates were read in, if it has any."""
    if "date" not in packed.facts and "external" not in packed.facts:
        return packed
    return Packed({**packed.facts, "zone": zone.key}, packed.arrays)


class _Due:
    """The snapshots of a family that a range is due, in the open transaction."""

    def __init__(self, reader: Connection, kept: Kept, part: int, family: Family) -> None:
        """Look at what there is."""
        self.population, self._changes = kept.seen(reader)
        self._reader, self._kept, self._part, self._family = reader, kept, part, family
        self._scope = self.population.scope(part)
        held = kept.held(reader, self.population, part, self._changes, family)
        self._missing = held.missing

    def taken(self) -> tuple[dict[Source, Packed], int]:
        """The snapshots, and the change number that they are true as of.

        Values beside a stream that nothing has touched since join it. Else all that was ever kept
        of what counts the same activities is taken again, so that two catalogues do not replace
        each other's in turns.
        """
        now, wanted = changed(self._reader), set(self._missing)
        if not wanted:
            return {}, now
        if next(iter(wanted)).counts_activities:
            stream = Source(self._family, "stream")
            old = self._snapshot(stream)
            if old is not None and not len(self._changes.since(old.changed, self._scope)):
                return self._built(
                    {one for one in wanted if self._changed(one) != old.changed}
                ), old.changed
            wanted |= {stream, *self._stored()}
        return self._renewed(wanted) or self._built(wanted), now

    def _snapshot(self, source: Source) -> columns.Snapshot | None:
        snapshot = columns.read(self._reader, self.population.tag + source.key, self._part)
        usable = snapshot is not None and readable(snapshot, self._kept.zone)
        return snapshot if usable else None

    def _changed(self, source: Source) -> int | None:
        snapshot = self._snapshot(source)
        return None if snapshot is None else snapshot.changed

    def _stored(self) -> Iterator[Source]:
        """The values of the family that there are snapshots of."""
        prefix = self.population.tag + values(self._family, ()).key.removesuffix("[]")
        for key in columns.stored(self._reader, prefix, self._part):
            path = json.loads(key.removeprefix(prefix))
            if path:
                yield values(self._family, tuple(path))

    def _built(self, sources: Collection[Source]) -> dict[Source, Packed]:
        """Snapshots from the rows of the whole range."""
        if not sources:
            return {}
        found = build(self._reader, self._scope, list(sources), self._kept.zone)
        return {source: found[source] for source in sources}

    def _renewed(self, sources: Collection[Source]) -> dict[Source, Packed] | None:
        """Old snapshots with the rows of what changed since; None where that is not possible."""
        old = {}
        for source in sources:
            snapshot = self._snapshot(source)
            if snapshot is None:
                return None
            old[source] = snapshot
        numbers = {snapshot.changed for snapshot in old.values()}
        if len(numbers) > 1 and any(source.counts_activities for source in sources):
            return None
        fresh = self._changes.since(min(numbers), self._scope)
        if len(fresh) > _MERGED_SHARE * self._scope.slots:
            return None
        new = build(self._reader, Scope.of(fresh), list(sources), self._kept.zone)
        return merged(
            {source: snapshot.packed for source, snapshot in old.items()},
            {source: new[source] for source in sources},
            self._scope.slots_of(fresh),
            self._scope.slots,
        )
