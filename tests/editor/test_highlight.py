"""Highlighting: every character once, whatever is typed, and names by what they name."""

from __future__ import annotations

from itertools import pairwise
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings

from language.strategies import files, rules
from language.test_format import file_text
from language.test_fuzz import TEXTS
from segql.editor.highlight import tokens
from segql.editor.scopes import Scope
from segql.language.format import format_rule
from segql.language.syntax import Rule, Segment

SOME = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
LONG = 64 * 1024
LONGEST_S = 2.0
"""Linear work takes some 30 ms here; what is quadratic takes minutes."""


def check_cover(text: str) -> None:
    pieces = tokens(text)
    assert "".join(text[piece.start : piece.end] for piece in pieces) == text
    assert all(before.end == after.start for before, after in pairwise(pieces))
    assert all(piece.start < piece.end for piece in pieces)


@SOME
@given(TEXTS)
def test_any_text_is_covered_once_and_in_order(text: str) -> None:
    check_cover(text)


@SOME
@given(rules(max_leaves=4))
def test_nothing_in_a_valid_rule_is_unknown_or_wrong(rule: Rule) -> None:
    text = format_rule(rule)
    check_cover(text)
    assert not {Scope.WORD, Scope.ERROR} & {piece.scope for piece in tokens(text)}, text


@settings(SOME, max_examples=30)
@given(files())
def test_nothing_in_a_valid_file_is_unknown_or_wrong(segments: tuple[Segment, ...]) -> None:
    text = file_text(segments)
    check_cover(text)
    assert not {Scope.WORD, Scope.ERROR} & {piece.scope for piece in tokens(text)}, text


def scopes(text: str) -> list[tuple[str, str]]:
    """Each word with its scope, signs and keywords left out."""
    dull = {Scope.BLANK, Scope.KEYWORD, Scope.PUNCTUATION, Scope.OPERATOR}
    return [(text[one.start : one.end], one.scope) for one in tokens(text) if one.scope not in dull]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('trait.plan = "pro"', [("plan", "trait"), ('"pro"', "string")]),
        ('account = "x" or account.and = 1', [("account", "field"), ('"x"', "string"),
                                              ("and", "trait"), ("1", "number")]),
        ('survey "nps".score is promoter', [('"nps"', "survey"), ("score", "question")]),
        ('did "a" where (not "b c" = 1 and when = 2)',
         [('"a"', "event"), ('"b c"', "property"), ("1", "number"), ("when", "property"),
          ("2", "number")]),
        ('completed any survey where not = "x"', [("not", "question"), ('"x"', "string")]),
        ('did "a" having sum(b) > 3 within 30d',
         [('"a"', "event"), ("b", "property"), ("3", "number"), ("30d", "duration")]),
        ('in segment "s" or in sample 10% of "q"',
         [('"s"', "segment"), ("10", "number"), ('"q"', "sample")]),
        ('email matches "^a\\n"', [("email", "field"), ('"^a', "pattern"), ("\\n", "escape"),
                                   ('"', "pattern")]),
        ("first_seen on 2026-01-31 # why", [("first_seen", "field"), ("2026-01-31", "date"),
                                            ("# why", "comment")]),
        ("beta = true", [("beta", "word"), ("true", "constant")]),
        ('trait.x = "open', [("x", "trait"), ('"open', "error")]),
        ('segment "s" description "d" when everyone on enter notify "a", "b"',
         [('"s"', "segment"), ('"d"', "description"), ('"a"', "destination"),
          ('"b"', "destination")]),
    ],
)  # fmt: skip
def test_names_have_the_scope_of_what_they_name(text: str, expected: list[tuple[str, str]]) -> None:
    assert scopes(text) == expected


@pytest.mark.parametrize(
    "text",
    ["(" * LONG, '"' * LONG, "trait." * (LONG // 6), "@" * LONG, 'did "x" and ' * (LONG // 12)],
    ids=lambda text: text[:12],
)
def test_long_texts_take_linear_time(text: str) -> None:
    start = process_time()
    check_cover(text)
    assert process_time() - start < LONGEST_S
