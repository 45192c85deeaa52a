"""Members page by page, of now and of instants, and all of them as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from segql.app import history, ingest, roster, segments
from segql.app.project import Project
from segql.engines.sets.course import Cancelled
from segql.model import calls
from segql.model.errors import Broken, Refused

START = 1_772_366_400_000
HOUR = 3_600_000


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Ten people who turn `pro` one an hour; the first three stop five hours later, one is gone."""
    with Project.opened(tmp_path / "team.db", create=True) as project:
        segments.define_one(project, "pro", 'trait.plan = "pro"', description=None, now=START)
        for number in range(10):
            call = calls.Identify(f"p{number}", {"plan": "pro"})
            ingest.batch(project, [call], now=START + number * HOUR)
            if number >= 5 and number < 8:
                gone = calls.Identify(f"p{number - 5}", {"plan": None})
                ingest.batch(project, [gone], now=START + number * HOUR)
        ingest.batch(project, [calls.Delete("p4")], now=START + 10 * HOUR)
        yield project


def pages(project: Project, at: int | None) -> tuple[list[str | None], set[int]]:
    found: list[str | None] = []
    after, totals = 0, set()
    while (page := roster.page(project, "pro", at=at, after=after, limit=3)).people:
        found += [one.external for one in page.people]
        totals.add(page.total)
        after = page.next
    return found, totals


def test_pages_after_one_another_hold_every_member_once(project: Project) -> None:
    assert pages(project, None) == (["p3", "p5", "p6", "p7", "p8", "p9"], {6})
    for hours in range(-1, 11):
        at = START + hours * HOUR
        whole = [one.external for one in history.members_at(project, "pro", at)]
        assert pages(project, at) == (whole, {len(whole)} if whole else set())
    assert pages(project, START + 4 * HOUR)[0] == ["p0", "p1", "p2", "p3", None]


def test_an_instant_before_history_begins_is_refused(project: Project) -> None:
    history.retain(project, 1)
    history.forget(project, now=START + 31 * HOUR)
    with pytest.raises(Refused, match="history is complete from"):
        roster.page(project, "pro", at=START, limit=3)


def test_a_file_is_there_once_it_is_whole(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "pro.csv"
    assert roster.write_csv(project, "pro", path) == 6
    lines = path.read_text().splitlines()
    assert lines[:2] == ["profile,entered,cause", "p3,2026-03-01T15:00:00Z,identify"]
    assert len(lines) == 7
    assert roster.write_csv(project, "pro", path, at=START) == 1
    with pytest.raises(Cancelled):
        roster.write_csv(project, "pro", tmp_path / "not.csv", cancelled=lambda: True)
    with pytest.raises(Broken, match="cannot be written"):
        roster.write_csv(project, "pro", tmp_path / "none" / "pro.csv")
    assert {one.name for one in tmp_path.iterdir() if "csv" in one.name} == {"pro.csv"}
