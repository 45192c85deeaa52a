"""Imports that membership follows: affected segments are marked in each batch, then recomputed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeAlias, assert_never

from attrs import frozen

from segql.app import imports
from segql.app.advance import advance, catch_up
from segql.app.import_batches import OnProgress
from segql.app.import_options import EventOptions, ProfileOptions, ResponseOptions
from segql.app.import_report import ImportReport
from segql.app.project import Project
from segql.membership import define
from segql.membership.affected import Affected
from segql.membership.define import Progress, Recomputed
from segql.model.errors import Refused
from segql.model.flips import Cause
from segql.model.instants import Instant
from segql.store import settings

Options: TypeAlias = ProfileOptions | EventOptions | ResponseOptions


@frozen
class Followed:
    """What an import did, and what that did to the segments."""

    report: ImportReport
    recomputed: tuple[Recomputed, ...]


def import_file(
    project: Project,
    file: Path | BinaryIO,
    options: Options,
    *,
    now: Callable[[], Instant],
    name: str | None = None,
    on_import: OnProgress | None = None,
    on_recompute: Progress | None = None,
) -> Followed:
    """Import a file and recompute the affected segments, silently.

    All of that happens at `now()` of the beginning, to which time is advanced before; then it is
    advanced to `now()` of the end.

    Every batch marks the segments that read what it changed in its own transaction, so that a
    recompute is due even where the import is killed; after Ctrl-C (`report.interrupted`) it is done
    at once for what was stored.
    """
    if project.read_only:
        raise Refused("the project is open for reading only", code="read-only-project")

    def mark(batch: Affected) -> None:
        # Anew for each batch: another process may define or recompute segments meanwhile.
        catalog = project.catalog()
        define.mark(
            project.connection,
            catalog,
            catalog.affected(batch),
            cause=Cause.IMPORT,
            change=settings.counted(project.connection, settings.Counter.CHANGE),
        )

    begun = now()
    advance(project, now=begun)
    report = _import(project, file, options, begun, name, on_import, mark)
    recomputed = catch_up(project, now=begun, on_progress=on_recompute)
    advance(project, now=now())
    return Followed(report, recomputed)


def _import(
    project: Project,
    file: Path | BinaryIO,
    options: Options,
    now: Instant,
    name: str | None,
    on_progress: OnProgress | None,
    mark: Callable[[Affected], None],
) -> ImportReport:
    connection = project.connection
    match options:
        case ProfileOptions():
            return imports.import_profiles(
                connection,
                file,
                options,
                now=now,
                name=name,
                on_progress=on_progress,
                before_commit=mark,
            )
        case EventOptions():
            return imports.import_events(
                connection, file, options, name=name, on_progress=on_progress, before_commit=mark
            )
        case ResponseOptions():
            return imports.import_responses(
                connection, file, options, name=name, on_progress=on_progress, before_commit=mark
            )
        case _:
            assert_never(options)
