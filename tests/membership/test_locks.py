"""What one write transaction does at most, counted; and, in the long run, how long it takes.

Questions, rows written and steps of SQLite's virtual machine are the same on every machine. The
pace is held at its first sizes, which is what the bounds of docs/architecture.md are stated for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from time import perf_counter, thread_time
from typing import Any
from unittest.mock import patch

import pytest
from attrs import define, field

from segql.app import audience, follow, ingest, lists, segments
from segql.app.advance import advance
from segql.app.import_options import ProfileOptions
from segql.app.project import Project
from segql.membership import accounts, application, archiving, pace, teams
from segql.membership import advance as advancing
from segql.membership import lists as moving
from segql.membership.asking import Asking
from segql.model.calls import Call, Identify, Merge, SetAccount, Track
from segql.store import followups, list_changes
from segql.store.driver import Connection
from segql.store.segments import left_behind

NOW = 1_772_366_400_000
HOUR = 3_600_000
PEOPLE = 2_500
STEPS = 1_000
"""How many steps of the virtual machine are counted at once."""
RULES = {
    "big": "account.size >= 10",
    "big pro": 'in segment "big" and trait.plan = "pro"',
    "buyer": 'did "buy" within 3h',
    "near": 'any teammate (in segment "buyer")',
    "with buyers": 'any teammate (did "buy" within 2h)',
}
ONE_AND_FEW = len(RULES) * (1 + teams.FEW)
"""Questions about a profile, and about as many teammates as follow at once."""


@define
class Most:
    """The most that one transaction did."""

    asked: int = 0
    written: int = 0
    thousand_steps: int = 0
    transactions: int = 0


@define
class Watch:
    """A project whose transactions are watched."""

    project: Project
    most: Most = field(factory=Most)
    now: Most = field(factory=Most)

    def of(self, work: Callable[[], object]) -> Most:
        """The most that a transaction of `work` does."""
        self.most = Most()
        work()
        return self.most

    @contextmanager
    def writing(self, real: Callable[[], Any]) -> Iterator[Connection]:
        self.now = Most()
        connection = self.project.connection
        connection.set_progress_handler(self._step, STEPS)
        with real() as connection:
            before = connection.total_changes
            yield connection
            self.now.written = connection.total_changes - before
        connection.set_progress_handler(None, 0)
        for name in ("asked", "written", "thousand_steps"):
            setattr(self.most, name, max(getattr(self.most, name), getattr(self.now, name)))
        self.most.transactions += 1

    def _step(self) -> int:
        self.now.thousand_steps += 1
        return 0


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    """A project whose profiles are all of one account, but for 500 that have none."""
    folder = tmp_path_factory.mktemp("locks")
    rows = [f"u{n},{'pro' if n % 2 else 'free'},acme" for n in range(PEOPLE)]
    rows += [f"alone{n},free," for n in range(500)]
    (folder / "people.csv").write_text("\n".join(["id,plan,account", *rows]))
    with Project.opened(folder / "team.db", create=True) as project:
        options = ProfileOptions()
        follow.import_file(project, folder / "people.csv", options, now=lambda: NOW)
        for name, rule in RULES.items():
            segments.define_one(project, name, rule, description=None, now=NOW)
        watch = Watch(project)
        real, asks = project.writing, Asking.of
        project.writing = lambda: watch.writing(real)  # type: ignore[method-assign]

        def counted(self: Asking, *asked: Any, **options: Any) -> Any:
            watch.now.asked += 1
            return asks(self, *asked, **options)

        with (
            patch.object(Asking, "of", counted),
            patch.object(pace.Pace, "note", lambda *_, **__: None),
        ):
            yield watch


def called(watch: Watch, *calls: Call, at: int) -> Most:
    most = watch.of(lambda: ingest.batch(watch.project, calls, now=at))
    assert followups.first(watch.project.connection) is None
    return most


def size(watch: Watch, name: str) -> int:
    return audience.size(watch.project, name)


def test_a_change_of_an_account_is_followed_some_at_a_time(watch: Watch) -> None:
    most = called(watch, SetAccount("acme", {"size": 10}), at=NOW)
    assert (size(watch, "big"), size(watch, "big pro")) == (PEOPLE, PEOPLE // 2)
    # Each question may turn a profile, and then that of the segment that reads it.
    assert most.asked <= 2 * accounts.CHUNK
    assert most.written <= 4 * accounts.CHUNK
    assert most.thousand_steps <= 100
    assert most.transactions >= PEOPLE // accounts.CHUNK


def test_what_one_does_is_followed_by_its_teammates_some_at_a_time(watch: Watch) -> None:
    most = called(watch, Track("u7", "buy"), at=NOW + HOUR)
    assert size(watch, "near") == size(watch, "with buyers") == PEOPLE
    assert most.asked <= accounts.CHUNK + ONE_AND_FEW
    assert most.written <= 6 * accounts.CHUNK
    assert most.thousand_steps <= 200


def test_what_time_does_to_one_is_followed_some_at_a_time(watch: Watch) -> None:
    # Its own edges are all at one instant.
    segments.archive(watch.project, "with buyers", now=NOW + HOUR)
    most = watch.of(lambda: advance(watch.project, now=NOW + 9 * HOUR))
    assert size(watch, "near") == size(watch, "buyer") == 0
    assert most.asked <= advancing.CHUNK + ONE_AND_FEW
    assert most.written <= max(6 * advancing.CHUNK, 2 * advancing._ROWS)
    assert most.thousand_steps <= 300


def test_a_definition_is_applied_some_flips_at_a_time(watch: Watch) -> None:
    def defined() -> None:
        segments.define_one(watch.project, "all", "everyone", description=None, now=NOW)

    most = watch.of(defined)
    assert size(watch, "all") == PEOPLE + 500
    assert most.asked == 0
    assert most.written <= application.CHUNK + 20
    assert most.thousand_steps <= 150


def test_the_members_of_an_archived_segment_leave_some_at_a_time(watch: Watch) -> None:
    segments.define_one(watch.project, "old", "everyone", description=None, now=NOW)
    most = watch.of(lambda: segments.archive(watch.project, "old", now=NOW))
    assert most.written <= 2 * archiving.CHUNK + 20
    assert left_behind(watch.project.connection) is None
    assert most.transactions > 3


def test_a_list_moves_some_at_a_time(watch: Watch) -> None:
    at, rows = NOW + 10 * HOUR, [lists.Row(n, f"u{n}") for n in range(40)]
    lists.add_profiles(watch.project, "vip", rows[:1], now=at)
    rule = 'any teammate (in segment "vip" and trait.plan = "pro")'
    segments.define_one(watch.project, "near vip", rule, description=None, now=at)
    most = watch.of(lambda: lists.add_profiles(watch.project, "vip", rows, now=at))
    assert (size(watch, "vip"), size(watch, "near vip")) == (len(rows), PEOPLE)
    assert list_changes.first(watch.project.connection) is None
    assert most.asked <= max(moving.FEW_TEAMS * ONE_AND_FEW, accounts.CHUNK)
    assert most.written <= 6 * accounts.CHUNK


def test_a_merge_costs_what_the_absorbed_profile_has(watch: Watch) -> None:
    at = NOW + 11 * HOUR
    called(watch, Identify("alone1", {"plan": "pro"}), at=at)
    called(watch, *(Track("alone1", "export", {"n": n}) for n in range(3_000)), at=at)
    most = called(watch, Merge("alone1", "alone2"), at=at)
    assert most.written <= 3_000 + 100
    assert most.thousand_steps <= 3_000 // 10
    most = called(watch, Merge("alone3", "alone2"), at=at)
    assert most.written <= 100 and most.thousand_steps <= 10


@pytest.mark.slow
def test_locks_are_short_on_large_accounts(tmp_path: Path) -> None:
    """50,000 profiles, 5,000 of them teammates; bounds that a busy machine holds too."""
    rows = [
        f"u{n},{'pro' if n % 2 else 'free'},{'acme' if n < 5_000 else ''}" for n in range(50_000)
    ]
    (tmp_path / "people.csv").write_text("\n".join(["id,plan,account", *rows]))
    held: list[float] = []
    worked: list[float] = []
    with Project.opened(tmp_path / "team.db", create=True) as project:
        real, options = project.writing, ProfileOptions()
        follow.import_file(project, tmp_path / "people.csv", options, now=lambda: NOW)

        @contextmanager
        def timed() -> Iterator[Connection]:
            with real() as connection:
                wall, processor = perf_counter(), thread_time()
                yield connection
            held.append(perf_counter() - wall)
            worked.append(thread_time() - processor)

        project.writing = timed  # type: ignore[method-assign]  # of this one project
        for name, rule in {**RULES, "all": "everyone", "half": 'trait.plan = "pro"'}.items():
            segments.define_one(project, name, rule, description=None, now=NOW)
        for hour in range(1, 6):
            at = NOW + 4 * hour * HOUR
            ingest.one(project, SetAccount("acme", {"size": 5 * hour}), now=at)
            ingest.one(project, Track(f"u{hour}", "buy"), now=at)
            advance(project, now=at + 3 * HOUR)
        people = [lists.Row(n, f"u{n}") for n in range(3_000, 20_000)]
        lists.add_profiles(project, "vip", people, now=at)
        segments.archive(project, "all", now=at)
        assert followups.first(project.connection) is None
        assert audience.size(project, "big") == 5_000 and audience.size(project, "near") == 0
    assert len(worked) > 200
    assert quantiles(worked, n=100)[98] <= 0.05, f"p99 of {len(worked)}, processor time"
    assert max(worked) <= 0.15
    assert quantiles(held, n=100)[89] <= 0.1, f"p90 of {len(held)} by the wall clock"
