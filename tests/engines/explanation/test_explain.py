"""Why: the verdict of every node is the interpreter's own, the evidence is there, and what is said
to flip a verdict, a change or time alone, does flip it."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings

import segql
from engines.interpreter.people import NOW, POOLS, documents
from language.strategies import rules
from segql.engines.explanation.altered import applied
from segql.engines.explanation.explain import explain
from segql.engines.interpreter.holds import compile_rule
from segql.engines.interpreter.memory import Profile
from segql.language import syntax
from segql.model.changes import in_words
from segql.model.instants import Moment, iso
from segql.model.why import EVIDENCE, WIDTH, Evidence, Why, outlook_lines, render, to_dict
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
        assert len(why.evidence) <= EVIDENCE
        assert "\n" not in why.text
        for item, part in zip(inside(node), why.parts, strict=True):
            compare(item, part)

    why = explain(rule, profile, MOMENT, flips=False)
    compare(rule, why)
    assert json.loads(json.dumps(to_dict(why)))["holds"] == why.holds
    assert render(why).count("✓") + render(why).count("✗") >= 1


@QUICK
@given(rules(POOLS), documents())
def test_what_is_said_to_flip_a_node_flips_it(rule: syntax.Rule, document: dict[str, Any]) -> None:
    profile = Profile.of(document)

    def holds(node: syntax.Rule, of: Profile, now: int) -> bool:
        return compile_rule(desugar(node)).at(Moment(now, MOMENT.zone))(of)

    def try_all(node: syntax.Rule, why: Why) -> None:
        for plan in why.plans:
            changed = Profile.of(applied(document, plan, MOMENT))
            assert holds(node, changed, NOW) != why.holds, (why.text, plan)
        assert bool(why.plans) != bool(why.stuck)
        if why.until is not None:
            assert why.until > NOW
            assert holds(node, profile, why.until) != why.holds, why
            assert holds(node, profile, why.until - 1) == why.holds, why
        for item, part in zip(inside(node), why.parts, strict=True):
            try_all(item, part)

    why = explain(rule, profile, MOMENT)
    try_all(rule, why)
    json.dumps(to_dict(why))
    assert all(len(line) <= WIDTH or " " not in line.strip("│ ") for line in lines(why))


def lines(why: Why) -> list[str]:
    return [*render(why).splitlines(), *outlook_lines(why)]


def why(rule: str, document: dict[str, Any]) -> Why:
    return segql.explain(rule, document, now=NOW)


def test_what_is_taken_back_is_still_there() -> None:
    document = {"events": [{"event": "export", "time": NOW - 1}]}
    rule = """first did "export" before 12h ago
        and not (did "export" and last did "export" within 12h)"""
    plans = why(rule, document).plans
    assert plans
    for plan in plans:
        assert segql.matches(rule, segql.applied(document, plan, now=NOW), now=NOW)


def exports(number: int) -> dict[str, Any]:
    day = 86_400_000
    return {"events": [{"event": "export", "time": NOW - index * day} for index in range(number)]}


def test_the_evidence_of_a_count_is_its_number_and_its_latest_times() -> None:
    said = why('did "export" at least 3 times within 30d', exports(20))
    assert (said.holds, said.found) == (True, 20)
    assert said.evidence == tuple(
        Evidence("event", "export", NOW - index * 86_400_000, 19 - index, f"events[{index}]")
        for index in range(EVIDENCE)
    )
    assert said.note == "20 times, last 2026-03-01 12:00 UTC"


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
    assert said.note == "2 times, on 1 day, sum(amount) is 5.5, last 2026-03-01 12:00 UTC"


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
        '│  └─ ✓ did "export": 1 time, last 2026-03-01 12:00 UTC',
        '│       → needs one fewer "export" event (there is 1)',
        "└─ ✗ all of these: 1 of 2",
        "   ├─ ✓ everyone",
        "   └─ ✗ no one",
        "        → it is always so",
    ]


ANN: dict[str, Any] = {
    "id": "ann",
    "traits": {"plan": "free", "seats": 7},
    "account": {"id": "acme", "traits": {"plan": "trial"}},
    "events": [
        {"event": "signup", "time": "2026-02-20T09:00:00Z"},
        {"event": "export", "time": "2026-02-01T09:00:00Z", "properties": {"rows": 80}},
        {"event": "export", "time": "2026-02-22T09:00:00Z", "properties": {"rows": 40}},
    ],
    "surveys": [
        {"survey": "nps", "action": "completed", "time": "2026-02-25T10:00:00Z",
         "answers": {"score": 7}},
    ],
    "changed": {"plan": "2026-02-01"},
    "teammates": [{"id": "bert", "traits": {"plan": "pro"}}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ('trait.plan = "pro"', 'set trait.plan to "pro"'),
        ('trait.plan != "free"', 'trait.plan must not be "free" (it is "free")'),
        ("trait.seats >= 10", "trait.seats must be at least 10 (it is 7)"),
        ("not trait.seats >= 5", "trait.seats must be less than 5 (it is 7)"),
        ("trait.name is known", "trait.name must have a value (it is missing)"),
        ('account.plan in ("pro", "team")', 'set account.plan to "pro" or "team"'),
        ('survey "nps".score is promoter', 'answer survey "nps".score with 9 or 10'),
        ('did "export" at least 4 times within 30d',
         'needs 2 more "export" events before 2026-03-03 10:00 CET'),
        ('did "export" at least 4 times before 2026-04-01',
         'needs 2 more "export" events before 2026-04-01 00:00 CEST'),
        ('did "export" at most 1 time', 'needs one fewer "export" event (there are 2)'),
        ('did "buy"', 'needs 1 "buy" event'),
        ('did "buy" where (sku = "x1" and not paid = true)', 'needs 1 "buy" event with sku "x1"'),
        ('did "export" on at least 3 days within 30d',
         'needs 1 "export" event on 1 more day before 2026-03-03 10:00 CET'),
        ('did "export" having sum(rows) >= 240',
         'needs 1 more "export" event for 120 more in sum(rows)'),
        ('did "export" having sum(rows) < 0.5',
         'needs 1 more "export" event for 120 less in sum(rows)'),
        ('did "export" having max(rows) > 100', 'needs 1 more "export" event with rows 101'),
        ('completed survey "nps" at least 2 times',
         'needs 1 more completed response to survey "nps"'),
        ('did "export" during last month at least 3 times',
         'needs 1 more "export" event from 2026-02-01 00:00 CET and before 2026-03-01 00:00 CET'),
        ('did "signup" then "invite" within 14d',
         'do "invite" within 14d of 2026-02-20 10:00 CET'),
        ('did "signup" then "export" then "buy"', 'do "buy" after 2026-02-22 10:00 CET'),
        ('not did "signup" then not "buy"', 'do "buy"'),
        ('first did "signup" within 7d and everyone',
         'needs one fewer "signup" event (there is 1); needs 1 "signup" event in the window'),
        ('in segment "fans"', 'put on the list of segment "fans"'),
        ("in sample 0%", "nothing changes the share of a profile in a sample"),
        ('trait.plan matches "^p"', "no text that the pattern fits can be named"),
        ("events >= 5", "needs 2 more events of any name"),
        ("last_seen during today", "do any event"),
        ("trait.plan changed within 7d", "change trait.plan"),
        ("not trait.plan unchanged for 14d", "change trait.plan"),
        ("trait.seats = trait.used", "trait.seats must be trait.used (it is 7)"),
        ("trait.seats < trait.limit", "trait.seats must be less than trait.limit (it is 7)"),
        ('did "export" in at least 2 of the last 4 weeks',
         'needs 1 "export" event before 2026-03-02 00:00 CET'),
        ('did "export" having last(rows) > 50', 'needs 1 more "export" event with rows 51'),
        ('did "export" having most frequent(kind) = "csv"',
         'needs 1 more "export" event with kind "csv"'),
        ("any teammate (trait.seats > 8)", "trait.seats must be more than 8 (it is 7)"),
        ('every teammate (trait.plan = "pro")', 'set trait.plan to "pro"'),
        ('trait.renews_at within next 7d',
         "trait.renews_at must be a date after 2026-03-01 13:00 CET and up to"
         " 2026-03-08 13:00 CET (it is missing)"),
        ('trait.plan = "pro" and did "export" at least 3 times',
         'set trait.plan to "pro"; needs 1 more "export" event'),
        ('trait.plan = "pro" or did "export" at least 4 times', 'set trait.plan to "pro"'),
        ('at least 2 of (trait.plan = "pro", trait.seats = 8, did "buy" at least 9 times)',
         'set trait.plan to "pro"; set trait.seats to 8'),
    ],
)  # fmt: skip
def test_what_is_needed_is_said_in_words(rule: str, words: str) -> None:
    said = segql.explain(rule, ANN, now=NOW, zone="Europe/Zurich")
    assert not said.holds
    assert (in_words(said.plans[0]) if said.plans else said.stuck) == words
    for plan in said.plans:
        changed = applied(ANN, plan, Moment(NOW, ZoneInfo("Europe/Zurich")))
        assert segql.matches(rule, changed, now=NOW, zone="Europe/Zurich")


def test_a_segment_is_entered_by_what_its_rule_needs() -> None:
    rules = {"pro": segql.parse('trait.plan = "pro"'), "fans": segql.parse('in segment "pro"')}
    said = explain(segql.parse('in segment "fans"'), Profile.of(ANN), MOMENT, segments=rules)
    assert in_words(said.plans[0]) == 'set trait.plan to "pro"'
    assert said.parts[0].parts[0].plans == said.plans


def test_time_alone_is_told_in_the_projects_zone() -> None:
    said = segql.explain(
        'trait.plan = "free" and did "export" within 30d', ANN, now=NOW, zone="Europe/Zurich"
    )
    assert said.until is not None and iso(said.until) == "2026-03-24T09:00:00Z"
    assert lines(said) == [
        "✓ all of these: 2 of 2",
        '├─ ✓ trait.plan = "free": it is "free"',
        '└─ ✓ did "export" within 30d: 2 times, last 2026-02-22 10:00 CET; until',
        "       2026-03-24 10:00 CET",
        'to leave: trait.plan must not be "free" (it is "free")',
        "leaves on 2026-03-24 10:00 CET if nothing happens",
    ]
    assert to_dict(said)["until"] == "2026-03-24T09:00:00Z"


def test_a_plan_is_applied_to_a_document_as_json_says_it() -> None:
    said = segql.explain('trait.company.size >= 10 and did "buy" at least 2 times', {}, now=NOW)
    (plan,) = said.plans
    assert applied({"id": "x"}, plan, MOMENT) == {
        "id": "x",
        "traits": {"company": {"size": 10}},
        "changed": {"company": {"size": iso(NOW)}},
        "events": [{"event": "buy", "time": iso(NOW), "properties": {}}] * 2,
    }
    (changes,) = json.loads(json.dumps(to_dict(said)["plans"]))
    assert [change["change"] for change in changes] == ["set", "add"]


def test_a_search_that_was_given_up_says_how_far_it_went() -> None:
    document = exports(0)
    document["events"] = [
        {"event": "buy", "time": NOW - index * 60_000, "properties": {"amount": index}}
        for index in range(300)
    ]
    said = segql.explain('did "buy" having sum(amount) > 1 within 1d', document, now=NOW)
    assert (said.holds, said.until) == (True, None)
    # The oldest, 299 minutes ago, leaves at 07:01; the 201st to leave, at 10:21, is not looked at.
    assert lines(said)[-1] == "in until 2026-03-02 10:20:59.999 UTC at least, if nothing happens"


def test_without_flips_nothing_is_looked_for() -> None:
    said = explain(segql.parse('did "export" within 7d'), Profile.of(ANN), MOMENT, flips=False)
    assert (said.plans, said.stuck, said.until) == ((), "", None)
