"""What a bulk computation found of one segment, applied in chunks that hold the lock shortly.

Each chunk moves a cursor over the internal ids of profiles. Profiles that a call brought up to date
since the computation became due are passed over: the call applied it first (`sitting`).
"""

from __future__ import annotations

from collections.abc import Iterable
from time import perf_counter
from typing import Final, TypeAlias

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from segql.engines import sets
from segql.membership import firing
from segql.membership.catalog import Entry
from segql.membership.pace import Writing, in_chunks
from segql.model.flips import Cause
from segql.model.instants import Moment
from segql.store import members, profiles, runs, settings
from segql.store.driver import Connection

CHUNK: Final = 2_000
"""Flips of the first chunk."""

_Ids: TypeAlias = NDArray[np.int64]


@frozen(eq=False)
class Difference:
    """Who must enter and leave a segment, by internal id, ascending."""

    ids: _Ids
    enters: NDArray[np.bool_]


def difference_of(connection: Connection, entry: Entry, result: sets.Result) -> Difference:
    """Whom the result puts into or out of a segment, against its members now.

    What calls do to members from here on is no matter: whom they touch is passed over.
    """
    holding = result.ids(entry.name).astype(np.int64)
    current = np.array(members.ids(connection, entry.stored.id), dtype=np.int64)
    flipping = np.setxor1d(holding, current, assume_unique=True)
    return Difference(flipping, np.isin(flipping, holding, assume_unique=True))


@define(eq=False)
class Application:
    """One segment's computation on its way into the members."""

    entry: Entry
    due: runs.Due
    moment: Moment
    runner: str
    seen: int
    """The change number up to which `passed_over` is known."""
    passed_over: _Ids = field(factory=lambda: np.zeros(0, np.int64))
    """Profiles that calls have brought up to date."""

    def applied(
        self, writing: Writing, difference: Difference, *, took_s: float
    ) -> tuple[int, int] | None:
        """Apply it all, and give how many entered and left.

        None where somebody else has taken over, or it must begin again. `took_s` is how long
        finding the difference took.
        """
        entered = left = place = 0
        started = perf_counter()
        is_ours = True

        def apply(connection: Connection, size: int) -> bool:
            nonlocal entered, left, place, is_ours
            is_ours = self._is_ours(connection)
            if not is_ours:
                return False
            is_last = place + size >= len(difference.ids)
            chunk = slice(place, None if is_last else place + size)
            entering, leaving = self._apply(connection, difference, chunk)
            if is_last:
                self._finish(connection, took_s + perf_counter() - started)
            entered, left, place = entered + entering, left + leaving, place + size
            return not is_last

        in_chunks(writing, apply, first=CHUNK)
        return (entered, left) if is_ours else None

    def _is_ours(self, connection: Connection) -> bool:
        due = runs.due(connection).get(self.due.segment)
        return due is not None and due.is_computed_by(self.runner, self.due.change)

    def _apply(
        self, connection: Connection, difference: Difference, chunk: slice
    ) -> tuple[int, int]:
        self._pass_over(connection)
        ids, enters = difference.ids[chunk], difference.enters[chunk]
        kept = ~np.isin(ids, self.passed_over)
        left = self._move(connection, (), ids[kept & ~enters].tolist())
        entered = self._move(connection, ids[kept & enters].tolist(), ())
        if len(ids):
            runs.step(connection, self.due.segment, self.runner, cursor=int(ids[-1]))
        return entered, left

    def _pass_over(self, connection: Connection) -> None:
        found = profiles.reached_since(connection, change=self.seen, due=self.due.change)
        if found:
            self.passed_over = np.union1d(self.passed_over, np.array(found, dtype=np.int64))
        self.seen = settings.counted(connection, settings.Counter.CHANGE)

    def _move(self, connection: Connection, entering: Iterable[int], leaving: Iterable[int]) -> int:
        return firing.apply(
            connection,
            self.due.segment,
            entering,
            leaving,
            at=self.moment.now,
            cause=Cause(self.due.cause),
            cause_id=cause_id(self.entry, self.due),
            zone=self.moment.zone,
            tells=self.due.tells,
        )

    def _finish(self, connection: Connection, took_s: float) -> None:
        took = round(1000 * took_s)
        runs.finish(connection, self.due.segment, at=self.moment.now, took=took)
        if self.entry.error is not None:  # it is kept exact again, which every process must know
            settings.take(connection, settings.Counter.CATALOG)


def cause_id(entry: Entry, due: runs.Due) -> int | None:
    """Which definition or import a computation is due by."""
    match due.cause:
        case Cause.DEFINITION:
            return entry.stored.revision
        case Cause.IMPORT:
            return due.change
        case _:
            return None
