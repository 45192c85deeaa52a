"""Members page by page, now or at an instant, and all of them as CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from attrs import frozen

from segql.app.history import Was, refuse_forgotten
from segql.app.project import Project
from segql.engines.sets.course import Cancelled
from segql.model.errors import Broken
from segql.model.instants import Instant, iso
from segql.store import history, members, profiles
from segql.store.driver import reading
from segql.store.members import Member

COLUMNS: Final = ("profile", "entered", "cause")
_CHUNK: Final = 10_000


@frozen
class Page:
    """Some members, in the order in which their profiles came into being, of `total`."""

    people: tuple[Was, ...]
    total: int
    next: int
    """What the page behind this one comes `after`."""


def page(
    project: Project, name: str, *, at: Instant | None = None, after: int = 0, limit: int
) -> Page:
    """Up to `limit` members behind `after`: those of now, or those of the instant `at`.

    Raises `Refused` for an unknown segment, or an instant that history does not reach back to
    (`history-forgotten`).
    """
    connection = project.connection
    segment = project.catalog().entry(name).stored.id
    with reading(connection):
        if at is None:
            found = members.page(connection, segment, after=after, limit=limit)
            total = members.count(connection, segment)
            people = [Was(one.external, one.entered, one.cause) for one in found]
            last = found[-1].profile if found else after
        else:
            refuse_forgotten(project, at)
            inside = history.inside_at(connection, segment, at, after=after, limit=limit)
            total = history.count_at(connection, segment, at)
            names = profiles.names_ever(connection, [profile for profile, _, _ in inside])
            people = [Was(names.get(who), entered, cause) for who, entered, cause in inside]
            last = inside[-1][0] if inside else after
    return Page(tuple(people), total, last)


def as_rows(found: Iterable[Member | Was]) -> Iterator[dict[str, str | None]]:
    """Members as rows of CSV and JSON; a profile that was deleted since has no name."""
    for one in found:
        yield {"profile": one.external, "entered": iso(one.entered), "cause": one.cause}


def write_csv(
    project: Project,
    name: str,
    path: Path,
    *,
    at: Instant | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> int:
    """Write all members of now, or of the instant `at`, as CSV into a file, and give how many.

    The file comes into its place once it is whole. Raises what `page` does, `Broken`
    (`write-failed`), and `Cancelled`.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            written = _write(
                project, name, csv.DictWriter(file, COLUMNS), at, on_progress, cancelled
            )
        part.replace(path)
    except OSError as error:
        raise Broken(
            f"`{path}` cannot be written: {error.strerror}", code="write-failed"
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return written


def _write(
    project: Project,
    name: str,
    writer: csv.DictWriter[str],
    at: Instant | None,
    on_progress: Callable[[int, int], None] | None,
    cancelled: Callable[[], bool] | None,
) -> int:
    writer.writeheader()
    written = after = 0
    while (found := page(project, name, at=at, after=after, limit=_CHUNK)).people:
        writer.writerows(as_rows(found.people))
        written, after = written + len(found.people), found.next
        if on_progress is not None:
            on_progress(written, found.total)
        if cancelled is not None and cancelled():
            raise Cancelled(f"{written:,} members were to be written, and are not kept")
    return written
