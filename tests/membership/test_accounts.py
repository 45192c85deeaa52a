"""Accounts of many: what happens to one reaches everybody in chunks, and nothing is lost between.

Expected members are worked out from the rules; a full evaluation at the same instant agrees.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from segql.app import audience, history, ingest, lists, segments
from segql.app.advance import advance
from segql.app.project import Project
from segql.engines import sets
from segql.membership import accounts, teams
from segql.membership.accounts import OfTeam
from segql.model.calls import Call, Identify, SetAccount, Track
from segql.model.instants import Moment
from segql.store import followups

NOW = 1_772_366_400_000
HOUR = 3_600_000
PEOPLE = [f"u{number}" for number in range(7)]


@pytest.fixture(autouse=True)
def few() -> Iterator[None]:
    """An account of three has many profiles, which follow by ones."""
    with patch.object(teams, "FEW", 2), patch.object(accounts, "CHUNK", 1):
        yield


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.opened(tmp_path / "team.db", create=True) as project:
        call(project, *(Identify(who, account="acme") for who in PEOPLE), at=NOW)
        yield project


def define(project: Project, **rules: str) -> None:
    for name, rule in rules.items():
        segments.define_one(project, name, rule, description=None, now=NOW)


def call(project: Project, *calls: Call, at: int) -> None:
    outcomes = ingest.batch(project, calls, now=at)
    assert not [one.error for one in outcomes if one.error]
    assert followups.first(project.connection) is None
    is_exact(project, at)


def is_exact(project: Project, now: int) -> None:
    rules = project.catalog().rules
    found = sets.evaluate(project.path, rules, moment=Moment(now, project.zone))
    for name in rules:
        assert found.count(name) == audience.size(project, name), name


def inside(project: Project, name: str) -> list[str]:
    return [one.external for one in audience.members_of(project, name)]


def flips(project: Project, name: str) -> list[tuple[str | None, bool, int, str]]:
    """Who entered (or left) a segment, when and because of what, but for definitions."""
    changes = history.changes(project, name).flips
    return sorted(
        (one.profile or "", one.enters, one.at, one.cause)
        for one in changes
        if one.cause != "definition"
    )


def test_who_followed_first_is_asked_again_for_what_the_last_brings(project: Project) -> None:
    """The last profile enters `big` in the last chunk: that concerns those of the first."""
    define(
        project,
        big='account.size >= 10 and trait.plan = "pro"',
        near='any teammate (in segment "big")',
        nearest='every teammate (in segment "near")',
    )
    call(project, Identify(PEOPLE[-1], {"plan": "pro"}), at=NOW + 1)
    call(project, SetAccount("acme", {"size": 10}), at=NOW + 2)
    assert inside(project, "big") == [PEOPLE[-1]]
    assert inside(project, "near") == inside(project, "nearest") == PEOPLE
    assert flips(project, "near") == [(who, True, NOW + 2, "account") for who in PEOPLE]


def test_nobody_is_asked_while_teammates_are_half_way(project: Project) -> None:
    """`alone` never holds, before or after: no flip must say that it did for a moment."""
    define(
        project,
        big="account.size >= 10",
        alone='in segment "big" and any teammate (not in segment "big")',
    )
    for size in (10, 5, 20):
        call(project, SetAccount("acme", {"size": size}), at=NOW + size)
    assert not flips(project, "alone")
    assert len(flips(project, "big")) == 3 * len(PEOPLE)


def test_time_that_changes_one_reaches_everybody_at_that_instant(project: Project) -> None:
    define(
        project,
        buyer='did "buy" within 3h',
        near='any teammate (in segment "buyer")',
        lonely='not in segment "near" and last_seen within 1d',
    )
    call(project, Track(PEOPLE[3], "buy"), at=NOW + HOUR)
    call(project, Track(PEOPLE[5], "buy"), at=NOW + 2 * HOUR)
    advance(project, now=NOW + 9 * HOUR)
    assert followups.first(project.connection) is None
    is_exact(project, NOW + 9 * HOUR)
    assert [one for one in flips(project, "near") if not one[1]] == [
        (who, False, NOW + 5 * HOUR, "time") for who in PEOPLE
    ]
    assert [one[2:] for one in flips(project, "lonely") if one[1]] == 7 * [(NOW + 5 * HOUR, "time")]


def test_a_call_lets_time_pass_for_all_teammates_first(project: Project) -> None:
    """Nobody has advanced, when what rules read of teammates changes for good."""
    define(
        project,
        buyer='did "buy" within 3h',
        near='any teammate (in segment "buyer" and trait.plan = "pro")',
    )
    call(project, Identify(PEOPLE[3], {"plan": "pro"}), Track(PEOPLE[3], "buy"), at=NOW)
    call(project, Identify(PEOPLE[3], {"plan": "free"}), at=NOW + 4 * HOUR)
    left = [one for one in flips(project, "near") if not one[1]]
    assert left == [(who, False, NOW + 3 * HOUR, "time") for who in PEOPLE]


def test_an_account_changes_after_what_time_did_before(project: Project) -> None:
    define(project, soon="account.renews within next 2h")
    renews = {"renews": "2026-03-01T15:00:00Z"}  # three hours later
    call(project, SetAccount("acme", renews), at=NOW)
    call(project, SetAccount("acme", {"renews": None}), at=NOW + 2 * HOUR)
    assert flips(project, "soon") == sorted(
        flip
        for who in PEOPLE
        for flip in (
            (who, True, NOW + HOUR, "time"),
            (who, False, NOW + 2 * HOUR, "account"),
        )
    )


def test_a_list_is_followed_by_everybody_silently(project: Project) -> None:
    lists.add_profiles(project, "vip", [lists.Row(1, PEOPLE[0])], now=NOW)
    define(project, near='any teammate (in segment "vip")', far='not in segment "near"')
    rows = [lists.Row(number, who) for number, who in enumerate(PEOPLE, 1)]
    lists.remove_profiles(project, "vip", rows, now=NOW + 1)
    is_exact(project, NOW + 1)
    assert inside(project, "far") == PEOPLE
    lists.add_profiles(project, "vip", rows, now=NOW + 2)
    is_exact(project, NOW + 2)
    assert inside(project, "near") == PEOPLE
    assert {one[3] for one in flips(project, "far")} == set()


def test_a_second_change_waits_behind_the_first(project: Project) -> None:
    """Another process changes the account while its profiles still follow the first change."""
    define(project, big="account.size >= 10", grown="account.age >= 2")
    with patch.object(Project, "follow_up", lambda project: None):
        ingest.one(project, SetAccount("acme", {"size": 10}), now=NOW + 1)
    for _ in range(3):
        with project.writing() as connection:
            accounts.follow_some(connection, project.catalog(), project.zone, 1, OfTeam())
    assert inside(project, "big") == PEOPLE[:3]
    call(project, SetAccount("acme", {"age": 2, "size": None}), at=NOW + 2)
    assert inside(project, "grown") == PEOPLE
    assert flips(project, "big") == sorted(
        flip
        for who in PEOPLE
        for flip in ((who, True, NOW + 1, "account"), (who, False, NOW + 2, "account"))
    )
