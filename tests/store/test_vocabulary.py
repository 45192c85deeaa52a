"""The vocabulary of a store: exact where few rows have a name, a sample that says so elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from segql.app.embedding import Project
from segql.model.values import Kind
from segql.store import sampling, vocabulary
from segql.store.driver import connect

NOW = 1_772_323_200_000


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.opened(tmp_path / "segql.db", create=True) as opened:
        yield opened


def imported(project: Project, tmp_path: Path, rows: list[dict[str, Any]], kind: str) -> None:
    path = tmp_path / f"{kind}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    getattr(project, f"import_{kind}")(path, now=NOW)


def test_an_empty_store_knows_nothing(project: Project) -> None:
    known = project.vocabulary()
    assert known.profiles == 0
    assert not known.traits() and not known.events() and not known.questions(None)


def test_small_projects_are_counted_exactly(project: Project) -> None:
    project.identify(
        "ann", {"plan": "pro", "tags": ["a", "b"], "company": {"size": 12}, "since": "2026-01-01"},
        account="acme", account_traits={"mrr": 10.5}, now=NOW,
    )  # fmt: skip
    project.identify("bert", {"plan": "free", "tags": [], "things": [{"a": 1}]}, now=NOW)
    known = project.vocabulary()
    traits = known.traits()
    assert known.profiles == 2
    assert set(traits) == {
        ("plan",), ("tags",), ("company", "size"), ("since",), ("things",),
    }  # fmt: skip
    assert traits["plan",].share == 1.0
    assert sorted(traits["plan",].top) == [("free", 1), ("pro", 1)]
    assert traits["plan",].complete
    assert (traits["tags",].lists, traits["tags",].kinds) == (2, {Kind.TEXT: 2})
    assert (traits["since",].share, traits["since",].dates) == (0.5, 1)
    assert known.account_traits()["mrr",].top == ((10.5, 1),)


def test_events_and_surveys_tell_how_often_and_what_they_hold(project: Project) -> None:
    for minute in range(3):
        project.track("ann", "export", {"format": "csv"}, time=NOW - minute * 60_000, now=NOW)
    project.track("bert", "export", time=NOW, now=NOW)
    project.survey("ann", "nps", "completed", {"score": 9}, time=NOW, now=NOW)
    project.survey("ann", "csat", "completed", {"score": "good"}, time=NOW, now=NOW)
    known = project.vocabulary()
    export = known.events()["export"]
    assert (export.count, export.profiles, export.last, export.exact) == (4, 2, NOW, True)
    assert known.properties("export")["format",].share == 0.75
    assert known.properties("import") == {}
    assert known.surveys()["nps"].count == 1
    assert known.questions("nps")["score",].kinds == {Kind.NUMBER: 1}
    assert known.questions(None)["score",].kinds == {Kind.NUMBER: 1, Kind.TEXT: 1}


def test_segments_come_with_members_and_text(project: Project) -> None:
    project.identify("ann", {"plan": "pro"}, now=NOW)
    project.define("pros", 'trait.plan = "pro"', now=NOW)
    pros = project.vocabulary().segments()["pros"]
    assert (pros.members, 'when trait.plan = "pro"' in pros.text) == (1, True)


def test_what_was_read_is_forgotten_when_the_store_changes(project: Project) -> None:
    project.identify("ann", {"plan": "pro"}, now=NOW)
    known = project.vocabulary()
    assert ("seats",) not in known.traits()
    project.identify("ann", {"seats": 3}, now=NOW)
    assert known.traits()["seats",].top == ((3.0, 1),)
    assert not known.segments()
    project.define("all", "everyone", now=NOW)
    assert list(known.segments()) == ["all"]


def test_of_many_rows_a_sample_is_looked_at(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "SAMPLE", 200)
    monkeypatch.setattr(vocabulary, "_FEW", 200)
    monkeypatch.setattr(vocabulary, "_COUNTED", 200)
    people = [
        {"id": str(n), "traits": {"plan": "pro" if n % 4 else "free", "n": n}
         | ({"rare": True} if n == 999 else {})}
        for n in range(1_000)
    ]  # fmt: skip
    imported(project, tmp_path, people, "profiles")
    events = [
        {"profile": str(n % 1_000), "event": "export", "time": NOW, "properties": {"n": n % 7}}
        for n in range(3_000)
    ]
    imported(project, tmp_path, events, "events")
    known = project.vocabulary()
    plan, number, rare = (known.traits()[name,] for name in ("plan", "n", "rare"))
    assert (plan.exact, plan.share, plan.complete) == (False, 1.0, True)
    assert {value for value, _ in plan.top} == {"free", "pro"}
    assert 600 <= dict(plan.top)["pro"] <= 900
    assert (number.exact, number.complete, len(number.top)) == (False, False, 100)
    assert (rare.exact, rare.share, rare.top) == (True, 0.001, ((True, 1),))
    export = known.events()["export"]
    assert (export.exact, export.count) == (False, 3_000)
    held = known.properties("export")["n",]
    assert (held.exact, held.share, len(held.top)) == (False, 1.0, 7)


def test_a_writer_is_never_kept_waiting(project: Project) -> None:
    project.identify("ann", {"plan": "pro"}, now=NOW)
    known = project.vocabulary()
    assert known.traits()["plan",].share == 1.0
    with Project.opened(project.path) as other:
        other.connection.execute("pragma busy_timeout = 0")
        other.identify("bert", {"seats": 3}, now=NOW)
    assert known.traits()["plan",].share == 0.5
    assert not connect(project.path, read_only=True).in_transaction
