"""Who is in a segment, and for how many a rule holds: reading, nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from segql.app.project import Project
from segql.engines import sets
from segql.language import syntax
from segql.language.parse import rule_of
from segql.membership.catalog import Entry
from segql.model.deliveries import Line
from segql.model.instants import Instant, Moment
from segql.rules.desugar import desugar
from segql.rules.order import check_references
from segql.store import chronicle, members, profiles, runs
from segql.store.driver import reading


@frozen
class Counted:
    """For how many profiles, of how many, a rule holds at `now`."""

    n: int
    of: int
    now: Instant


@frozen
class Listed:
    """A segment with its number of members, of `of` profiles, and how exact that is."""

    entry: Entry
    members: int
    of: int
    error: str | None
    """Why its members are not kept exact, or None."""
    is_due: bool
    """Whether its members must be computed for everybody."""
    reached: float | None
    """The share of profiles that have what is being applied; None while nobody applies it."""
    changed: Instant | None
    """When somebody last entered or left, or None."""
    lines: tuple[Line, ...] = ()
    """Which destinations are told of what."""


def count(project: Project, rule: str | syntax.Rule, *, now: Instant) -> Counted:
    """For how many profiles a rule holds at `now`; nothing is stored but derived columns.

    Raises `RuleError` for a faulty text, `Refused` for an unknown segment.
    """
    written = rule_of(rule) if isinstance(rule, str) else rule
    catalog = project.catalog()
    rules = {**catalog.rules, "": desugar(written)}
    check_references(rules, manual=catalog.manual)
    result = sets.evaluate(
        project.path,
        rules,
        moment=Moment(now, project.zone),
        names=[""],
    )
    return Counted(result.count(""), result.of, now)


def listing(project: Project) -> tuple[Listed, ...]:
    """The segments in the order in which they were made, with their numbers of members."""
    connection = project.connection
    with reading(connection):
        sizes = members.counts(connection)
        of, last = profiles.count(connection), profiles.last(connection)
        due = runs.due(connection)
        changed = chronicle.latest(connection)
        entries = sorted(project.catalog().entries.values(), key=lambda entry: entry.stored.id)
        listed = []
        for entry in entries:
            segment = entry.stored.id
            one = due.get(segment)
            reached = None
            if one is not None and one.is_taken:
                reached = one.cursor / last if last else 1.0
            size = sizes.get(segment, 0)
            last_flip = changed.get(segment)
            lines = tuple(told.line for told in project.catalog().lines.get(segment, ()))
            found = Listed(entry, size, of, entry.error, one is not None, reached, last_flip, lines)
            listed.append(found)
        return tuple(listed)


def size(project: Project, name: str) -> int:
    """The number of members of a segment."""
    return members.count(project.connection, project.catalog().entry(name).stored.id)


def page_of(project: Project, name: str, *, after: int = 0, limit: int) -> Sequence[members.Member]:
    """Up to `limit` members behind the one with the internal id `after`; fewer at the end."""
    segment = project.catalog().entry(name).stored.id
    return members.page(project.connection, segment, after=after, limit=limit)


def members_of(project: Project, name: str) -> Iterator[members.Member]:
    """The members of a segment, in the order in which their profiles came into being.

    Read page by page, so that nothing holds the database between pages.
    """
    segment = project.catalog().entry(name).stored.id
    after = 0
    while found := members.page(project.connection, segment, after=after):
        yield from found
        after = found[-1].profile
