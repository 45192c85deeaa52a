"""One profile as people look at it, and why it is in a segment, or not."""

from __future__ import annotations

from attrs import frozen

from segql.app.project import Project
from segql.engines.interpreter.explain import explain
from segql.membership.live import project_facts
from segql.model.errors import Refused
from segql.model.instants import Instant, Moment
from segql.model.why import Why
from segql.store import events, members, profiles, responses
from segql.store.driver import reading


@frozen
class Seen:
    """A stored profile with its newest events and survey actions, and the segments it is in."""

    profile: profiles.Profile
    events: tuple[events.Done, ...]
    surveys: tuple[responses.Given, ...]
    stays: tuple[members.Stay, ...]


def look_up(project: Project, external: str, *, limit: int) -> Seen:
    """The profile called `external`; raises `Refused` (`unknown-profile`).

    At most `limit` events and as many survey actions, newest first.
    """
    with reading(project.connection):
        number = _internal(project, external)
        found = profiles.read(project.connection, number)
        assert found is not None, "a living profile can be read"
        return Seen(
            found,
            tuple(events.recent(project.connection, number, limit=limit)),
            tuple(responses.recent(project.connection, number, limit=limit)),
            tuple(members.of_profile(project.connection, number)),
        )


def why(project: Project, segment: str, external: str, *, now: Instant) -> Why:
    """Why the profile called `external` is in a segment at `now`, or why not.

    Raises `Refused` for an unknown profile or segment, or a manual list, which has no rule.
    """
    with reading(project.connection):
        catalog = project.catalog()
        entry = catalog.entry(segment)
        if entry.written is None:
            raise Refused(
                f"segment `{segment}` is a manual list: its members were put there by hand",
                code="manual-segment",
            )
        number = _internal(project, external)
        moment = Moment(now, project.zone)
        facts = project_facts(project.connection, number, catalog, moment)
        assert facts is not None, "a living profile has facts"
        rules = {
            name: other.written.rule
            for name, other in catalog.entries.items()
            if other.written is not None
        }
        return explain(entry.written.rule, facts, moment, segments=rules)


def _internal(project: Project, external: str) -> int:
    number = profiles.profile_id(project.connection, external)
    if number is None:
        raise Refused(
            f"there is no profile `{external}`",
            code="unknown-profile",
            hint="ids are text and compared exactly, leading zeros and case included",
        )
    return number
