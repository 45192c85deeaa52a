"""Time edges by hand: which instants are named, and which are not."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

import segql
from segql.engines.interpreter.edges import edges, next_edge, next_flip
from segql.engines.interpreter.memory import Profile
from segql.model.instants import MAX_INSTANT, Moment, instant_from, iso
from segql.rules.desugar import desugar
from segql.rules.rule import Rule

UTC = ZoneInfo("UTC")
NOW = Moment(instant_from("2026-03-01T12:00:00Z", UTC), UTC)

ANN = {
    "traits": {
        "plan": "pro",
        "renews_at": "2026-03-20",
        "trial_ends": ["2026-03-05", "2026-03-04"],
    },
    "events": [
        {"event": "export", "time": "2026-02-10T08:00:00Z", "properties": {"rows": 5}},
        {"event": "export", "time": "2026-02-20T08:00:00Z", "properties": {"rows": 50}},
        {"event": "export", "time": "2026-02-25T08:00:00Z", "properties": {"rows": 7}},
        {"event": "invite", "time": "2026-03-04T09:00:00Z"},
    ],
    "changed": {"plan": "2026-02-20T00:00:00Z"},
    "account": {"id": "acme"},
    "teammates": [{"id": "bert", "events": [{"event": "export", "time": "2026-02-28T08:00:00Z"}]}],
}


def core(text: str) -> Rule:
    return desugar(segql.parse(text))


def found(text: str, **segments: str) -> list[str]:
    rules = {name: core(rule) for name, rule in segments.items()}
    facts = Profile.of(ANN)
    return [iso(one) for one in edges(core(text), facts, NOW, until=MAX_INSTANT, rules=rules)]


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ('did "export"', []),
        ('did "export" within 30d', ["2026-03-27T08:00:00Z"]),
        ('did "export" at least 2 times within 30d', ["2026-03-22T08:00:00Z"]),
        ('did "export" at least 4 times within 30d', []),
        ('did "export" between 1 and 2 times within 30d',
         ["2026-03-12T08:00:00Z", "2026-03-27T08:00:00Z"]),
        ('did "export" where rows > 10 within 30d', ["2026-03-22T08:00:00Z"]),
        ('did "export" before 30d ago', ["2026-03-12T08:00:00.001Z"]),
        ('did "export" since 2026-02-01', []),
        ('did "export" during this month', []),
        ('did "export" during last month', ["2026-04-01T00:00:00Z"]),
        ('did "export" within 1mo', ["2026-03-26T00:00:00Z"]),
        ('did "invite"', ["2026-03-04T09:00:00Z"]),
        ("events >= 4", ["2026-03-04T09:00:00Z"]),
        ('first did "export" within 30d', ["2026-03-12T08:00:00Z"]),
        ('last did "export" within 30d', ["2026-03-27T08:00:00Z"]),
        ('did "export" then "invite" within 14d', ["2026-03-04T09:00:00Z"]),
        ('did "export" then not "invite" within 7d', []),
        ('did "export" then not "invite"', ["2026-03-04T09:00:00Z"]),
        ("trait.renews_at within next 7d", ["2026-03-13T00:00:00Z", "2026-03-20T00:00:00Z"]),
        ("trait.renews_at is known", []),
        ("trait.trial_ends within next 30d", ["2026-03-05T00:00:00Z"]),
        ('trait.plan = "free" and did "export" within 30d', []),
        ('trait.plan = "pro" or did "export" within 30d', []),
        ('trait.plan = "pro" and did "export" within 30d', ["2026-03-27T08:00:00Z"]),
        ('not did "export" within 30d', ["2026-03-27T08:00:00Z"]),
        ("trait.plan changed within 30d", ["2026-03-22T00:00:00Z"]),
        ("trait.plan unchanged for 14d", ["2026-03-06T00:00:00Z"]),
        ("trait.renews_at unchanged for 14d", []),
        ("trait.renews_at > trait.trial_ends", []),
        ("last_event > trait.renews_at", ["2026-03-04T09:00:00Z"]),
        # 1 March is the Sunday of the week that began on 23 February.
        ('did "export" in at least 1 of the last 2 weeks',
         ["2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z"]),
        ('did "invite" in at least 1 of the last 2 days',
         ["2026-03-04T09:00:00Z", "2026-03-06T00:00:00Z"]),
        ('did "login" in at least 1 of the last 2 days', []),
        ('did "export" having last(rows) > 10', []),
        ('any teammate (did "export" within 7d)', ["2026-03-07T08:00:00Z"]),
        ('every teammate (did "export" within 7d)', ["2026-03-04T08:00:00Z"]),
        ('at least 2 of (did "export" within 1w, did "invite", first_seen within 60d)',
         ["2026-03-04T08:00:00Z", "2026-03-04T09:00:00Z", "2026-04-11T08:00:00Z"]),
    ],
)  # fmt: skip
def test_only_what_may_matter_is_named(rule: str, named: list[str]) -> None:
    assert found(rule) == named


def test_a_segment_is_followed_where_its_rule_is_known() -> None:
    assert found('not in segment "busy"') == []
    segments = {"busy": 'in segment "sub"', "sub": 'did "export" within 30d'}
    assert found('not in segment "busy"', **segments) == ["2026-03-27T08:00:00Z"]


def test_the_next_flip_passes_edges_that_change_nothing() -> None:
    rule = core('did "export" having sum(rows) > 10 within 30d')
    facts = Profile.of(ANN)
    assert iso(next_edge(rule, facts, NOW) or 0) == "2026-03-12T08:00:00Z"
    outlook = next_flip(rule, facts, NOW)
    assert (outlook.holds, iso(outlook.flips or 0)) == (True, "2026-03-22T08:00:00Z")


def test_a_search_that_ends_early_says_how_far_it_went() -> None:
    rule = core('did "export" having sum(rows) > 10 within 30d')
    facts, last = Profile.of(ANN), instant_from("2026-03-22T07:59:59.999Z", UTC)
    for outlook in (next_flip(rule, facts, NOW, limit=1), next_flip(rule, facts, NOW, until=last)):
        assert (outlook.flips, outlook.sure_until) == (None, last)


def test_time_alone_never_changes_a_trait() -> None:
    assert next_edge(core('trait.plan = "pro"'), Profile.of(ANN), NOW) is None
