"""Everything that may stand at a place: names, values, words, signs, things to write over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from attrs import frozen

from segql.editor.cursor import Cursor
from segql.editor.fitting import fits, units_at
from segql.editor.knowledge import kinds_at
from segql.editor.names import conditions_about, fields_at, names_at
from segql.editor.offers import ItemKind, Offer, Shelf
from segql.editor.phrases import Phrase, phrases_at
from segql.editor.placeholders import lengths_typed, placeholders_at
from segql.editor.values import values_at
from segql.model.vocabulary import Vocabulary


@frozen
class Names:
    """The names that a text may use: the vocabulary's, those of `notify`, and its own segments."""

    vocabulary: Vocabulary
    destinations: tuple[str, ...]
    defined: Callable[[], Iterable[str]]


def shelves_at(cursor: Cursor, names: Names) -> Iterator[Shelf]:
    """The names that may stand at a place."""
    yield from names_at(cursor, names.vocabulary, names.destinations, names.defined)
    if cursor.kind == "word":
        yield from conditions_about(cursor, names.vocabulary)


def offers_at(cursor: Cursor, names: Names) -> Iterator[Offer]:
    """What else may stand there."""
    kinds = kinds_at(names.vocabulary, cursor.roles)
    yield from values_at(cursor, names.vocabulary, kinds)
    if cursor.kind == "text":
        return
    yield from fields_at(cursor, kinds)
    yield from _words(cursor, kinds)
    yield from placeholders_at(cursor, kinds)
    if cursor.kind in ("number", "length", "glued"):
        yield from lengths_typed(cursor)


def _words(cursor: Cursor, kinds: frozenset[str]) -> Iterator[Offer]:
    """Phrases, operators, units and signs."""
    for phrase in phrases_at(cursor.stand, partial(fits, cursor=cursor, kinds=kinds)):
        yield _of_phrase(phrase, cursor)
    if cursor.stand.takes("UNIT"):
        for place, unit in enumerate(units_at(cursor)):
            yield Offer(unit, ItemKind.UNIT, unit, "", 0, -place, unit)


def _of_phrase(phrase: Phrase, cursor: Cursor) -> Offer:
    stand, first = cursor.stand, phrase.terminals[0]
    text, kind, group, weight = phrase.text, ItemKind.KEYWORD, 1, -phrase.order
    if first == "OP":
        kind = ItemKind.OPERATOR
    elif not text[0].isalnum():
        kind, group = ItemKind.PUNCTUATION, 4
    elif first == "NOT" and stand.takes("OP"):
        group, weight = 3, weight - 900 * (text == "not")
    elif first in ("TRAIT", "ACCOUNT", "SURVEY") and stand.last == "OP":
        group = 3
    elif first == "TIMES" and cursor.says(-1) == "1":
        text = "time"
    label = phrase.label if text == phrase.text else text
    return Offer(text, kind, text, phrase.meaning, group, weight, label, phrase.select)
