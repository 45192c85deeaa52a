"""Time passes: everybody is brought through the time edges up to now, each at its own instant.

Edges are first found in bulk and written down (`look_ahead`), then gone through in order, in short
transactions, each of which moves the project's clock. A kill between two of them loses nothing. As
the order is that of time, then of profiles, then of dependency, it makes no difference in how many
steps time is advanced. An instant with very many edges takes several transactions; the clock comes
to it with the first, and calls bring profiles up to date that it has not reached.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Final

from attrs import define, evolve, frozen

from segql.engines import sets
from segql.membership import accounts
from segql.membership.catalog import Catalog
from segql.membership.pace import Writing, in_chunks
from segql.membership.passing import ahead_of_passed, go_through
from segql.membership.sitting import Sitting
from segql.model.crossings import NEVER
from segql.model.errors import Broken, Busy
from segql.model.instants import Instant, Moment
from segql.store import agenda, followups, runs, settings
from segql.store.driver import Connection, DriverError

AHEAD_MS: Final = 3_600_000
"""How far beyond now edges are written down, so that the next advance finds them there."""
STRIDE_MS: Final = 86_400_000
"""How far they are written down at once where there is more to catch up with."""
_FEW_ROWS: Final = 100_000
"""With fewer edges in a stride, the next one is longer."""
CHUNK: Final = 200
"""Edges of the first chunk."""
_ROWS: Final = 2_000
"""Edges that are written down in one transaction."""


@frozen
class Advanced:
    """What an advance did."""

    to: Instant
    """Where the project's clock stands."""
    edges: int
    """How many edges were gone through."""
    entered: int
    left: int


