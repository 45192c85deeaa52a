"""On data: one profile is re-checked in the transaction that changed it."""

from __future__ import annotations

from segql.membership.catalog import Catalog
from segql.model.instants import Moment
from segql.store import members
from segql.store.driver import Connection
from segql.store.facts import StoredFacts, facts_of


def project_facts(
    connection: Connection, profile: int, catalog: Catalog, moment: Moment
) -> StoredFacts | None:
    """A stored profile as facts, or None when it does not exist.

    Its segments, and those of its teammates, are answered by their rules at the same moment, each
    at most once; only manual segments are read from the stored members.
    """
    verdicts: dict[tuple[int, str], bool] = {}

    def in_segment(facts: StoredFacts, name: str) -> bool:
        asked = facts.profile, name
        if asked not in verdicts:
            entry = catalog.entry(name)
            if entry.compiled is None:
                verdicts[asked] = members.is_member(connection, entry.stored.id, facts.profile)
            else:
                verdicts[asked] = entry.compiled.at(moment)(facts)
        return verdicts[asked]

    return facts_of(connection, profile, in_segment=in_segment)


def recheck(
    connection: Connection, catalog: Catalog, profile: int, *, moment: Moment, cause: str
) -> None:
    """Bring every segment's membership of one profile to `moment`. Needs a write transaction.

    Segments that a bulk computation is due for are among them: it finds this profile done.
    """
    facts = project_facts(connection, profile, catalog, moment)
    before = members.segments_of(connection, profile)
    for name, entry in catalog.entries.items():
        if entry.compiled is None:
            continue
        holds = facts is not None and facts.in_segment(name)
        if holds != (entry.stored.id in before):
            members.apply(
                connection,
                entry.stored.id,
                [profile] if holds else [],
                [] if holds else [profile],
                at=moment.now,
                cause=cause,
            )
