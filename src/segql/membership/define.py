"""On definition and import: everybody is evaluated in bulk, the difference is applied.

Whatever makes a computation due says so in its own transaction (`mark`). `compute` then evaluates
with the set engine, which holds no lock, and applies the difference in chunks (`application`),
segment by segment in order of dependency. A kill between any two transactions leaves the
computation due, and the next `compute` begins it again; what is applied already is no difference
any more.

Whom a call has brought up to date since a segment became due is kept exact by calls alone until it
is computed, and passed over then; to everybody else time does nothing in that segment. So the time
edges of both wait (`store.agenda`), and whoever computes goes through them first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

from attrs import frozen

from segql.engines import sets
from segql.membership.application import Application, difference_of
from segql.membership.catalog import Catalog, Entry
from segql.membership.pace import Writing, in_chunks
from segql.membership.passing import ahead_of_passed, go_through
from segql.membership.sitting import Sitting
from segql.model.errors import Broken, Busy
from segql.model.flips import Cause
from segql.model.instants import Moment
from segql.store import agenda, members, runs, settings
from segql.store.driver import Connection, DriverError

Progress = Callable[[int, int, str], None]
"""Called with segments done, segments in all, and the name of the one at hand."""

EDGES: Final = 200
"""Time edges that wait, of the first transaction."""


@frozen
class Recomputed:
    """What a bulk computation did to one segment; `took_ms` is its part of the whole.

    `error` says why it could not be computed; its members stay as they were.
    """

    name: str
    members: int
    entered: int
    left: int
    took_ms: int
    error: str | None = None


def mark(
    connection: Connection,
    catalog: Catalog,
    names: Iterable[str],
    *,
    cause: Cause,
    change: int | None = None,
    tells: bool = False,
) -> None:
    """Have the segments `names` computed for everybody, whatever becomes of this process.

    In the caller's transaction, which has the change number `change`, or gets one. Whoever is
    computing them begins again, or stops where this is a definition. With `tells` its flips are
    news for the destinations of the segments' lines, else it is silent.
    """
    marked = [catalog.entries[name].stored for name in names]
    if not marked:
        return
    number = settings.take(connection, settings.Counter.CHANGE) if change is None else change
    is_definition = cause is Cause.DEFINITION
    if any(one.error for one in marked):
        settings.take(connection, settings.Counter.CATALOG)  # none of them is in error any more
    runs.mark(
        connection,
        [one.id for one in marked],
        change=number,
        cause=cause,
        takes_over=is_definition,
        tells=tells,
    )


def compute(
    connection: Connection,
    writing: Writing,
    catalog: Callable[[], Catalog],
    path: Path,
    moment: Moment,
    *,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Recomputed, ...]:
    """Compute the segments that are due and that nobody else is at, in order of dependency.

    `writing` begins a write transaction on `connection`, `catalog` gives the newest catalogue,
    `path` is where the database is. Everybody is evaluated at `moment`, or at the project's clock
    where that is later. A segment that cannot be computed keeps its error and stops no other.
    Raises `sets.Cancelled` while evaluating when `cancelled` says so; what is not done stays due.
    """
    work = _Work(connection, writing, catalog, path, moment, on_progress, cancelled)
    try:
        return work.done()
    finally:
        work.release()


@frozen(eq=False)
class _Claimed:
    """The segments that are computed together, at one moment."""

    catalog: Catalog
    moment: Moment
    entries: Sequence[Entry]
    due: Mapping[int, runs.Due]


class _Work:
    """Everything that one call of `compute` does."""

    def __init__(
        self,
        connection: Connection,
        writing: Writing,
        catalog: Callable[[], Catalog],
        path: Path,
        moment: Moment,
        on_progress: Progress | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self.connection = connection
        self.writing = writing
        self.catalog = catalog
        self.path = path
        self.moment = moment
        self.on_progress = on_progress
        self.cancelled = cancelled
        self.runner = runs.new_runner()
        self.found: dict[str, Recomputed] = {}
        self.holds_any = False

    def done(self) -> tuple[Recomputed, ...]:
        """Compute until nothing is due that is ours."""
        claimed = self._claim()
        while claimed.entries:
            self._evaluate(claimed)
            claimed = self._claim([entry.stored.id for entry in claimed.entries])
        if self.found and self.on_progress is not None:
            self.on_progress(len(self.found), len(self.found), "")
        return tuple(self.found.values())

    def release(self) -> None:
        """Leave what is not done to others."""
        if self.holds_any:
            with self.writing() as connection:
                runs.release(connection, self.runner)

    def _claim(self, again: Sequence[int] | None = None) -> _Claimed:
        """Take what is due; with `again` only what of that is ours, and was marked anew."""
        with self.writing() as connection:
            due = {
                segment: one
                for segment, one in runs.due(connection).items()
                if (not one.is_taken if again is None else one.runner == self.runner)
                and (again is None or segment in again)
            }
            self.holds_any = bool(due)
            now = self.moment.now
            if due:  # time passes only where something happens
                now = settings.advance_clock(connection, now)
                runs.claim(connection, due, self.runner, at=now)
            catalog = self.catalog()
        entries = [entry for entry in catalog.order if entry.stored.id in due]
        return _Claimed(catalog, Moment(now, self.moment.zone), entries, due)

    def _evaluate(self, claimed: _Claimed) -> None:
        started = perf_counter()

        def pass_edges(connection: Connection, size: int) -> bool:
            return self._pass_edges(connection, claimed, size)

        in_chunks(self.writing, pass_edges, first=EDGES)
        results = self._results(claimed, claimed.entries)
        evaluating = (perf_counter() - started) / len(claimed.entries)
        for number, entry in enumerate(claimed.entries):
            if self.on_progress is not None:
                self.on_progress(number, len(claimed.entries), entry.name)
            result = results[entry.name]
            if isinstance(result, str):
                self._quarantine(entry, result)
                continue
            self._apply(entry, claimed, result, evaluating)

    def _pass_edges(self, connection: Connection, claimed: _Claimed, size: int) -> bool:
        """Go through some of the time edges that wait; whether there were any up to now.

        Those of whom a segment has not reached are dropped.
        """
        due = runs.due(connection)
        ours = [
            segment
            for segment, one in claimed.due.items()
            if segment in due and due[segment].is_computed_by(self.runner, one.change)
        ]
        rows = agenda.first_of(connection, ours, claimed.moment.now, limit=size)
        if rows:
            moment = Moment(rows[0][0], claimed.moment.zone)
            sitting = Sitting(connection, self.catalog(), moment, change=0)
            sitting.reach.waiting = due.keys() - ours
            agenda.drop(connection, rows)
            kept = [row for row in rows if sitting.reach.has(row[1], row[2])]
            passed = agenda.passed(connection, {row[2] for row in kept})
            go_through(sitting, ahead_of_passed(sitting, kept, passed), until=rows[-1][0])
            sitting.write()
        return bool(rows)

    def _results(self, claimed: _Claimed, entries: Sequence[Entry]) -> dict[str, sets.Result | str]:
        """What the set engine finds for each segment, or why it cannot."""
        broken: dict[str, sets.Result | str] = {
            entry.name: entry.fault for entry in entries if entry.fault is not None
        }
        names = [entry.name for entry in entries if entry.name not in broken]
        if not names:
            return broken
        try:
            result = sets.evaluate(
                self.path,
                claimed.catalog.rules,
                moment=claimed.moment,
                names=names,
                cancelled=self.cancelled,
            )
            return broken | dict.fromkeys(names, result)
        except (Busy, Broken, DriverError, sets.Cancelled):
            raise
        except Exception as error:  # one rule must not stop all the others
            if len(names) == 1:
                return broken | {names[0]: f"{type(error).__name__}: {error}"}
        for entry in entries:
            if entry.name not in broken:
                broken |= self._results(claimed, [entry])
        return broken

    def _quarantine(self, entry: Entry, error: str) -> None:
        with self.writing() as connection:
            due = runs.due(connection).get(entry.stored.id)
            if due is not None and due.runner == self.runner:
                runs.fail(connection, entry.stored.id, error)
                settings.take(connection, settings.Counter.CATALOG)
                size = members.count(connection, entry.stored.id)
                self.found[entry.name] = Recomputed(entry.name, size, 0, 0, 0, error)

    def _apply(self, entry: Entry, claimed: _Claimed, result: sets.Result, took: float) -> None:
        """Apply what was found of one segment, which took so many seconds."""
        started = perf_counter()
        due = claimed.due[entry.stored.id]
        application = Application(entry, due, claimed.moment, self.runner, due.change)
        difference = difference_of(self.connection, entry, result)
        flips = application.applied(self.writing, difference, took_s=took)
        if flips is not None:
            count = members.count(self.connection, entry.stored.id)
            took_ms = round(1000 * (took + perf_counter() - started))
            self.found[entry.name] = Recomputed(entry.name, count, *flips, took_ms)
