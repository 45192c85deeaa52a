"""When time alone will next change a segment, and for whom first."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from segql.app.project import Project
from segql.engines import sets
from segql.engines.interpreter.edges import next_flip
from segql.membership.catalog import Entry
from segql.model.crossings import NEVER
from segql.model.instants import Instant, Moment
from segql.store import members, profiles, settings
from segql.store.driver import reading
from segql.store.facts import StoredFacts, facts_of

_DAY_MS: Final = 86_400_000
YEARS: Final = 10
"""How far is looked."""


@frozen
class NextChange:
    """At `at`, `profile` enters the segment, or leaves it, if nothing else happens until then."""

    at: Instant
    profile: str
    enters: bool


def next_change(project: Project, name: str, *, now: Instant) -> NextChange | None:
    """The first change of a segment's members by time alone after `now`.

    Of several at the same instant that of the oldest profile. None where there is none within the
    next `YEARS`, as for fixed lists, and for a segment that is not kept exact. Raises `Refused` for
    an unknown segment.
    """
    entry = project.catalog().entry(name)
    if entry.rule is None or entry.error:
        return None
    start = max(now, settings.clock(project.connection))
    end = start + YEARS * 366 * _DAY_MS
    length = _DAY_MS
    while start < end:
        until = min(start + length, end)
        found = _first(project, entry, Moment(start, project.zone), until)
        if found is not None:
            return found
        start, length = until, 8 * length
    return None


def _first(project: Project, entry: Entry, moment: Moment, until: Instant) -> NextChange | None:
    """The first change up to and with `until`."""
    catalog, rule = project.catalog(), entry.rule
    assert rule is not None, "the segment has a rule"
    rules = catalog.rules

    def is_listed(facts: StoredFacts, name: str) -> bool:
        segment = catalog.entry(name).stored.id
        return members.is_member(project.connection, segment, facts.profile)

    upcoming = sets.upcoming(
        project.path, rules, names=(entry.name,), moment=moment, until=until, followed=True
    )
    ids, instants = upcoming.firsts(entry.name)
    first: tuple[Instant, int, bool] | None = None
    with reading(project.connection):
        for at, profile in sorted(zip(instants.tolist(), ids.tolist(), strict=True)):
            if first is not None and (at, profile) > first[:2]:
                break
            facts = facts_of(project.connection, profile, in_segment=is_listed)
            if facts is None:
                continue
            # Nothing changes for the profile before `at`.
            before = Moment(max(at - 1, moment.now), moment.zone)
            last = until if first is None else first[0]
            outlook = next_flip(rule, facts, before, until=last, rules=rules, limit=NEVER)
            if outlook.flips is not None and (
                first is None or (outlook.flips, profile) < first[:2]
            ):
                first = outlook.flips, profile, not outlook.holds
        if first is None:
            return None
        at, profile, enters = first
        return NextChange(at, profiles.externals(project.connection, (profile,))[profile], enters)
