"""Segments taken out of use: nobody is told any more, and their members leave silently, in chunks.

The segment itself is gone in one short transaction. Its members leave in others, all of them as of
that instant; a kill between two of them leaves the rest to the next bulk computation. Whoever reads
a profile's journey meanwhile may find it in a segment that is archived.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from zoneinfo import ZoneInfo

from segql.membership import firing
from segql.membership.pace import Writing, in_chunks
from segql.model.flips import Cause
from segql.model.instants import Moment
from segql.store import members
from segql.store import segments as stored
from segql.store.driver import Connection

CHUNK: Final = 1_000
"""Members that leave in the first transaction."""


def archive(connection: Connection, segment: stored.Segment, moment: Moment) -> None:
    """Take a segment out of use; inside `immediate`.

    Stays that have lasted by now are decided already. The members leave in `catch_up`.
    """
    firing.subscribe(connection, segment.id, (), moment, revision=segment.revision)
    stored.archive(connection, segment.id, now=moment.now)


def catch_up(connection: Connection, writing: Writing, zone: ZoneInfo) -> None:
    """Let everybody leave who is in an archived segment still."""
    if stored.left_behind(connection) is not None:
        in_chunks(writing, _leaving(zone), first=CHUNK)


def _leaving(zone: ZoneInfo) -> Callable[[Connection, int], bool]:
    def leave(connection: Connection, size: int) -> bool:
        segment = stored.left_behind(connection)
        if segment is not None:
            number, archived = segment
            firing.apply(
                connection,
                number,
                (),
                members.ids(connection, number, limit=size),
                at=archived,
                cause=Cause.DELETE,
                cause_id=None,
                zone=zone,
            )
        return stored.left_behind(connection) is not None

    return leave
