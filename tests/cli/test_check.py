"""`segql check`: against the project's data, strictly, for tools and for GitHub."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from ran import Segql

MISSPELT = 'segment "pros"\n  when trait.plam = "pro"\n'


@pytest.fixture
def folder(tmp_path: Path, segql: Segql) -> Path:
    (tmp_path / "people.jsonl").write_text(
        "".join(f'{{"id": "{n}", "traits": {{"plan": "pro"}}}}\n' for n in range(50))
    )
    segql("import", "profiles", "people.jsonl", "--no-progress")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.segql").write_text(MISSPELT)
    return tmp_path


def test_names_are_compared_with_the_data(segql: Segql, folder: Path) -> None:
    ran = segql("check", "rules")
    assert "did you mean `plan`? (on 100% of profiles)" in ran.err
    assert segql("check", "rules", "--strict", code=1).err.startswith("error[unknown-trait]")


def test_without_a_database_names_are_not_compared(segql: Segql, tmp_path: Path) -> None:
    (tmp_path / "a.segql").write_text(MISSPELT)
    assert segql("check", "a.segql", "--strict").err == "1 segment checked, no errors\n"
    assert "no database" in segql("check", "a.segql", "--db", "missing.db", code=1).err


def test_an_unknown_segment_may_be_stored_or_in_another_file(segql: Segql, folder: Path) -> None:
    stored = 'segment "stored"\n  when everyone\n'
    segql("apply", "-", stdin=stored)
    text = 'segment "b"\n  when in segment "stored" and in segment "pros"\n'
    (folder / "rules" / "b.segql").write_text(text)
    segql("check", "rules")
    (folder / "rules" / "b.segql").write_text(text.replace('"pros"', '"prso"'))
    found = segql("check", "rules", "--json", code=1).lines
    assert [(one["code"], one["fix"]["replacement"]) for one in found] == [
        ("unknown-trait", "plan"),
        ("unknown-segment", '"pros"'),
    ]


def test_a_faulty_file_still_defines_its_segments(segql: Segql, folder: Path) -> None:
    (folder / "rules" / "a.segql").write_text('segment "pros"\n  when trait.plan =\n')
    (folder / "rules" / "b.segql").write_text('segment "b"\n  when in segment "pros"\n')
    found = segql("check", "rules", "--json", code=1).lines
    assert [one["code"] for one in found] == ["ends-too-early"]


def test_each_cycle_is_told_with_its_path(segql: Segql, folder: Path) -> None:
    stored = 'segment "c"\n  when everyone\n'
    segql("apply", "-", stdin=stored)
    (folder / "rules" / "a.segql").write_text(
        'segment "a"\n  when in segment "b"\n'
        'segment "b"\n  when in segment "a"\n'
        'segment "self"\n  when not in segment "self"\n'
    )
    found = segql("check", "rules", "--json", code=1).lines
    assert [(one["code"], one["message"].partition(": ")[2]) for one in found] == [
        ("segment-cycle", "`a` → `b` → `a`"),
        ("segment-cycle", "`self` → `self`"),
    ]


def test_a_cycle_may_go_through_a_stored_segment(segql: Segql, folder: Path) -> None:
    segql("apply", "-", stdin='segment "a"\n  when everyone\nsegment "c"\n  when in segment "a"\n')
    (folder / "rules" / "a.segql").write_text('segment "a"\n  when in segment "c"\n')
    found = segql("check", "rules", "--json", code=1).lines
    assert [one["message"].partition(": ")[2] for one in found] == ["`a` → `c` → `a`"]


def test_github_shows_them_beside_the_lines(segql: Segql, folder: Path) -> None:
    (folder / "rules" / "a,b: 50%.segql").write_text(
        'segment "x"\n  when trait.plan = "pro" and did "a" or everyone\n  on entry notify "x"\n'
    )
    lines = segql("check", "rules", "--format", "github", code=1).out.splitlines()
    assert lines == [
        "::error file=rules/a%2Cb%3A 50%25.segql,line=3,endLine=3,col=3,endColumn=11,"
        "title=unknown-line::`on entry` is no line of a segment%0Ahelp: lines with `notify` begin "
        "with `on enter`, `on leave` or `after 3d`%0Afix: replace `entry` with `enter`",
        "::warning file=rules/a.segql,line=2,endLine=2,col=14,endColumn=18,title=unknown-trait::"
        "no profile has the trait `plam`; did you mean `plan`? (on 100%25 of profiles)%0A"
        "fix: replace `plam` with `plan`",
    ]


def test_hints_are_notices(segql: Segql, folder: Path) -> None:
    (folder / "rules" / "a.segql").write_text(
        'segment "x"\n  when trait.plan = "pro" and trait.plan is known or everyone\n'
    )
    (line,) = segql("check", "rules", "--format", "github").out.splitlines()
    assert line.startswith("::notice file=rules/a.segql,line=2,")


def test_columns_are_counted_as_editors_do(segql: Segql, tmp_path: Path) -> None:
    (tmp_path / "a.segql").write_text('segment "🙂"\n  when trait."🙂" = pro\n', encoding="utf-8")
    (found,) = segql("check", "a.segql", "--json", code=1).lines
    assert (found["column"], found["range"]["start"]["character"]) == (20, 20)


@pytest.mark.parametrize("asked", [{}, {"NO_COLOR": "1"}])
def test_colour_is_for_terminals_that_want_it(tmp_path: Path, asked: dict[str, str]) -> None:
    (tmp_path / "a.segql").write_text('segment "a"\n  when trait.x = y\n')
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | asked
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "segql", "check", "a.segql"],
        cwd=tmp_path, env={**environment, "TERM": "xterm"}, stderr=theirs, stdout=theirs,
    ) as running:  # fmt: skip
        os.close(theirs)
        printed = b""
        while chunk := _read(ours):
            printed += chunk
    os.close(ours)
    assert running.returncode == 1
    assert (b"\x1b[31m" in printed) == (not asked)


def _read(ours: int) -> bytes:
    try:
        return os.read(ours, 4096)
    except OSError:  # the other end is closed
        return b""


def test_json_is_plain_in_a_pipe(segql: Segql, folder: Path) -> None:
    (line,) = segql("check", "rules", "--format", "json").out.splitlines()
    found = json.loads(line)
    assert found["label"] == "did you mean `plan`? (on 100% of profiles)"
    assert found["also"] == []
