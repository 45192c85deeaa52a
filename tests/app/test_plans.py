"""What an edit would do: numbers that come true, and the conditions that make the difference."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segql.app import ingest, plans, segments
from segql.app.project import Project
from segql.model.calls import Call, Identify, Track
from segql.store import members

NOW = 1_772_366_400_000


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.opened(tmp_path / "team.db", create=True) as project:
        people: list[Call] = [
            Identify("ann", {"plan": "pro", "seats": 12}),
            Identify("bob", {"plan": "team", "seats": 7}),
            Identify("cleo", {"plan": "free"}),
            Track("ann", "export", time=NOW),
        ]
        ingest.batch(project, people, now=NOW)
        define(project, "pro", 'trait.plan = "pro" and trait.seats >= 10')
        define(project, "fans", 'in segment "pro" or did "export" at least 5 times')
        define(project, "others", "not any of (trait.plan = 'pro', trait.plan = 'team')")
        yield project


def define(project: Project, name: str, rule: str) -> None:
    segments.define_one(project, name, rule.replace("'", '"'), description=None, now=NOW)


def planned(project: Project, name: str, rule: str) -> tuple[plans.Effect, ...]:
    written = segments.written_rule(project, name, rule)
    return plans.effects(project, segments.plan(project, [written]), now=NOW)


def words(flipping: plans.Flipping) -> list[tuple[str, list[str], list[str]]]:
    return [
        (
            one.profile,
            [f"{leaf.holds}: {leaf.text}" for leaf in one.before],
            [f"{leaf.holds}: {leaf.text}" for leaf in one.after],
        )
        for one in flipping.sample
    ]


def test_an_edit_shows_who_enters_and_by_which_condition(project: Project) -> None:
    pro, fans = planned(project, "pro", 'trait.plan in ("pro", "team") and trait.seats >= 5')
    assert (pro.name, pro.action, pro.entering.n, pro.leaving.n, pro.staying) == (
        *("pro", "change"),
        *(1, 0, 1),
    )
    assert words(pro.entering) == [
        (
            "bob",
            ['False: trait.plan = "pro"', "False: trait.seats >= 10"],
            ['True: trait.plan in ("pro", "team")', "True: trait.seats >= 5"],
        )
    ]
    assert (fans.name, fans.action, fans.entering.n) == ("fans", "follow", 1)
    assert words(fans.entering) == [
        ("bob", ['False: in segment "pro"'], ['True: in segment "pro"'])
    ]


def test_what_did_not_change_is_no_reason(project: Project) -> None:
    pro, _ = planned(project, "pro", 'trait.plan = "pro" and trait.seats >= 20')
    assert words(pro.leaving) == [
        ("ann", ["True: trait.seats >= 10"], ["False: trait.seats >= 20"])
    ]
    [others] = planned(project, "others", 'not any of (trait.plan = "pro", trait.plan = "free")')
    assert words(others.entering) == [
        ("bob", ['True: trait.plan = "team"'], ['False: trait.plan = "free"'])
    ]
    assert words(others.leaving) == [
        ("cleo", ['False: trait.plan = "team"'], ['True: trait.plan = "free"'])
    ]


def test_a_new_segment_tells_why_its_members_are_in(project: Project) -> None:
    [new] = planned(project, "new", 'did "export" or trait.plan = "gold"')
    assert (new.action, new.staying) == ("create", 0)
    assert words(new.entering) == [("ann", [], ['True: did "export"'])]


def test_a_rule_that_is_the_same_has_no_effect(project: Project) -> None:
    assert planned(project, "pro", '(trait.plan = "pro" and trait.seats >= 10)') == ()


def test_archived_segments_lose_everybody(project: Project) -> None:
    kept = segments.written_rule(project, "pro", "everyone")
    effects = plans.effects(project, segments.plan(project, [kept], prune=True), now=NOW)
    assert {one.name: one.leaving.n for one in effects if one.action == "archive"} == {
        "fans": 1,
        "others": 1,
    }


RULES = st.sampled_from(
    [
        *('trait.plan = "pro"', "trait.seats >= 5", 'did "export"', "no one", "everyone"),
        *('not in segment "others"', 'trait.seats >= 8 or trait.plan = "free"'),
    ]
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(RULES)
def test_what_was_planned_comes_true(project: Project, rule: str) -> None:
    written = segments.written_rule(project, "pro", rule)
    changes = segments.plan(project, [written])
    effects = plans.effects(project, changes, now=NOW)
    stored = members.counts(project.connection)
    applied = segments.apply(project, changes, now=NOW)
    moved = {one.name: (one.entered, one.left) for one in applied.recomputed}
    assert moved == {one.name: (one.entering.n, one.leaving.n) for one in effects}
    for one in effects:
        segment = project.catalog().entry(one.name).stored.id
        size = members.count(project.connection, segment)
        assert size == stored.get(segment, 0) + one.entering.n - one.leaving.n
        assert size == one.entering.n + one.staying
