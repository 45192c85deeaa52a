"""`segql apply` and its kin: plans, members, renaming, archiving, explaining."""

from __future__ import annotations

from pathlib import Path

import pytest

from ran import Segql

PEOPLE = b"""{"id": "ann", "plan": "pro", "seats": 12}
{"id": "bert", "plan": "free"}
{"id": "cleo", "plan": "pro", "seats": 3}
"""
FILE = """# our segments
segment "pro"
  description "on the pro plan"  # said by sales
  when trait.plan = "pro"

segment "large"
  when in segment "pro" and trait.seats >= 10
  on enter notify "crm" at most once every 30d
"""


@pytest.fixture
def project(segql: Segql, tmp_path: Path) -> Path:
    segql("init", "--zone", "Europe/Zurich")
    segql("import", "profiles", "-", "--format", "jsonl", stdin=PEOPLE)
    (tmp_path / "team.segql").write_text(FILE)
    return tmp_path


def members(segql: Segql, name: str) -> list[str]:
    return segql("members", name).out.split()


def test_apply_creates_changes_and_leaves_alone(segql: Segql, project: Path) -> None:
    first = segql("apply", "team.segql", "--json").lines
    assert [(one["name"], one["action"], one["members"]) for one in first] == [
        ("pro", "create", 2),
        ("large", "create", 1),
    ]
    assert {one["action"] for one in segql("apply", ".", "--json").lines} == {"unchanged"}
    (project / "team.segql").write_text(FILE.replace('= "pro"', '!= "pro"'))
    changed = segql("apply", "team.segql", "--json").lines
    assert [one["action"] for one in changed] == ["change", "unchanged"]
    assert members(segql, "pro") == ["bert"]
    assert members(segql, "large") == []  # what depends on it follows


def test_a_dry_run_shows_the_plan_and_changes_nothing(segql: Segql, project: Path) -> None:
    ran = segql("apply", "team.segql", "--dry-run")
    assert "+ create pro" in ran.err
    assert segql("segments", "--json").lines == []


def test_prune_archives_what_the_files_do_not_hold(segql: Segql, project: Path) -> None:
    segql("apply", "team.segql")
    (project / "team.segql").write_text('segment "pro"\n  when trait.plan = "pro"\n')
    assert [one["action"] for one in segql("apply", ".", "--json").lines] == ["change"]
    pruned = segql("apply", ".", "--prune", "--json").lines
    assert [(one["name"], one["action"]) for one in pruned] == [
        ("pro", "unchanged"),
        ("large", "archive"),
    ]
    assert [one["name"] for one in segql("segments", "--json").lines] == ["pro"]


def test_prune_does_not_archive_what_is_referred_to(segql: Segql, project: Path) -> None:
    segql("apply", "team.segql")
    large = FILE[FILE.index('segment "large"') :]
    (project / "team.segql").write_text(large)
    ran = segql("apply", "team.segql", "--prune", code=1)
    assert "`large`" in ran.err and "`pro`" in ran.err
    assert len(segql("segments", "--json").lines) == 2


def test_rename_keeps_members_and_rewrites_references(segql: Segql, project: Path) -> None:
    segql("apply", "team.segql")
    ran = segql("rename", "pro", 'the "pro" plan', "--json").one
    assert ran["rewritten"] == ["large"]
    assert members(segql, 'the "pro" plan') == ["ann", "cleo"]
    rules = {one["name"]: one["rule"] for one in segql("segments", "--json").lines}
    assert rules["large"] == 'in segment "the \\"pro\\" plan" and trait.seats >= 10'
    assert members(segql, "large") == ["ann"]
    segql("rename", "nobody", "x", code=1)
    segql("rename", "large", 'the "pro" plan', code=1)


def test_archive_refuses_what_is_referred_to(segql: Segql, project: Path) -> None:
    segql("apply", "team.segql")
    ran = segql("archive", "pro", code=1)
    assert "read by `large`" in ran.err
    segql("archive", "large")
    segql("archive", "pro")
    assert segql("segments", "--json").lines == []
    assert segql("profile", "ann", "--json").one["segments"] == []


def test_unknown_segments_and_cycles_are_refused_with_both_names(
    segql: Segql, project: Path
) -> None:
    (project / "bad.segql").write_text('segment "a"\n  when in segment "b"\n')
    ran = segql("apply", "bad.segql", code=1)
    assert "`a`" in ran.err and "`b`" in ran.err
    circle = 'segment "a"\n  when in segment "b"\nsegment "b"\n  when in segment "a"\n'
    (project / "bad.segql").write_text(circle)
    ran = segql("apply", "bad.segql", code=1)
    assert "`a` → `b` → `a`" in ran.err or "`b` → `a` → `b`" in ran.err
    assert segql("segments", "--json").lines == []


def test_nothing_is_applied_when_one_file_is_faulty(segql: Segql, project: Path) -> None:
    (project / "zz.segql").write_text('segment "bad"\n  when trait.plan = pro\n')
    ran = segql("apply", ".", code=1)
    assert "unquoted-text" in ran.err and "zz.segql:2:21" in ran.err
    assert segql("segments", "--json").lines == []


def test_why_tells_each_condition(segql: Segql, project: Path) -> None:
    segql("apply", "team.segql")
    ran = segql("why", "large", "cleo")
    assert "cleo is not in `large`" in ran.out
    assert "✗ trait.seats >= 10: it is 3" in ran.out
    found = segql("why", "large", "ann", "--json").one
    assert found["holds"] is True and found["profile"] == "ann"
    assert "`nobody`" in segql("why", "large", "nobody", code=1).err
    assert "did you mean `large`" in segql("why", "larg", "ann", code=1).err


def test_count_gives_one_object(segql: Segql, project: Path) -> None:
    ran = segql("count", 'trait.plan = "pro"', "--now", "2026-03-01T12:00:00Z", "--json")
    assert ran.one == {"count": 2, "of": 3, "now": "2026-03-01T12:00:00Z"}
    assert segql("count", 'in segment "x"', code=1).out == ""
    assert "unclosed-text" in segql("count", 'trait.plan = "pro', code=1).err


def test_time_comes_before_a_recompute(segql: Segql, project: Path) -> None:
    event = b'{"profile": "ann", "event": "export", "time": "2026-02-01T00:00:00Z"}\n'
    segql("import", "events", "-", "--format", "jsonl", stdin=event)
    (project / "w.segql").write_text('segment "lately"\n  when did "export" within 30d\n')
    segql("apply", "w.segql", "--now", "2026-02-10")
    assert members(segql, "lately") == ["ann"]
    ran = segql("recompute", "lately", "--now", "2026-03-10", "--json").lines
    assert [(one["members"], one["left"]) for one in ran] == [(0, 0)]


def test_check_finds_what_is_wrong_in_files_and_in_the_project(segql: Segql, project: Path) -> None:
    segql("check", "team.segql")
    segql("apply", "team.segql")
    segql("check")
    (project / "bad.segql").write_text('segment "bad"\n  when trait.x = y\n')
    found = segql("check", "bad.segql", "--json", code=1).lines
    assert [(one["code"], one["line"], one["column"]) for one in found] == [
        ("unknown-trait", 2, 14),
        ("unquoted-text", 2, 18),
    ]
    assert found[1]["range"] == {
        "start": {"line": 1, "character": 17},
        "end": {"line": 1, "character": 18},
    }


def test_comments_stay_with_a_stored_segment(segql: Segql, project: Path) -> None:
    segql("apply", "team.segql")
    segql("rename", "pro", "paying")
    stored = segql("check", "--json")
    assert stored.code == 0