@define(eq=False)
class Advance:
    """Brings everybody to the instant of `moment`."""

    connection: Connection
    writing: Writing
    catalog: Callable[[], Catalog]
    path: Path
    moment: Moment
    stride: int = STRIDE_MS
    """How far edges are written down at once; more where there are few."""

    def done(self) -> Advanced:
        """Go through every edge up to now; `Advanced.to` is later where the clock was.

        Where no segment is kept exact, time stands still.
        """
        now = self.moment.now
        found = Advanced(now, 0, 0, 0)
        reached = self.look_ahead()
        while reached < now:
            found = self._through(found, reached)
            reached = self.look_ahead()
        found = self._through(found, now)
        with self.writing() as connection:  # makes the others last
            is_kept = bool(agenda.late(connection, NEVER))
            to = settings.advance_clock(connection, now if is_kept else 0)
        return evolve(found, to=to)

    def look_ahead(self) -> Instant:
        """Write down the edges that are not; gives up to when all are, now at the latest.

        Those of all segments up to some time after now; with much to catch up with, less far.
        """
        looked = self._looked()
        while looked is None:
            looked = self._looked()
        return looked

    def _looked(self) -> Instant | None:
        """The same, once; None where another process changed or computed a segment meanwhile."""
        now = self.moment.now
        late = agenda.late(self.connection, now + 1)
        if not late:
            return now
        until = min(now, min(late.values()) + self.stride) + AHEAD_MS
        with self.writing() as connection:
            # Calls write down what they see up to there before anybody has looked at all.
            agenda.look_until(connection, until)
        catalog = self.catalog()
        runners = runs.last_runners(self.connection)
        late = agenda.late(self.connection, until)
        written = 0
        for before, group in groupby(sorted(late, key=late.__getitem__), late.__getitem__):
            segments = [one for one in group if one in catalog.places]
            seen = {one: runners.get(one) for one in segments}
            rows = self._write_down(catalog, seen, before, until)
            if rows is None:
                return None
            written += rows
        if written < _FEW_ROWS:
            self.stride *= 8
        return min(now, until)

    def _write_down(
        self, catalog: Catalog, seen: Mapping[int, str | None], before: Instant, until: Instant
    ) -> int | None:
        """Write down the edges of segments, each with who has computed it last.

        None where they may be those of earlier rules, or data. A rule that cannot be asked stops no
        other: its members stay as they are.
        """
        entries = [catalog.order[catalog.places[one]] for one in seen]
        names = {one.name: one.stored.id for one in entries if one.rule is not None}
        try:
            found = sets.upcoming(
                self.path,
                catalog.rules,
                names=names,
                moment=Moment(before, self.moment.zone),
                until=until,
            )
        except (Busy, Broken, DriverError):
            raise
        except Exception as error:  # one rule must not stop all the others
            return self._one_by_one(catalog, seen, before, until, error)
        revisions = {one.stored.id: one.stored.revision for one in entries}
        rows = [
            (at, segment, profile, holds, found.changed, revisions[segment])
            for at, segment, profile, holds in found.rows(names)
        ]
        for start in range(0, len(rows), _ROWS):
            with self.writing() as connection:
                if not self._is_as_seen(catalog, seen):
                    return None
                # Another process may have been faster, and calls have gone on from there.
                late = agenda.late(connection, until)
                chunk = rows[start : start + _ROWS]
                agenda.foresee(connection, [row for row in chunk if late.get(row[1]) == before])
        with self.writing() as connection:
            if not self._is_as_seen(catalog, seen):
                return None
            agenda.mark_listed(connection, seen, before=before, until=until)
        return len(rows)

    def _one_by_one(
        self,
        catalog: Catalog,
        seen: Mapping[int, str | None],
        before: Instant,
        until: Instant,
        error: Exception,
    ) -> int | None:
        """As `_write_down`, where some rule fails: that is kept with its segment."""
        if len(seen) == 1:
            with self.writing() as connection:
                if self._is_as_seen(catalog, seen):
                    [segment] = seen
                    runs.fail(connection, segment, f"{type(error).__name__}: {error}")
                    settings.take(connection, settings.Counter.CATALOG)
            return None
        total = 0
        for one in seen:
            rows = self._write_down(catalog, {one: seen[one]}, before, until)
            if rows is None:
                return None
            total += rows
        return total

    def _is_as_seen(self, catalog: Catalog, seen: Mapping[int, str | None]) -> bool:
        """Whether nobody has defined or computed segments anew: that may be done at one instant."""
        runners = runs.last_runners(self.connection)
        return self.catalog() is catalog and all(runners.get(one) == seen[one] for one in seen)

    def _through(self, found: Advanced, until: Instant) -> Advanced:
        """Go through the edges that are written down, up to and with `until`, in chunks."""

        def go_on(connection: Connection, size: int) -> bool:
            nonlocal found
            rows, entered, left = self._chunk(connection, until, size)
            found = evolve(
                found,
                edges=found.edges + rows,
                entered=found.entered + entered,
                left=found.left + left,
            )
            return self._is_ahead(until) and not followups.is_any(connection)

        while self._is_ahead(until):
            accounts.catch_up(self.connection, self.writing, self.catalog, self.moment.zone)
            in_chunks(self.writing, go_on, first=CHUNK, unsynced=True)
        return found

    def _is_ahead(self, until: Instant) -> bool:
        """Whether there are edges up to `until`, or profiles of an account to follow something."""
        waiting = followups.first(self.connection)
        if waiting is not None and waiting.at <= until:
            return True
        return bool(agenda.first(self.connection, until, limit=1))

    def _chunk(self, connection: Connection, until: Instant, size: int) -> tuple[int, int, int]:
        """Go through the first edges; how many there were, and how many entered and left.

        None where the profiles of accounts follow something first: nobody gets past that.
        """
        catalog, waiting = self.catalog(), followups.first(connection)
        if waiting is not None and not agenda.first(connection, min(until, waiting.at), limit=1):
            return 0, 0, 0
        until = until if waiting is None else min(until, waiting.at)
        rows, last = agenda.first(connection, until, limit=size + 1), agenda.EVERYBODY
        if len(rows) > size:
            # The last instant may have more edges than were read.
            first, until = rows[0][0], rows[-1][0]
            if first < until:
                until -= 1
                rows = [row for row in rows if row[0] <= until]
            elif catalog.reads_teammates:
                rows = agenda.first(connection, until, limit=-1)
            else:
                last = rows[-1][2] - 1
                if rows[0][2] > last:  # all of one profile
                    return self._chunk(connection, until, 2 * size)
                rows = [row for row in rows if row[2] <= last]
        if not rows:
            return 0, 0, 0
        sitting = Sitting(connection, catalog, Moment(rows[0][0], self.moment.zone), change=0)
        sitting.reach.waiting = sitting.reach.due
        passed = agenda.passed(connection, {row[2] for row in rows})
        edges = ahead_of_passed(sitting, rows, passed)
        until = go_through(sitting, edges, until=until, pausing=True)
        settings.advance_clock(connection, until)
        entered = sum(flip.enters for flip in sitting.flips)
        left = len(sitting.flips) - entered
        agenda.drop_until(connection, until, last)
        sitting.write()
        return len(rows), entered, left
