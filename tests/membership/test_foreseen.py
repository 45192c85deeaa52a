"""What was foreseen of time, and what happens meanwhile; and an instant of very many edges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from membership.flips import all_flips
from membership.rules import HOUR, START
from segql.app import ingest, segments
from segql.app.advance import advance
from segql.app.project import Project
from segql.membership import advance as advancing
from segql.membership import pace
from segql.membership.sitting import Sitting
from segql.model import calls
from segql.store import agenda, members, profiles, settings


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.opened(tmp_path / "team.db", create=True, zone="UTC") as project:
        yield project


def define(project: Project, name: str, rule: str, now: int = START) -> None:
    segments.define_one(project, name, rule, description=None, now=now)


def buy(project: Project, who: str, now: int) -> None:
    ingest.one(project, calls.Track(who, "buy"), now=now)


def flips_of(project: Project, who: str, segment: int = 1) -> list[tuple[float, bool]]:
    """In hours since the start."""
    number = profiles.profile_id(project.connection, who)
    found = all_flips(project).get((segment, number or 0), [])
    return [((at - START) / HOUR, enters) for at, enters, _ in found]


def foreseen(project: Project) -> list[tuple[float, int | None]]:
    rows = agenda.first(project.connection, START + 1_000 * HOUR, limit=100)
    return [((row[0] - START) / HOUR, row[3]) for row in rows]


def nobody_asked() -> None:
    raise AssertionError("what is foreseen is not asked")


def test_what_is_foreseen_is_not_asked(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    buy(project, "ann", START)
    define(project, "a", 'did "buy" within 90min')
    advance(project, now=START + HOUR)
    assert foreseen(project) == [(1.5, 0)]
    monkeypatch.setattr(Sitting, "ask", lambda _self: nobody_asked())
    advance(project, now=START + 2 * HOUR)
    assert flips_of(project, "ann") == [(0, True), (1.5, False)]


def test_an_edge_that_flips_nothing_is_not_written_down(project: Project) -> None:
    for minutes in (0, 10, 20):
        buy(project, "ann", START + minutes * 60_000)
    define(project, "a", 'did "buy" at least 2 times within 1h', START + HOUR // 2)
    define(project, "b", 'did "buy" within 1h and trait.plan = "pro"', START + HOUR // 2)
    advance(project, now=START + HOUR // 2 + 1)
    assert foreseen(project) == [(70 / 60, 0)]


def test_who_changes_is_asked_again(project: Project) -> None:
    for who in ("ann", "bob"):
        buy(project, who, START)
    define(project, "a", 'did "buy" within 2h')
    advance(project, now=START + HOUR + 1)
    buy(project, "ann", START + HOUR + HOUR // 2)
    advance(project, now=START + 5 * HOUR)
    assert flips_of(project, "ann") == [(0, True), (3.5, False)]
    assert flips_of(project, "bob") == [(0, True), (2, False)]


def test_a_new_rule_does_not_follow_what_was_foreseen_of_the_old_one(project: Project) -> None:
    buy(project, "ann", START)
    define(project, "a", 'did "buy" within 2h')
    advance(project, now=START + HOUR + 1)
    define(project, "a", 'did "buy" within 3h', START + HOUR + 2)
    advance(project, now=START + 5 * HOUR)
    assert flips_of(project, "ann") == [(0, True), (3, False)]


def test_what_reads_a_segment_follows_at_the_same_instant(project: Project) -> None:
    buy(project, "ann", START)
    define(project, "z", 'did "buy" within 1h')
    define(project, "a", 'not in segment "z" and did "buy" within 2h')
    advance(project, now=START + 5 * HOUR)
    assert flips_of(project, "ann", 1) == [(0, True), (1, False)]
    assert flips_of(project, "ann", 2) == [(1, True), (2, False)]


def numbered(project: Project) -> list[tuple[int, ...]]:
    rows = project.connection.execute(
        'select flip, segment, profile, entered_flip, entered, "left" from history order by flip'
    )
    return [tuple(row) for row in rows]


def crowd(path: Path) -> Project:
    """Twenty profiles that leave two segments at one instant, and enter a third that reads one."""
    project = Project.opened(path, create=True, zone="UTC")
    ingest.batch(project, [calls.Track(f"u{number}", "buy") for number in range(20)], now=START)
    define(project, "z", 'did "buy" within 1h')
    define(project, "a", 'did "buy" at most 3 times within 1h and did "buy" within 1h')
    define(project, "b", 'not in segment "z" and did "buy" within 3h')
    return project


def stop_after(writes: int) -> Callable[[Sitting], None]:
    real, left = Sitting.write, [writes]

    def write(self: Sitting) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        real(self)

    return write


def test_an_instant_of_many_edges_is_passed_in_several_transactions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with crowd(tmp_path / "once.db") as once:
        advance(once, now=START + 9 * HOUR)
        expected = numbered(once)
    assert len({row[-1] for row in expected}) == 2
    monkeypatch.setattr(advancing, "CHUNK", 7)
    monkeypatch.setattr(pace, "AIM_S", 0)
    with crowd(tmp_path / "often.db") as often:
        with patch.object(Sitting, "write", stop_after(2)), pytest.raises(KeyboardInterrupt):
            advance(often, now=START + 9 * HOUR)
        # The clock has come to the instant, and some profiles have passed it: all of it.
        at = settings.clock(often.connection)
        assert at == START + HOUR
        left, entered = (set(members.ids(often.connection, segment)) for segment in (1, 3))
        assert left.isdisjoint(entered)
        assert left | entered == set(range(1, 21))
        assert left == set(members.ids(often.connection, 2))
        assert min(len(left), len(entered)) > 0
        # A call brings its own profile through the rest of the instant.
        ingest.one(often, calls.Identify("u19", {"plan": "pro"}), now=at)
        assert flips_of(often, "u19", 3) == [((at - START) / HOUR, True)]
    with crowd(tmp_path / "again.db") as again:
        with patch.object(Sitting, "write", stop_after(2)), pytest.raises(KeyboardInterrupt):
            advance(again, now=START + 9 * HOUR)
        advance(again, now=START + 9 * HOUR)
        assert numbered(again) == expected
