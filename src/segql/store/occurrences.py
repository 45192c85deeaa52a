"""How often each row was met before in one file, in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from segql.store.driver import Connection, failures, scratch

IN_MEMORY: Final = 1_000_000
"""Different rows that are counted in memory, some 110 MB; more of them go to a file."""

_CREATE: Final = """
    create table seen (
        digest blob primary key,
        count integer not null
    ) without rowid
"""
_COUNTS: Final = """
    with recursive
        places (place) as (
            select 0 where :count > 0
             union all
            select place + 1 from places where place + 1 < :count
        )
    select digest, seen.count
      from places
     cross join seen
        on digest = substr(:digests, place * 16 + 1, 16)
"""
_PUT: Final = "insert or replace into seen (digest, count) values (?, ?)"


class Occurrences:
    """Counts 16-byte digests of rows; a context manager that removes its file."""

    def __init__(self, *, in_memory: int = IN_MEMORY) -> None:
        """Begin with nothing met; beyond `in_memory` digests a temporary file takes them."""
        self._limit = in_memory
        self._counts: dict[bytes, int] = {}
        self._file: Connection | None = None
        self._open = ExitStack()

    def __enter__(self) -> Occurrences:
        """Take digests."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the file."""
        self._open.close()

    def numbers(self, digests: Sequence[bytes]) -> list[int]:
        """For each of `digests` in order, how often it was met before, here or in earlier calls."""
        if self._file is None:
            numbers = _count_up(self._counts, digests)
            if len(self._counts) > self._limit:
                self._file = self._begin_file()
                self._write(self._file, self._counts)
                self._counts = {}
            return numbers
        with failures("a temporary file"):
            joined = b"".join(sorted(set(digests)))
            bound = {"count": len(joined) // 16, "digests": joined}
            counts = dict(self._file.execute(_COUNTS, bound))
            numbers = _count_up(counts, digests)
            self._write(self._file, counts)
        return numbers

    def _begin_file(self) -> Connection:
        directory = self._open.enter_context(TemporaryDirectory(prefix="segql-"))
        file = scratch(Path(directory) / "seen.db")
        self._open.callback(file.close)
        file.execute(_CREATE)
        return file

    def _write(self, file: Connection, counts: dict[bytes, int]) -> None:
        with failures("a temporary file"):
            file.execute("begin")
            file.executemany(_PUT, sorted(counts.items()))
            file.execute("commit")


def _count_up(counts: dict[bytes, int], digests: Sequence[bytes]) -> list[int]:
    numbers = []
    for digest in digests:
        number = counts.get(digest, 0)
        counts[digest] = number + 1
        numbers.append(number)
    return numbers
