"""Going to anything by a few letters: segments fuzzily, profiles by the beginning of their id."""

from __future__ import annotations

from itertools import chain, islice
from typing import Final, Literal

from attrs import frozen

from segql.app.project import Project
from segql.language import syntax
from segql.store import profiles

_SPREAD: Final = 4
"""How many letters may lie between two that match, per letter that was given."""


@frozen
class Found:
    """Something to go to: by its name, or for profiles by id; `words` say more of it."""

    kind: Literal["segment", "profile"]
    name: str
    words: str = ""


def find(project: Project, letters: str, *, limit: int) -> tuple[Found, ...]:
    """At most `limit` segments and profiles that `letters` may mean, the likeliest first.

    A segment's name holds the letters in their order, whatever their case; a profile's id begins
    with them exactly.
    """
    entries = project.catalog().entries
    distances = {name: distance(letters, name) for name in entries}
    near = sorted((far, name) for name, far in distances.items() if far is not None)
    segments = (Found("segment", name, _description(entries[name].written)) for _, name in near)
    first = profiles.beginning_with(project.connection, letters, limit=limit) if letters else []
    people = (Found("profile", external, email or "") for external, email in first)
    return tuple(islice(chain(islice(segments, limit), people), limit))


def _description(written: syntax.Segment | None) -> str:
    return "" if written is None else written.description or ""


def distance(letters: str, name: str) -> int | None:
    """How far `letters` are spread over `name`, 0 for its beginning; None where they are not in it.

    >>> distance("pu", "power users"), distance("po", "power users"), distance("x", "power users")
    (6, 0, None)
    """
    wanted, where = letters.casefold(), name.casefold()
    start = where.find(wanted)
    if start >= 0:
        return start
    place, first, last = 0, -1, -1
    for letter in wanted:
        last = where.find(letter, place)
        if last < 0:
            return None
        first = last if first < 0 else first
        place = last + 1
    spread = last - first
    return spread if spread <= _SPREAD * len(wanted) else None
