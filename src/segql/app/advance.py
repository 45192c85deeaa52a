"""Time passes: everybody's membership is brought to an instant; nothing is due after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from segql.app import history, outbox
from segql.app.project import Project
from segql.membership import archiving, define, lists
from segql.membership.advance import Advance, Advanced
from segql.membership.define import Progress, Recomputed
from segql.membership.sitting import Sitting, begin
from segql.model.errors import Busy, Refused
from segql.model.instants import MAX_INSTANT, Instant, Moment
from segql.store import agenda, runs, settings

T = TypeVar("T")

ATTEMPTS: Final = 100
"""How often a change begins anew because others are in the middle of theirs."""
_NEAR_MS: Final = 86_400_000
"""Edges of so much time are looked for at once before a call; else it looks at its own alone."""


def advance(project: Project, *, now: Instant) -> Advanced:
    """Bring every segment to `now`, each flip at the instant at which it happens.

    What is due comes first, at the project's clock. Where that is later than `now`, it counts: a
    call may have moved it on for its own profiles alone. Stays that have lasted fire at the end.
    """
    if not 0 <= now <= MAX_INSTANT:
        raise Refused("the instant lies outside the years 1970 to 9999", code="bad-time")
    catch_up_at_clock(project, now=now)
    late = runs.due(project.connection)
    done = _advance(project, max(now, settings.clock(project.connection))).done()
    outbox.pass_stays(project, now=done.to, but=late)
    return done


def look_ahead(project: Project, *, now: Instant) -> None:
    """Have the time edges up to `now`, and some beyond, written down before calls come in."""
    late = agenda.late(project.connection, now)
    if late and min(late.values()) > now - _NEAR_MS:
        _advance(project, now).look_ahead()


def in_time(project: Project, *, now: Instant, change: Callable[[Sitting], T | None]) -> T:
    """What `change` gives, called in a write transaction at `now`, or at the clock if later.

    Where it gives None it has changed nothing: everybody is to be brought up to then first. Raises
    `Busy` (`locked`) where other processes put somebody back time and again.
    """
    for _ in range(ATTEMPTS):
        with project.writing() as connection:
            sitting = begin(connection, project.catalog(), Moment(now, project.zone))
            done = change(sitting)
        if done is not None:
            return done
        advance(project, now=sitting.moment.now)
    raise Busy(
        "other processes change profiles of the same account all the time",
        code="locked",
        hint="wait for them to end and try again",
    )


def _advance(project: Project, now: Instant) -> Advance:
    moment = Moment(now, project.zone)
    return Advance(project.connection, project.writing, project.catalog, project.path, moment)


def catch_up_at_clock(
    project: Project,
    *,
    now: Instant,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Recomputed, ...]:
    """Compute what is due where time stands; at `now` in a project that has seen none."""
    started = settings.clock(project.connection) or now
    return catch_up(project, now=started, on_progress=on_progress, cancelled=cancelled)


def catch_up(
    project: Project,
    *,
    now: Instant,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Recomputed, ...]:
    """Compute every segment that is due, unless another process is at it.

    What retention no longer keeps of history and outbox is taken away, some at a time. Raises
    `Cancelled` when `cancelled` says so; what is not computed stays due.
    """
    project.follow_up()
    lists.catch_up(project.connection, project.writing, project.catalog, Moment(now, project.zone))
    project.follow_up()
    archiving.catch_up(project.connection, project.writing, project.zone)
    history.forget(project, now=now, at_most=history.BESIDES)
    outbox.forget(project, now=now, at_most=history.BESIDES)
    if not runs.due(project.connection):
        return ()
    try:
        found = define.compute(
            project.connection,
            project.writing,
            project.catalog,
            project.path,
            Moment(now, project.zone),
            on_progress=on_progress,
            cancelled=cancelled,
        )
    finally:
        project.forget_catalog()
    if found:
        _advance(project, settings.clock(project.connection)).look_ahead()
    return found
