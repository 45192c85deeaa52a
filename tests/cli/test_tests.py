"""`segql test`: cases beside segments, what they report, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from ran import Segql

SEGMENTS = """\
segment "pro"
  when trait.plan = "pro" and (did "export" within 30d or not trait.seats > 5)

segment "big"
  when in segment "pro" and trait.seats >= 10

segment "friends"
  when in segment "a list of ours"
"""
PEOPLE = """\
now = "2026-03-01T12:00:00Z"

[profiles]
ann.traits = { plan = "pro", seats = 12 }
ann.events = ["export -1d"]
ann.segments = ["a list of ours"]
bert.traits = { plan = "free" }

"""
CASES = """\
[[case]]
segment = "pro"
members = ["ann"]

[[case]]
segment = "big"
members = ["ann"]

[[case]]
segment = "friends"
members = ["ann"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "team.segql").write_text(SEGMENTS)
    (tmp_path / "team.test.toml").write_text(PEOPLE + CASES)
    return tmp_path


def test_cases_that_hold_are_counted(segql: Segql, folder: Path) -> None:
    ran = segql("test", "--strict")
    assert ran.out == ""
    assert ran.err == "3 cases, 0 failed; 6 of 6 conditions were both true and false\n"


def test_a_wrong_profile_is_explained(segql: Segql, folder: Path) -> None:
    text = PEOPLE + CASES.replace(
        '"big"\nmembers = ["ann"]', '"big"\nmembers = ["bert"]\nwhy = "x"'
    )
    (folder / "team.test.toml").write_text(text)
    ran = segql("test", code=1)
    assert ran.out.startswith(
        """\
✗ team.test.toml:13: big
  x
  bert should be in `big`:
    ✗ all of these: 0 of 2
    ├─ ✗ in segment "pro": not a member
"""
    )
    assert "\n  ann should not be in `big`:\n    ✓ all of these: 2 of 2\n" in ran.out
    assert ran.err == "3 cases, 1 failed; 6 of 6 conditions were both true and false\n"


def test_json_has_each_case_and_each_gap(segql: Segql, folder: Path) -> None:
    (folder / "team.test.toml").write_text(
        PEOPLE + '[[case]]\nsegment = "big"\nmembers = ["bert"]\nname = "named"\n'
    )
    case, *gaps = segql("test", "--json", code=1).lines
    assert case["file"] == "team.test.toml"
    assert (case["line"], case["case"], case["segment"]) == (9, "named", "big")
    assert (case["passed"], case["missing"], case["unexpected"]) == (False, ["bert"], ["ann"])
    assert case["whys"]["bert"]["holds"] is False
    assert gaps == [
        {
            "file": "team.segql",
            "line": line,
            "column": 9,
            "segment": name,
            "condition": None,
            "never": None,
        }
        for line, name in ((1, "pro"), (7, "friends"))
    ]


def test_conditions_that_were_never_true_or_never_false_are_listed(
    segql: Segql, folder: Path
) -> None:
    text = PEOPLE.replace("seats = 12", "seats = 3").replace("bert", "# bert")
    text += CASES.replace('"big"\nmembers = ["ann"]', '"pro"\nmembers = ["ann"]')
    (folder / "team.test.toml").write_text(text)
    ran = segql("test")
    assert ran.out == (
        'team.segql:2:8: never false: trait.plan = "pro"\n'
        'team.segql:2:32: never false: did "export" within 30d\n'
        "team.segql:2:63: never true: trait.seats > 5\n"
        "team.segql:4:9: no case for segment `big`\n"
        'team.segql:8:8: never false: in segment "a list of ours"\n'
    )
    assert segql("test", "--strict", code=1).out == ran.out


def test_segments_are_those_beside_the_file_above_and_below(segql: Segql, tmp_path: Path) -> None:
    (tmp_path / "project" / "eu" / "tests").mkdir(parents=True)
    (tmp_path / "project" / "us").mkdir()
    (tmp_path / "stray.test.toml").write_text(PEOPLE)
    (tmp_path / "project" / "base.segql").write_text('segment "a" when everyone\n')
    (tmp_path / "project" / "eu" / "eu.segql").write_text('segment "b" when in segment "c"\n')
    (tmp_path / "project" / "us" / "us.segql").write_text('segment "c" when in segment "a"\n')
    test = tmp_path / "project" / "eu" / "tests" / "b.test.toml"
    test.write_text(PEOPLE + '[[case]]\nsegment = "b"\nmembers = ["bert", "ann"]\n')
    for named in (test, "project", "project/eu", "project/eu/tests"):
        assert segql("test", named).err.startswith("1 case, 0 failed"), named
    ran = segql("test", "stray.test.toml", code=1)
    assert "no .segql file is beside `stray.test.toml`, nor in the folder above" in ran.err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"big"', '"bigg"', "team.test.toml:13: no .segql file in `.` holds a segment `bigg`"),
        ('"big"', '"bigg"', "did you mean `big`?"),
        ("members", "member", "error[bad-cases]: team.test.toml:9: `case[0]` has no `members`"),
        ("[[case]]", "[[case]", "error[bad-cases]: team.test.toml:9: is no TOML: expected"),
    ],
)
def test_a_broken_test_file_is_an_error_with_its_place(
    segql: Segql, folder: Path, old: str, new: str, said: str
) -> None:
    (folder / "team.test.toml").write_text(PEOPLE + CASES.replace(old, new))
    assert said in segql("test", code=1).err


def test_faulty_segments_are_shown_and_nothing_is_run(segql: Segql, folder: Path) -> None:
    (folder / "team.segql").write_text(SEGMENTS.replace('"a list of ours"', '"a list of hours"'))
    ran = segql("test", code=1)
    assert "there is no segment `a list of hours`" in ran.err
    assert "cases" not in ran.err
    (folder / "team.segql").write_text(SEGMENTS + 'segment "x" when trait.a = \n')
    assert "error[" in segql("test", code=1).err


def test_a_folder_without_tests_is_refused(segql: Segql, tmp_path: Path) -> None:
    (tmp_path / "a.segql").write_text(SEGMENTS)
    assert "no file below `.` ends in .test.toml" in segql("test", code=1).err
