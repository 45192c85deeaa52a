"""What changed, and which rules read it: an index built once per revision of the catalogue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias, TypeVar

from attrs import evolve, field, frozen

from segql.model.values import Path
from segql.rules.reads import Reads

Places: TypeAlias = frozenset[int]
"""Rules, by their place in the order of dependency."""

K = TypeVar("K", str, str | None)

_REMEMBERED: Final = 10_000
_EMAIL: Final[Path] = ("email",)
"""The trait that stands in for the field `email` where that is missing (§4)."""


@frozen(kw_only=True, cache_hash=True)
class Affected:
    """What rules may read that is no longer what it was."""

    events: frozenset[str] = frozenset()
    traits: frozenset[Path] = frozenset()
    account_traits: frozenset[Path] = frozenset()
    surveys: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    everything: bool = False
    """Profiles are new, so that any rule may hold for them."""

    def __or__(self, other: Affected) -> Affected:
        """Both together."""
        return Affected(
            events=self.events | other.events,
            traits=self.traits | other.traits,
            account_traits=self.account_traits | other.account_traits,
            surveys=self.surveys | other.surveys,
            fields=self.fields | other.fields,
            everything=self.everything or other.everything,
        )


@frozen
class Readers:
    """Which rules read what."""

    all: Places
    """Every rule that reads anything."""
    _events: Mapping[str, Places]
    _fields: Mapping[str, Places]
    _surveys: Mapping[str | None, Places]
    _traits: Mapping[str, Sequence[tuple[Path, int]]]
    """By the first key of the path."""
    _account_traits: Mapping[str, Sequence[tuple[Path, int]]]
    _found: dict[Affected, Places] = field(factory=dict, repr=False)

    @classmethod
    def of(cls, reads: Sequence[Reads | None]) -> Readers:
        """The index over what the rule at each place reads; None is one that nothing affects."""
        known = [(place, found) for place, found in enumerate(reads) if found is not None]
        return cls(
            frozenset(place for place, _ in known),
            _index((name, place) for place, found in known for name in found.events),
            _index((name, place) for place, found in known for name in found.fields),
            _index((key, place) for place, found in known for key in found.surveys),
            _by_first_key((path, place) for place, found in known for path in found.traits),
            _by_first_key((path, place) for place, found in known for path in found.account_traits),
        )

    def of_affected(self, affected: Affected) -> Places:
        """The rules that read something of `affected` themselves; not those that follow them."""
        found = self._found.get(affected)
        if found is None:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            found = self._found[affected] = self._search(affected)
        return found

    def _search(self, affected: Affected) -> Places:
        if affected.everything:
            return self.all
        if "account" in affected.fields:  # another account: all of its traits are others
            paths = {path for entries in self._account_traits.values() for path, _ in entries}
            affected = evolve(affected, account_traits=affected.account_traits | paths)
        nobody: Places = frozenset()
        found = set[int]()
        for name in affected.events:
            found |= self._events.get(name, nobody)
        for name in affected.fields:
            found |= self._fields.get(name, nobody)
        for key in affected.surveys:
            found |= self._surveys.get(key, nobody)
        if affected.surveys:
            found |= self._surveys.get(None, nobody)
        if _EMAIL in affected.traits:
            found |= self._fields.get("email", nobody)
        found.update(_sharing(self._traits, affected.traits))
        found.update(_sharing(self._account_traits, affected.account_traits))
        return frozenset(found)


def _index(pairs: Iterable[tuple[K, int]]) -> dict[K, Places]:
    found: defaultdict[K, set[int]] = defaultdict(set)
    for key, place in pairs:
        found[key].add(place)
    return {key: frozenset(places) for key, places in found.items()}


def _by_first_key(pairs: Iterable[tuple[Path, int]]) -> Mapping[str, Sequence[tuple[Path, int]]]:
    found: defaultdict[str, list[tuple[Path, int]]] = defaultdict(list)
    for path, place in pairs:
        found[path[0]].append((path, place))
    return dict(found)


def _sharing(
    index: Mapping[str, Sequence[tuple[Path, int]]], changed: Iterable[Path]
) -> Iterable[int]:
    """Where one path is the other's beginning: an object changes with what it holds."""
    for path in changed:
        for read, place in index.get(path[0], ()):
            if read[: len(path)] == path or path[: len(read)] == read:
                yield place
