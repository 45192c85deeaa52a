"""Runs the golden rules of `tests/golden/`: canonical text, JSON, reads, and time."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import segql
from segql.language import syntax
from segql.language.comments import scan
from segql.language.format import format_rule
from segql.language.json import schema
from segql.language.write import path as written
from segql.rules.desugar import desugar
from segql.rules.reads import Reads, reads_of

VALIDATOR = Draft202012Validator(json.loads(schema()))
FILES = {
    path.stem: tomllib.loads(path.read_text("utf-8"))
    for path in sorted((Path(__file__).parent / "golden").glob("*.toml"))
}
RULES = [
    pytest.param(rule, id=f"{name}::{rule['text'][:60]}")
    for name, file in FILES.items()
    for rule in file["rule"]
]


@pytest.mark.parametrize("rule", RULES)
def test_a_golden_rule_is_written_told_and_read_as_stated(rule: dict[str, Any]) -> None:
    assert rule.keys() <= {"text", "canonical", "json", "reads", "changes_with_time"}
    text, canonical = rule["text"], rule.get("canonical", rule["text"])
    assert segql.format(text) == canonical
    assert segql.format(canonical) == canonical
    document = {"lang": 1, "rule": json.loads(rule["json"])}
    VALIDATOR.validate(document)
    assert segql.to_dict(text) == segql.to_dict(canonical) == document
    again = segql.from_dict(document)
    assert again == segql.parse(text)
    if not scan(text)[1]:
        assert format_rule(again) == canonical
    reads = reads_of(desugar(again))
    assert told(reads) == rule.get("reads", {})
    assert reads.changes_with_time == rule.get("changes_with_time", False)


def told(reads: Reads) -> dict[str, Any]:
    """What a rule reads, as the golden files say it."""
    found: dict[str, Any] = {
        "traits": sorted(map(written, reads.traits)),
        "account_traits": sorted(map(written, reads.account_traits)),
        "fields": sorted(reads.fields),
        "events": sorted(reads.events),
        "properties": sorted([event, written(path)] for event, path in reads.properties),
        "any_survey": None in reads.surveys,
        "surveys": sorted(survey for survey in reads.surveys if survey is not None),
        "questions": sorted([survey or "", written(path)] for survey, path in reads.questions),
        "segments": sorted(reads.segments),
    }
    found = {key: value for key, value in found.items() if value}
    others = {} if reads.teammates is None else {"teammates": told(reads.teammates)}
    return found | others


def test_every_key_of_the_schema_is_in_some_golden_rule() -> None:
    known = set(_properties(json.loads(schema())["$defs"]))
    known -= {"name", "description", "rule", "notify", "on", "to", "after", "at_most_once_every"}
    known -= {"lang", "segments"}
    said = {key for file in FILES.values() for rule in file["rule"] for key in _keys(rule["json"])}
    assert known - said == set()


def _properties(value: object) -> list[str]:
    if isinstance(value, dict):
        inside = [key for part in value.values() for key in _properties(part)]
        return [*value.get("properties", ()), *inside]
    return [key for part in value for key in _properties(part)] if isinstance(value, list) else []


def _keys(text: str) -> set[str]:
    found: set[str] = set()
    json.loads(text, object_hook=found.update)
    return found


def test_every_form_of_a_rule_is_in_some_golden_rule() -> None:
    names = {type(segql.parse(rule["text"])) for file in FILES.values() for rule in file["rule"]}
    assert names == set(syntax.Rule.__args__)
