"""On definition and import: everybody is evaluated in bulk, the difference is applied.

Whatever makes a computation due says so in its own transaction (`mark`). `compute` then evaluates
with the set engine, which holds no lock, and applies the difference in chunks (`application`),
segment by segment in order of dependency. A kill between any two transactions leaves the
computation due, and the next `compute` begins it again; what is applied already is no difference
any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from time import perf_counter

from attrs import frozen

from segql.engines import sets
from segql.membership.application import Application, difference_of
from segql.membership.catalog import Catalog, Entry
from segql.model.errors import Broken, Busy
from segql.model.flips import Cause
from segql.model.instants import Moment
from segql.store import members, runs, settings
from segql.store.driver import Connection, DriverError

Progress = Callable[[int, int, str], None]
"""Called with segments done, segments in all, and the name of the one at hand."""
Writing = Callable[[], AbstractContextManager[Connection]]


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
    wanted = [catalog.entries[name].stored.id for name in names]
    if not wanted:
        return
    number = settings.take(connection, settings.Counter.CHANGE) if change is None else change
    is_definition = cause is Cause.DEFINITION
    runs.mark(
        connection,
        wanted,
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
                runs.claim(connection, due, self.runner)
            catalog = self.catalog()
        entries = [entry for entry in catalog.order if entry.stored.id in due]
        return _Claimed(catalog, Moment(now, self.moment.zone), entries, due)

    def _evaluate(self, claimed: _Claimed) -> None:
        started = perf_counter()
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
