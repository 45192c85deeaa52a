"""What changed, and which segments read it."""

from __future__ import annotations

from collections.abc import Collection

from attrs import frozen

from segql.membership.catalog import Catalog
from segql.model.values import Path
from segql.rules.reads import Reads


@frozen(kw_only=True)
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


def segments_reading(catalog: Catalog, affected: Affected) -> tuple[str, ...]:
    """The segments whose rules read what changed, and those that depend on them, in order."""
    return catalog.dependants(
        name
        for name, entry in catalog.entries.items()
        if entry.reads is not None and (affected.everything or _reads(entry.reads, affected))
    )


def _reads(reads: Reads, affected: Affected) -> bool:
    return (
        not reads.events.isdisjoint(affected.events)
        or not reads.fields.isdisjoint(affected.fields)
        or any(survey in affected.surveys for survey in reads.surveys if survey is not None)
        or (None in reads.surveys and bool(affected.surveys))
        or _share_a_path(reads.traits, affected.traits)
        or _share_a_path(reads.account_traits, affected.account_traits)
    )


def _share_a_path(read: Collection[Path], changed: Collection[Path]) -> bool:
    """Whether one is the other's beginning: an object changes with what it holds."""
    return any(
        one[: len(other)] == other or other[: len(one)] == one for one in read for other in changed
    )
