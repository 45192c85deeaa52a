"""A server, a screen, somebody who types and somebody who defines, all on one file at once.

No error, no long wait for a lock, no WAL that grows, and membership is exact when they end.
"""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from time import monotonic
from typing import Any
from unittest.mock import patch

import pytest

from membership.flips import all_flips
from membership.rules import HOUR
from membership.workers import JOBS, PEOPLE, Worked, now, work
from segql.app import ingest, lists, segments
from segql.app.advance import advance
from segql.app.project import Project
from segql.engines import sets
from segql.membership.advance import Advance
from segql.model import calls
from segql.model.instants import Moment
from segql.store import members, profiles

WAIT_S = 1.0
WAL_BYTES = 64 * 2**20
START_S = 2.0
"""How long processes take to begin."""


def begin(path: Path) -> None:
    """A project with people, most of them of one large account."""
    with Project.opened(path, create=True, zone="Europe/Zurich") as project:
        people = [f"u{number}" for number in range(PEOPLE)]
        known = [calls.Identify(who, account="acme") for who in people[:300]]
        ingest.batch(project, [*known, *map(calls.Identify, people[300:])], now=now())
        for name in "abc":
            segments.define_one(project, name, "account.size >= 10", description=None, now=now())
        lists.add_profiles(project, "list", [], now=now())
        nested = '(in segment "a" or in segment "list") and not in segment "b"'
        segments.define_one(project, "d", nested, description=None, now=now())


def together(path: Path, seconds: float) -> dict[str, Worked]:
    """Have every job done by a process of its own, for so long."""
    context = multiprocessing.get_context("forkserver")
    until = monotonic() + START_S + seconds
    running = {}
    for job in JOBS:
        ours, theirs = context.Pipe(duplex=False)
        child = context.Process(target=work, args=(path, job, until, theirs))
        child.start()
        theirs.close()
        running[job] = child, ours
    found = {}
    for job, (child, ours) in running.items():
        assert ours.poll(START_S + seconds + 60), f"{job} hangs"
        found[job] = ours.recv()
        child.join()
    return found


def is_exact(path: Path, sent: int) -> None:
    """Everybody is where a full evaluation puts them, and every event is there."""
    with Project.opened(path) as project:
        advance(project, now=now())
        catalog = project.catalog()
        connection = project.connection
        moment = Moment(now(), project.zone)
        advance(project, now=moment.now)
        found = sets.evaluate(path, catalog.rules, moment=moment)
        for name in catalog.rules:
            entry = catalog.entry(name)
            assert members.ids(connection, entry.stored.id) == found.ids(name).tolist(), name
        assert all_flips(project)
        assert profiles.count(connection) == PEOPLE
        assert connection.execute("select count(*) from events").fetchone() == (20 * sent,)
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]


def check(path: Path, seconds: float) -> dict[str, Worked]:
    begin(path)
    found = together(path, seconds)
    wal = path.with_name(f"{path.name}-wal")
    size = wal.stat().st_size if wal.exists() else 0
    for job, worked in found.items():
        assert worked.error is None, f"{job}: {worked.error}"
        assert worked.times, job
    assert size < WAL_BYTES
    is_exact(path, found["track"].times)
    return found


def test_edges_of_an_earlier_rule_do_not_count_as_those_of_the_next(tmp_path: Path) -> None:
    """One process looks for edges; another defines, and ends before it looks for its own."""
    path, start = tmp_path / "team.db", now()
    with Project.opened(path, create=True, zone="UTC") as one, Project.opened(path) as other:
        ingest.one(one, calls.Identify("ann"), now=start)
        real, left = sets.upcoming, ["last_seen within 1h"]

        def meanwhile(*given: Any, **named: Any) -> Any:
            found = real(*given, **named)
            if left:
                with patch.object(Advance, "look_ahead", lambda self: self.moment.now):
                    rule = left.pop()
                    segments.define_one(other, "a", rule, description=None, now=start)
            return found

        with patch.object(sets, "upcoming", meanwhile):
            segments.define_one(one, "a", "last_seen within 4h", description=None, now=start)
            advance(one, now=start + 10 * HOUR)
        [(first, last)] = all_flips(one).values()
        assert (first[0], last[0] - start) == (start, HOUR), (first, last)


def test_for_some_seconds(tmp_path: Path) -> None:
    check(tmp_path / "team.db", 5)


@pytest.mark.slow
def test_for_five_minutes(tmp_path: Path) -> None:
    worked = check(tmp_path / "team.db", 300)
    waits = {job: max(one.waits, default=0) for job, one in worked.items()}
    assert max(waits.values()) < WAIT_S, waits
