"""The WAL moved into the database beside a writer that commits very many transactions in a row.

Else the commit that finds the WAL too long moves it, while its caller waits. A thread with a
connection of its own does it here; nobody is locked out. A writer that is faster waits for it now
and then, between two transactions, so that the WAL begins anew and stays short.
"""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from segql.model.errors import SegqlError
from segql.store.driver import CHECKPOINT_PAGES, Connection, connect, failures

MANY: Final = CHECKPOINT_PAGES // 4
"""Pages for which the thread begins."""
MOST: Final = CHECKPOINT_PAGES + CHECKPOINT_PAGES // 2
"""Pages, some 50 MB, at which the writer waits."""
_CAN_MEASURE: Final = (3, 51, 0)
"""From this SQLite on, the length of the WAL may be asked."""


class Checkpoints:
    """A context manager around the transactions of one connection.

    With `unsynced` their commits do not wait for the disk: a power failure may lose the last of
    them, until another one is committed outside. Nothing but work that would be taken up again may
    be lost so.
    """

    def __init__(self, connection: Connection, *, unsynced: bool = False) -> None:
        """`connection` must be outside a transaction."""
        self._connection = connection
        [(mode,)] = connection.execute("pragma journal_mode")
        [(version,)] = connection.execute("select sqlite_version()")
        is_new = tuple(map(int, version.split("."))) >= _CAN_MEASURE
        # Without a WAL a commit that does not wait could damage the file.
        self._unsynced = unsynced and mode == "wal"
        self._can_measure = is_new and mode == "wal"
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._moving: Future[None] | None = None
        [(_, _, self._path)] = connection.execute("pragma database_list").fetchmany(1)

    def __enter__(self) -> Self:
        """Have commits move nothing, and wait for nothing where they need not."""
        if self._can_measure:
            self._connection.execute("pragma wal_autocheckpoint = 0")
        if self._unsynced:
            self._connection.execute("pragma synchronous = normal")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Have commits do it themselves again; the next one finds little to wait for.

        Where much is left to move, the thread goes on with it.
        """
        if self._unsynced:
            _sync(f"{self._path}-wal")
        with suppress(SegqlError):  # what has gone wrong, if anything has, is told already
            pages, moved = self._measured() if self._can_measure else (0, 0)
            if pages - moved > MANY and not self._is_moving:
                self._pool.submit(_move, self._path)
            with failures():
                self._connection.execute(f"pragma wal_autocheckpoint = {CHECKPOINT_PAGES}")
                self._connection.execute("pragma synchronous = full")
        self._pool.shutdown(wait=False)

    def between(self) -> None:
        """Move what there is to move, between two transactions."""
        if not self._can_measure:
            return
        pages, moved = self._measured()
        if pages > MOST and moved < pages:
            if self._moving is not None:
                self._moving.result()
            with failures():
                self._connection.execute("pragma wal_checkpoint(passive)").fetchall()
        elif pages - moved > MANY and not self._is_moving:
            self._moving = self._pool.submit(_move, self._path)

    @property
    def _is_moving(self) -> bool:
        return self._moving is not None and not self._moving.done()

    def _measured(self) -> tuple[int, int]:
        """The pages of the WAL, and how many of them are moved."""
        with failures():
            [(_, pages, moved)] = self._connection.execute("pragma wal_checkpoint(noop)").fetchall()
            return pages, moved


def _move(path: str) -> None:
    with suppress(SegqlError):  # whoever commits next does it
        connection = connect(path)
        try:
            with failures():
                connection.execute("pragma wal_checkpoint(passive)").fetchall()
        finally:
            connection.close()


def _sync(path: str) -> None:
    """Have a file on disk, without a lock on the database."""
    with suppress(OSError):  # the next commit does it
        file = os.open(path, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)
