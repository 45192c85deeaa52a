"""Defining segments when something comes between: a kill, somebody else, a failed batch."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from segql.app import advance, audience, ingest, segments, sources
from segql.app.project import Project
from segql.engines.sets import Cancelled
from segql.membership import define
from segql.model.calls import Identify, Track
from segql.model.errors import Refused
from segql.model.flips import Cause
from segql.store import profiles

NOW = 1_772_366_400_000
FILE = """segment "pro"
  when trait.plan = "pro"

segment "busy pro"
  when in segment "pro" and did "export"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Project.opened(tmp_path / "team.db", create=True) as project:
        for number in range(10):
            ingest.one(
                project, Identify(f"u{number}", {"plan": "pro" if number % 2 else "free"}), now=NOW
            )
            ingest.one(project, Track(f"u{number}", "export", {}), now=NOW)
    return tmp_path / "team.db"


def plan(project: Project, text: str) -> tuple[segments.Change, ...]:
    return segments.plan(project, sources.source_of(text, "team.segql").written)


def members(project: Project) -> dict[str, int]:
    return {one.entry.name: one.members for one in audience.listing(project)}


def test_an_end_between_definition_and_members_is_caught_up(path: Path) -> None:
    def killed(done: int, total: int, name: str) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with Project.opened(path) as project, pytest.raises(KeyboardInterrupt):
        segments.apply(project, plan(project, FILE), now=NOW, on_progress=killed)
    with Project.opened(path) as project:
        due = [one.entry.name for one in audience.listing(project) if one.entry.stored.is_due]
        assert (due, members(project)) == (["busy pro"], {"pro": 5, "busy pro": 0})
        changes = plan(project, FILE)
        assert {change.action for change in changes} == {"unchanged"}
        applied = segments.apply(project, changes, now=NOW)
        assert [result.name for result in applied.recomputed] == ["busy pro"]
        assert members(project) == {"pro": 5, "busy pro": 5}


def test_a_plan_that_somebody_overtook_is_refused_whole(path: Path) -> None:
    with Project.opened(path) as mine, Project.opened(path) as theirs:
        changes = plan(mine, FILE)
        segments.apply(theirs, plan(theirs, 'segment "pro"\n  when everyone\n'), now=NOW)
        with pytest.raises(Refused, match="`pro` was changed by somebody else"):
            segments.apply(mine, changes, now=NOW)
        assert members(mine) == {"pro": 10}


def test_a_live_call_moves_one_profile_and_its_dependants(path: Path) -> None:
    with Project.opened(path) as project:
        segments.apply(project, plan(project, FILE), now=NOW)
        ingest.one(project, Identify("u0", {"plan": "pro"}), now=NOW + 1)
        assert members(project) == {"pro": 6, "busy pro": 6}
        ingest.one(project, Identify("new", {"plan": "pro"}), now=NOW + 2)
        assert members(project) == {"pro": 7, "busy pro": 6}
        ingest.one(project, Track("new", "export", {}), now=NOW + 3)
        ingest.one(project, Identify("u0", {"plan": None}), now=NOW + 4)
        assert members(project) == {"pro": 6, "busy pro": 6}
        before = members(project)
        segments.recompute(project, now=NOW + 5)
        assert members(project) == before


def test_a_message_counts_once(path: Path) -> None:
    with Project.opened(path) as project:
        assert ingest.one(project, Track("u0", "paid", {"sum": 1}, message_id="m1"), now=NOW)
        assert not ingest.one(project, Track("u0", "paid", {"sum": 1}, message_id="m1"), now=NOW)
        assert audience.count(project, 'did "paid" exactly 1 time', now=NOW).n == 1


def test_a_killed_import_is_followed_by_the_next_command(path: Path, tmp_path: Path) -> None:
    with Project.opened(path) as project:
        segments.apply(project, plan(project, FILE), now=NOW)
    rows = "".join(
        f'{{"id": "v{number}", "traits": {{"plan": "pro"}}}}\n' for number in range(300_000)
    )
    (tmp_path / "people.jsonl").write_text(rows)
    command = ["import", "profiles", str(tmp_path / "people.jsonl"), "--db", str(path)]
    started = subprocess.Popen(
        [sys.executable, "-m", "segql", *command], stderr=subprocess.DEVNULL, env={**os.environ}
    )
    with Project.opened(path) as project:
        while profiles.count(project.connection) == 10:
            time.sleep(0.01)
        started.send_signal(signal.SIGKILL)
        started.wait()
        of = audience.count(project, 'trait.plan = "pro"', now=NOW).n
        assert 5 < of < 300_005
        project.forget_catalog()
        advance.catch_up(project, now=NOW)
        assert members(project)["pro"] == of


@pytest.mark.parametrize("after", [0, 1, 2, 4, 8, 12, 16, 20, 24, 32, 40])
def test_stopping_anywhere_leaves_what_the_rest_of_the_work_completes(
    path: Path, after: int
) -> None:
    with Project.opened(path) as project:
        segments.apply(project, plan(project, FILE), now=NOW)
        asked = 0

        def cancelled() -> bool:
            nonlocal asked
            asked += 1
            return asked > after

        later = NOW + 3_600_000
        changed = FILE.replace('trait.plan = "pro"', 'trait.plan in ("pro", "free")')
        changes = plan(project, changed + '\nsegment "late"\n  when did "export" within 30min\n')
        try:
            segments.apply(project, changes, now=later, cancelled=cancelled)
        except Cancelled as error:
            is_stored = "late" in project.catalog().entries
            assert is_stored is (error.code == "cancelled")
            if not is_stored:
                assert members(project) == {"pro": 5, "busy pro": 5}
                segments.apply(project, changes, now=later)
            advance.catch_up(project, now=later)
        assert members(project) == {"pro": 10, "busy pro": 10, "late": 0}
        assert not any(one.entry.stored.is_due for one in audience.listing(project))


def test_what_is_due_is_seen(path: Path) -> None:
    with Project.opened(path) as project:
        segments.define_one(project, "all", "everyone", description=None, now=NOW)
        [one] = audience.listing(project)
        assert (one.members, one.of, one.entry.stored.is_due) == (10, 10, False)


def test_a_live_call_counts_for_a_segment_that_is_due(path: Path) -> None:
    with Project.opened(path) as mine, Project.opened(path) as theirs:
        segments.apply(mine, plan(mine, FILE), now=NOW)
        with mine.writing() as connection:
            define.mark(connection, mine.catalog(), ["pro", "busy pro"], cause=Cause.IMPORT)
        theirs.catalog()  # read while the segments were due, and kept
        advance.catch_up(mine, now=NOW + 1)
        ingest.one(theirs, Identify("u0", {"plan": "pro"}), now=NOW + 2)
        assert members(mine) == {"pro": 6, "busy pro": 6}
