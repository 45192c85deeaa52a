"""The project as other programs embed it: plain values in, plain values out (`segql.open`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from segql.app import advance, audience, history, lists, outbox, segments
from segql.app.embedded_reads import Reads
from segql.app.follow import Options, import_file
from segql.app.import_options import EventOptions, ProfileOptions, ResponseOptions
from segql.app.import_report import ImportReport
from segql.language import syntax
from segql.model.calls import Time
from segql.model.instants import Instant


class Project(Reads):
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

    def keep_history(self, days: int | None) -> None:
        """Keep intervals that are over for `days`, or for ever when None; `prune` takes effect."""
        history.retain(self, days)

    def keep_outbox(self, days: int | None) -> None:
        """Keep rows of the outbox that are pending no more for `days`, or for ever when None."""
        outbox.retain(self, days)

    def prune(self, *, now: Time | None = None) -> int:
        """Take away intervals and rows of the outbox that need not be kept; gives how many."""
        at = self._instant(now)
        return history.forget(self, now=at) + outbox.forget(self, now=at)


def _numbered(profiles: Iterable[str]) -> Iterator[lists.Row]:
    return (lists.Row(place, profile) for place, profile in enumerate(profiles, 1))


def _options(columns: Mapping[str, str | None]) -> dict[str, Any]:
    """The options as their class takes them; `rejects` is a path."""
    rejects = columns.get("rejects")
    return {**columns, "rejects": Path(rejects)} if rejects is not None else dict(columns)
