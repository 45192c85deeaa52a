"""Segments and every revision of their text; what the text means is not known here."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from segql.model.errors import Refused
from segql.model.instants import Instant
from segql.store import settings
from segql.store.driver import Connection

_LIVING: Final = """
    select segments.id, name, kind, segments.revision, text, created, archived, due, cursor,
           error, evaluated, took
      from segments
      join revisions
        on revisions.segment = segments.id
       and revisions.revision = segments.revision
     where archived is null
     order by name
"""
_NAMED: Final = """
    select segments.id, name, kind, segments.revision, text, created, archived, due, cursor,
           error, evaluated, took
      from segments
      join revisions
        on revisions.segment = segments.id
       and revisions.revision = segments.revision
     where archived is null
       and name = ?
"""
_BY_ID: Final = """
    select segments.id, name, kind, segments.revision, text, created, archived, due, cursor,
           error, evaluated, took
      from segments
      join revisions
        on revisions.segment = segments.id
       and revisions.revision = segments.revision
     where segments.id = ?
"""
_NAMES: Final = "select id, name, archived from segments"
_ADD: Final = """
    insert into segments (name, kind, revision)
    values (?, ?, 1)
"""
_ADD_REVISION: Final = """
    insert into revisions (segment, revision, text, created)
    values (?, ?, ?, ?)
"""
_REVISE: Final = """
    update segments
       set revision = revision + 1, error = null
     where id = ?
    returning revision
"""
_RENAME: Final = "update segments set name = ? where id = ?"
_ARCHIVE: Final = "update segments set archived = ? where id = ?"
_LEFT_BEHIND: Final = """
    select id, archived
      from segments
     where archived is not null
       and exists (select 1 from members where segment = segments.id)
     limit 1
"""
_UNSETTLED: Final = """
    select id, due, cursor, error
      from segments
     where due is not null
        or error is not null
"""
_REVISIONS: Final = """
    select revision, text, created
      from revisions
     where segment = ?
     order by revision
"""


@frozen
class Segment:
    """A segment as it is stored; `text` is its newest revision, as `.segql` text."""

    id: int
    name: str
    kind: str
    """`rule`, or `manual` for a list without a rule."""
    revision: int
    text: str
    created: Instant
    """When the newest revision was."""
    archived: Instant | None
    due: int | None
    """The change number at which a bulk computation became due; None when none is."""
    cursor: int
    """Profiles with an internal id up to this one have the computation that is due."""
    error: str | None
    """Why its members could not be computed, or None."""
    evaluated: Instant | None
    """The instant at which its members were last computed in bulk."""
    took: int | None
    """How long that lasted, in ms."""

    @property
    def is_due(self) -> bool:
        """Whether its members must be computed for everybody."""
        return self.due is not None


@frozen
class Revision:
    """One text that a segment has had."""

    number: int
    text: str
    created: Instant


def living(connection: Connection) -> list[Segment]:
    """The segments that are not archived, by name."""
    return [Segment(*row) for row in connection.execute(_LIVING)]


def named(connection: Connection, name: str) -> Segment | None:
    """The living segment called `name`, or None."""
    row = connection.execute(_NAMED, (name,)).fetchone()
    return None if row is None else Segment(*row)


def read(connection: Connection, segment: int) -> Segment:
    """The segment with the id `segment`, archived or not; it must exist."""
    return Segment(*connection.execute(_BY_ID, (segment,)).fetchone())


def names(connection: Connection) -> dict[int, tuple[str, Instant | None]]:
    """The names of all segments by id, and since when each is archived; None for living ones."""
    return {segment: (name, archived) for segment, name, archived in connection.execute(_NAMES)}


def unsettled(connection: Connection) -> tuple[tuple[int, int | None, int, str | None], ...]:
    """Segments whose members are not exact: id, since which change, how far it came, the error."""
    return tuple(connection.execute(_UNSETTLED))


def revisions(connection: Connection, segment: int) -> list[Revision]:
    """Every text that the segment has had, oldest first."""
    return [Revision(*row) for row in connection.execute(_REVISIONS, (segment,))]


def add(
    connection: Connection, name: str, text: str, *, now: Instant, kind: str = "rule"
) -> Segment:
    """Add a segment without members; inside `immediate`.

    Raises `Refused` (`segment-exists`) when a living one has the name.
    """
    _check_free(connection, name)
    segment = connection.execute(_ADD, (name, kind)).lastrowid
    assert segment is not None, "an insert gives a rowid"
    connection.execute(_ADD_REVISION, (segment, 1, text, now))
    settings.take(connection, settings.Counter.CATALOG)
    return read(connection, segment)


def revise(connection: Connection, segment: int, text: str, *, now: Instant) -> Segment:
    """Give a segment a new text; its members stay until they are computed; inside `immediate`."""
    [(revision,)] = connection.execute(_REVISE, (segment,)).fetchall()
    connection.execute(_ADD_REVISION, (segment, revision, text, now))
    settings.take(connection, settings.Counter.CATALOG)
    return read(connection, segment)


def rename(connection: Connection, segment: int, name: str) -> None:
    """Give a segment a new name; members, history and text stay; inside `immediate`.

    Raises `Refused` (`segment-exists`) when a living one has the name.
    """
    _check_free(connection, name)
    connection.execute(_RENAME, (name, segment))
    settings.take(connection, settings.Counter.CATALOG)


def archive(connection: Connection, segment: int, *, now: Instant) -> None:
    """Take a segment out of use, which frees its name; inside `immediate`.

    Texts and history stay; the caller has `members.apply` write the members' exits first.
    """
    connection.execute(_ARCHIVE, (now, segment))
    settings.take(connection, settings.Counter.CATALOG)


def left_behind(connection: Connection) -> tuple[int, Instant] | None:
    """An archived segment that has members still, and when it was archived; or None."""
    row: tuple[int, Instant] | None = connection.execute(_LEFT_BEHIND).fetchone()
    return row


def _check_free(connection: Connection, name: str) -> None:
    if named(connection, name) is not None:
        raise Refused(f"there is a segment `{name}` already", code="segment-exists")
