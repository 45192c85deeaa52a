"""Shorthand and its long form are one core rule; what no text can say is refused."""

from __future__ import annotations

import pytest

from segql.language import syntax
from segql.language.parse import rule_of
from segql.model.errors import Refused
from segql.rules.desugar import desugar
from segql.rules.rule import EVERYONE, NO_ONE, ONCE, AllOf, AnyOf, Did, Not, Range, Rule, Sequence


def meaning(text: str) -> Rule:
    return desugar(rule_of(text))


@pytest.mark.parametrize(
    ("shorthand", "long"),
    [
        ('did "x"', 'did "x" at least 1 times'),
        ('did "x" more than 2 times', 'did "x" at least 3 times'),
        ('did "x" fewer than 3 times', 'did "x" at most 2 times'),
        ('did "x" exactly 2 times', 'did "x" between 2 and 2 times'),
        ('did not "x"', 'not did "x"'),
        ('never did "x"', 'not did "x"'),
        ("trait.a != 1", "not trait.a = 1"),
        ("trait.a not in (1, 2)", "not trait.a in (2, 1)"),
        ("trait.a is unknown", "trait.a is not known"),
        ("trait.a is not unknown", "trait.a is known"),
        ("trait.a is promoter", "trait.a in (9, 10)"),
        ("trait.a is not detractor", "trait.a not in (0, 1, 2, 3, 4, 5, 6)"),
        ("trait.a = 1", "trait.a in (1)"),
        ("trait.a on today", "trait.a = today"),
        ("trait.a during today", "trait.a on today"),
        ("trait.a before 2026-01-31", "trait.a < 2026-01-31"),
        ("trait.a after yesterday", "trait.a > yesterday"),
        ("trait.a more than 30d ago", "trait.a before 30d ago"),
        ("trait.a more than 1mo from now", "trait.a after 1mo from now"),
        ("all of (everyone, no one)", "everyone and no one"),
        ("none of (trait.a = 1)", "not any of (trait.a = 1)"),
        ('trait.a = "ẞ" ignoring case', 'trait.a = "ß" ignoring case'),
        ('trait.a contains all of ("x")', 'trait.a contains "x"'),
    ],
)
def test_shorthand_is_its_long_form(shorthand: str, long: str) -> None:
    assert meaning(shorthand) == meaning(long)


def test_constants_are_empty_logic() -> None:
    assert (meaning("everyone"), meaning("no one")) == (EVERYONE, NO_ONE)
    assert (AllOf(()), AnyOf(())) == (EVERYONE, NO_ONE)


def counts(text: str) -> tuple[Range | None, Range | None]:
    rule = meaning(text)
    assert isinstance(rule, Did)
    return rule.times, rule.days


def test_the_default_count_gives_way_to_days_alone() -> None:
    assert counts('did "x" on fewer than 3 days') == (None, Range(0, 2))
    assert counts('did "x" at least 2 times on at least 2 days') == (Range(2), Range(2))
    assert counts('did "x" having sum(a) > 1 on at least 2 days') == (ONCE, Range(2))
    assert counts('did "x" having sum(a) > 1 at most 4 times') == (Range(0, 4), None)


def test_a_mixed_list_tests_plain_values_together_and_dates_apart() -> None:
    rule = meaning('trait.a not in (1, "x", 2026-01-31, true)')
    assert isinstance(rule, Not) and isinstance(rule.part, AnyOf)
    assert len(rule.part.parts) == 2


def test_the_last_step_of_then_not_is_apart() -> None:
    rule = meaning('did "a" then "b" then not "c" within 14d')
    assert isinstance(rule, Sequence)
    assert [step.event for step in rule.steps] == ["a", "b"]
    assert rule.absent is not None and rule.absent.event == "c"
    assert rule.within_ms == 14 * 86_400_000


@pytest.mark.parametrize(
    ("test", "code"),
    [
        (syntax.Compare("<", syntax.Text("x")), "ordered-text"),
        (syntax.Compare(">=", syntax.Flag(True)), "ordered-text"),
        (syntax.Between(syntax.Number(1.0), syntax.Now()), "mixed-bounds"),
    ],
)
def test_what_no_text_can_say_is_refused(test: syntax.AttributeTest, code: str) -> None:
    with pytest.raises(Refused) as caught:
        desugar(syntax.Attribute(syntax.Trait(("a",)), test))
    assert caught.value.code == code
