"""The names that rules may use, listed for people to choose from, with what the data say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from attrs import frozen

from segql.app.project import Project
from segql.language import write
from segql.model.values import Path
from segql.model.vocabulary import Occurrences, SegmentWords, Values

Sort: TypeAlias = Literal["segment", "trait", "account", "event", "survey"]
Said: TypeAlias = Values | Occurrences | SegmentWords

SORTS: Final[tuple[Sort, ...]] = ("segment", "trait", "account", "event", "survey")


@frozen
class Known:
    """A name that exists: as it is shown, and as a rule writes it."""

    sort: Sort
    key: str | Path
    label: str
    insert: str


def known_names(project: Project) -> tuple[Known, ...]:
    """The names there are, sort by sort, each sorted by name; what is said of them is not read."""
    known = project.vocabulary()
    found = [
        Known("segment", name, name, f"in segment {write.quoted(name)}")
        for name in project.catalog().entries
    ]
    found += [Known("trait", path, write.path(path), f"trait.{write.path(path)}")
              for path in known.traits()]  # fmt: skip
    found += [Known("account", path, write.path(path), f"account.{write.path(path)}")
              for path in known.account_traits()]  # fmt: skip
    found += [Known("event", name, name, f"did {write.quoted(name)}") for name in known.events()]
    found += [
        Known("survey", name, name, f"survey {write.quoted(name)}") for name in known.surveys()
    ]
    return tuple(sorted(found, key=lambda one: (SORTS.index(one.sort), one.label.casefold())))


def said_of(project: Project, names: Sequence[Known]) -> dict[Known, Said]:
    """What the data say of names; those that are gone meanwhile are left out."""
    known = project.vocabulary()
    shelves = {
        "segment": known.segments(),
        "trait": known.traits(),
        "account": known.account_traits(),
        "event": known.events(),
        "survey": known.surveys(),
    }
    found: dict[Known, Said] = {}
    for one in names:
        said = shelves[one.sort].get(one.key)  # type: ignore[attr-defined] # by its own kind of key
        if said is not None:
            found[one] = said
    return found
