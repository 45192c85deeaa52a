"""The language reference: its examples are parsed, formatted and evaluated, and none is missing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import segql
from populations import ENGINES
from segql.app.cases import CaseFile, read_cases
from segql.language.diagnostics import Severity
from segql.language.json import schema
from segql.language.parse import parse_rule

REFERENCE = (Path(__file__).parents[1] / "grammar" / "README.md").read_text("utf-8")
TEXT, _, EXAMPLES = REFERENCE.partition("\n## 7. ")
(PEOPLE,) = re.findall(r"^```toml\n(.*?)^```", EXAMPLES, re.MULTILINE | re.DOTALL)
ROWS: list[tuple[str, str]] = re.findall(r"^\| `(.+)` \| ([a-z, ]*) ?\|$", EXAMPLES, re.MULTILINE)
SCHEMA: dict[str, Any] = json.loads(schema())
CONDITION = re.compile(
    r'(not |never )?did (not )?"|(first|last) did "|(saw|completed|dismissed) survey "|'
    r'in segment "|in sample \d|any of \(trait|trait\.\w+ ([=!<>]+|contains|in|is|changed) '
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> CaseFile:
    path = tmp_path_factory.mktemp("reference") / "reference.toml"
    head = 'about = "examples"\nspec = "§7"\nzone = "UTC"\n'
    cases = (
        f"[[case]]\nrule = '{rule}'\nmembers = {re.findall('[a-z]+', who)}\n" for rule, who in ROWS
    )
    path.write_text(head + PEOPLE + "\n" + "".join(cases), encoding="utf-8")
    return read_cases(path, "rule")


def test_every_row_of_the_table_is_read() -> None:
    assert len(ROWS) == EXAMPLES.count("\n| `") > 80


@pytest.mark.parametrize("engine", ENGINES)
def test_every_example_holds_for_the_people_named(
    engine: str, file: CaseFile, tmp_path: Path
) -> None:
    rules = {case.subject: segql.parse(case.subject) for case in file.cases}
    answer = ENGINES[engine](file.profiles, {}, file.zone, tmp_path / "segql.db")
    found = answer(rules, file.cases[0].now)
    assert found == {case.subject: case.members for case in file.cases}


@pytest.mark.parametrize("rule", [rule for rule, _ in ROWS])
def test_every_example_is_in_canonical_form_and_has_json(rule: str) -> None:
    assert not [found for found in segql.check(rule) if found.severity is not Severity.HINT]
    assert segql.format(rule) == rule
    document = json.loads(json.dumps(segql.to_dict(rule)))
    Draft202012Validator(SCHEMA).validate(document)
    assert segql.from_dict(document) == segql.parse(rule)


def test_every_form_has_an_example() -> None:
    of_files = {"lang", "segments", "name", "description", "rule"}
    of_files |= {"notify", "on", "to", "after", "at_most_once_every"}
    said: set[str] = set()
    for rule, _ in ROWS:
        json.loads(json.dumps(segql.to_dict(rule)), object_hook=said.update)
    assert set(_properties(SCHEMA["$defs"])) - of_files - said == set()


def _properties(value: object) -> list[str]:
    if isinstance(value, dict):
        inside = [key for part in value.values() for key in _properties(part)]
        return [*value.get("properties", ()), *inside]
    return [key for part in value for key in _properties(part)] if isinstance(value, list) else []


def test_the_conditions_in_the_text_are_some() -> None:
    written = [code for code in re.findall(r"`([^`]+)`", TEXT) if CONDITION.match(code)]
    whole = [code for code in written if "…" not in code]
    assert len(whole) >= 15
    for code in whole:
        errors = [one for one in parse_rule(code).diagnostics if one.severity is Severity.ERROR]
        assert not errors, (code, errors)
