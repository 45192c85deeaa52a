"""A test → which owners of a column pass it (§2 Attributes, §3.1 to §3.3)."""

from __future__ import annotations

from typing import Literal, assert_never

import numpy as np

from segql.engines.sets.column import Column
from segql.engines.sets.scaled import Array, Bools
from segql.model.errors import Refused
from segql.model.instants import Moment
from segql.model.windows import bounds
from segql.rules.rule import (
    ChangedIn,
    ContainsElement,
    ContainsText,
    DateIn,
    Empty,
    Equals,
    Known,
    NumberIn,
    Several,
    Test,
    TextMatches,
)


def passing(column: Column, test: Test, moment: Moment) -> Bools:
    """The owners whose value passes; nobody does without one."""
    match test:
        case Equals():
            return _equal(column, test, listed=False)
        case NumberIn():
            return _of_numbers(column, test)
        case DateIn():
            return _dated(column, test, moment, listed=False)
        case ContainsText():
            return _contain_text(column, test)
        case ContainsElement(Equals() as inner):
            return _equal(column, inner, listed=True)
        case ContainsElement(DateIn() as inner):
            return _dated(column, inner, moment, listed=True)
        case TextMatches():
            return _text_matches(column, test)
        case Known():
            return known(column)
        case Empty():
            return _empty(column)
        case Several():
            return _several(column, test, moment)
        case ChangedIn():
            raise Refused("only a trait can have changed", code="changed-on-trait")
        case _:
            assert_never(test)  # type: ignore[arg-type]  # mypy sees no further into ContainsElement


def _several(column: Column, test: Several, moment: Moment) -> Bools:
    either = np.logical_and if test.every else np.logical_or
    found = np.full(column.owners, test.every)
    for one in test.tests:
        either(found, passing(column, one, moment), out=found)
    return found


def nobody(column: Column) -> Bools:
    """No owner of the column."""
    return np.zeros(column.owners, np.bool_)


def known(column: Column) -> Bools:
    """The owners who have a value: "", an empty list and an object are values."""
    found = nobody(column)
    if column.has("number"):
        found |= column.elements("number").spread(column.numbers().known())
    if column.has("flag"):
        found |= column.elements("flag").spread(column.flags() != 0)
    if column.has("text"):
        codes = column.text_codes()
        there = np.ones(len(column.words()), np.bool_) if codes is None else codes != 0
        found |= column.elements("text").spread(there)
    for kind in ("nothing", "other"):
        if column.has(kind):
            found |= _placed(column, kind)
    return found


def _placed(column: Column, kind: Literal["nothing", "other"]) -> Bools:
    found = nobody(column)
    found[column.elements(kind).at] = True
    return found


def _equal(column: Column, test: Equals, *, listed: bool) -> Bools:
    """The owners with an element equal to one of the values; with `listed`, one in a list."""
    found = nobody(column)
    for value in test.values:
        match value.kind:
            case "number" if column.has("number"):
                _add(found, column, "number", column.numbers().equal(float(value.scalar)), listed)
            case "flag" if column.has("flag"):
                _add(found, column, "flag", column.flags() == 1 + bool(value.scalar), listed)
            case _:
                pass
    texts = [str(value.scalar) for value in test.values if value.kind == "text"]
    if texts and column.has("text"):
        words = column.words().folded() if test.folded else column.words()
        equal = np.zeros(len(words), np.bool_)
        for text in texts:
            equal |= words.fitting("is", text)
        _add(found, column, "text", _of_codes(column.text_codes(), equal), listed)
    return found


def _add(found: Bools, column: Column, kind: str, elements: Bools, listed: bool) -> None:
    """Add to `found` the owners of the elements of a kind that pass."""
    places = column.elements(kind)
    if listed:
        if places.listed is None:
            return
        elements = elements & places.listed
    found |= places.spread(elements)


def _of_numbers(column: Column, test: NumberIn) -> Bools:
    if not column.has("number"):
        return nobody(column)
    return column.elements("number").spread(column.numbers().inside(test))


def _dated(column: Column, test: DateIn, moment: Moment, *, listed: bool) -> Bools:
    found = nobody(column)
    if column.has("date"):
        low, high = bounds(test.window, moment)
        _add(found, column, "date", column.dates().between(low, high), listed)
    return found


def _contain_text(column: Column, test: ContainsText) -> Bools:
    """Plain texts that hold the text, and lists with an element equal to it."""
    if not column.has("text"):
        return nobody(column)
    words = column.words().folded() if test.folded else column.words()
    codes, places = column.text_codes(), column.elements("text")
    inside = _of_codes(codes, words.fitting("contains", test.text))
    if places.listed is not None:
        equal = _of_codes(codes, words.fitting("is", test.text))
        inside = np.where(places.listed, equal, inside)
    return places.spread(inside)


def _text_matches(column: Column, test: TextMatches) -> Bools:
    if not column.has("text"):
        return nobody(column)
    if test.how == "matches":
        fitting = column.words().matching(test.text, folded=test.folded)
    else:
        words = column.words().folded() if test.folded else column.words()
        fitting = words.fitting(test.how, test.text)
    return column.elements("text").spread(_of_codes(column.text_codes(), fitting))


def _of_codes(codes: Array | None, fitting: Bools) -> Bools:
    """The elements, by their codes, whose word is one of the `fitting` ones."""
    if codes is None:
        return fitting
    few = np.flatnonzero(fitting[: len(fitting)])
    if len(few) <= 3:  # a comparison is 30 times faster than a look-up
        found = np.zeros(len(codes), np.bool_)
        for place in few.tolist():
            found |= codes == place + 1
        return found
    look_up = np.concatenate([np.zeros(1, np.bool_), fitting])
    return look_up.take(codes)


def _empty(column: Column) -> Bools:
    """The empty text outside a list, and the list without elements."""
    found = _placed(column, "nothing") if column.has("nothing") else nobody(column)
    if column.has("text"):
        places = column.elements("text")
        empty = _of_codes(column.text_codes(), column.words().empty())
        if places.listed is not None:
            empty = empty & ~places.listed
        found |= places.spread(empty)
    return found
