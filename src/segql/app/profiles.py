"""One profile as people look at it, and why it is in a segment, or not."""

from __future__ import annotations

from attrs import frozen

from segql.app.project import Project
from segql.engines.explanation.explain import explain
from segql.language import syntax
from segql.membership.catalog import Catalog
from segql.model.errors import Refused
from segql.model.instants import Instant, Moment
from segql.model.why import Why
from segql.store import events, members, profiles, responses
from segql.store.driver import reading
from segql.store.facts import StoredFacts, facts_of


@frozen
class Seen:
    """A stored profile with its newest events and survey actions, and the segments it is in."""

    profile: profiles.Profile
    events: tuple[events.Done, ...]
    surveys: tuple[responses.Given, ...]
    stays: tuple[members.Stay, ...]


@frozen
class Standing:
    """Whether a profile is in a segment: since when and why; both None where it is not."""

    name: str
    since: Instant | None = None
    cause: str | None = None


def look_up(project: Project, external: str, *, limit: int) -> Seen:
    """The profile called `external`; raises `Refused` (`unknown-profile`).

    At most `limit` events and as many survey actions, newest first.
    """
    with reading(project.connection):
        number = internal(project, external)
        found = profiles.read(project.connection, number)
        assert found is not None, "a living profile can be read"
        return Seen(
            found,
            tuple(events.recent(project.connection, number, limit=limit)),
            tuple(responses.recent(project.connection, number, limit=limit)),
            tuple(members.of_profile(project.connection, number)),
        )


def standings(project: Project, external: str) -> tuple[Standing, ...]:
    """Every living segment, those that the profile is in first; raises `Refused` as `look_up`."""
    with reading(project.connection):
        number = internal(project, external)
        stays = members.of_profile(project.connection, number)
        inside = {stay.name for stay in stays}
        outside = sorted(name for name in project.catalog().entries if name not in inside)
    return (
        *(Standing(stay.name, stay.entered, stay.cause) for stay in stays),
        *map(Standing, outside),
    )


def why(project: Project, segment: str, external: str, *, now: Instant) -> Why:
    """Why the profile called `external` is in a segment at `now`, or why not, and until when.

    Raises `Refused` for an unknown profile or segment, or a manual list, which has no rule.
    """
    entry = project.catalog().entry(segment)
    if entry.written is None:
        raise Refused(
            f"segment `{segment}` is a manual list: its members were put there by hand",
            code="manual-segment",
        )
    return why_of(project, entry.written.rule, external, now=now)


def why_of(project: Project, rule: syntax.Rule, external: str, *, now: Instant) -> Why:
    """Why `rule`, saved or not, holds for a profile at `now`, or why not, and until when.

    Raises `Refused` for an unknown profile.
    """
    with reading(project.connection):
        catalog = project.catalog()
        moment = Moment(now, project.zone)
        facts = _facts(project, internal(project, external), catalog, moment)
        assert facts is not None, "a living profile has facts"
        rules = {
            name: other.written.rule
            for name, other in catalog.entries.items()
            if other.written is not None
        }
        return explain(rule, facts, moment, segments=rules)


def _facts(project: Project, profile: int, catalog: Catalog, moment: Moment) -> StoredFacts | None:
    """A stored profile as facts, its segments answered by their rules at the same moment.

    Those of its teammates too, each once at most; only manual segments are read from the stored
    members.
    """
    connection = project.connection
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


def internal(project: Project, external: str) -> int:
    """The internal id of the profile called `external`; raises `Refused` (`unknown-profile`)."""
    number = profiles.profile_id(project.connection, external)
    if number is None:
        raise Refused(
            f"there is no profile `{external}`",
            code="unknown-profile",
            hint="ids are text and compared exactly, leading zeros and case included",
        )
    return number
