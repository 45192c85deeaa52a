"""The short way to a trait under one key answers as the long way to a nested one does."""

from __future__ import annotations

import sys

import pytest

import segql

LARGEST = int(sys.float_info.max)


@pytest.mark.parametrize(
    "value",
    [
        9, 10, 11, 9.5, 10.0, 10.5, True, "10", "2026-02-20", "2026-02-20T00:00Z", None, [],
        [9, 10], (11,), ["10", {}], {}, [None], -(10**400), 10**400, 2**53 + 1, -(2**53) - 1,
        float("inf"), float("nan"), LARGEST, LARGEST + 2**970 - 1, LARGEST + 2**970,
    ],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
@pytest.mark.parametrize(
    "test",
    [
        "= 10", '= "10"', "= true", 'in ("10", 10, true)', "!= 10", ">= 10", "< 10.5",
        "between 9.5 and 10", "<= 9007199254740992", "> -9007199254740992",
        f"< 1{'0' * 20}.0", f"> {'9' * 300}.0", "within 30d", "is known", 'contains "10"',
    ],
)  # fmt: skip
def test_a_trait_is_tested_like_a_nested_one(test: str, value: object) -> None:
    profile = {"traits": {"x": value, "in": {"x": value}}}
    at = "2026-03-01T12:00:00Z"
    nested = segql.matches(f"trait.in.x {test}", profile, now=at)
    holds = segql.compile(f"trait.x {test}", now=at)
    assert holds(profile) == nested
    assert holds(profile) == nested, "the second time, when dates are known"


def test_filtered_activities_count_inside_the_window_only() -> None:
    events = [
        {"event": "x", "time": f"2026-02-{day:02}T00:00Z", "properties": {"n": day}}
        for day in range(1, 29)
    ]
    events.append({"event": "x", "time": "2026-03-09T00:00Z", "properties": {"n": 99}})
    rule = 'did "x" at least {} times where n > 10 between 2026-02-05 and 2026-02-20'
    for least in range(1, 13):
        found = segql.matches(rule.format(least), {"events": events}, now="2026-03-01T12:00:00Z")
        assert found == (least <= 10), least
