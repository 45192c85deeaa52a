"""Runs the files of `tests/diagnostics/`: a text, what is said of it and where, the fix.

A case says one thing (`mark`, `code`, `message`, and if they are there `severity`, `help`, `fix`)
with the codes of whatever else is said in `also`; or several in `[[case.says]]`, in the order of
their places. `mark` stands under the text, line by line, or under its line `line` alone; `label` is
what stands beside it. The severity is that of the file, or an error. `fix` is the whole text after
the fix, and free of errors unless `stays` says that others are left.

A file with a `[vocabulary]` table, as `Vocabulary.of` takes it, has its texts checked against that;
a case without `code` has nothing said of it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from segql.language.diagnostics import Diagnostic, Fix, Severity, errors_in
from segql.language.files import parse_file
from segql.language.parse import parse_rule
from segql.language.render import render
from segql.language.source import Source, Span
from segql.model.listed import Vocabulary
from segql.rules.check import checked_rule

FOLDER = Path(__file__).parent / "diagnostics"


@frozen
class Case:
    text: str
    is_file: bool
    says: tuple[dict[str, Any], ...]
    severity: str
    also: tuple[str, ...] | None
    stays: bool
    is_slip: bool
    vocabulary: Vocabulary | None

    def diagnostics(self, text: str) -> tuple[Diagnostic, ...]:
        if self.is_file:
            return parse_file(text).diagnostics
        return checked_rule(text, self.vocabulary)


def each_case() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        listed = table.get("vocabulary")
        vocabulary = None if listed is None else Vocabulary.of(listed)
        for number, given in enumerate(table["case"]):
            text, is_file = given.pop("text"), given.pop("file", False)
            says = given.pop("says", None)
            case = Case(
                text,
                is_file,
                tuple(says or ([given] if "code" in given else [])),
                table.get("severity", "error"),
                None if says else tuple(given.get("also", ())),
                bool(given.get("stays")),
                path.stem in ("slips", "more_slips"),
                vocabulary,
            )
            yield pytest.param(case, id=f"{path.stem}-{number}-{text.strip()[:40]}")


CASES = list(each_case())


def marked(case: Case, say: dict[str, Any]) -> Span:
    source, mark = Source(case.text), say["mark"]
    before, line = mark[: mark.index("^")], say.get("line", 1)
    first = line + before.count("\n")
    start = sum(len(source.line(number)) + 1 for number in range(1, first))
    start += len(before.rpartition("\n")[2])
    return Span(start, start + mark.count("^") + mark.strip().count("\n"))


def mended(text: str, fix: Fix) -> str:
    return text[: fix.span.start] + fix.replacement + text[fix.span.end :]


@pytest.mark.parametrize("case", CASES)
def test_what_is_said_of_a_text(case: Case) -> None:
    found = list(case.diagnostics(case.text))
    for say in case.says:
        place = marked(case, say)
        fitting = [one for one in found if (one.code, one.span.start) == (say["code"], place.start)]
        assert fitting, found
        one = fitting[0]
        found.remove(one)
        assert max(one.span.end, one.span.start + 1) == place.end
        assert one.severity is Severity(say.get("severity", case.severity))
        assert one.message == say["message"]
        assert (one.fix and mended(case.text, one.fix)) == say.get("fix", None)
        if "help" in say or case.also is None:
            assert one.help == say.get("help")
        if "label" in say or case.vocabulary is not None:
            assert one.label == say.get("label")
    assert sorted(one.code for one in found) == sorted(case.also or ())


@pytest.mark.parametrize("case", CASES)
def test_a_fix_mends_what_it_is_offered_for(case: Case) -> None:
    said = case.diagnostics(case.text)
    for one in said:
        if one.fix is None:
            continue
        text = mended(case.text, one.fix)
        after = case.diagnostics(text)
        left, before = (sum(other.code == one.code for other in each) for each in (after, said))
        assert left < before, "the diagnostic is still there"
        if len(case.says) == 1 and not case.also and not case.stays:
            assert not errors_in(after)


@pytest.mark.parametrize("case", [case for case in CASES if case.values[0].is_slip])
def test_a_slip_means_what_its_fix_says(case: Case) -> None:
    written = parse_rule(case.text)
    assert written.rule is not None
    for one in written.diagnostics:
        assert one.fix is not None
        assert parse_rule(mended(case.text, one.fix)).rule == written.rule


@pytest.mark.parametrize("case", CASES)
def test_words_are_plain(case: Case) -> None:
    source = Source(case.text, "rules.segql")
    for one in case.diagnostics(case.text):
        assert one.message[0].islower() or not one.message[0].isalpha()
        assert not one.message.endswith(".")
        assert not any(
            word in f"{one.message} {one.help}" for word in ("Token", "DURATION", "LPAR", "$END")
        )
        head, place, *_ = render(one, source).splitlines()
        assert head == f"{one.severity}[{one.code}]: {one.message}"
        assert "rules.segql:" in place


def test_there_are_many() -> None:
    assert len(CASES) >= 200
