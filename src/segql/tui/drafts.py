"""Texts under way: those that are not saved, and the one in front."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import evolve, field, frozen


@frozen
class Document:
    """A text under way: what it was when it was opened, and what it is."""

    key: str
    """`segment …`, `file …`, or `untitled …`."""
    text: str = ""
    opened: str = ""
    """The text as it is saved; the document is changed where it differs."""
    revisions: Mapping[str, int] = field(factory=dict)
    """The newest revisions of its segments when it was opened."""
    at: int = 0

    @property
    def is_changed(self) -> bool:
        """Whether something would be lost without it."""
        return self.text != self.opened

    @property
    def title(self) -> str:
        """What people call it."""
        return self.key.partition(" ")[2] if not self.key.startswith("untitled") else self.key

    @property
    def segment(self) -> str | None:
        """The segment that it is of."""
        kind, _, rest = self.key.partition(" ")
        return rest if kind == "segment" else None

    @property
    def path(self) -> Path | None:
        """The file that it is of."""
        kind, _, rest = self.key.partition(" ")
        return Path(rest) if kind == "file" else None


@frozen
class Drafts:
    """The texts of one database: those that are not saved, and the one in front."""

    current: Document = field(factory=lambda: Document("untitled 1"))
    others: tuple[Document, ...] = ()

    def with_current(self, document: Document) -> Drafts:
        """Another text in front; the one before stays if it is not saved."""
        kept = [
            one
            for one in (*self.others, self.current)
            if one.is_changed and one.key not in (document.key, "")
        ]
        return Drafts(document, tuple(kept))

    def find(self, key: str) -> Document | None:
        """The text under that key which is not saved."""
        return next((one for one in (*self.others, self.current) if one.key == key), None)

    def untitled(self) -> Document:
        """An empty text under a key of its own."""
        taken = {one.key for one in (*self.others, self.current) if one.is_changed}
        number = next(n for n in range(1, len(taken) + 2) if f"untitled {n}" not in taken)
        return Document(f"untitled {number}")

    def aside(self, key: str) -> Drafts:
        """The text under `key` under one of its own, as one that was never saved."""
        free = self.untitled().key

        def moved(one: Document) -> Document:
            if one.key != key:
                return one
            return evolve(one, key=free, opened="", revisions={})

        return Drafts(moved(self.current), tuple(map(moved, self.others)))

    def joined(self, older: Drafts) -> Drafts:
        """These, and what is not saved of `older`: under other keys where both have one."""
        found = self
        for one in (*older.others, older.current):
            if not one.is_changed or found.find(one.key) == one:
                continue
            if found.find(one.key) is not None:
                one = evolve(one, key=found.untitled().key, opened="", revisions={})
            found = evolve(found, others=(*found.others, one))
        return found

    def without(self, key: str) -> Drafts:
        """These but the text under `key`, which is not the one in front."""
        return evolve(self, others=tuple(one for one in self.others if one.key != key))

    def saved(self, text: str, revisions: Mapping[str, int]) -> Drafts:
        """The text in front as it is saved now; it becomes that of its segment, or stays a file."""
        key = self.current.key
        if not key.startswith("file "):
            key = f"segment {next(iter(revisions))}" if revisions else key
        return evolve(self, current=Document(key, text, text, revisions, self.current.at))

    def filed(self, path: Path, text: str, revisions: Mapping[str, int]) -> Drafts:
        """The text in front as that of a file."""
        return evolve(
            self, current=Document(f"file {path}", text, text, revisions, self.current.at)
        )

    def written(self, text: str, at: int) -> Drafts:
        """The text in front as it is now."""
        return evolve(self, current=evolve(self.current, text=text, at=at))
