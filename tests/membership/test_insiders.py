"""What a process remembers of who is in which segment never outlives somebody else's flip."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from segql.app.embedding import Project
from segql.membership.insiders import MOST, Insiders
from segql.model.calls import Delete, Identify, Merge, Track

NOW = 1_772_366_400_000


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Project, Project]]:
    """Two processes at work on one project with the segments `twice`, `new` and `nested`."""
    with Project.opened(tmp_path / "team.db", create=True) as one:
        one.define("twice", 'did "export" at least 2 times', now=NOW)
        one.define("new", 'not did "export"', now=NOW)
        one.define("nested", 'in segment "twice" and trait.plan = "pro"', now=NOW)
        with Project.opened(tmp_path / "team.db") as other:
            yield one, other


def flips(project: Project, name: str) -> list[tuple[str | None, bool]]:
    found = project.changes(name).flips
    return [(flip.profile, flip.enters) for flip in found]


def test_two_processes_that_take_turns_flip_nobody_twice(both: tuple[Project, Project]) -> None:
    for number in range(6):
        both[number % 2].track("ann", "export", now=NOW + number)
        both[number % 2].identify(
            "ann", {"plan": "pro" if number % 3 else "free"}, now=NOW + number
        )
    assert flips(both[0], "twice") == [("ann", True)]
    assert flips(both[0], "new") == []
    assert [enters for _, enters in flips(both[1], "nested")] == [True, False, True]


def test_who_left_with_another_process_may_enter_again(both: tuple[Project, Project]) -> None:
    one, other = both
    one.batch([Track("ann", "export"), Track("ann", "export")], now=NOW)
    other.delete("ann", now=NOW + 1)
    assert list(one.members("twice")) == []
    one.batch([Track("ann", "export"), Track("ann", "export")], now=NOW + 2)
    assert list(other.members("twice")) == ["ann"]


def test_what_a_batch_that_was_rolled_back_found_is_forgotten(
    both: tuple[Project, Project],
) -> None:
    one, _ = both
    one.track("ann", "export", now=NOW)
    one.connection.execute("pragma max_page_count = 1")  # no page more than there are
    with pytest.raises(Exception, match="no room"):
        one.batch([Track("ann", "export"), Identify("ann", {"text": "x" * 900_000})], now=NOW + 1)
    one.connection.execute("pragma max_page_count = 4294967294")
    assert list(one.members("twice")) == []
    one.track("ann", "export", now=NOW + 2)
    assert flips(one, "twice") == [("ann", True)]


def test_a_merge_and_a_deletion_in_one_batch_leave_nothing_behind(
    both: tuple[Project, Project],
) -> None:
    one, other = both
    one.batch([Track("a1", "export"), Track("ann", "export")], now=NOW)
    one.batch([Merge("a1", "ann"), Track("ann", "export"), Delete("ann")], now=NOW + 1)
    other.batch([Track("ann", "export")], now=NOW + 2)
    one.batch([Track("ann", "export")], now=NOW + 3)
    assert list(one.members("twice")) == ["ann"]
    assert one.recompute("twice", "new", now=NOW + 3) == {"twice": 1, "new": 0, "nested": 0}


def test_no_more_is_remembered_than_fits() -> None:
    insiders = Insiders()
    insiders.give({(0, number): True for number in range(MOST + 1)}, 7)
    assert insiders.taken(7) == {}
    insiders.give({(0, 1): True}, 7)
    assert insiders.taken(8) == {}
    insiders.give({(0, 1): True}, 8)
    assert insiders.taken(8) == {(0, 1): True}
    assert insiders.taken(8) == {}
