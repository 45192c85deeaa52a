"""Going to anything by a few letters: segments and surveys fuzzily, profiles by their beginning."""

from __future__ import annotations

from collections.abc import Iterable
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

    kind: Literal["segment", "survey", "profile"]
    name: str
    words: str = ""


def find(project: Project, letters: str, *, limit: int) -> tuple[Found, ...]:
    """At most `limit` segments, surveys and profiles that `letters` may mean.

    The likeliest of each first. The name of a segment or a survey holds the letters in their order,
    whatever their case; a profile's id begins with them exactly. Where there are many segments,
    they leave half of the room to others.
    """
    entries = project.catalog().entries
    segments = [
        Found("segment", name, _description(entries[name].written))
        for name in _near(letters, entries)
    ]
    surveys = [Found("survey", name) for name in _near(letters, project.vocabulary().surveys())]
    first = profiles.beginning_with(project.connection, letters, limit=limit) if letters else []
    people = [Found("profile", external, email or "") for external, email in first]
    others = [*surveys[: limit // 4], *people][: limit // 2] if letters else []
    chosen = segments[: limit - len(others)]
    return (*chosen, *[*surveys[: limit // 4], *people][: limit - len(chosen)])


def _near(letters: str, names: Iterable[str]) -> list[str]:
    """The names that hold the letters, the likeliest first."""
    distances = ((distance(letters, name), name) for name in names)
    return [name for _, name in sorted((far, name) for far, name in distances if far is not None)]


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
