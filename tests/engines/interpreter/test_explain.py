"""Why: the verdict of every node is the interpreter's own, and the evidence is there."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings

import segql
from engines.interpreter.people import NOW, POOLS, documents
from language.strategies import rules
from segql.engines.interpreter.explain import explain
from segql.engines.interpreter.holds import compile_rule
from segql.engines.interpreter.memory import Profile
from segql.language import syntax
from segql.model.instants import Moment, iso
from segql.model.why import EVIDENCE, Why, render, to_dict
from segql.rules.desugar import desugar

MOMENT = Moment(NOW, ZoneInfo("UTC"))
QUICK = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


def inside(rule: syntax.Rule) -> tuple[syntax.Rule, ...]:
    match rule:
        case syntax.Not(item):
            return (item,)
        case syntax.And(items) | syntax.Or(items) | syntax.Group(_, items):
            return items
        case _:
            return ()


@QUICK
@given(rules(POOLS), documents())
def test_every_verdict_is_the_interpreters(rule: syntax.Rule, document: dict[str, Any]) -> None:
    profile = Profile.of(document)

    def compare(node: syntax.Rule, why: Why) -> None:
        assert why.holds == compile_rule(desugar(node)).at(MOMENT)(profile), node
        assert len(why.parts) == len(inside(node))
        assert len(why.times) <= EVIDENCE
        assert "\n" not in why.text
        for item, part in zip(inside(node), why.parts, strict=True):
            compare(item, part)

    why = explain(rule, profile, MOMENT)
    compare(rule, why)
    assert json.loads(json.dumps(to_dict(why)))["holds"] == why.holds
    assert render(why).count("✓") + render(why).count("✗") >= 1


def why(rule: str, document: dict[str, Any]) -> Why:
    return segql.explain(rule, document, now=NOW)


def exports(number: int) -> dict[str, Any]:
    day = 86_400_000
    return {"events": [{"event": "export", "time": NOW - index * day} for index in range(number)]}


def test_the_evidence_of_a_count_is_its_number_and_its_latest_times() -> None:
    said = why('did "export" at least 3 times within 30d', exports(20))
    assert (said.holds, said.found) == (True, 20)
    assert said.times == tuple(NOW - index * 86_400_000 for index in range(EVIDENCE))
    assert said.note == f"20 times, last {iso(NOW)}"


def test_what_was_done_outside_the_window_is_told_from_never() -> None:
    assert why('did "export" before 1y ago', exports(2)).note.startswith("none of 2 fits")
    assert why('did "export"', {}).note == "never"


def test_missing_is_told_from_false() -> None:
    absent, other = why("trait.seats > 3", {}), why("trait.seats > 3", {"traits": {"seats": 1}})
    assert (absent.holds, absent.missing, absent.note) == (False, True, "missing")
    assert (other.holds, other.missing, other.note) == (False, False, "it is 1")
    assert why('trait.plan != "pro"', {}).missing


def test_a_long_value_is_cut_in_the_note_and_whole_as_a_value() -> None:
    said = why("trait.text is known", {"traits": {"text": "x" * 500}})
    assert said.found == "x" * 500
    assert len(said.note) < 100


def test_an_aggregate_and_days_are_named() -> None:
    document = {
        "events": [
            {"event": "buy", "time": NOW - 1, "properties": {"amount": 2.5}},
            {"event": "buy", "time": NOW, "properties": {"amount": 3}},
        ]
    }
    said = why('did "buy" having sum(amount) > 9 on at least 2 days', document)
    assert said.note == f"2 times, on 1 day, sum(amount) is 5.5, last {iso(NOW)}"


def test_a_segment_is_explained_by_its_rule_where_that_is_known() -> None:
    rule, inner = syntax.InSegment("new"), syntax.Constant(True)
    profile = Profile.of({"segments": ["new"]})
    assert explain(rule, profile, MOMENT).parts == ()
    said = explain(rule, profile, MOMENT, segments={"new": syntax.And((rule, inner))})
    assert [part.text for part in said.parts[0].parts] == ['in segment "new"', "everyone"]
    assert said.parts[0].parts[0].parts == ()


def test_the_tree_reads_without_colour() -> None:
    said = why('not (did "export") or all of (everyone, no one)', exports(1))
    assert str(said).splitlines() == [
        "✗ any of these: 0 of 2",
        "├─ ✗ not",
        f'│  └─ ✓ did "export": 1 time, last {iso(NOW)}',
        "└─ ✗ all of these: 1 of 2",
        "   ├─ ✓ everyone",
        "   └─ ✗ no one",
    ]
