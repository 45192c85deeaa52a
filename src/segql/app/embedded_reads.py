"""What a project that other programs embed is asked: who is, was and will be where, and why."""

from __future__ import annotations

from collections.abc import Iterator

from segql.app import audience, history, outlook
from segql.app.embedded_calls import Calls
from segql.app.journeys import Stretch, journey
from segql.app.outlook import NextChange
from segql.app.profiles import why
from segql.language import syntax
from segql.model.calls import Time
from segql.model.why import Why


class Reads(Calls):
    """A project that is asked about its segments and profiles; nothing of them is changed."""

    def members(self, name: str, *, at: Time | None = None) -> Iterator[str]:
        """The ids of a segment's members, read page by page; with `at`, of those it had then.

        Profiles that were deleted since have no id any more, and are left out.
        """
        if at is None:
            return (member.external for member in audience.members_of(self, name))
        found = history.members_at(self, name, self._instant(at))
        return (was.external for was in found if was.external is not None)

    def changes(
        self, name: str | None = None, *, after: int = 0, since: Time = 0, limit: int = history.PAGE
    ) -> history.Changes:
        """A page of entries and exits, of one segment or of all, in the order of their numbers.

        Those after the flip number `after`, at `since` or later. The next page is after `next`.
        """
        start = self._instant(since)
        return history.changes(self, name, after=after, since=start, limit=limit)

    def journey(self, profile: str) -> tuple[Stretch, ...]:
        """In which segments a profile was, from when to when, and because of what."""
        return journey(self, profile)

    def population(
        self, name: str, *, since: Time, until: Time | None = None, points: int = 31
    ) -> history.Population:
        """How many members a segment had at instants, evenly spread from `since` to `until`."""
        return history.population(
            self, name, since=self._instant(since), until=self._instant(until), points=points
        )

    def count(self, rule: str | syntax.Rule, *, now: Time | None = None) -> int:
        """For how many profiles a rule holds."""
        return audience.count(self, rule, now=self._instant(now)).n

    def why(self, segment: str, profile: str, *, now: Time | None = None) -> Why:
        """Why a profile is in a segment, or not."""
        return why(self, segment, profile, now=self._instant(now))

    def next_change(self, segment: str, *, now: Time | None = None) -> NextChange | None:
        """When time alone will next change a segment's members, for whom, and how.

        The first change after `now` if nothing else happens until then, as when a window passes
        over an event, or a date comes near. None where there is none within ten years, as for fixed
        lists. Raises `Refused` for an unknown segment.

        >>> import segql, tempfile, os
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with segql.open(os.path.join(folder, "team.db")) as project:
        ...         _ = project.track("ann", "export", now="2026-03-01T12:00:00Z")
        ...         rule = 'did "export" within 7d'
        ...         _ = project.define("fresh", rule, now="2026-03-01T12:00:00Z")
        ...         found = project.next_change("fresh", now="2026-03-02T09:00:00Z")
        >>> found.profile, found.enters, found.at  # 2026-03-08 12:00 UTC, in ms
        ('ann', False, 1772971200000)
        """
        return outlook.next_change(self, segment, now=self._instant(now))
