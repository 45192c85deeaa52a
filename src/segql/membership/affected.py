"""What changed, and which segments read it."""

from __future__ import annotations

from collections.abc import Collection

from attrs import frozen

from segql.membership.catalog import Catalog
from segql.model.values import Path
from segql.rules.reads import Reads


@frozen(kw_only=True)
class Changed:
    """Facts that are no longer what they were; `everything` when profiles are new."""

    events: Collection[str] = ()
    traits: Collection[Path] = ()
    account_traits: Collection[Path] = ()
    surveys: Collection[str] = ()
    fields: Collection[str] = ()
    everything: bool = False


def affected(catalog: Catalog, changed: Changed) -> tuple[str, ...]:
    """The segments whose rules read what changed, and those that depend on them, in order."""
    return catalog.dependants(
        name
        for name, entry in catalog.entries.items()
        if entry.reads is not None and (changed.everything or _reads(entry.reads, changed))
    )


def _reads(reads: Reads, changed: Changed) -> bool:
    return (
        not reads.events.isdisjoint(changed.events)
        or not reads.fields.isdisjoint(changed.fields)
        or any(survey in changed.surveys for survey in reads.surveys if survey is not None)
        or (None in reads.surveys and bool(changed.surveys))
        or _share_a_path(reads.traits, changed.traits)
        or _share_a_path(reads.account_traits, changed.account_traits)
    )


def _share_a_path(read: Collection[Path], changed: Collection[Path]) -> bool:
    """Whether one is the other's beginning: an object changes with what it holds."""
    return any(
        one[: len(other)] == other or other[: len(one)] == one for one in read for other in changed
    )
