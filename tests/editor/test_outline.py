"""Outline: the condition round a position is a rule by itself."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from language.strategies import rules
from language.test_fuzz import TEXTS
from segql.editor.outline import condition_at, parentheses_at
from segql.language.format import format_rule
from segql.language.parse import parse_rule
from segql.language.syntax import Rule

SOME = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize(
    ("marked", "condition"),
    [
        ("trait.a betw|een 1 and 2 and everyone", "trait.a between 1 and 2"),
        ('did "a" where (x = 1 a|nd y = 2) and everyone', 'did "a" where (x = 1 and y = 2)'),
        ('any of (in segm|ent "a", everyone)', 'in segment "a"'),
        ("not (not eve|ryone)", "everyone"),
        ("a|ny of (everyone)", None),
        ('segment "a"\n  when trait.x = |1\nsegment "b"', "trait.x = 1"),
        ("trait.x = | and everyone", None),
    ],
)
def test_the_condition_at_a_position(marked: str, condition: str | None) -> None:
    text = marked.replace("|", "")
    span = condition_at(text, marked.index("|"))
    assert (None if span is None else text[span.start : span.end]) == condition


@SOME
@given(st.data(), st.one_of(TEXTS, rules(max_leaves=4)))
def test_a_condition_is_a_rule_and_holds_the_position(
    data: st.DataObject, written: str | Rule
) -> None:
    text = written if isinstance(written, str) else format_rule(written)
    at = data.draw(st.integers(0, len(text)))
    span = condition_at(text, at)
    assert span is None or span.start <= at <= span.end
    assert span is None or parse_rule(text[span.start : span.end]).rule is not None
    pair = parentheses_at(text, at)
    assert pair is None or [text[one.start : one.end] for one in pair] == ["(", ")"]
