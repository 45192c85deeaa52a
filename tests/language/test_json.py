"""What cases cannot say about rules as JSON: the round trip, and what is refused and where."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from language.strategies import rules
from segql.language.format import format_rule
from segql.language.json import from_dict, to_dict
from segql.language.parse import parse_rule
from segql.language.syntax import And, Constant, Not, Or, Rule
from segql.model.errors import Refused

EVERYONE = {"constant": "everyone"}


def document(rule: object) -> dict[str, Any]:
    return {"lang": 1, "rule": rule}


def refusal(of: object) -> Refused:
    with pytest.raises(Refused) as caught:
        from_dict(of)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    return caught.value


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(rules())
def test_a_rule_comes_back_from_its_json(rule: Rule) -> None:
    text = json.dumps(to_dict(rule), allow_nan=False)
    again = from_dict(json.loads(text))
    assert again == rule
    assert json.dumps(to_dict(again)) == text


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (
            'trait.company.size >= 10 and not account.plan in ("a", "b") ignoring case',
            {
                "and": [
                    {"trait": ["company", "size"], "test": {">=": 10}},
                    {
                        "not": {
                            "account": ["plan"],
                            "test": {"in": ["a", "b"], "ignoring_case": True},
                        }
                    },
                ]
            },
        ),
        (
            'did "buy" where paid_at not within 1d having count distinct(kind) > 2'
            " between 2 and 5 times on at least 2 days between 60d and 30d ago",
            {
                "did": "buy",
                "where": {"property": ["paid_at"], "test": {"within": "1d", "not": True}},
                "having": {"count_distinct": ["kind"], "test": {">": 2}},
                "count": {"between": [2, 5]},
                "days": {"at_least": 2},
                "window": {"between_ago": ["60d", "30d"]},
            },
        ),
        (
            'did "a" then "b" then not "c" within 14d before today',
            {
                "sequence": [{"did": "a"}, {"did": "b"}],
                "then_not": {"did": "c"},
                "within": "14d",
                "window": {"before": {"point": "today"}},
            },
        ),
        (
            'at least 2 of (in sample 10% of "q3", survey "nps".score is not promoter,'
            ' saw any survey, first did "x" since 2026-01-31T10:00:00Z, last_seen on 2026-01-31)',
            {
                "at_least": 2,
                "of": [
                    {"in_sample": "10%", "of": "q3"},
                    {
                        "survey": "nps",
                        "answer": ["score"],
                        "test": {"is": "promoter", "not": True},
                    },
                    {"saw": {"any_survey": True}},
                    {
                        "first_did": "x",
                        "window": {"since": {"instant": "2026-01-31T10:00:00Z"}},
                    },
                    {"field": "last_seen", "test": {"on": {"date": "2026-01-31"}}},
                ],
            },
        ),
    ],
)
def test_json_reads_like_the_rule(text: str, rule: object) -> None:
    parsed = parse_rule(text).rule
    assert parsed is not None
    assert to_dict(parsed) == document(rule)
    assert from_dict(document(rule)) == parsed


def test_and_in_and_is_flattened() -> None:
    nested = {"and": [EVERYONE, {"and": [EVERYONE, {"or": [EVERYONE, {"or": [EVERYONE] * 2}]}]}]}
    each = Constant(True)
    assert from_dict(document(nested)) == And((each, each, Or((each, each, each))))


def test_spans_are_those_of_the_canonical_text() -> None:
    rule = from_dict(document({"or": [EVERYONE, {"in_segment": "x"}]}))
    assert isinstance(rule, Or)
    span = rule.items[1].span
    assert span is not None
    assert format_rule(rule)[span.start : span.end] == 'in segment "x"'


@pytest.mark.parametrize(
    ("rule", "path", "code"),
    [
        ({"and": [EVERYONE, {"trait": ["a"]}]}, "$.rule.and[1]", "missing-key"),
        ({"and": [EVERYONE]}, "$.rule.and", "wrong-size"),
        ({"any": []}, "$.rule.any", "wrong-size"),
        ({"and": EVERYONE}, "$.rule.and", "wrong-type"),
        ([], "$.rule", "wrong-type"),
        (None, "$.rule", "wrong-type"),
        ({}, "$.rule", "missing-key"),
        ({"xor": []}, "$.rule", "missing-key"),
        ({"and": [EVERYONE] * 2, "or": [EVERYONE] * 2}, "$.rule", "unknown-key"),
        ({"constant": "everyone", "note": "x"}, "$.rule", "unknown-key"),
        ({"constant": "someone"}, "$.rule.constant", "unknown-word"),
        ({"not": {"did": 3}}, "$.rule.not.did", "wrong-type"),
        ({"did": "x", "count": {"at_least": True}}, "$.rule.count.at_least", "wrong-type"),
        ({"did": "x", "count": {"at_least": 2.0}}, "$.rule.count.at_least", "wrong-type"),
        ({"did": "x", "count": {"exactly": -1}}, "$.rule.count.exactly", "wrong-type"),
        ({"did": "x", "window": {"within": "30"}}, "$.rule.window.within", "bad-duration"),
        ({"did": "x", "window": {"within": "0d"}}, "$.rule.window.within", "bad-duration"),
        ({"did": "x", "window": {"within": "1D"}}, "$.rule.window.within", "bad-duration"),
        ({"did": "x", "window": {"after": {"point": "now"}}}, "$.rule.window", "missing-key"),
        ({"did": "x", "where": EVERYONE}, "$.rule.where", "missing-key"),
        ({"property": ["a"], "test": {"=": 1}}, "$.rule", "missing-key"),
        ({"saw": "x", "where": EVERYONE}, "$.rule", "unknown-key"),
        ({"saw": {"any_survey": False}}, "$.rule.saw.any_survey", "wrong-type"),
        ({"first_did": "x"}, "$.rule", "missing-key"),
        ({"sequence": [{"did": "a"}]}, "$.rule.sequence", "wrong-size"),
        ({"in_sample": "a%"}, "$.rule.in_sample", "bad-percent"),
        ({"in_sample": 10}, "$.rule.in_sample", "wrong-type"),
        ({"field": "id = 1 or id", "test": {"=": 1}}, "$.rule.field", "unknown-field"),
        ({"trait": ["a"], "test": {"=": float("nan")}}, "$.rule.test.=", "bad-number"),
        ({"trait": ["a"], "test": {"=": 2**53 + 1}}, "$.rule.test.=", "large-number"),
        ({"trait": ["a"], "test": {"=": None}}, "$.rule.test.=", "wrong-type"),
        ({"trait": ["a"], "test": {"=": "\ud800"}}, "$.rule.test.=", "bad-text"),
        ({"trait": ["a"], "test": {"=": 1, "not": True}}, "$.rule.test", "unknown-key"),
        ({"trait": ["a"], "test": {"in": [1], "not": False}}, "$.rule.test.not", "wrong-type"),
        ({"trait": ["a"], "test": {"between": [1]}}, "$.rule.test.between", "wrong-size"),
        ({"trait": ["a"], "test": {"between": [1, "2"]}}, "$.rule.test.between[1]", "wrong-type"),
        ({"trait": ["a"], "test": {"on": {"point": "now"}}}, "$.rule.test.on", "wrong-type"),
        ({"trait": ["a"], "test": {"=": {"date": "2026-02-30"}}}, "$.rule.test.=.date", "bad-date"),
        (
            {"trait": ["a"], "test": {"=": {"instant": "2026-02-28T10:00:00"}}},
            "$.rule.test.=.instant",
            "bad-instant",
        ),
        ({"trait": [], "test": {"=": 1}}, "$.rule.trait", "wrong-size"),
        ({"trait": "a", "test": {"=": 1}}, "$.rule.trait", "wrong-type"),
        ({"trait": ["a"], "test": {"during": "last decade"}}, "$.rule.test.during", "unknown-word"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(rule: object, path: str, code: str) -> None:
    found = refusal(document(rule))
    assert str(found).startswith(f"`{path}` ")
    assert found.code == code


@pytest.mark.parametrize(
    "rule",
    [
        {"trait": ["a"], "test": {"between": [5, 2]}},
        {"did": "x", "count": {"at_least": 0}},
        {"did": "x", "count": {"between": [5, 2]}},
        {"did": "x", "days": {"fewer_than": 0}},
        {"at_least": 3, "of": [EVERYONE]},
        {"trait": ["a"], "test": {"<": "text"}},
        {"trait": ["a"], "test": {"=": 1, "ignoring_case": True}},
        {"trait": ["a"], "test": {"matches": "(?=x)"}},
        {"in_sample": "100.5%"},
        {"sequence": [{"did": "a"}, {"did": "b"}], "within": "1mo"},
        {"field": "seen", "test": {"is": "known"}},
        {"did": "x", "having": {"sum": ["a"], "test": {"=": "text"}}},
    ],
)
def test_what_the_parser_refuses_is_refused(rule: object) -> None:
    found = refusal(document(rule))
    assert getattr(found, "diagnostics", ()), found


@pytest.mark.parametrize(
    ("whole", "code"),
    [
        ({"lang": 2, "rule": EVERYONE}, "unknown-lang"),
        ({"lang": True, "rule": EVERYONE}, "unknown-lang"),
        ({"lang": "1", "rule": EVERYONE}, "unknown-lang"),
        ({"rule": EVERYONE}, "missing-key"),
        ({"lang": 1}, "missing-key"),
        ({"lang": 1, "rule": EVERYONE, "name": "x"}, "unknown-key"),
        ([], "wrong-type"),
        ("rule", "wrong-type"),
        (None, "wrong-type"),
    ],
)
def test_a_document_carries_its_version_and_a_rule(whole: object, code: str) -> None:
    assert refusal(whole).code == code


def test_sixty_four_levels_are_read_and_no_more() -> None:
    rule: dict[str, Any] = EVERYONE
    expected: Rule = Constant(True)
    for _ in range(64):
        rule, expected = {"not": rule}, Not(expected)
    assert from_dict(document(rule)) == expected
    assert getattr(refusal(document({"not": rule})), "diagnostics", ())


def test_bottomless_documents_are_refused_without_recursion() -> None:
    deep: dict[str, Any] = EVERYONE
    for _ in range(100_000):
        deep = {"not": deep}
    assert refusal(document(deep)).code == "too-deep"
    while "not" in deep:  # or its end would exhaust the stack
        deep = deep.pop("not")
    circle: list[Any] = []
    circle.extend((circle, circle))
    begun = time.monotonic()
    assert refusal(document({"and": circle})).code == "too-large"
    assert time.monotonic() - begun < 5
