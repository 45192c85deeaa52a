"""The newest flips, of everybody or of whom a few letters mean, and what caused them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from segql.app.project import Project
from segql.app.reasons import Asked, Because, reasons
from segql.model.instants import Instant
from segql.store import chronicle, history, profiles, segments
from segql.store.chronicle import Recorded
from segql.store.driver import reading

_PROFILES: Final = 100
"""Profiles that letters may mean at the most."""


@frozen
class Flip:
    """A flip with names: `profile` is None where the profile was deleted since."""

    recorded: Recorded
    segment: str
    profile: str | None

    @property
    def number(self) -> int:
        """Its number; later ones have greater numbers."""
        return self.recorded.number

    @property
    def asked(self) -> Asked:
        """What its cause is asked for by."""
        return self.recorded.profile, self.recorded.cause, self.recorded.cause_id


@frozen
class News:
    """The newest flips, newest first."""

    flips: tuple[Flip, ...]
    is_all: bool
    """Whether there are no others between those that were asked for."""
    complete_from: Instant
    """Before this instant some are missing: retention took them away."""


def newest(
    project: Project,
    *,
    letters: str = "",
    segment: str | None = None,
    after: int = 0,
    before: int | None = None,
    limit: int,
) -> News:
    """The newest flips with numbers above `after` and below `before`, at most `limit`.

    Of the living segment called `segment`, or of every segment, archived ones too; with `letters`
    those of segments whose names hold them, whatever their case, and of the first profiles whose
    ids begin with them. Raises `Refused` for an unknown segment.
    """
    connection = project.connection
    with reading(connection):
        names = segments.names(connection)
        wanted, people = _meant(project, names, letters, segment)
        found = chronicle.newest(
            connection, wanted, people, after=after, before=before, limit=limit + 1
        )
        who = profiles.names_ever(connection, {one.profile for one in found})
        kept_from = history.kept_from(connection)
    flips = [Flip(one, names[one.segment][0], who.get(one.profile)) for one in found[:limit]]
    return News(tuple(flips), len(found) <= limit, kept_from)


def _meant(
    project: Project,
    names: dict[int, tuple[str, Instant | None]],
    letters: str,
    segment: str | None,
) -> tuple[Sequence[int], Sequence[int]]:
    """The segments and the profiles, by internal ids."""
    if segment is not None:
        return [project.catalog().entry(segment).stored.id], ()
    if not letters:
        return list(names), ()
    wanted = [id for id, (name, _) in names.items() if letters.casefold() in name.casefold()]
    connection = project.connection
    found = profiles.beginning_with(connection, letters, limit=_PROFILES)
    numbers = profiles.profile_ids(connection, (external for external, _ in found))
    absorbed = [
        one for profile in numbers.values() for one in profiles.absorbed_by(connection, profile)
    ]
    return wanted, [*numbers.values(), *absorbed]


def because(project: Project, flips: Sequence[Flip]) -> dict[Asked, Because]:
    """What caused the flips, by what each is `asked` for."""
    with reading(project.connection):
        return reasons(project, {one.asked for one in flips})
