"""The newest flips, whose they are, and what caused them in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from segql.app import feed, history, ingest, segments
from segql.app.feed import Flip
from segql.app.project import Project
from segql.model import calls
from segql.model.errors import Refused

START = 1_772_366_400_000
PEOPLE = ("ann", "anna", "bob")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Three people who join, buy twice, and lose their plan, a second after each other."""
    with Project.opened(tmp_path / "team.db", create=True) as project:
        rules = {
            "Pro": 'trait.plan = "pro"',
            "busy": 'did "buy" at least 2 times',
            "all": "everyone",
        }
        for name, rule in rules.items():
            segments.define_one(project, name, rule, description=None, now=START)
        done: list[calls.Call] = [calls.Identify(one, {"plan": "pro"}) for one in PEOPLE]
        done += [calls.Track(one, "buy") for one in (*PEOPLE, *PEOPLE)]
        done += [calls.Identify(one, {"plan": None}) for one in PEOPLE]
        for number, call in enumerate(done):
            ingest.batch(project, [call], now=START + 1_000 * number)
        yield project


def shown(flips: tuple[Flip, ...]) -> list[tuple[str | None, bool, str]]:
    return [(one.profile, one.recorded.enters, one.segment) for one in flips]


def test_the_newest_are_all_flips_the_other_way_round(project: Project) -> None:
    every = [one.number for one in history.changes(project).flips]
    assert len(every) == 12
    newest = feed.newest(project, limit=100)
    assert newest.is_all
    assert [one.number for one in newest.flips] == every[::-1]
    pages, before = [], None
    while page := feed.newest(project, before=before, limit=5).flips:
        pages += [one.number for one in page]
        before = page[-1].number
    assert pages == every[::-1]
    assert not feed.newest(project, limit=11).is_all
    later = feed.newest(project, after=every[8], limit=100)
    assert [one.number for one in later.flips] == every[:8:-1]


def test_letters_mean_segments_by_any_part_and_profiles_by_the_beginning(project: Project) -> None:
    found = feed.newest(project, letters="RO", limit=100).flips
    assert {one.segment for one in found} == {"Pro"} and len(found) == 6
    found = feed.newest(project, letters="an", limit=100).flips
    assert {one.profile for one in found} == {"ann", "anna"} and len(found) == 8
    assert shown(feed.newest(project, letters="b", limit=100).flips) == [
        ("bob", False, "Pro"),
        ("bob", True, "busy"),
        ("anna", True, "busy"),
        ("ann", True, "busy"),
        ("bob", True, "all"),
        ("bob", True, "Pro"),
    ]
    assert feed.newest(project, letters="nobody", limit=100).flips == ()


def test_flips_of_one_segment_alone(project: Project) -> None:
    found = feed.newest(project, segment="busy", limit=2)
    assert shown(found.flips) == [("bob", True, "busy"), ("anna", True, "busy")]
    assert not found.is_all
    with pytest.raises(Refused, match="no segment"):
        feed.newest(project, segment="Busy", limit=2)


def test_causes_are_said_in_words_of_absorbed_profiles_too(project: Project) -> None:
    ingest.batch(project, [calls.Merge("ann", "bob")], now=START + 60_000)
    ingest.batch(project, [calls.Delete("anna")], now=START + 61_000)
    flips = feed.newest(project, limit=100).flips
    said = feed.because(project, flips)
    words = {
        (one.profile, one.recorded.enters, one.segment): said[one.asked] for one in reversed(flips)
    }
    event = words["bob", True, "busy"]
    assert event.words.startswith("event `buy` of 2026-03-01 12:00")
    assert event.reference == f"event {event.cause_id}"
    assert words["ann", True, "busy"].words.startswith("event `buy` of 2026-03-01 12:00")
    assert words["ann", False, "all"].words == "two profiles became one"
    assert words[None, False, "busy"].words == "it was deleted"
    identified = words["bob", False, "Pro"]
    assert identified.words == "what was said of the profile"
    assert identified.reference.startswith("change ")
