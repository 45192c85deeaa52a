"""Canonical rules: equal meaning shares a key where we say so, and no meaning is ever changed."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engines.interpreter.people import NOW, POOLS, documents
from language.strategies import rules
from segql.engines.interpreter.holds import compile_rule
from segql.engines.interpreter.memory import Profile
from segql.language import syntax
from segql.language.parse import rule_of
from segql.model.instants import Moment
from segql.rules.canonical import canonical
from segql.rules.desugar import desugar
from segql.rules.rule import EVERYONE, NO_ONE, AtLeast, InSegment, Not, Rule

QUICK = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
MOMENT = Moment(NOW, ZoneInfo("Europe/Zurich"))


def key(text: str) -> Rule:
    return canonical(desugar(rule_of(text)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("trait.a = 1 and trait.b = 2", "trait.b = 2 and trait.a = 1"),
        ("trait.a = 1 and trait.a = 1", "trait.a = 1"),
        ("not (not trait.a = 1)", "trait.a = 1"),
        (
            "trait.a = 1 and (trait.b = 2 and trait.c = 3)",
            "all of (trait.c = 3, trait.b = 2, trait.a = 1)",
        ),
        ("none of (trait.a = 1, trait.b = 2)", "trait.a != 1 and trait.b != 2"),
        ("not (trait.a = 1 or trait.b != 2)", "trait.b = 2 and trait.a != 1"),
        ("not all of (trait.a = 1, trait.b = 2)", "trait.a != 1 or trait.b != 2"),
        ("at least 1 of (trait.a = 1, trait.b = 2)", "trait.a = 1 or trait.b = 2"),
        ("at least 2 of (trait.a = 1, trait.b = 2)", "trait.a = 1 and trait.b = 2"),
        ("at least 2 of (trait.a = 1, everyone, trait.b = 2)", "trait.a = 1 or trait.b = 2"),
        (
            "not at least 2 of (trait.a = 1, trait.b = 2, trait.c = 3)",
            "at least 2 of (trait.a != 1, trait.b != 2, trait.c != 3)",
        ),
        ("trait.a = 1 and everyone", "trait.a = 1"),
        ("trait.a = 1 or trait.a != 1", "everyone"),
        ("trait.a = 1 and trait.a != 1", "no one"),
        ("trait.a = 1 and no one", "not everyone"),
        ("trait.a between 5 and 5", "trait.a = 5"),
        ("trait.a in (1, 2, 2)", "trait.a in (2, 1)"),
        ('did "x" exactly 0 times within 7d', 'not did "x" within 7d'),
        ('did "x" at most 2 times', 'not did "x" at least 3 times'),
        ('did "x" on at least 1 days', 'did "x"'),
        ('did "x" on fewer than 1 days', 'never did "x"'),
        ('did "x" at least 2 times on at least 3 days', 'did "x" on at least 3 days'),
        ('did "x" exactly 2 times on at least 3 days', "no one"),
        ('did "x" since 2026-01-01', 'did "x" between 2026-01-01 and now'),
        ('did "x" where (a = 1 and b = 2)', 'did "x" where (b = 2 and a = 1)'),
        ('did "x" where (a = 1 or a != 1)', 'did "x"'),
        ("in sample 0%", "no one"),
        ("in sample 100%", "everyone"),
    ],
)
def test_equal_meaning_shares_a_key(one: str, other: str) -> None:
    assert key(one) == key(other)
    assert hash(key(one)) == hash(key(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("trait.a = 1", "trait.a = true"),
        ('trait.a = "X"', 'trait.a = "x" ignoring case'),
        ("trait.a = 1", "account.a = 1"),
        ('trait."a.b" = 1', "trait.a.b = 1"),
        ('did "x" within 30d', 'did "x" since 30d ago'),
        ('did "x" having count distinct(a) = 0', 'did "x"'),
        ('did "x" having count distinct(a) != 0', 'did "x" having count distinct(a) = 0'),
        ("at least 2 of (trait.a = 1, trait.a = 1, trait.b = 2)", "trait.a = 1 and trait.b = 2"),
    ],
)
def test_different_meaning_has_different_keys(one: str, other: str) -> None:
    assert key(one) != key(other)


@QUICK
@given(rules(POOLS, max_leaves=10), st.lists(documents(), max_size=3))
def test_meaning_stays_and_twice_is_once(rule: syntax.Rule, people: list[dict[str, Any]]) -> None:
    meaning = desugar(rule)
    found = canonical(meaning)
    assert canonical(found) == found
    negation = canonical(Not(meaning))
    assert canonical(Not(negation)) == found
    before, after, opposite = (compile_rule(each).at(MOMENT) for each in (meaning, found, negation))
    for document in people:
        profile = Profile.of(document)
        assert before(profile) == after(profile) != opposite(profile)


@given(
    st.lists(st.sampled_from("abc"), max_size=5),
    st.integers(-1, 6),
    st.sets(st.sampled_from("abc")),
)
def test_at_least_counts_a_part_as_often_as_it_is_written(
    names: list[str], least: int, member_of: set[str]
) -> None:
    rule = AtLeast(least, tuple(InSegment(name) for name in names))
    profile = Profile.of({"segments": sorted(member_of)})
    expected = sum(name in member_of for name in names) >= least
    for each in (rule, canonical(rule)):
        assert compile_rule(each).at(MOMENT)(profile) == expected


def test_constants_fold_through_everything() -> None:
    assert canonical(AtLeast(0, ())) == EVERYONE
    assert canonical(AtLeast(1, ())) == NO_ONE
    assert canonical(Not(AtLeast(2, (EVERYONE, NO_ONE, EVERYONE)))) == NO_ONE
