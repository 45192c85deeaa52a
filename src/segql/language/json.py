"""Rules as JSON: one object per node, told apart by the key that names the form (§6 Forms).

    {"lang": 1, "rule": {"and": [
        {"trait": ["plan"], "test": {"=": "pro"}},
        {"did": "export", "count": {"at_least": 4}, "window": {"within": "30d"}}
    ]}}

- logic: `{"and": [...]}`, `{"or": [...]}`, `{"not": {...}}`, `{"all": [...]}`, `{"any": [...]}`,
  `{"none": [...]}`, `{"at_least": 2, "of": [...]}`, `{"constant": "everyone"}` or `"no one"`
- attributes: `trait`, `account` or (inside `where`) `property` with a list of keys, `field` with a
  name, or `survey` with its name and `answer` with a list of keys; and `test`
- tests: one of `= != < <= > >= between in contains contains_any contains_all starts_with ends_with
  matches is before after on during within within_next more_than_ago more_than_from_now
  changed_within unchanged_for`, with
  `"not": true` and `"ignoring_case": true` where the language has them
- values: text, a number, true, false, or a point in time: `{"date": "2026-01-31"}`,
  `{"instant": "2026-01-31T10:00:00Z"}`, `{"point": "now"}` (`today`, `yesterday`),
  `{"ago": "30d"}`, `{"from_now": "7d"}`; for `= != < <= > >=` also another attribute, without test
- behaviour: `did`, `first_did`, `last_did`, `saw`, `completed`, `dismissed` with a name (or
  `{"any_survey": true}`), and `where`, `having`, `count`, `days`, `window`; a `sequence` of
  `{"did": ..., "where": ...}` with `then_not`, `within`, `window`
- `did` also takes a `regularity`, `{"count": {"at_least": 3}, "last": 5, "unit": "week"}`
- `{"any_teammate": {...}}`, `{"every_teammate": {...}}`
- `{"in_segment": "x"}`, `{"in_sample": "10%", "of": "q3"}`

Reading is strict: what is unknown, of another type, or no rule of the language is refused. The
schema of `segql.schema.json` says the same as far as a schema can.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Final, Literal

from segql.language import json_read
from segql.language.diagnostics import RuleError, Severity
from segql.language.format import format_rule
from segql.language.json_place import Place, refuse_size
from segql.language.json_write import Object, rule_json
from segql.language.parse import parse_rule
from segql.language.syntax import Rule

LANG: Final = 1
"""The version of the language that documents carry."""


def to_dict(rule: Rule) -> Object:
    """The JSON document of `rule`, for `json.dumps`; `from_dict` gives the rule again."""
    return {"lang": LANG, "rule": rule_json(rule)}


def from_dict(document: Mapping[str, object]) -> Rule:
    """The rule that a JSON document says, with the spans of its canonical text (`format_rule`).

    Raises `Refused` with the path of the first fault, as in `$.rule.and[1].test`; `RuleError` where
    the shape is right but the parser has something against the rule. `and` in `and` and `or` in
    `or` are flattened.
    """
    place = body(document, "rule")
    rule = json_read.rule(place)
    parsed = parse_rule(format_rule(rule))
    if parsed.rule is None or any(each.severity is Severity.ERROR for each in parsed.diagnostics):
        raise RuleError(parsed.diagnostics)
    if parsed.rule != rule:
        place.refuse("no-rule", "holds names or values that no text of the language says")
    return parsed.rule


def body(document: Mapping[str, object], key: Literal["rule", "segments"]) -> Place:
    """What a document says under `key`; refused where it is of another version, or too large."""
    refuse_size(document)
    found = Place(document).keys(("lang", key))
    lang = found["lang"].value
    if isinstance(lang, bool) or lang != LANG:
        hint = f"this version reads {LANG}"
        found["lang"].refuse("unknown-lang", f"is `{lang}`, a version that is not known here", hint)
    return found[key]


def schema() -> str:
    """The text of the JSON Schema (2020-12) of these documents, which ships inside the wheel."""
    name = "segql.schema.json"
    packaged = resources.files("segql") / "grammar" / name
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    tree = Path(__file__).resolve().parents[3]
    return (tree / "grammar" / name).read_text(encoding="utf-8")
