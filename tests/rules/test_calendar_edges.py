"""Calendar edges: when the windows of a rule move for everybody."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

import segql
from segql.model.instants import Moment, instant_from, iso
from segql.rules.calendar_edges import calendar_anchors, calendar_edges
from segql.rules.desugar import desugar
from segql.rules.rule import Rule

ZURICH = ZoneInfo("Europe/Zurich")


def core(text: str) -> Rule:
    return desugar(segql.parse(text))


def edges(text: str, start: str, until: str, **segments: str) -> list[str]:
    rules = {name: core(rule) for name, rule in segments.items()}
    moment = Moment(instant_from(start, ZURICH), ZURICH)
    last = instant_from(until, ZURICH)
    return [iso(one) for one in calendar_edges(core(text), moment, until=last, rules=rules)]


@pytest.mark.parametrize(
    "text",
    [
        'did "export" within 30d',
        'did "export" since 2026-01-01 or trait.plan = "pro"',
        "trait.renews_at on 2026-05-01",
        "first_seen more than 2w ago and in sample 10%",
        'did "a" then "b" within 2d since 30d ago',
    ],
)
def test_exact_lengths_and_fixed_dates_have_none(text: str) -> None:
    assert not calendar_anchors(core(text))
    assert not edges(text, "2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z")


def test_days_have_one_at_every_midnight() -> None:
    # Clocks went forward on 29 March.
    found = ["2026-03-27T23:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"]
    for text in (
        'did "export" during today',
        "trait.renews_at on yesterday",
        'not did "buy" where paid_at = today',
        'did "a" then "b" since yesterday',
    ):
        assert edges(text, "2026-03-27T12:00:00Z", "2026-03-29T22:00:00Z") == found


def test_units_have_one_where_they_begin() -> None:
    assert edges("trait.renews_at during this month", "2026-01-31", "2026-04-15") == [
        "2026-01-31T23:00:00Z",
        "2026-02-28T23:00:00Z",
        "2026-03-31T22:00:00Z",
    ]
    assert edges('did "x" during last week', "2026-03-02", "2026-03-16") == [
        "2026-03-08T23:00:00Z",
        "2026-03-15T23:00:00Z",
    ]


def test_months_ago_stand_still_where_they_are_clamped() -> None:
    # A month before 29, 30 and 31 March is 28 February, as it is before 28 March.
    assert edges("first_seen within 1mo", "2026-03-27T12:00:00Z", "2026-04-02") == [
        "2026-03-27T23:00:00Z",
        "2026-03-31T22:00:00Z",
        "2026-04-01T22:00:00Z",
    ]


def test_the_edges_of_a_segment_are_those_of_the_rules_that_read_it() -> None:
    assert edges('in segment "a"', "2026-03-02", "2026-03-03T12:00:00Z") == []
    segments = {"a": 'not in segment "b"', "b": 'did "x" during today or in segment "a"'}
    found = edges('in segment "a"', "2026-03-02", "2026-03-03T12:00:00Z", **segments)
    assert found == ["2026-03-02T23:00:00Z"]
