"""The project as other programs embed it: plain values in, plain values out (`segql.open`)."""

from __future__ import annotations

import time as clock
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from segql.app import advance, audience, history, ingest, lists, segments
from segql.app import project as opening
from segql.app.follow import Options, import_file
from segql.app.import_options import EventOptions, ProfileOptions, ResponseOptions
from segql.app.import_report import ImportReport
from segql.app.journeys import Stretch, journey
from segql.app.profiles import why
from segql.language import syntax
from segql.model.calls import (
    Call,
    Delete,
    Identify,
    Merge,
    Outcome,
    SetAccount,
    Survey,
    Time,
    Track,
)
from segql.model.instants import Instant, instant_from
from segql.model.values import Json
from segql.model.why import Why


class Project(opening.Project):
    """A project's database, open. Close it, or use `with`; not for several threads at once.

    Wherever `now` is left out, it is the present instant.

    >>> import segql, tempfile, os
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with segql.open(os.path.join(folder, "team.db")) as project:
    ...         project.identify("ann", {"plan": "pro"}, now="2026-03-01T12:00:00Z")
    ...         _ = project.track("ann", "export", now="2026-03-01T12:05:00Z")
    ...         _ = project.define(
    ...             "fans", 'trait.plan = "pro" and did "export" within 30d',
    ...             now="2026-03-01T12:10:00Z",
    ...         )
    ...         print(list(project.members("fans")))
    ...         print(project.count("everyone", now="2026-03-01T12:10:00Z"))
    ['ann']
    1
    """

    def identify(
        self,
        profile: str,
        traits: Mapping[str, Json] | None = None,
        *,
        email: str | None = None,
        account: str | None = None,
        account_traits: Mapping[str, Json] | None = None,
        now: Time | None = None,
    ) -> None:
        """Merge `traits` over those of a profile, made if it is new; a None takes a trait away."""
        call = Identify(
            profile,
            traits or {},
            email=email,
            account=account,
            account_traits=account_traits or {},
        )
        ingest.one(self, call, now=self._instant(now))

    def set_account(
        self, account: str, traits: Mapping[str, Json], *, now: Time | None = None
    ) -> None:
        """Merge `traits` over those of an account; its profiles are re-checked."""
        ingest.one(self, SetAccount(account, traits), now=self._instant(now))

    def track(
        self,
        profile: str,
        event: str,
        properties: Mapping[str, Json] | None = None,
        *,
        time: Time | None = None,
        message_id: str | None = None,
        now: Time | None = None,
    ) -> bool:
        """Store an event done at `time` (now when left out); False when its message was stored.

        A time more than a day ahead counts as now.
        """
        call = Track(profile, event, properties or {}, time=time, message_id=message_id)
        return ingest.one(self, call, now=self._instant(now))

    def survey(
        self,
        profile: str,
        survey: str,
        action: str,
        answers: Mapping[str, Json] | None = None,
        *,
        time: Time | None = None,
        message_id: str | None = None,
        response_id: str | None = None,
        now: Time | None = None,
    ) -> bool:
        """Store a survey action: `seen`, `completed`, `dismissed`, or `partial` answers.

        A call with the `response_id` of an earlier one replaces it. False when it was stored.
        """
        call = Survey(
            profile,
            survey,
            action,
            answers or {},
            time=time,
            message_id=message_id,
            response_id=response_id,
        )
        return ingest.one(self, call, now=self._instant(now))

    def merge(self, absorbed: str, profile: str, *, now: Time | None = None) -> bool:
        """Make one profile of two: `absorbed` was `profile` all along, and stays so for ever.

        False when that is known already.
        """
        return ingest.one(self, Merge(absorbed, profile), now=self._instant(now))

    def delete(self, profile: str, *, now: Time | None = None) -> None:
        """Delete a profile with all that it did; raises `Refused` (`unknown-profile`)."""
        ingest.one(self, Delete(profile), now=self._instant(now))

    def batch(self, calls: Iterable[Call], *, now: Time | None = None) -> tuple[Outcome, ...]:
        """Apply calls of `segql.calls` in order, in one transaction; what became of each.

        A call that is refused stops no other: its outcome holds the error. An exception means that
        nothing is stored.

        >>> import segql, tempfile, os
        >>> from segql import calls
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with segql.open(os.path.join(folder, "team.db")) as project:
        ...         done = project.batch([
        ...             calls.Identify("ann", {"plan": "pro"}),
        ...             calls.Track("ann", "export", message_id="m1"),
        ...             calls.Track("ann", "export", message_id="m1"),
        ...             calls.Track("", "export"),
        ...         ])
        >>> [outcome.status for outcome in done]
        ['stored', 'stored', 'present', 'refused']
        >>> print(done[3].error)
        the profile id is empty
        """
        return ingest.batch(self, calls, now=self._instant(now))

    def import_profiles(
        self, file: str | Path | BinaryIO, *, now: Time | None = None, **columns: str | None
    ) -> ImportReport:
        """Import profiles from CSV or JSONL; `columns` are those of `ProfileOptions`."""
        return self._import(file, ProfileOptions(**_options(columns)), now)

    def import_events(
        self, file: str | Path | BinaryIO, *, now: Time | None = None, **columns: str | None
    ) -> ImportReport:
        """Import events from CSV or JSONL; `columns` are those of `EventOptions`."""
        return self._import(file, EventOptions(**_options(columns)), now)

    def import_responses(
        self, file: str | Path | BinaryIO, *, now: Time | None = None, **columns: str | None
    ) -> ImportReport:
        """Import survey responses from CSV or JSONL; `columns` are those of `ResponseOptions`."""
        return self._import(file, ResponseOptions(**_options(columns)), now)

    def _import(
        self, file: str | Path | BinaryIO, options: Options, now: Time | None
    ) -> ImportReport:
        """Import and recompute; Ctrl-C is raised again when what was stored is followed up."""
        followed = import_file(
            self,
            Path(file) if isinstance(file, str) else file,
            options,
            now=lambda: self._instant(now),
        )
        if followed.report.interrupted:
            raise KeyboardInterrupt
        return followed.report

    def define(
        self,
        name: str,
        rule: str | syntax.Rule,
        *,
        description: str | None = None,
        notify: bool = False,
        now: Time | None = None,
    ) -> int:
        """Create or change a segment, evaluate everybody, and give its number of members.

        With `notify` the destinations of its lines are told who enters and leaves by that.
        Raises `RuleError` for a faulty text, `Refused` for an unknown segment or a cycle.
        """
        segments.define_one(
            self, name, rule, description=description, now=self._instant(now), notify=notify
        )
        return audience.size(self, name)

    def add_profiles(
        self,
        name: str,
        profiles: Iterable[str],
        *,
        description: str | None = None,
        now: Time | None = None,
    ) -> lists.Listed:
        """Put profiles on a fixed list, made if it is new; rules read it as any other segment.

        Ids that no profile has are rejected, each with its place from 1 on, and stop no other.
        """
        rows = _numbered(profiles)
        return lists.add_profiles(self, name, rows, now=self._instant(now), description=description)

    def remove_profiles(
        self, name: str, profiles: Iterable[str], *, now: Time | None = None
    ) -> lists.Listed:
        """Take profiles off a fixed list."""
        return lists.remove_profiles(self, name, _numbered(profiles), now=self._instant(now))

    def advance(self, *, now: Time | None = None) -> Instant:
        """Bring every segment to `now`, each flip at its own instant; gives where the clock is."""
        return advance.advance(self, now=self._instant(now)).to

    def recompute(self, *names: str, now: Time | None = None) -> dict[str, int]:
        """Evaluate the segments `names` and what depends on them, or all; members by segment."""
        found = segments.recompute(self, names, now=self._instant(now))
        return {result.name: result.members for result in found}

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

    def keep_history(self, days: int | None) -> None:
        """Keep intervals that are over for `days`, or for ever when None; `prune` takes effect."""
        history.retain(self, days)

    def prune(self, *, now: Time | None = None) -> int:
        """Take away the intervals that need not be kept any more, and give how many."""
        return history.forget(self, now=self._instant(now))

    def count(self, rule: str | syntax.Rule, *, now: Time | None = None) -> int:
        """For how many profiles a rule holds."""
        return audience.count(self, rule, now=self._instant(now)).n

    def why(self, segment: str, profile: str, *, now: Time | None = None) -> Why:
        """Why a profile is in a segment, or not."""
        return why(self, segment, profile, now=self._instant(now))

    def _instant(self, time: Time | None) -> Instant:
        if time is None:
            return clock.time_ns() // 1_000_000
        return instant_from(time, self.zone)


def _numbered(profiles: Iterable[str]) -> Iterator[lists.Row]:
    return (lists.Row(place, profile) for place, profile in enumerate(profiles, 1))


def _options(columns: Mapping[str, str | None]) -> dict[str, Any]:
    """The options as their class takes them; `rejects` is a path."""
    rejects = columns.get("rejects")
    return {**columns, "rejects": Path(rejects)} if rejects is not None else dict(columns)
