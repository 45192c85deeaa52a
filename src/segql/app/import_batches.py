"""Rows of a file, built and stored batch by batch, each batch whole or not there."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Generic, TypeAlias

from attrs import field, frozen

from segql.app.cells import Clock, clock
from segql.app.files import Source, failed, open_source
from segql.app.import_columns import Columns
from segql.app.import_items import Builder, Item
from segql.app.import_options import FileOptions
from segql.app.import_report import ImportReport, Progress
from segql.app.lines import Bad
from segql.app.rejects import Rejects
from segql.membership.affected import Affected
from segql.model.errors import Refused, SegqlError
from segql.store import profiles, settings
from segql.store.driver import Connection, immediate

BATCH_ROWS: Final = 100_000
"""Held under one lock of about a second; half of it is 10 % slower."""
BATCH_CHARS: Final = 16 * 1024 * 1024
"""A batch ends at so many characters too, so that rows of any size fit into memory."""
TOLD_EVERY: Final = 2_000
"""Rows between two calls of a progress function."""

OnProgress: TypeAlias = Callable[[Progress], None]
BeforeCommit: TypeAlias = Callable[[Affected], None]
"""Called in each batch's transaction with what the batch affected, to mark what depends on it."""


@frozen
class Done:
    """What storing one batch, or several, did."""

    added: int = 0
    changed: int = 0
    present: int = 0
    new_profiles: int = 0
    affected: Affected = field(factory=Affected)

    def __add__(self, other: Done) -> Done:
        """Both together."""
        return Done(
            self.added + other.added,
            self.changed + other.changed,
            self.present + other.present,
            self.new_profiles + other.new_profiles,
            self.affected | other.affected,
        )


@frozen(kw_only=True)
class Job(Generic[Item]):
    """How one kind of file is imported: rows to items, and items into the store."""

    kind: str
    builder: Callable[[Columns | None, Clock], Builder[Item]]
    """From the columns of a CSV, or None for JSONL."""
    store: Callable[[Sequence[Item], int], Done]
    """Stores a batch as the change of a number, inside a transaction."""
    weight: int = 1
    """A batch is so many times smaller than one of events, which take the least memory."""


def run(
    job: Job[Item],
    connection: Connection,
    file: Path | BinaryIO,
    options: FileOptions,
    *,
    name: str | None,
    on_progress: OnProgress | None,
    before_commit: BeforeCommit | None,
) -> ImportReport:
    """Import a file; see `imports.import_profiles`."""
    called = name or (str(file) if isinstance(file, Path) else "the input")
    source = open_source(file, name=called, format=options.format, delimiter=options.delimiter)
    try:
        columns = None if source.header is None else Columns(source, source.header)
        build = job.builder(columns, clock(settings.zone(connection), options.time_format))
        with Rejects(options.rejects, source) as rejects:
            running = _Running(job, connection, source, rejects, on_progress, before_commit)
            return running.through(build)
    finally:
        if isinstance(file, Path):
            source.text.close()
        else:
            source.text.detach()


@contextmanager
def _rare_collection() -> Iterator[None]:
    """Look for cycles in memory rarely: rows make none, and looking takes 10 % of an import."""
    before = gc.get_threshold()
    gc.set_threshold(1_000_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


class _Running(Generic[Item]):
    """One file on its way into the store."""

    def __init__(
        self,
        job: Job[Item],
        connection: Connection,
        source: Source,
        rejects: Rejects,
        on_progress: OnProgress | None,
        before_commit: BeforeCommit | None,
    ) -> None:
        self.job = job
        self.connection = connection
        self.source = source
        self.rejects = rejects
        self.on_progress = on_progress
        self.before_commit = before_commit
        self.before = settings.counted(connection, settings.Counter.CHANGE)
        self.rows = 0
        self.done = Done()

    def through(self, build: Builder[Item]) -> ImportReport:
        """Read all rows and store them batch by batch."""
        interrupted = False
        try:
            with _rare_collection():
                for batch in self._batches(build):
                    self._store(batch)
                    self._tell()
        except KeyboardInterrupt:
            interrupted = True
        except OSError as error:
            raise failed(self.source.name, error) from error
        except SegqlError as error:
            stored = self.done.added + self.done.changed
            if stored == 0:
                raise
            raise type(error)(
                f"{error.message}; {stored:,} rows were stored before that and stay",
                code=error.code,
                hint=error.hint,
            ) from error
        return self._report(interrupted=interrupted)

    def _batches(self, build: Builder[Item]) -> Iterator[list[Item]]:
        batch: list[Item] = []
        chars = 0
        rejects = self.rejects
        most_rows, most_chars = BATCH_ROWS // self.job.weight, BATCH_CHARS // self.job.weight
        for row in self.source.rows():
            self.rows += 1
            if isinstance(row, Bad):
                rejects.add_bad(row)
            else:
                line, size, cells = row
                try:
                    batch.append(build(cells))
                except (ValueError, Refused) as error:
                    rejects.add(line, str(error), cells)
                chars += size
            if self.rows % TOLD_EVERY == 0:
                self._tell()
            if len(batch) >= most_rows or chars >= most_chars:
                yield batch
                batch = []
                chars = 0
        yield batch

    def _store(self, batch: Sequence[Item]) -> None:
        self.rejects.flush()
        if not batch:
            return
        with immediate(self.connection):
            change = settings.take(self.connection, settings.Counter.CHANGE)
            done = self.job.store(batch, change)
            if self.before_commit is not None:
                self.before_commit(done.affected)
        self.done += done

    def _tell(self) -> None:
        if self.on_progress is not None:
            self.on_progress(Progress(self.rows, self.source.read_bytes, self.source.size))

    def _report(self, *, interrupted: bool) -> ImportReport:
        done, rejected = self.done, self.rejects.count
        return ImportReport(
            kind=self.job.kind,
            name=self.source.name,
            rows=done.added + done.changed + done.present + rejected,
            added=done.added,
            changed=done.changed,
            present=done.present,
            rejected=rejected,
            rejects=tuple(self.rejects.first),
            new_profiles=done.new_profiles,
            profiles=profiles.count_changed_since(self.connection, self.before),
            affected=done.affected,
            notes=self._notes(),
            interrupted=interrupted,
        )

    def _notes(self) -> tuple[str, ...]:
        nameless = (self.source.header or ()).count("")
        if nameless:
            columns = "a column" if nameless == 1 else f"{nameless} columns"
            return (f"{columns} of `{self.source.name}` without a name was left out",)
        return ()
