"""A search through all texts at once finds what Python finds in each."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from segql.engines.sets.words import Words, occurrences, pack_words
from segql.model.casefold import fold

short = st.text(alphabet="aAbß\0é😀ſ", max_size=12)


@given(st.lists(short, max_size=6), short)
def test_texts_are_found_as_python_finds_them(texts: list[str], wanted: str) -> None:
    for words, every, part in (
        (Words(pack_words(texts)), texts, wanted),
        (Words(pack_words(texts)).folded(), [fold(text) for text in texts], fold(wanted)),
    ):
        assert words.texts() == every
        assert words.fitting("is", part).tolist() == [text == part for text in every]
        assert words.fitting("contains", part).tolist() == [part in text for text in every]
        starting = [text.startswith(part) for text in every]
        assert words.fitting("starts with", part).tolist() == starting
        ending = [text.endswith(part) for text in every]
        assert words.fitting("ends with", part).tolist() == ending
        assert words.empty().tolist() == [not text for text in every]


@given(st.binary(max_size=40), st.binary(min_size=1, max_size=20))
def test_every_place_is_found_overlapping_ones_too(run: bytes, wanted: bytes) -> None:
    expected = [place for place in range(len(run)) if run.startswith(wanted, place)]
    assert occurrences(np.frombuffer(run, np.uint8), wanted).tolist() == expected


def test_a_pattern_is_tried_on_each_text() -> None:
    words = Words(pack_words(["Pro", "free", "a\nb"]))
    assert words.matching("^p", folded=True).tolist() == [True, False, False]
    assert words.matching("a.b", folded=False).tolist() == [False, False, False]


longer = st.text(alphabet="ab\0é", max_size=20)


@given(st.lists(st.tuples(longer, longer, st.booleans()), max_size=8))
def test_texts_beside_each_other_are_the_same_or_not(drawn: list[tuple[str, str, bool]]) -> None:
    pairs = [(one, one if alike else other) for one, other, alike in drawn]
    left, right = (Words(pack_words([pair[side] for pair in pairs])) for side in (0, 1))
    places = np.arange(len(pairs))[::-1]
    assert left.same(places, right, places).tolist() == [a == b for a, b in reversed(pairs)]
    assert [*left] == [one for one, _ in pairs]
