"""A profile's way through the segments: from when to when, and because of what."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from attrs import frozen

from segql.app.profiles import internal
from segql.app.project import Project
from segql.app.reasons import Asked, Because, reasons
from segql.model.instants import Instant, local_text
from segql.store import history, profiles, segments
from segql.store.driver import reading


@frozen
class Stretch:
    """An interval of a profile in a segment; `left` is None while it lasts."""

    segment: str
    is_archived: bool
    entered: Instant
    entered_because: Because
    left: Instant | None
    left_because: Because | None
    known_as: str | None
    """The id of an absorbed profile whose interval it was, or None."""


@frozen
class _Found:
    segment: int
    entered: Instant
    cause: tuple[str, int | None]
    left: Instant | None
    left_cause: tuple[str, int | None] | None
    known_as: str | None


def journey(project: Project, external: str) -> tuple[Stretch, ...]:
    """The intervals of the profile `external`, and of those that it absorbed, by their beginning.

    Raises `Refused` (`unknown-profile`). What retention took away is missing.
    """
    connection = project.connection
    with reading(connection):
        profile = internal(project, external)
        found = _intervals_of(project, profile, None)
        for absorbed, name in profiles.absorbed_by(connection, profile).items():
            found += _intervals_of(project, absorbed, name)
        names = segments.names(connection)
        known = reasons(project, _asked(profile, found))
    found.sort(key=lambda one: (one.entered, one.left is None, one.left or 0, one.segment))
    return tuple(
        Stretch(
            names[one.segment][0],
            names[one.segment][1] is not None,
            one.entered,
            known[profile, *one.cause],
            one.left,
            None if one.left_cause is None else known[profile, *one.left_cause],
            one.known_as,
        )
        for one in found
    )


def _intervals_of(project: Project, profile: int, known_as: str | None) -> list[_Found]:
    connection = project.connection
    closed = [
        _Found(
            one.owner,
            one.entered,
            (one.entered_cause, one.entered_cause_id),
            one.left,
            (one.left_cause, one.left_cause_id),
            known_as,
        )
        for one in history.of_profile(connection, profile)
    ]
    lasting = [
        _Found(one.segment, one.entered, (one.cause, one.cause_id), None, None, known_as)
        for one in history.open_of_profile(connection, profile)
    ]
    return closed + lasting


def _asked(profile: int, found: Iterable[_Found]) -> set[Asked]:
    return {
        (profile, *cause)
        for one in found
        for cause in (one.cause, one.left_cause)
        if cause is not None
    }


def lines(stretches: Iterable[Stretch], zone: ZoneInfo) -> list[str]:
    """A journey for people, a line for each interval."""
    return [_line(one, zone) for one in stretches]


def _line(one: Stretch, zone: ZoneInfo) -> str:
    name = f"`{one.segment}`" + (" (archived)" if one.is_archived else "")
    start = local_text(one.entered, zone)
    known_as = f", then known as `{one.known_as}`" if one.known_as is not None else ""
    why = one.entered_because.words
    if one.left is None or one.left_because is None:
        return f"in {name} since {start}, because: {why}{known_as}"
    end = local_text(one.left, zone)
    return (
        f"in {name} from {start} to {end}, because: {why}; "
        f"left because: {one.left_because.words}{known_as}"
    )
