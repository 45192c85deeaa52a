"""Segments in order of dependency, unknown ones, and cycles by their path."""

from __future__ import annotations

from itertools import pairwise

import pytest

from segql.rules.order import (
    SegmentCycle,
    UnknownSegment,
    check_references,
    in_order,
    unknown_references,
)
from segql.rules.rule import EVERYONE, AllOf, InSegment, Not, Rule


def rule(*names: str) -> Rule:
    return AllOf((EVERYONE, *(Not(InSegment(name)) for name in names)))


def test_referenced_segments_come_first() -> None:
    rules = {"a": rule("b", "c"), "b": rule("d"), "c": rule("d"), "d": None, "e": rule("elsewhere")}
    order = in_order(rules)
    assert sorted(order) == sorted(rules)
    for before, after in (("d", "b"), ("d", "c"), ("b", "a"), ("c", "a")):
        assert order.index(before) < order.index(after)
    assert in_order(rules) == order


def test_a_cycle_is_named_by_its_path() -> None:
    rules = {"a": rule("b"), "b": rule("c"), "c": rule("a"), "d": rule("a")}
    with pytest.raises(SegmentCycle) as caught:
        in_order(rules)
    path = caught.value.path
    assert path[0] == path[-1] and set(path) == {"a", "b", "c"}
    for name, next_name in pairwise(path):
        assert next_name in {"a": "b", "b": "c", "c": "a"}[name]
    assert "→" in str(caught.value)


def test_a_segment_may_not_reference_itself() -> None:
    with pytest.raises(SegmentCycle) as caught:
        in_order({"a": rule("a")})
    assert caught.value.path == ("a", "a")


def test_unknown_references_are_refused_with_a_suggestion() -> None:
    rules = {"a": rule("power user", "list"), "power users": rule()}
    assert unknown_references(rules, manual=["list"]) == (("a", "power user"),)
    with pytest.raises(UnknownSegment) as caught:
        check_references(rules, manual=["list"])
    assert (caught.value.segment, caught.value.name) == ("a", "power user")
    assert caught.value.hint == "did you mean `power users`?"


def test_a_lone_rule_has_no_name_to_be_suggested() -> None:
    with pytest.raises(UnknownSegment) as caught:
        check_references({"": rule("x")})
    assert str(caught.value).startswith("the rule references segment `x`")
    assert caught.value.hint is None
