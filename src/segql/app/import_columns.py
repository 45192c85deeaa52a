"""Which column of a CSV holds what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import frozen

from segql.app.files import Source
from segql.app.rejects import OWN
from segql.model.errors import Refused
from segql.store.plain import name_checked


@frozen
class Columns:
    """Where things stand in a CSV; places count from 0."""

    source: Source
    header: Sequence[str]

    def place(self, wanted: str | None, known: Sequence[str], *, option: str) -> int:
        """The place of the column `wanted`, else of the first of `known`; `Refused` without."""
        for name in known if wanted is None else (wanted,):
            if name in self.header:
                return self.header.index(name)
        raise self._missing(wanted, known, option)

    def optional(self, wanted: str | None, known: str, *, option: str) -> int | None:
        """The place of `wanted`, which must be there, else of `known`, which may be missing."""
        if wanted is None and known not in self.header:
            return None
        return self.place(wanted, (known,), option=option)

    def others(self, taken: Iterable[int | None]) -> list[tuple[str, int]]:
        """The remaining columns with their places, by name; those without a name left out."""
        used = set(taken)
        return sorted(
            (name_checked(name, "name of a column"), place)
            for place, name in enumerate(self.header)
            if name and place not in used and name not in OWN
        )

    def _missing(self, wanted: str | None, known: Sequence[str], option: str) -> Refused:
        found = ", ".join(f"`{name}`" for name in self.header if name)
        hint = f"name the column with {option}"
        only = self.header[0]
        for mark, said in ((";", "';'"), ("\t", "a tab"), ("|", "'|'")):
            if len(self.header) == 1 and mark in only:
                hint = f"its cells seem to be separated by {said}: add --delimiter"
        expected = f"`{wanted}`" if wanted is not None else " or ".join(f"`{n}`" for n in known)
        return Refused(
            f"`{self.source.name}` has no column {expected}; it has {found}",
            code="no-column",
            hint=hint,
        )
