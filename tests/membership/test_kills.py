"""A process killed while a change is on its way to everybody: nothing is lost, nothing doubled."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from segql.app import advance, audience, ingest, outbox, segments
from segql.app.project import Project
from segql.language.files import parse_file
from segql.model.calls import Identify, SetAccount, Track
from segql.store import followups, history, members, profiles, runs

NOW = 1_772_366_400_000
PEOPLE = 600

# Chunks of a flip or two, so that the kill comes between two of them.
CHILD = """
import sys
from segql.app import ingest, outbox, segments
from segql.app.project import Project
from segql.membership import accounts, application, firing, pace, teams
from segql.model.calls import SetAccount
pace.AIM_S, application.CHUNK = 0, 2
firing.CHUNK = 2
teams.FEW, accounts.CHUNK = 2, 2
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


def test_destinations_are_told_of_a_killed_definition_just_once(path: Path) -> None:
    text = 'segment "all"\n  when no one\n  on enter notify "crm", "slack"\n'
    with Project.opened(path) as project:
        plan = segments.plan(project, segments.written_in(text, parse_file(text)))
        segments.apply(project, plan, now=NOW)
    job = f"""segments.define_one(
        project, 'all', 'everyone', description=None, now={NOW + 1}, notify=True)"""
    killed(path, job, lambda project: any(d.cursor for d in runs.due(project.connection).values()))
    with Project.opened(path) as project:
        assert 0 < len(told(project)) < 2 * PEOPLE
        behind = f"u{PEOPLE - 1}"
        ingest.one(project, Track(behind, "export"), now=NOW + 2)
        assert {where for who, where in told(project) if who == behind} == {"crm", "slack"}
        advance.catch_up(project, now=NOW + 3)
        assert members_of(project, "all") == everybody()
        assert told(project) == sorted(
            (who, where) for who in everybody() for where in ("crm", "slack")
        )
        flips = {row.flip for row in outbox.listed(project, limit=10_000)}
        assert len(flips) == PEOPLE
        segments.recompute(project, now=NOW + 4)
        assert len(told(project)) == 2 * PEOPLE


def told(project: Project) -> list[tuple[str, str]]:
    rows = outbox.listed(project, segment="all", limit=10_000)
    return sorted((row.profile, row.destination) for row in rows)


def test_stays_go_on_where_a_kill_stopped_them(path: Path) -> None:
    text = 'segment "all"\n  when everyone\n  after 1d notify "crm"\n'
    with Project.opened(path) as project:
        plan = segments.plan(project, segments.written_in(text, parse_file(text)))
        segments.apply(project, plan, now=NOW)
    job = f"outbox.pass_stays(project, now={NOW + 86_400_000})"
    killed(path, job, lambda project: bool(told(project)))
    with Project.opened(path) as project:
        assert 0 < len(told(project)) < PEOPLE
        for _ in range(2):
            outbox.pass_stays(project, now=NOW + 86_400_000)
            assert told(project) == sorted((who, "crm") for who in everybody())


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
