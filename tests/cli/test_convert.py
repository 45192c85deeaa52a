"""`segql convert` and `segql schema`: text to JSON and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from ran import Segql

FILE = """\
segment "power users"
  description "They export"
  when trait.plan = "pro" and did "export" within 30d
  on enter notify "crm", "slack" at most once every 30d
  after 3d notify "csm-mail"

segment "others"
  when not in segment "power users"
"""


def test_segments_become_json_and_come_back(segql: Segql, tmp_path: Path) -> None:
    (tmp_path / "team.segql").write_text(FILE)
    said = segql("convert", "team.segql").out
    document = json.loads(said)
    Draft202012Validator(segql("schema").one).validate(document)
    assert document["segments"][0]["notify"] == [
        {"on": "enter", "to": ["crm", "slack"], "at_most_once_every": "30d"},
        {"after": "3d", "to": ["csm-mail"]},
    ]
    assert segql("convert", "-", stdin=said).out == FILE


def test_a_rule_becomes_json_and_comes_back(segql: Segql) -> None:
    said = segql("convert", "-", stdin="trait.seats>=10 # many").out
    assert json.loads(said) == {"lang": 1, "rule": {"trait": ["seats"], "test": {">=": 10}}}
    assert segql("convert", "-", stdin=said).out == "trait.seats >= 10\n"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ('segment "x" when trait.a =', "ends too early"),
        ("trait.a =", "ends too early"),
        ('{"lang": 1, "rule": ', "error[bad-json]: `standard input` is no JSON"),
        ('{"lang": 2, "rule": {}}', "error[unknown-lang]: `$.lang` is `2`"),
        ('{"lang": 1, "segments": [{"name": "x"}]}', "`$.segments[0]` has no `rule`"),
        ('{"a":' * 100_000, "error[too-deep]"),
        (b"\xff\xfe{", "is not UTF-8"),
    ],
)
def test_what_cannot_be_converted_is_refused(segql: Segql, given: str | bytes, said: str) -> None:
    ran = segql("convert", "-", stdin=given, code=1)
    assert said in ran.err
    assert ran.out == ""
