"""Hover: what stands at a place, with its evidence."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from editor.test_complete import KNOWN
from editor.words import vocabulary_of
from language.test_fuzz import TEXTS
from segql.editor.definition import Definition, definition
from segql.editor.hover import hover
from segql.editor.words import FIELD_MEANINGS, WORDS
from segql.language.files import parse_file
from segql.language.parse import parse_rule
from segql.language.source import Span
from segql.model.fields import FIELDS


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        ("trait.pl|an is known", 'trait.plan\ntext, on 98% of profiles\nmost frequent: "pro" (620),'
                                 ' "free" (500), "say \\"hi\\"" (3)'),
        ('did "ex|port"', '"export"\nseen 41,207 times, by 312 profiles'),
        ('did "export" where (ro|ws > 3)', "rows\nnumber"),
        ('survey "nps".sc|ore > 3', 'survey "nps".score\nnumber'),
        ('in segment "po|wer users"', '"power users"\n12 members'),
        ("last_s|een on today", "last_seen\nlatest time of any call or imported event"),
        ("trait.x !|= 3", "!=\ndoes not equal; holds for a missing value too"),
    ],
)  # fmt: skip
def test_a_place_is_told_in_words(marked: str, text: str) -> None:
    found = hover(marked.replace("|", ""), marked.index("|"), KNOWN)
    assert found is not None
    assert found.text == text


@pytest.mark.parametrize("marked", ["trait.no|body = 1", "# com|ment", "a | b", "|"])
def test_nothing_is_said_where_nothing_is_known(marked: str) -> None:
    assert hover(marked.replace("|", ""), marked.index("|"), KNOWN) is None


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), TEXTS)
def test_any_place_of_any_text_has_an_answer(data: st.DataObject, text: str) -> None:
    at = data.draw(st.integers(0, len(text)))
    found = hover(text, at, vocabulary_of())
    assert found is None or (found.span.start <= at <= found.span.end and found.markdown)


def test_every_word_has_an_example_that_is_right() -> None:
    for word, about in WORDS.items():
        parse = parse_file if about.example.startswith("segment") else parse_rule
        assert not parse(about.example).diagnostics, word
    assert set(FIELD_MEANINGS) == set(FIELDS)


def test_a_segment_is_found_in_the_text_and_then_in_the_project() -> None:
    text = 'segment "new"\n  when everyone\nsegment "b"\n  when in segment "new"'
    assert definition(text, len(text) - 2, KNOWN) == Definition("new", Span(8, 13))
    assert definition('in segment "power users"', 14, KNOWN) == Definition("power users")
    assert definition('in segment "nobody"', 14, KNOWN) is None
