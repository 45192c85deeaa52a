"""A catalogue of rules and a moment → the members of each, over all profiles of the store.

Each distinct condition is evaluated once per range of profiles, and the results are combined as
bits. Two threads take ranges in turn; all connections read the store as of one change number.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from attrs import frozen

from segql.engines.sets import parts
from segql.engines.sets.bits import size, unpack
from segql.engines.sets.course import Course, Progress
from segql.engines.sets.job import Job, Members
from segql.engines.sets.parts import PART_SLOTS, STALE_SHARE
from segql.engines.sets.prepare import changed, due, take
from segql.engines.sets.scaled import Whole
from segql.model.errors import SegqlError
from segql.model.instants import Moment
from segql.rules.rule import Rule
from segql.store.driver import Connection, connect, reading

_THREADS: Final = 2
_PATIENCE_S: Final = 1.0
"""How long another process's writing is waited for before snapshots are left unstored."""


class Database(Protocol):
    """A database that has a place."""

    @property
    def path(self) -> Path:
        """Where its file is."""


@frozen(eq=False)
class Result:
    """The members of segments as of one change number."""

    changed: int
    """The change number that was read."""
    of: int
    """How many profiles there are."""
    _members: Sequence[Members]

    def count(self, name: str) -> int:
        """The number of members of a segment that was asked for."""
        return sum(size(members.bits[name]) for members in self._members)

    def shared(self, one: str, other: str) -> int:
        """The number of members of both of two segments that were asked for."""
        return sum(size(members.bits[one] & members.bits[other]) for members in self._members)

    def ids(self, name: str) -> Whole:
        """The internal ids of the members of a segment that was asked for, ascending."""
        found = [
            np.flatnonzero(unpack(members.bits[name], members.slots)) + members.first
            for members in self._members
        ]
        return np.concatenate([np.zeros(0, np.int64), *found])


def count(database: Database | Path | str, rule: Rule, *, moment: Moment) -> int:
    """For how many profiles `rule` holds at `moment`; it may refer to manual segments only."""
    return evaluate(database, {"": rule}, moment=moment).count("")


def evaluate(
    database: Database | Path | str,
    catalog: Mapping[str, Rule],
    *,
    moment: Moment,
    names: Iterable[str] | None = None,
    manual: Mapping[str, Collection[int]] | None = None,
    persist: bool = True,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    threads: int = _THREADS,
    part_slots: int = PART_SLOTS,
    stale_share: float = STALE_SHARE,
) -> Result:
    """The members of the segments `names` (without: of all) of `catalog` at `moment`.

    A segment that a rule refers to is evaluated at the same moment; one that is not in the
    catalogue is a manual one, its list read from the store or from `manual`, by internal id. Reads
    the store as of one commit. Unless `persist` is off or the store cannot be written, snapshots
    that were missing or old are taken first and kept. Raises `Refused` for an unknown segment or a
    circle of segments, `Cancelled` when `cancelled` says so.
    """
    path = Path(database) if isinstance(database, str | Path) else database.path
    wanted = tuple(catalog) if names is None else tuple(names)
    course = Course(on_progress, cancelled)
    job = Job(catalog, wanted, moment, manual or {}, part_slots, stale_share, course)
    with ExitStack() as stack:
        first = stack.enter_context(reader_of(path))
        if persist:
            prepare_for(job, path, first)
        with reading(first):
            last = parts.profiles(first, part_slots).last
        workers = max(1, min(threads, last // part_slots + 1))
        readers = [first, *(stack.enter_context(reader_of(path)) for _ in range(workers - 1))]
        stack.enter_context(_together(readers))
        members, number = job.run(readers)
    return Result(number, sum(part.living for part in members), members)


def prepare_for(job: Job, path: Path, reader: Connection) -> None:
    """Take the snapshots that a job lacks, as far as the store can be written."""
    with reading(reader):
        kept = [job.of_profiles(reader, job.terms(reader)), job.of_accounts(reader)]
    left = [(one, *step) for one in kept for step in due(reader, one)]
    if not left:
        return
    try:
        writer = connect(path, wait_s=_PATIENCE_S)
    except SegqlError:
        return
    try:
        job.course.total = len(left)
        for one, part, family in left:
            if not take(reader, writer, one, part, family):
                return
            job.course.step()
    finally:
        writer.close()


@contextmanager
def reader_of(path: Path) -> Iterator[Connection]:
    """A connection for reading, closed at the end."""
    connection = connect(path, read_only=True)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def _together(readers: Sequence[Connection]) -> Iterator[None]:
    """Read transactions on all connections that see the same commit."""
    while True:
        with ExitStack() as stack:
            for reader in readers:
                stack.enter_context(reading(reader))
            if len(set(map(changed, readers))) == 1:
                yield
                return
