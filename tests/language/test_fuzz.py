"""Whatever is typed: no exception but `RuleError`, spans inside the text, and not a long wait."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from language.strategies import rules
from segql.language.diagnostics import RuleError, Severity
from segql.language.files import decode, parse_file
from segql.language.format import format_rule
from segql.language.parse import parse_rule, rule_of
from segql.language.places import KEYWORDS
from segql.language.render import render
from segql.language.source import Source
from segql.model.errors import Refused

OFTEN = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
LONG = 60_000
LONGEST_S = 10.0
"""Linear work takes well under a second; what is quadratic takes minutes."""

CHARACTERS = st.characters(codec=None)
PIECES = st.sampled_from(
    (
        *sorted(KEYWORDS), '"', "'", "“", "”", "\\", "\n", "\r", "\x00", "\ud800", "\ufeff", "ſ",
        "٣",
        "(", ")", ",", ".", "%", "=", "==", "!", "!=", "<", "&&", "||", "#", "-", "_", "[", ";",
        "30d", "30", "1", "2.5", "1e5", "2026-01-01", "2026-1-1", "2026-01-01T00:00:00Z", '"x"',
        "'y'", "trait.x", "account.y", 'survey "s".q', 'did "a"', "where a = 1", "days", "d",
        "null",
        "having sum(a) > 1", 'segment "a"', "when everyone", "first_seen", "does not", "AND", "And",
        "in the last", "between 2 and 5 days ago", "on enter notify", "9" * 30 + "d", '"\\q"',
    )
)  # fmt: skip
TEXTS = st.one_of(
    st.text(CHARACTERS, max_size=60),
    st.lists(PIECES, max_size=14).map(" ".join),
    st.lists(PIECES, max_size=14).map("".join),
)


def check(text: str) -> None:
    for parsed in (parse_rule(text), parse_file(text)):
        source = Source(text)
        for one in parsed.diagnostics:
            assert 0 <= one.span.start <= one.span.end <= len(text)
            assert render(one, source)
            if one.fix is not None:
                assert 0 <= one.fix.span.start <= one.fix.span.end <= len(text)
    errors = [one for one in parse_rule(text).diagnostics if one.severity is Severity.ERROR]
    assert (parse_rule(text).rule is None) == bool(errors)
    try:
        rule_of(text)
    except RuleError as failure:
        assert failure.diagnostics
        assert str(failure)


@OFTEN
@given(TEXTS)
def test_any_text_gets_an_answer(text: str) -> None:
    check(text)


@OFTEN
@given(st.data(), rules().map(format_rule))
def test_a_rule_with_a_mistake_gets_an_answer(data: st.DataObject, text: str) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 8, len(text))))
    check(text[:start] + data.draw(st.one_of(st.just(""), PIECES)) + text[end:])


@OFTEN
@given(st.binary(max_size=40))
def test_any_bytes_are_decoded_or_refused(content: bytes) -> None:
    try:
        assert isinstance(decode(content, "rules.segql"), str)
    except Refused as failure:
        assert failure.code == "bad-encoding"


@pytest.mark.parametrize(
    "text",
    [
        "(" * LONG,
        "!" * LONG,
        "=" * LONG,
        '"' * LONG,
        '"' + " " * LONG,
        '"' + " and" * (LONG // 4) + ' " "',
        'trait.x = "' + "\\q" * (LONG // 2) + '"',
        "trait.x = " + "9" * LONG,
        "trait.x = 0." + "9" * LONG,
        "trait.x = " + "1_" * (LONG // 2),
        "trait" + ".a" * (LONG // 2) + " = 1",
        'did "x" within ' + "9" * LONG + "d",
        'did "x" at least ' + "9" * LONG + " times",
        "in sample 0." + "0" * LONG + "1%",
        "@" * LONG,
        "x" * LONG + " = 1",
        " and ".join(["trait.x = pro"] * 3000),
        "trait.x == 1 && " * 3500,
        'did "x" ' + "where a = 1 " * 4000,
        'did "x" ' + 'then "y" ' * 6000,
        "trait.x in (" + "1, " * 20_000,
        'trait.x matches "' + "(a*)*" * 10_000 + '"',
        'trait.x matches "(((a{1000}){1000}){1000})"',
    ],
    ids=lambda text: text[:24],
)
def test_no_text_takes_long(text: str) -> None:
    start = process_time()
    check(text)
    assert process_time() - start < LONGEST_S
