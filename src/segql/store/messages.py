"""Which messages are stored: digests noted as they come in, and moved to their place later.

Digests are as good as random, so each would cost a batch a page of an index, as much as all else of
an event. So they go to the end of a log first. When that has become long, its digests move to the
table in their order, some with each batch that comes in: neighbours then share a page.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from segql.store.digests import SIZE
from segql.store.driver import Connection

LONG: Final = 65_536
"""Digests after which those of the log are moved: in memory they take some 6 MB."""
MANY: Final = 10_000
"""Digests of one batch that need no log: so many share pages among themselves."""
STEP: Final = 256
"""Digests that are moved at once, at least."""

_PRESENT: Final = """
    with recursive
        places (place) as (
            select 0 where :count > 0
             union all
            select place + 1 from places where place + 1 < :count
        )
    select digest
      from places
     cross join messages
        on digest = substr(:digests, place * 16 + 1, 16)
"""
_PUT: Final = "insert or ignore into messages (digest) values (?)"
_DROP: Final = "delete from messages where digest = ?"
_LOG: Final = "insert into message_log (arrival, digests) values (?, ?)"
_LOGGED: Final = """
    select arrival, digests
      from message_log
     where arrival > ?
     order by arrival
"""
_LOGGED_BY: Final = """
    select arrival, digests
      from message_log
     where arrival <= ?
     order by arrival desc
     limit 1
"""
_RELOG: Final = "update message_log set digests = ? where arrival = ?"
_FORGET: Final = "delete from message_log where arrival <= ?"
_SORTING: Final = "select until, cursor, edition from message_sorting"
_SORT: Final = "update message_sorting set until = ?, cursor = ?"
_EDIT: Final = "update message_sorting set edition = edition + 1"


class Messages:
    """The messages of a store; keeps in memory what the log holds.

    Reads what others have added whenever it is asked. After a rollback it must `forget`.
    """

    def __init__(self, connection: Connection, *, long: int = LONG, step: int = STEP) -> None:
        """Read nothing yet; `long` is how many digests make a long log, `step` moves at once."""
        self._connection = connection
        self._long = long
        self._step = step
        self.forget()

    def forget(self) -> None:
        """Read everything anew: what was read may not have been committed."""
        self._sorting = (-1, b"", -1)
        self._last = 0
        """Up to which arrival the log was read."""
        self._moving: set[bytes] = set()
        """Digests of the log that are being moved, or are moved already."""
        self._order: list[bytes] | None = None
        """Those in order, when they were first asked for."""
        self._waiting: set[bytes] = set()
        """The other digests of the log."""

    def present(self, digests: Collection[bytes]) -> set[bytes]:
        """Those of the 16-byte `digests` that are stored already."""
        if not digests:
            return set()
        self._read()
        found = {one for one in digests if one in self._waiting or one in self._moving}
        joined = b"".join(sorted(digests))
        rows = self._connection.execute(_PRESENT, {"count": len(digests), "digests": joined})
        return found.union(digest for (digest,) in rows)

    def add(self, digests: Sequence[bytes], *, arrival: int) -> None:
        """Store digests of which none is `present`; inside `immediate`.

        `arrival` is the number of the first event of those that came in together.
        """
        if len(digests) >= MANY:
            self._put(sorted(digests))
        elif digests:
            self._read()
            self._connection.execute(_LOG, (arrival, b"".join(digests)))
            self._read()
            self._move()

    def _read(self) -> None:
        """Take up what was added to the log, and how far its digests have moved."""
        [sorting] = self._connection.execute(_SORTING)
        if sorting != self._sorting:
            if sorting[0] != self._sorting[0] or sorting[2] != self._sorting[2]:
                self.forget()
            self._sorting = sorting
        until = sorting[0]
        for arrival, digests in self._connection.execute(_LOGGED, (self._last,)):
            kind = self._moving if arrival <= until else self._waiting
            kind.update(digests[at : at + SIZE] for at in range(0, len(digests), SIZE))
            self._last = arrival

    def _move(self) -> None:
        """Move so many that the log, all in all, does not become much longer."""
        until, cursor, edition = self._sorting
        if until:
            if self._order is None:
                self._order = sorted(self._moving)
            start = bisect_right(self._order, cursor)
            end = min(2 * len(self._waiting), len(self._order))
            if end < len(self._order) and end - start < self._step:
                return
            self._put(self._order[start:end])
            if end < len(self._order):
                self._sort(until, self._order[end - 1], edition)
            else:
                self._connection.execute(_FORGET, (until,))
                self._moving, self._order = set(), None
                self._sort(0, b"", edition)
        elif len(self._waiting) >= self._long:
            self._moving, self._waiting = self._waiting, set()
            self._sort(self._last, b"", edition)

    def _put(self, ordered: Iterable[bytes]) -> None:
        self._connection.executemany(_PUT, [(digest,) for digest in ordered])

    def _sort(self, until: int, cursor: bytes, edition: int) -> None:
        self._connection.execute(_SORT, (until, cursor))
        self._sorting = until, cursor, edition


def drop(connection: Connection, stored: Iterable[tuple[int, bytes]]) -> None:
    """Forget messages, given with the arrivals of their events; inside `immediate`."""
    for arrival, digest in stored:
        connection.execute(_DROP, (digest,))
        row = connection.execute(_LOGGED_BY, (arrival,)).fetchone()
        if row is not None:
            first, digests = row
            kept = [digests[at : at + SIZE] for at in range(0, len(digests), SIZE)]
            if digest in kept:
                kept.remove(digest)
                connection.execute(_RELOG, (b"".join(kept), first))
    connection.execute(_EDIT)
