"""What is to be told to destinations: listed and counted; and stays decided as time passes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from segql.app.project import Project
from segql.membership import firing
from segql.model.deliveries import State
from segql.model.instants import Instant, Moment
from segql.store import outbox, runs, settings


def listed(
    project: Project,
    *,
    segment: str | None = None,
    destination: str | None = None,
    state: State | None = State.PENDING,
    limit: int = 1_000,
) -> tuple[outbox.Row, ...]:
    """The first rows by when they are due; None for any state.

    Raises `Refused` for an unknown segment.
    """
    chosen = None if segment is None else project.catalog().entry(segment).stored.id
    return tuple(
        outbox.listed(
            project.connection,
            state=state,
            segment=chosen,
            destination=destination,
            limit=limit,
        )
    )


def counts(project: Project) -> Mapping[tuple[str, str], int]:
    """Rows by destination and state."""
    return outbox.counts(project.connection)


def pass_stays(project: Project, *, now: Instant, but: Iterable[int] = ()) -> None:
    """Fire the `after` lines for stays that have lasted by `now`, in short transactions.

    Every profile must have passed its edges up to `now`, but for those of segments that are due,
    or named by internal id in `but`: their stays wait too.
    """
    done = not project.catalog().lines
    while not done:
        with project.writing() as connection:
            # Not the clock, which a call may have moved on: others have not passed those edges yet.
            settings.advance_clock(connection, now)
            moment = Moment(now, project.zone)
            late = {*runs.due(connection), *but}
            lines = {
                segment: those
                for segment, those in project.catalog().lines.items()
                if segment not in late
            }
            done = firing.pass_stays(connection, lines, moment)
