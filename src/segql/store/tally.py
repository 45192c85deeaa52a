"""What values are like, counted over mappings: kinds, shares, the most frequent ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from attrs import field, frozen

from segql.model.values import Json, Kind, Path, Scalar
from segql.model.vocabulary import Values
from segql.store.traits import Row, rows_of

MOST_VALUES: Final = 100
"""So many values under one name are told apart."""


@frozen(eq=False)
class Tally:
    """What was counted under one name: owners that have it, elements by kind, values."""

    owners: Counter[str] = field(factory=Counter)
    """`known` who have a value, `lists` who have a list, `dates` elements that read as dates."""
    kinds: Counter[Kind] = field(factory=Counter)
    scalars: Counter[tuple[Kind, float | str]] = field(factory=Counter)

    def add(self, rows: Iterable[Row]) -> None:
        """Count the rows that one owner has under the name."""
        self.owners["known"] += 1
        in_list = False
        for _, kind, value, part, instant in rows:
            in_list = in_list or bool(part) or kind == Kind.NOTHING
            self.owners["dates"] += instant is not None
            if kind != Kind.NOTHING:
                self.kinds[Kind(kind)] += 1
            if kind > Kind.OTHER:
                self.scalars[Kind(kind), value] += 1
        self.owners["lists"] += in_list

    def join(self, other: Tally) -> None:
        """Count in what another tally has counted."""
        self.owners.update(other.owners)
        self.kinds.update(other.kinds)
        self.scalars.update(other.scalars)

    def values(self, owners: int, *, of: int | None = None) -> Values:
        """What was counted in so many `owners`; with `of` these are a sample of so many."""
        scale = 1.0 if of is None else max(of / owners, 1.0)
        top = self.scalars.most_common(MOST_VALUES)
        return Values(
            share=min(1.0, self.owners["known"] / owners) if owners else None,
            kinds={kind: round(number * scale) for kind, number in self.kinds.items()},
            dates=round(self.owners["dates"] * scale),
            lists=round(self.owners["lists"] * scale),
            top=tuple(
                (scalar_of(kind, value), round(number * scale)) for (kind, value), number in top
            ),
            complete=of is None and len(self.scalars) <= MOST_VALUES,
            exact=of is None,
        )


def scalar_of(kind: int, value: float | str) -> Scalar:
    """The scalar that a row holds."""
    return bool(value) if kind == Kind.FLAG else value


@frozen(eq=False)
class Tallies:
    """The tallies of all names in some mappings, and how many mappings these were."""

    by_path: Mapping[Path, Tally]
    owners: int

    def values(self, *, of: int | None = None) -> dict[Path, Values]:
        """What is under each name; with `of` the mappings are a sample of so many."""
        return {path: one.values(self.owners, of=of) for path, one in self.by_path.items()}


def tallied(mappings: Iterable[Mapping[str, Json]], zone: ZoneInfo) -> Tallies:
    """Count what is under each name; objects are not counted, what they hold is."""
    by_path: dict[Path, Tally] = {}
    owners = 0
    for mapping in mappings:
        owners += 1
        rows_by_path: dict[Path, list[Row]] = {}
        for row in rows_of(mapping, zone):
            if row[1] != Kind.OTHER or row[3]:
                rows_by_path.setdefault(row[0], []).append(row)
        for path, rows in rows_by_path.items():
            by_path.setdefault(path, Tally()).add(rows)
    return Tallies(by_path, owners)


def joined(parts: Iterable[Tallies]) -> Tallies:
    """One tally of several."""
    by_path: dict[Path, Tally] = {}
    owners = 0
    for part in parts:
        owners += part.owners
        for path, one in part.by_path.items():
            by_path.setdefault(path, Tally()).join(one)
    return Tallies(by_path, owners)
