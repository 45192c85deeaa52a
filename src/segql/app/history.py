"""Who was in a segment when, how many, and which flips there were; how long that is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from attrs import frozen

from segql.app.project import Project
from segql.membership.pace import in_chunks
from segql.model.errors import Refused
from segql.model.instants import MAX_INSTANT, Instant, iso
from segql.store import chronicle, history, profiles, segments
from segql.store.driver import Connection, reading

PAGE: Final = 1_000
"""Flips of a page, unless somebody asks for another number."""
MOST_POINTS: Final = 10_000
FORGET: Final = 500
"""Intervals of the first chunk that retention takes away."""
BESIDES: Final = 50_000
"""Intervals that other work takes away on its way, in a second or so."""
_DAY_MS: Final = 86_400_000


@frozen
class Change:
    """A flip as people read it: `profile` is None where the profile was deleted since."""

    number: int
    segment: str
    profile: str | None
    enters: bool
    at: Instant
    cause: str
    cause_id: int | None


@frozen
class Changes:
    """A page of flips in the order of their numbers; the next one comes after `next`."""

    flips: tuple[Change, ...]
    next: int
    """The number of the last flip, or what was asked after where there is none."""
    is_last: bool
    """Whether there are no more by now."""
    is_complete: bool
    """Whether retention has taken away none of those that were asked for."""


@frozen
class Was:
    """A profile that was in a segment; `external` is None where it was deleted since."""

    external: str | None
    entered: Instant
    cause: str


@frozen
class Population:
    """How many members a segment had at instants, evenly spread."""

    points: tuple[tuple[Instant, int], ...]
    complete_from: Instant
    """Before this instant members that left are missing: retention took their intervals away."""


def members_at(project: Project, name: str, at: Instant) -> Iterator[Was]:
    """Who was in the segment at the instant `at`, in the order in which profiles came into being.

    From intervals, entered <= at < left, so it is as exact as history: what reached the project
    later does not change it, save that a merged profile is in since the earlier entry of the two.
    Raises `Refused` for an unknown segment, or an instant before `complete_from`
    (`history-forgotten`).
    """
    segment = project.catalog().entry(name).stored.id
    with reading(project.connection):
        refuse_forgotten(project, at)
        found = history.inside_at(project.connection, segment, at)
    return _named(project, found)


def refuse_forgotten(project: Project, at: Instant) -> None:
    """Raise `Refused` (`history-forgotten`) where intervals of the instant `at` may be gone."""
    kept_from = history.kept_from(project.connection)
    if at < kept_from:
        raise Refused(
            f"history is complete from {iso(kept_from)} on, and {iso(at)} is before that",
            code="history-forgotten",
            hint="what was over then is not kept: see `segql settings`",
        )


def _named(project: Project, found: Sequence[tuple[int, Instant, str]]) -> Iterator[Was]:
    for start in range(0, len(found), PAGE):
        page = found[start : start + PAGE]
        names = profiles.names_ever(project.connection, [profile for profile, _, _ in page])
        for profile, entered, cause in page:
            yield Was(names.get(profile), entered, cause)


def changes(
    project: Project,
    name: str | None = None,
    *,
    after: int = 0,
    since: Instant = 0,
    limit: int = PAGE,
) -> Changes:
    """Flips with a number above `after` and an instant from `since` on, oldest first.

    Of one segment, or of all, archived ones too. A page is what is stored at one moment, and
    numbers only ever grow, so pages after one another hold each flip once, whatever is written
    between them.
    """
    connection = project.connection
    wanted = None if name is None else [project.catalog().entry(name).stored.id]
    with reading(connection):
        names = segments.names(connection)
        chosen = names if wanted is None else wanted
        found = chronicle.flips(connection, chosen, after=after, since=since, limit=limit + 1)
        page = found[:limit]
        who = profiles.names_ever(connection, {flip.profile for flip in page})
        is_complete = after >= history.kept_after(connection) or (
            since > 0 and since >= history.kept_from(connection)
        )
    flips = tuple(
        Change(
            flip.number,
            names[flip.segment][0],
            who.get(flip.profile),
            flip.enters,
            flip.at,
            flip.cause,
            flip.cause_id,
        )
        for flip in page
    )
    last = flips[-1].number if flips else after
    return Changes(flips, last, len(found) <= limit, is_complete)


def population(
    project: Project, name: str, *, since: Instant, until: Instant, points: int
) -> Population:
    """How many members the segment had at `points` instants from `since` to `until`.

    Raises `Refused` (`bad-range`) for fewer than two points, or more than 10,000, or an `until`
    that is not after `since`.
    """
    if not 2 <= points <= MOST_POINTS:
        raise Refused(
            f"{points} points were asked for, 2 to {MOST_POINTS:,} can be", code="bad-range"
        )
    if not 0 <= since < until <= MAX_INSTANT:
        raise Refused("the range must begin before it ends, after 1970", code="bad-range")
    segment = project.catalog().entry(name).stored.id
    with reading(project.connection):
        found = history.population(
            project.connection, segment, since=since, until=until, points=points
        )
        kept_from = history.kept_from(project.connection)
    span = until - since
    instants = [since + point * span // (points - 1) for point in range(points)]
    return Population(tuple(zip(instants, found, strict=True)), kept_from)


def size_over_time(
    project: Project, *, since: Instant, until: Instant, points: int
) -> dict[str, tuple[int, ...]]:
    """The members of every living segment at instants as in `population`, by name."""
    catalog = project.catalog()
    with reading(project.connection):
        return {
            name: tuple(
                history.population(
                    project.connection, entry.stored.id, since=since, until=until, points=points
                )
            )
            for name, entry in catalog.entries.items()
        }


@frozen
class Kept:
    """For how many days intervals that are over are kept, None for ever; and what is left."""

    days: int | None
    complete_from: Instant


def kept(project: Project) -> Kept:
    """What is kept of history, and from when on it is complete."""
    return Kept(history.retention(project.connection), history.kept_from(project.connection))


def retain(project: Project, days: int | None) -> None:
    """Keep intervals that are over for `days`, or for ever when None; `forget` takes them away."""
    if days is not None and not 1 <= days <= 100_000:
        raise Refused(
            f"history can be kept for 1 to 100,000 days, not {days:,}", code="bad-setting"
        )
    with project.writing() as connection:
        history.retain(connection, days)


def forget(project: Project, *, now: Instant, at_most: int | None = None) -> int:
    """Take away the intervals that retention no longer keeps at `now`, and give how many.

    The oldest first; with `at_most` about so many, and the others the next time. In chunks that
    hold the lock shortly; a kill between two of them leaves the rest. Nothing is taken away while
    history is kept for ever.
    """
    days = history.retention(project.connection)
    before = now - days * _DAY_MS if days is not None else 0
    if days is None or not history.is_any_over(project.connection, before=before):
        return 0
    total = 0

    def forget_some(connection: Connection, size: int) -> bool:
        nonlocal total
        gone = history.forget(connection, before=before, limit=size)
        total += gone
        return gone == size and (at_most is None or total < at_most)

    in_chunks(project.writing, forget_some, first=FORGET)
    return total
