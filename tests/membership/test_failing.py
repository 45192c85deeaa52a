"""A rule that fails while it is asked: it stops no other, and its members stay as they were.

Here another program has damaged the properties of one event, so that whoever reads them fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from segql.app import audience, ingest, outlook, segments
from segql.app.advance import advance
from segql.app.project import Project
from segql.model.calls import Track
from segql.store.driver import immediate

NOW = 1_772_366_400_000
HOUR = 3_600_000
BIG = 'did "buy" at most 1 time within 5h where amount > 1'
RULES = {
    "big": BIG,
    "reader": 'in segment "big" and did "open"',
    "opened": 'did "open" within 2h',
}
DAMAGE = (
    "update events set properties = '{\"amount\": ' where profile = 1 and properties is not null"
)
MENDED = "update events set properties = '{\"amount\": 3}' where profile = 1"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "team.db"
    with Project.opened(path, create=True) as project:
        bought = [Track(who, "buy", {"amount": 2}) for who in ("ann", "bob")]
        opened = [Track(who, "open") for who in ("ann", "cleo")]
        ingest.batch(project, [*bought, *opened], now=NOW)
        for name, rule in RULES.items():
            define(project, name, rule)
    return path


@pytest.fixture
def project(path: Path) -> Iterator[Project]:
    with Project.opened(path) as project:
        yield project


def define(project: Project, name: str, rule: str, at: int = NOW) -> list[str | None]:
    done = segments.define_one(project, name, rule, description=None, now=at)
    return [one.error for one in done.recomputed]


def execute(project: Project, statement: str) -> None:
    with immediate(project.connection) as connection:
        connection.execute(statement)


def members(project: Project, name: str) -> list[str]:
    return [one.external for one in audience.members_of(project, name)]


def failed(project: Project) -> list[str]:
    """The segments that the list shows an error of."""
    listed = audience.listing(project)
    assert all("JSONDecodeError" in one.error for one in listed if one.error)
    return [one.entry.name for one in listed if one.error]


def is_as_it_was(project: Project) -> bool:
    return (members(project, "big"), members(project, "reader")) == (
        ["ann", "bob", "cleo"],
        ["ann", "cleo"],
    )


def test_a_call_asks_all_other_rules(project: Project, path: Path) -> None:
    execute(project, DAMAGE)
    calls = [Track("ann", "buy", {"amount": 5}), Track("dan", "open"), Track("bob", "open")]
    assert {one.status for one in ingest.batch(project, calls, now=NOW + 1)} == {"stored"}
    assert failed(project) == ["big"]
    assert members(project, "opened") == ["ann", "bob", "cleo", "dan"]
    # Nobody has asked `big` since; what reads it goes by the members that it had, and has.
    assert members(project, "big")[:3] == ["ann", "bob", "cleo"]
    with Project.opened(path) as again:
        assert failed(again) == ["big"]
        ingest.one(again, Track("ann", "buy", {"amount": 5}), now=NOW + 2)
        assert members(again, "big")[:3] == ["ann", "bob", "cleo"]
        assert outlook.next_change(again, "big", now=NOW + 2) is None


def test_time_passes_for_all_others(project: Project) -> None:
    execute(project, DAMAGE)
    ingest.one(project, Track("ann", "open"), now=NOW + HOUR)
    advance(project, now=NOW + 9 * HOUR)
    assert "big" in failed(project) and "opened" not in failed(project)
    assert members(project, "opened") == []
    assert members(project, "big") == ["ann", "bob", "cleo"]
    advance(project, now=NOW + 99 * HOUR)
    assert members(project, "big") == ["ann", "bob", "cleo"]


def test_a_definition_fails_alone(project: Project, path: Path) -> None:
    execute(project, DAMAGE)
    ingest.one(project, Track("ann", "open"), now=NOW + 1)  # whom the snapshots know no more
    [error] = define(project, "bigger", 'did "buy" where amount > 4', NOW + 1)
    assert error is not None and "JSONDecodeError" in error
    assert define(project, "ever", 'did "open"', NOW + 1) == [None]
    assert members(project, "ever") == ["ann", "cleo"]
    assert is_as_it_was(project)
    assert failed(project) == ["big", "bigger"]  # nor can the edges of time be foreseen
    with Project.opened(path) as again:
        assert failed(again) == ["big", "bigger"]


def test_another_definition_heals_it(project: Project) -> None:
    execute(project, DAMAGE)
    ingest.one(project, Track("ann", "buy", {"amount": 5}), now=NOW + 1)
    assert failed(project) == ["big"]
    assert define(project, "big", 'did "open"', NOW + 2) == [None, None]
    assert failed(project) == []
    ingest.one(project, Track("bob", "open"), now=NOW + 3)
    assert members(project, "big") == members(project, "reader") == ["ann", "bob", "cleo"]


def test_data_that_are_mended_heal_it_when_it_is_computed_again(project: Project) -> None:
    execute(project, DAMAGE)
    ingest.one(project, Track("ann", "buy", {"amount": 5}), now=NOW + 1)
    assert [one.error is None for one in segments.recompute(project, now=NOW + 1)].count(False)
    assert "big" in failed(project) and "opened" not in failed(project)
    execute(project, MENDED)
    done = segments.recompute(project, now=NOW + 2)
    assert [one.error for one in done] == [None, None, None] and failed(project) == []
    assert (members(project, "big"), members(project, "reader")) == (["bob", "cleo"], ["cleo"])
