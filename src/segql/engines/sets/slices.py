"""A slice: some profiles (or accounts) and what there is to read about them, loaded on demand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from zoneinfo import ZoneInfo

import numpy as np
from attrs import field, frozen

from segql.engines.sets.activities import Activities
from segql.engines.sets.column import Column
from segql.engines.sets.packing import Kinds
from segql.engines.sets.rows import Scope
from segql.engines.sets.scaled import Array, Bools, Whole
from segql.engines.sets.sources import RESPONSES, Family, Source, build, events, values
from segql.engines.sets.stream import Stream
from segql.model.instants import Moment
from segql.model.values import Path
from segql.rules.rule import Holds, Teammates
from segql.store.columns import Packed
from segql.store.driver import Connection


@frozen(eq=False)
class Terms:
    """What holds for all slices of one evaluation."""

    moment: Moment
    event_ids: Mapping[str, int]
    survey_ids: Mapping[str, int]
    manual: Mapping[str, Whole] = field(factory=dict)
    """The members of manual segments: internal ids, ascending."""
    accounts: Mapping[Holds, Bools] = field(factory=dict)
    """Conditions on accounts' traits: for which accounts, by internal id, each of them holds."""
    account_values: Mapping[Path, Kinds] = field(factory=dict)
    """The traits of accounts that are compared with others; owners are internal ids."""
    teammates: Mapping[Teammates, Bools] = field(factory=dict)
    """Conditions on teammates: for which accounts, by internal id, each of them holds; never 0."""


class Slice:
    """What to read about the profiles in `scope`, from snapshots where there are any, or rows.

    `wanted` are the sources that will be asked for, so that rows are read once for all of them.
    """

    def __init__(
        self,
        connection: Connection,
        scope: Scope,
        zone: ZoneInfo,
        wanted: Collection[Source],
        snapshots: Mapping[Source, Packed],
    ) -> None:
        """Open the slice; nothing is read yet. The read transaction must outlive it."""
        self.scope = scope
        self._connection = connection
        self._zone = zone
        self._wanted = wanted
        self._snapshots = snapshots
        self._packed: dict[Source, Packed] = {}
        self._columns: dict[Source, Column] = {}
        self._streams: dict[Source, Stream] = {}

    def packed(self, source: Source) -> Packed:
        """What there is at `source`."""
        found = self._snapshots.get(source) or self._packed.get(source)
        if found is None:
            together = {source} | {
                other
                for other in self._wanted
                if other.family == source.family and other not in self._snapshots
            }
            self._packed |= build(
                self._connection, self.scope, sorted(together, key=repr), self._zone
            )
            found = self._packed[source]
        return found

    def column(self, source: Source) -> Column:
        """The values at a source that is a column."""
        if source not in self._columns:
            packed = self.packed(source)
            self._columns[source] = Column(
                packed.part("external") if source.kind == "account" else packed
            )
        return self._columns[source]

    def stream(self, source: Source) -> Stream:
        """The activities at a source that is a stream."""
        if source not in self._streams:
            packed = self.packed(source)
            self._streams[source] = Stream(packed.part("stream") if source == RESPONSES else packed)
        return self._streams[source]

    def activities_of(self, name: int | None) -> Activities:
        """The events with the number `name`; none for a name that does not exist."""
        if name is None:
            nothing = Stream(Packed({"slots": self.scope.slots, "activities": 0}, {}))
            return Activities(nothing, None, lambda _path: Column(Packed({"owners": 0}, {})))
        return Activities(
            self.stream(events(name)), None, lambda path: self.column(values(name, path))
        )

    def responses(self) -> tuple[Activities, Array, Array]:
        """All survey actions, with the number of the survey and the place in `ACTIONS` of each."""
        arrays = self.packed(RESPONSES).arrays
        activities = Activities(
            self.stream(RESPONSES), None, lambda path: self.column(values("responses", path))
        )
        return activities, arrays["surveys"], arrays["actions"]

    def afresh(self, ids: Whole, wanted: Collection[Source]) -> Slice:
        """A slice of the profiles `ids`, ascending, as their rows are now."""
        return Slice(self._connection, Scope.of(ids), self._zone, wanted, {})

    def fitted(self, found: Bools) -> Bools:
        """`found`, from a snapshot that may know fewer profiles, with a place for every slot."""
        slots = self.scope.slots
        if len(found) == slots:
            return found
        whole = np.zeros(slots, np.bool_)
        whole[: len(found)] = found[:slots]
        return whole

    def release(self, family: Family) -> None:
        """Forget what was loaded of a family; asked for again, it is loaded again."""
        for kept in (self._packed, self._columns, self._streams):
            for source in [source for source in kept if source.family == family]:
                del kept[source]
        for source, packed in self._snapshots.items():
            if source.family == family:
                packed.release()
