"""`segql lint`: files, folders, the data of a project, fixes written in place."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ran import Segql

TWICE = 'segment "pros"\n  when did "x" and did "x"\n'
NEGATIVE = 'segment "idle"\n  when trait.plan = "pro" and not did "x" within 30d\n'


def test_findings_have_a_place_and_a_fix(segql: Segql, tmp_path: Path) -> None:
    (tmp_path / "a.segql").write_text(TWICE)
    ran = segql("lint", "a.segql")
    assert 'warning[decides-nothing]: `did "x"` is said twice\n --> a.segql:2:20\n' in ran.err
    assert ran.err.endswith("1 segment linted, 1 finding, 1 mended by --fix\n")
    (found,) = segql("lint", "a.segql", "--json").lines
    assert (found["code"], found["fix"]["replacement"]) == ("decides-nothing", "")
    assert segql("lint", "a.segql", "--format", "github").out.startswith("::warning file=a.segql,")


def test_warnings_are_errors_where_that_is_asked_for(segql: Segql, tmp_path: Path) -> None:
    (tmp_path / "a.segql").write_text(TWICE)
    assert segql("lint", "a.segql", "--strict", code=1).err.startswith("error[decides-nothing]")
    hint = 'segment "a"\n  when any of (did "x")\n'
    assert "hint[plainer-group]" in segql("lint", "-", "--strict", stdin=hint).err


def test_a_file_with_errors_has_them_said(segql: Segql, tmp_path: Path) -> None:
    (tmp_path / "a.segql").write_text('segment "a"\n  when did\n')
    (tmp_path / "b.segql").write_text(TWICE)
    ran = segql("lint", ".", code=1)
    assert "error[" in ran.err
    assert "decides-nothing" in ran.err
    assert segql("lint", ".", "--fix", code=1).err.count("fixed 1 finding in b.segql") == 1
    assert (tmp_path / "a.segql").read_text() == 'segment "a"\n  when did\n'


def test_fixes_are_written_formatted_and_leave_who_is_in(segql: Segql, tmp_path: Path) -> None:
    path = tmp_path / "a.segql"
    path.write_text(TWICE.replace("  when", "when") + NEGATIVE)
    segql("lint", "a.segql", "--fix")
    mended = 'segment "pros"\n  when did "x"\n\n' + NEGATIVE
    assert path.read_text() == mended
    assert "fixed" not in segql("lint", "a.segql", "--fix").err
    assert path.read_text() == mended
    assert segql("lint", "a.segql").err.endswith("1 finding, 1 mended by --fix-all\n")
    segql("lint", "a.segql", "--fix-all", "--strict")
    assert path.read_text().endswith("within 30d and first_seen more than 30d ago\n")
    assert [each.name for each in tmp_path.iterdir()] == ["a.segql"]


def test_standard_input_is_mended_to_standard_output(segql: Segql) -> None:
    assert segql("lint", "--fix", "-", stdin=TWICE).out == 'segment "pros"\n  when did "x"\n'


def test_fixes_need_files(segql: Segql) -> None:
    assert "--fix changes files" in segql("lint", "--fix", code=2).err


def test_the_codes_are_listed(segql: Segql) -> None:
    listed = segql("lint", "--list").out.splitlines()[1:]
    objects = segql("lint", "--list", "--json").lines
    assert [line.split()[0] for line in listed] == [one["code"] for one in objects]
    assert [one["code"] for one in objects if one["fix_changes_members"]] == ["takes-in-newcomers"]


@pytest.fixture
def project(tmp_path: Path, segql: Segql) -> Path:
    """200 profiles: the plan is pro for 60, of whom 40 have 5 seats; 3 have a key."""
    people = [
        {
            "id": str(number),
            "traits": {"plan": "pro" if number < 60 else "free", "seats": 5 if number < 40 else 1}
            | {"n": number}
            | ({"key": 1} if number < 3 else {}),
        }
        for number in range(200)
    ]
    (tmp_path / "people.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in people))
    segql("import", "profiles", "people.jsonl", "--no-progress")
    return tmp_path


DATA = {
    "pros": 'trait.plan = "pro"',
    "seats": "trait.seats > 2",
    "many seats": "trait.seats >= 4",
    "keys": "trait.key = 1",
    "none": 'trait.plan = "team"',
    "all": "trait.plan is known",
    "few": 'in segment "pros" and trait.n < 20',
}


def test_the_data_show_what_the_rules_do_not(segql: Segql, project: Path) -> None:
    text = "".join(f'segment "{name}"\n  when {rule}\n\n' for name, rule in DATA.items())
    (project / "a.segql").write_text(text)
    found = segql("lint", "a.segql", "--json").lines
    assert [one["message"] for one in found if one["code"] != "unknown-value"] == [
        "`seats` and `many seats` have the same 40 members, of 200 profiles",
        "all 40 members of `many seats` are among the 60 of `pros`, of 200 profiles",
        "`none` has no member among 200 profiles",
        "every one of 200 profiles is in `all`",
        "all 20 members of `few` are among the 40 of `seats`, of 200 profiles",
    ]
    assert {one["severity"] for one in found} == {"hint"}


def test_a_silence_about_data_is_judged_with_data_only(segql: Segql, project: Path) -> None:
    text = '# lint: allow no-members because they come later\nsegment "x"\n  when did "x"\n'
    assert "nothing found" in segql("lint", "-", "--db", project / "segql.db", stdin=text).err
    full = text.replace('did "x"', 'trait.plan = "pro"')
    assert "silence-of-nothing" in segql("lint", "-", stdin=full).err
    (project / "segql.db").unlink()
    assert "nothing found" in segql("lint", "-", stdin=full).err


def test_a_project_is_linted_without_paths(segql: Segql, project: Path) -> None:
    segql("apply", "-", stdin=TWICE)
    ran = segql("lint", "--used", "pros")
    assert " --> segment pros:2:20\n" in ran.err
    assert "unused-segment" in segql("lint", "--used", "x").err
    assert re.search(r"1 segment linted against the data in \S+segql.db, 2 findings", ran.err)
