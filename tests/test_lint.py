"""Runs the files of `tests/lint/`: segments, what the linter finds and where, and what it mends.

A case is a `rule`, the one of a segment `s`, or the `text` of a whole file, and what is found in
it: `code` at `mark`, which stands under the rule, or under the line `line` of the text; `message`
where it is shown; in `also` the codes of whatever else is found. `fixed` is the rule, or the file,
after all fixes; without it there is none. `used` are names as `--used` takes them. A case without
`code` has nothing found in it. A `[vocabulary]` of a case is as `Vocabulary.of` takes it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from attrs import frozen

from segql.app.lint import Mended, codes, linted, mended
from segql.app.project import Project
from segql.app.sources import SourceFile, source_of
from segql.language.diagnostics import Diagnostic
from segql.language.format import format_line
from segql.model.listed import Vocabulary
from segql.rules.lint_codes import CODES

FOLDER = Path(__file__).parent / "lint"
HEAD = 'segment "s"\n  when '


@frozen
class Knowing:
    """What a lint without data asks a project: only its names and its catalogue, which is empty."""

    known: Vocabulary

    def vocabulary(self) -> Vocabulary:
        return self.known

    def catalog(self) -> Knowing:
        return self

    @property
    def rules(self) -> dict[str, Any]:
        return {}


def each_case() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.toml")):
        for number, case in enumerate(tomllib.loads(path.read_text("utf-8"))["case"]):
            shown = case.get("rule") or case["text"]
            yield pytest.param(case, id=f"{path.stem}-{number}-{shown.strip()[:50]}")


CASES = list(each_case())


def file_of(case: dict[str, Any]) -> SourceFile:
    text = case.get("text") or f"{HEAD}{case['rule']}\n"
    file = source_of(text, "case.segql")
    assert not file.is_faulty, file.diagnostics
    return file


def project_of(case: dict[str, Any]) -> Project | None:
    listed = case.get("vocabulary")
    # Opening a database for every case would be slow, and nothing else of it is asked for.
    return None if listed is None else cast(Project, Knowing(Vocabulary.of(listed)))


def found_in(case: dict[str, Any], file: SourceFile) -> tuple[Diagnostic, ...]:
    used = frozenset(case["used"]) if "used" in case else None
    (found,) = linted([file], project_of(case), used=used, is_whole=True)
    return found.diagnostics


def mended_in(case: dict[str, Any], file: SourceFile, *, changing: bool) -> Mended:
    (after,) = mended([file], project_of(case), changing=changing)
    return after


def place_of(case: dict[str, Any]) -> tuple[int, int]:
    mark = case["mark"]
    start = len(mark) - len(mark.lstrip())
    if "text" in case:
        start += sum(len(line) + 1 for line in case["text"].split("\n")[: case["line"] - 1])
    else:
        start += len(HEAD)
    return start, start + len(mark.strip())


@pytest.mark.parametrize("case", CASES)
def test_what_is_found(case: dict[str, Any]) -> None:
    file = file_of(case)
    left = list(found_in(case, file))
    if "code" in case:
        fitting = [one for one in left if one.code == case["code"]]
        if "mark" in case:
            start, end = place_of(case)
            fitting = [one for one in fitting if (one.span.start, one.span.end) == (start, end)]
        assert fitting, left
        left.remove(fitting[0])
        if "message" in case:
            assert fitting[0].message == case["message"]
    assert sorted(one.code for one in left) == sorted(case.get("also", ()))


@pytest.mark.parametrize("case", CASES)
def test_what_is_mended(case: dict[str, Any]) -> None:
    after = mended_in(case, file_of(case), changing=True)
    expected = case.get("fixed")
    if expected is None:
        assert after.fixes == 0
    elif "text" in case:
        assert after.file.text == expected
    else:
        assert format_line(after.file.parsed.segments[0].rule) == expected
    left = [one for one in found_in(case, after.file) if one.fix is not None]
    assert not left, "a fix is left"
    again = mended_in(case, after.file, changing=True)
    assert (again.fixes, again.file.text) == (0, after.file.text)


@pytest.mark.parametrize("case", [case for case in CASES if "fixed" in case.values[0]])
def test_only_fixes_that_say_so_change_who_is_in(case: dict[str, Any]) -> None:
    file = file_of(case)
    after = mended_in(case, file, changing=False)
    changing = [one for one in found_in(case, file) if one.fix and CODES[one.code].changes_members]
    found = [one for one in found_in(case, after.file) if one.fix is not None]
    assert {one.code for one in found} <= {one.code for one in changing}
    for one in changing:
        assert one.fix is not None
        assert "changes who is in it" in one.fix.label


def test_there_is_a_case_for_every_code_and_there_are_many() -> None:
    shown = {code for case in CASES for code in (case.values[0].get("code"),) if code}
    about_data = {code.name for code in codes() if code.about == "data"}
    assert shown >= {code.name for code in codes()} - about_data
    assert len(CASES) >= 60
    assert sum("code" not in case.values[0] for case in CASES) >= 15
