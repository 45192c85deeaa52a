"""Fixed lists of profiles: put on and taken off by people and programs, with files or without."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from attrs import frozen

from segql.app.advance import advance, catch_up, in_time, look_ahead
from segql.app.files import Source, failed, open_source
from segql.app.import_columns import Columns
from segql.app.import_items import PROFILE_IDS
from segql.app.import_jsonl import id_of, taken
from segql.app.lines import Bad
from segql.app.project import Project
from segql.app.rejects import Reject, printable
from segql.membership import lists
from segql.membership.catalog import Entry
from segql.membership.sitting import Sitting, begin
from segql.model.errors import Refused
from segql.model.instants import Instant, Moment
from segql.store import list_changes, members, profiles, segments, settings
from segql.store.driver import Connection, reading
from segql.store.plain import name_checked


@frozen
class Row:
    """A profile's id, or why there is none, and the line of the file."""

    line: int
    id: str | None
    reason: str = ""


@frozen
class Listed:
    """What became of a list; nothing of the rejected rows is stored."""

    name: str
    created: bool
    changed: int
    """Profiles that are on the list now, or off it, and were not before."""
    present: int
    """Profiles for which that was so already."""
    rejects: tuple[Reject, ...]
    members: int
    exists: bool = True
    """False where it would be new, and was not made."""


def rows_in(
    file: Path | BinaryIO, *, name: str, column: str | None = None, delimiter: str | None = None
) -> Iterator[Row]:
    """The ids of profiles in a file: a CSV with a header, JSONL, or an id on each line.

    They stand in `column`, else in `profile`, `id` or `user_id`, whichever is there. A file of one
    column with none of these names has no header. Raises `Refused` for a file that cannot be read,
    or has no such column.
    """
    source = open_source(file, name=name, delimiter=delimiter)
    try:
        yield from _rows(source, column)
    except OSError as error:
        raise failed(name, error) from error
    finally:
        if isinstance(file, Path):
            source.text.close()
        else:
            source.text.detach()


def _rows(source: Source, column: str | None) -> Iterator[Row]:
    header = source.header
    place = 0
    if header is not None:
        if column is None and len(header) == 1 and header[0] not in PROFILE_IDS:
            yield Row(1, header[0])
        else:
            place = Columns(source, header).place(column, PROFILE_IDS, option="--column")
    for row in source.rows():
        if isinstance(row, Bad):
            yield Row(row.line, None, row.reason)
            continue
        line, _, found = row
        try:
            if isinstance(found, list):
                yield Row(line, found[place].strip())
            else:
                yield Row(line, id_of(taken(found, column, PROFILE_IDS), "profile id"))
        except (ValueError, Refused) as error:
            yield Row(line, None, str(error))


def add_profiles(
    project: Project,
    name: str,
    rows: Iterable[Row],
    *,
    now: Instant,
    description: str | None = None,
) -> Listed:
    """Put profiles on the list `name`, made if it is new, and let what reads it follow, silently.

    Ids that no profile has are rejected; a new list of such ids alone is not made. A `description`
    replaces the one there is. Raises `Refused` where the name is a rule's (`not-a-list`).
    """
    return _change(project, name, tuple(rows), now, enters=True, description=description)


def remove_profiles(project: Project, name: str, rows: Iterable[Row], *, now: Instant) -> Listed:
    """Take profiles off the list `name`; see `add_profiles`."""
    return _change(project, name, tuple(rows), now, enters=False, description=None)


def _change(
    project: Project,
    name: str,
    rows: Sequence[Row],
    now: Instant,
    *,
    enters: bool,
    description: str | None,
) -> Listed:
    moment = Moment(now, project.zone)
    look_ahead(project, now=now)
    if project.catalog().reads_teammates:  # of whom there may be many
        advance(project, now=now)
    # First whoever waits still, so that what is counted is what there was.
    lists.catch_up(project.connection, project.writing, project.catalog, moment)
    with reading(project.connection) as connection:  # no lock, however long the file
        seen = settings.counted(connection, settings.Counter.FLIP)
        wanted, rejects = _resolved(connection, rows)
        entry = project.catalog().entries.get(name)
        inside = set() if entry is None else members.among(connection, entry.stored.id, wanted)
    if entry is None and enters and not wanted and rejects:
        return Listed(name, False, 0, 0, rejects, 0, exists=False)
    moving = [profile for profile in wanted if (profile in inside) != enters]

    def put(sitting: Sitting) -> int | None:
        nonlocal entry, moving
        connection = sitting.connection
        is_as_seen = seen == settings.counted(connection, settings.Counter.FLIP)
        if not is_as_seen or list_changes.first(connection) is not None:
            moving = list(wanted)
        if lists.are_behind(sitting, moving):
            return None
        entry = project.catalog().entries.get(name)
        segment = _list(project, name, entry, now, enters=enters, description=description)
        anew = begin(connection, project.catalog(), sitting.moment, change=sitting.change)
        lists.put(anew, segment, moving, enters=enters)
        return segment

    segment = in_time(project, now=now, change=put)
    catch_up(project, now=now)
    size = members.count(project.connection, segment)
    return Listed(name, entry is None, len(moving), len(wanted) - len(moving), rejects, size)


def _resolved(
    connection: Connection, rows: Iterable[Row]
) -> tuple[Sequence[int], tuple[Reject, ...]]:
    """Internal ids, ascending, each once; and the rows without a profile."""
    rows = list(rows)
    found = profiles.profile_ids(connection, {row.id for row in rows if row.id})
    rejects = tuple(
        Reject(row.line, printable(row.reason or _unknown(row.id)))
        for row in rows
        if row.id is None or row.id not in found
    )
    return sorted(set(found.values())), rejects


def _unknown(external: str | None) -> str:
    return f"there is no profile `{external}`" if external else "the id is empty"


def _list(
    project: Project,
    name: str,
    entry: Entry | None,
    now: Instant,
    *,
    enters: bool,
    description: str | None,
) -> int:
    """The id of the list, made where it is new and somebody is put on it."""
    connection = project.connection
    if entry is None and enters:
        name_checked(name, "name of the segment")
        return segments.add(connection, name, description or "", now=now, kind="manual").id
    entry = project.catalog().entry(name)
    if not entry.is_manual:
        raise Refused(
            f"segment `{name}` has a rule, which decides who is in it",
            code="not-a-list",
            hint='give the list another name, and read it in the rule: `in segment "…"`',
        )
    if description is not None and description != entry.stored.text:
        segments.revise(connection, entry.stored.id, description, now=now)
    return entry.stored.id
