"""Time goes on while a definition or an import has still to reach everybody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from membership.flips import all_flips
from membership.rules import HOUR, START
from segql.app import follow, ingest, segments
from segql.app.advance import advance, catch_up
from segql.app.import_options import EventOptions
from segql.app.project import Project
from segql.engines import sets
from segql.membership import application, pace
from segql.membership.advance import Advance
from segql.membership.application import Application
from segql.model import calls
from segql.store import members, profiles, runs


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.opened(tmp_path / "team.db", create=True, zone="UTC") as project:
        yield project


@contextmanager
def nobody_goes_on() -> Iterator[None]:
    """Whoever computes is stopped before it has applied anything."""

    def stop(self: Application, *given: Any) -> None:
        raise KeyboardInterrupt

    with patch.object(Application, "_apply", stop), pytest.raises(KeyboardInterrupt):
        yield


def define(project: Project, rule: str, now: int) -> None:
    segments.define_one(project, "a", rule, description=None, now=now)


def buy(project: Project, who: str, now: int) -> None:
    ingest.one(project, calls.Track(who, "buy"), now=now)


def flips_of(project: Project, who: str) -> list[tuple[float, bool, str]]:
    """In hours since the start."""
    number = profiles.profile_id(project.connection, who)
    found = all_flips(project).get((1, number or 0), [])
    return [(round((at - START) / HOUR, 3), enters, cause) for at, enters, cause in found]


def test_time_goes_on_for_whom_a_definition_has_reached(project: Project) -> None:
    buy(project, "ann", START)
    with nobody_goes_on():
        define(project, 'did "buy" within 2h', START)
    ingest.one(project, calls.Identify("ann"), now=START + HOUR)
    ingest.one(project, calls.Identify("bob"), now=START + 9 * HOUR)
    catch_up(project, now=START + 9 * HOUR)
    advance(project, now=START + 9 * HOUR)
    assert flips_of(project, "ann") == [(1, True, "definition"), (2, False, "time")]


def test_time_goes_on_for_whom_it_has_reached_in_a_further_call(project: Project) -> None:
    buy(project, "ann", START)
    with nobody_goes_on():
        define(project, 'did "buy" within 2h', START)
    for later in (1, 3):
        ingest.one(project, calls.Identify("ann"), now=START + later * HOUR)
    assert flips_of(project, "ann") == [(1, True, "definition"), (2, False, "time")]
    catch_up(project, now=START + 3 * HOUR)
    advance(project, now=START + 9 * HOUR)
    assert flips_of(project, "ann") == [(1, True, "definition"), (2, False, "time")]


def test_edges_before_a_definition_has_reached_somebody_are_not_edges(project: Project) -> None:
    """That of the earlier rule is at two hours; the new one does not hold there yet."""
    buy(project, "ann", START)
    define(project, 'not did "buy" within 2h', START)
    with nobody_goes_on():
        define(project, 'did "buy" between 9h ago and 3h ago', START + HOUR)
    ingest.one(project, calls.Identify("bob"), now=START + 4 * HOUR)
    catch_up(project, now=START + 4 * HOUR)
    advance(project, now=START + 10 * HOUR)
    assert flips_of(project, "ann") == [(4, True, "definition"), (9, False, "time")]


def test_time_goes_on_for_whom_it_is_applied_to_while_others_wait(project: Project) -> None:
    """One process applies it; another calls, and advances, between two chunks."""
    for who in ("ann", "bob", "cleo"):
        buy(project, who, START)
    ingest.one(project, calls.Track("ann", "buy"), now=START + HOUR)
    real = Application.applied

    def chunked(self: Application, writing: Any, *given: Any, **named: Any) -> Any:
        """The same, with what the other process does before the second transaction."""
        turns = iter(range(9))

        def later() -> Any:
            if next(turns) == 1:
                with Project.opened(project.path) as other:
                    ingest.one(other, calls.Identify("ann"), now=START + 4 * HOUR)
                    advance(other, now=START + 5 * HOUR)
            return writing()

        return real(self, later, *given, **named)

    with (
        patch.object(application, "CHUNK", 1),
        patch.object(pace, "AIM_S", 0),
        patch.object(Application, "applied", chunked),
    ):
        define(project, 'did "buy" within 2h', START + HOUR)
    advance(project, now=START + 9 * HOUR)
    assert flips_of(project, "ann") == [(1, True, "definition"), (3, False, "time")]
    for who in ("bob", "cleo"):
        assert flips_of(project, who) == [(1, True, "definition"), (2, False, "time")]


def test_a_segment_that_was_in_error_reaches_a_call_when_it_is_due_again(project: Project) -> None:
    buy(project, "ann", START)
    define(project, 'did "buy"', START)
    segments.define_one(project, "b", 'in segment "a"', description=None, now=START)
    with project.writing() as connection:
        runs.fail(connection, 2, "it could not be asked")
    project.forget_catalog()
    with nobody_goes_on():
        define(project, 'not did "buy"', START + HOUR)
    ingest.one(project, calls.Identify("ann"), now=START + HOUR)
    catch_up(project, now=START + HOUR)
    assert not members.ids(project.connection, 1)
    assert not members.ids(project.connection, 2)


def test_an_import_in_the_millisecond_in_which_edges_are_looked_for_counts(
    project: Project,
) -> None:
    """One process looks for edges; another imports, and ends before it looks for its own."""
    ingest.one(project, calls.Identify("ann"), now=START)
    real, left = sets.upcoming, [b"profile,event,time\nann,buy,2026-03-01T12:00:00Z\n"]

    def meanwhile(*given: Any, **named: Any) -> Any:
        found = real(*given, **named)
        if left:
            with (
                Project.opened(project.path) as other,
                patch.object(Advance, "look_ahead", lambda self: self.moment.now),
            ):
                rows = BytesIO(left.pop())
                follow.import_file(other, rows, EventOptions(), now=lambda: START, name="x.csv")
        return found

    with patch.object(sets, "upcoming", meanwhile):
        define(project, 'did "buy" within 30min', START)
    assert not left
    advance(project, now=START + 20 * HOUR)
    assert flips_of(project, "ann") == [(0, True, "import"), (0.5, False, "time")]
