"""What is to be told to destinations: listed, counted, kept; stays decided as time passes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from segql.app.project import Project
from segql.membership import firing
from segql.membership.pace import in_chunks
from segql.model.deliveries import State, last_start
from segql.model.errors import Refused
from segql.model.instants import Instant, Moment
from segql.store import outbox, runs, settings
from segql.store.driver import Connection

FORGET: Final = 500
"""Rows of the first chunk that retention looks at."""
_DAY_MS: Final = 86_400_000


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


def kept_days(project: Project) -> int | None:
    """For how many days rows are kept that are pending no more; None for ever."""
    return outbox.retention(project.connection)


def retain(project: Project, days: int | None) -> None:
    """Keep rows that are pending no more for `days`, or for ever when None."""
    if days is not None and not 1 <= days <= 100_000:
        raise Refused(
            f"the outbox can be kept for 1 to 100,000 days, not {days:,}", code="bad-setting"
        )
    with project.writing() as connection:
        outbox.retain(connection, days)


def forget(project: Project, *, now: Instant, at_most: int | None = None) -> int:
    """Take away rows that retention no longer keeps at `now`, and give how many.

    Rows that are pending are never taken away, nor those that a cool-down counts from. The oldest
    first, in chunks that hold the lock shortly; with `at_most` about so many.
    """
    days = outbox.retention(project.connection)
    if days is None:
        return 0
    moment = Moment(now, project.zone)
    before, total = now - days * _DAY_MS, 0
    cooling_since = {
        one.id: last_start(one.line.cooldown, moment)
        for lines in project.catalog().lines.values()
        for one in lines
        if one.line.cooldown is not None
    }
    place: outbox.Place | None = (0, 0, 0)

    def forget_some(connection: Connection, size: int) -> bool:
        nonlocal place, total
        assert place is not None, "it was not the end"
        gone, place = outbox.forget(
            connection, place, before=before, cooling_since=cooling_since, limit=size
        )
        total += gone
        return place is not None and (at_most is None or total < at_most)

    if outbox.is_any_over(project.connection, before=before):
        in_chunks(project.writing, forget_some, first=FORGET)
    return total


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
