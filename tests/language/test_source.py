"""Places in a text, as people and as editors count them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from segql.language.source import Source


@given(st.data(), st.text(st.sampled_from("aé😀\n\t"), max_size=30))
def test_a_place_in_utf_16_units_leads_back_to_its_offset(data: st.DataObject, text: str) -> None:
    source = Source(text)
    offset = data.draw(st.integers(0, len(text)))
    line, _ = source.line_column(offset)
    assert source.offset_at(line, source.utf16_column(offset)) == offset


def test_places_outside_are_brought_inside() -> None:
    source = Source("ab\nc")
    assert [source.offset_at(1, 9), source.offset_at(9, 0)] == [2, 4]
