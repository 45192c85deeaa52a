"""Runs the cases of `tests/conformance/` on every engine; a case is a rule and its members.

`pytest -k CASE` runs one case: ids are file::case::engine, where `text` checks what needs no
engine.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest import FixtureRequest, TempPathFactory

import segql
from populations import ENGINES, Members
from segql.app.cases import Case, CaseFile, read_cases
from segql.language.diagnostics import Severity
from segql.language.parse import parse_rule
from segql.language.syntax import Rule

CONFORMANCE = Path(__file__).parent / "conformance"
FILES = [read_cases(path, "rule") for path in sorted(CONFORMANCE.glob("*.toml"))]
CASES = [(file, case) for file in FILES for case in file.cases]
Asked = Callable[[str, CaseFile], dict[str, Members]]
"""Engine and file → members by case name, `not NAME` for the members of the negated rule."""


def rule_of(case: Case) -> Rule:
    rule = parse_rule(case.subject).rule
    assert rule is not None, f"does not parse: {case.subject}"
    return rule


def negated(case: Case) -> Rule:
    rule = parse_rule(f"not ({case.subject}\n)").rule
    assert rule is not None
    return rule


@pytest.fixture(scope="module")
def asked(tmp_path_factory: TempPathFactory) -> Asked:
    """Every engine reads a file's population once, and answers all its cases of one now at once."""
    known: dict[tuple[str, str], dict[str, Members]] = {}

    def answers(engine: str, file: CaseFile) -> dict[str, Members]:
        if (engine, file.name) not in known:
            path = tmp_path_factory.mktemp(f"{file.name}-{engine}") / "segql.db"
            known[engine, file.name] = _answers(engine, file, path)
        return known[engine, file.name]

    return answers


def _answers(engine: str, file: CaseFile, path: Path) -> dict[str, Members]:
    segments = {name: segql.parse(text) for name, text in file.segments.items()}
    answer = ENGINES[engine](file.profiles, segments, file.zone, path)
    found: dict[str, Members] = {}
    for now in sorted({case.now for case in file.cases}):
        cases = [case for case in file.cases if case.now == now]
        rules = {case.name: rule_of(case) for case in cases}
        rules |= {f"not {case.name}": negated(case) for case in cases}
        found |= answer(rules, now)
    return found


def _params(engine: str) -> list[object]:
    return [
        pytest.param(file, case, engine, id=f"{file.name}::{case.name}::{engine}")
        for file, case in CASES
    ]


@pytest.mark.parametrize(
    ("file", "case", "engine"), [one for engine in ENGINES for one in _params(engine)]
)
def test_an_engine_gives_the_members(
    file: CaseFile, case: Case, engine: str, asked: Asked, request: FixtureRequest
) -> None:
    if engine in case.gaps:
        request.applymarker(pytest.mark.xfail(reason=case.gaps[engine], strict=True))
    everyone = frozenset(file.profiles)
    found = asked(engine, file)
    assert found[case.name] == case.members, f"{case.subject}\n{case.why}"
    assert found[f"not {case.name}"] == everyone - case.members, f"not ({case.subject})"


@pytest.mark.parametrize(("file", "case", "_text"), _params("text"))
def test_the_text_is_clean_and_its_forms_convert(file: CaseFile, case: Case, _text: str) -> None:
    parsed = parse_rule(case.subject)
    severe = [one for one in parsed.diagnostics if one.severity is not Severity.HINT]
    assert parsed.rule is not None and not severe, severe
    written = segql.format(case.subject)
    assert segql.parse(written) == parsed.rule, written
    assert segql.format(written) == written
    assert segql.from_dict(json.loads(json.dumps(segql.to_dict(parsed.rule)))) == parsed.rule


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 900
    assert len({(file.name, case.name) for file, case in CASES}) == len(CASES)
