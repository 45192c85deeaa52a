"""A process killed while a change is on its way to everybody: nothing is lost, nothing doubled."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from segql.app import advance, audience, ingest, segments
from segql.app.project import Project
from segql.model.calls import Identify, SetAccount, Track
from segql.store import followups, history, members, profiles, runs

NOW = 1_772_366_400_000
PEOPLE = 600

# Chunks of a flip or two, so that the kill comes between two of them.
CHILD = """
import sys
from segql.app import ingest, segments
from segql.app.project import Project
from segql.membership import accounts, application, sitting
from segql.model.calls import SetAccount
application.CHUNK, application.LOCK_S = 2, 0
sitting.FEW, accounts.CHUNK, accounts.LOCK_S = 2, 2, 0
with Project.opened(sys.argv[1]) as project:
    {job}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "team.db"
    with Project.opened(path, create=True) as project:
        segments.define_one(project, "large", "account.size >= 10", description=None, now=NOW)
        people = [Identify(f"u{number}", account="acme") for number in range(PEOPLE)]
        ingest.batch(project, people, now=NOW)
    return path


def killed(path: Path, job: str, is_on_its_way: Callable[[Project], bool]) -> None:
    """Run `job` in a process of its own, and kill it when it has come some way."""
    code = CHILD.replace("{job}", job)
    child = subprocess.Popen([sys.executable, "-c", code, str(path)])
    with Project.opened(path) as project:
        while not is_on_its_way(project):
            assert child.poll() is None, "it ended before it could be killed"
        child.kill()
        child.wait()


def members_of(project: Project, name: str) -> set[str]:
    return {one.external for one in audience.members_of(project, name)}


def everybody() -> set[str]:
    return {f"u{number}" for number in range(PEOPLE)}


def test_a_definition_goes_on_where_a_kill_stopped_it(path: Path) -> None:
    job = f"segments.define_one(project, 'all', 'everyone', description=None, now={NOW + 1})"
    killed(path, job, lambda project: any(d.cursor for d in runs.due(project.connection).values()))
    with Project.opened(path) as project:
        [_, one] = audience.listing(project)
        assert one.is_due and one.reached is None
        assert 0 < one.members < PEOPLE
        behind = f"u{PEOPLE - 1}"
        assert behind not in members_of(project, "all")
        ingest.one(project, Track(behind, "export"), now=NOW + 2)
        assert behind in members_of(project, "all")
        advance.catch_up(project, now=NOW + 3)
        [_, one] = audience.listing(project)
        assert not one.is_due
        assert members_of(project, "all") == everybody()
        assert history.of_segment(project.connection, one.entry.stored.id) == []
        assert {m.cause for m in audience.members_of(project, "all")} == {"definition"}


def test_an_account_goes_on_where_a_kill_stopped_it(path: Path) -> None:
    job = f"ingest.one(project, SetAccount('acme', {{'size': 20}}), now={NOW + 1})"

    def is_on_its_way(project: Project) -> bool:
        ahead = followups.first(project.connection)
        return ahead is not None and ahead.cursor > 0

    killed(path, job, is_on_its_way)
    with Project.opened(path) as project:
        assert 0 < len(members_of(project, "large")) < PEOPLE
        behind = profiles.profile_id(project.connection, f"u{PEOPLE - 1}")
        assert behind is not None
        assert not members.of_profile(project.connection, behind)
        # The next call, on whomever, first brings that profile up to date, then everybody.
        ingest.one(project, Track("somebody", "export"), now=NOW + 2)
        assert members_of(project, "large") == everybody()
        assert followups.first(project.connection) is None
        assert {one.cause for one in audience.members_of(project, "large")} == {"account"}


def test_a_later_change_of_an_account_takes_the_earlier_one_along(path: Path) -> None:
    with Project.opened(path) as project:
        for size, inside in ((20, everybody()), (5, set()), (30, everybody())):
            ingest.one(project, SetAccount("acme", {"size": size}), now=NOW + size)
            assert members_of(project, "large") == inside
