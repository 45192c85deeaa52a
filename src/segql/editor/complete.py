"""Text and position → what may be written there, the likeliest first.

The grammar says which words a place takes, the vocabulary which names and values there are. A text
that is wrong before the position is read as well as can be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from heapq import nsmallest
from typing import Final

from attrs import frozen

from segql.editor.cursor import Cursor, behind, cursor_at
from segql.editor.definition import defined_in
from segql.editor.fitting import fits, units_at
from segql.editor.knowledge import NOTHING, kinds_at
from segql.editor.offers import (
    ItemKind,
    Offer,
    fields_at,
    names_at,
    values_at,
    whole_operands,
)
from segql.editor.phrases import Phrase, phrases_at
from segql.editor.placeholders import lengths_typed, placeholders_at
from segql.language.source import Span
from segql.model.vocabulary import Vocabulary

MOST_ITEMS: Final = 200
_LITERALS: Final = frozenset({"operator", "number", "length", "date", "instant"})
"""Pieces behind which what follows is offered too: they may be finished."""
_WORD_START: Final = re.compile(r"[\W_]+")


@frozen
class Item:
    """A completion: replace `span` of the text with `insert`.

    `detail` is evidence or an explanation in a few words. `select` is the part of `insert` to
    select afterwards, for the next key to write over; without one the cursor goes to the end.
    `rank` is the place in the order, from 0.
    """

    label: str
    kind: ItemKind
    detail: str
    span: Span
    insert: str
    rank: int
    select: Span | None = None


@frozen
class Completions:
    """What may be written at a position, the likeliest first."""

    items: tuple[Item, ...] = ()
    left_out: int = 0
    """How many more there are; typing on brings them up."""


def complete(
    text: str,
    at: int,
    vocabulary: Vocabulary | None = None,
    *,
    file: bool = False,
    destinations: Iterable[str] = (),
    most: int = MOST_ITEMS,
) -> Completions:
    """What may be written at code point `at` of a rule, or with `file` of a `.segql` file.

    Works inside words and strings that are half written, before text that stands there already,
    and behind mistakes. `destinations` are names for `notify`. Inside comments there is nothing.
    Raises `ValueError` for a position outside the text.

    >>> from segql import Vocabulary
    >>> known = Vocabulary.of({"events": {"export": {"count": 41207}, "invite": {"count": 12}}})
    >>> for item in complete('did "e', 6, known).items:
    ...     print(item.insert, "|", item.detail)
    "export" | seen 41,207 times
    "invite" | seen 12 times
    >>> [item.label for item in complete('did "export" at ', 16).items]
    ['least … times', 'most … times']
    """
    if not 0 <= at <= len(text):
        raise ValueError(f"there is no position {at} in a text of {len(text)} characters")
    start = "file" if file else "rule"
    cursor = cursor_at(text, at, start=start)
    if cursor is None:
        return Completions()
    known = NOTHING if vocabulary is None else vocabulary

    def defined() -> Iterable[str]:
        return defined_in(text) if file else ()

    def offered(place: Cursor) -> Iterator[Offer]:
        return _offers(place, known, destinations, defined)

    found = [(cursor, *each) for each in _matching(cursor, offered(cursor))]
    if cursor.kind in _LITERALS and cursor.stand.lexed(cursor.kind, cursor.typed):
        following = behind(cursor, text, at, start=start)
        found = [each for each in found if each[2].insert != cursor.typed]
        found += [
            (following, *each)
            for each in _matching(following, offered(following))
            if cursor.kind != "number" or each[1].kind is ItemKind.PUNCTUATION
        ]
    best = nsmallest(most, found, key=lambda each: _order(each[1], each[2]))
    unique: dict[tuple[Span, str], Item] = {}
    for place, _, offer in best:
        item = _item(text, place, offer, len(unique))
        unique.setdefault((item.span, item.insert), item)
    return Completions(tuple(unique.values()), max(0, len(found) - most))


def _offers(
    cursor: Cursor,
    vocabulary: Vocabulary,
    destinations: Iterable[str],
    defined: Callable[[], Iterable[str]],
) -> Iterator[Offer]:
    kinds = kinds_at(vocabulary, cursor.roles)
    yield from names_at(cursor, vocabulary, destinations, defined)
    yield from values_at(cursor, vocabulary, kinds)
    if cursor.kind == "text":
        return
    yield from fields_at(cursor)
    if cursor.kind == "word":
        yield from whole_operands(cursor, vocabulary)
    yield from _words(cursor, kinds)
    yield from placeholders_at(cursor, kinds)
    if cursor.kind in ("number", "length", "glued"):
        yield from lengths_typed(cursor)


def _words(cursor: Cursor, kinds: frozenset[str]) -> Iterator[Offer]:
    """Phrases, operators, units and signs."""
    for phrase in phrases_at(cursor.stand):
        if fits(phrase, cursor, kinds):
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


def _matching(cursor: Cursor, offers: Iterable[Offer]) -> Iterator[tuple[int, Offer]]:
    """The offers that what is typed may stand for, each with how far it is from that."""
    typed = cursor.typed
    if not typed:
        yield from ((0, offer) for offer in offers)
        return
    if cursor.kind not in ("word", "text"):
        yield from ((0, offer) for offer in offers if offer.insert.startswith(typed))
        return
    lowered = typed.lower()
    rest: list[Offer] = []
    is_found = False
    for offer in offers:
        name = offer.name
        low = name.lower()
        if low.startswith(lowered):
            is_found = True
            yield (0 if name.startswith(typed) else 1), offer
        elif lowered in low:
            is_found = True
            begins = any(word.startswith(lowered) for word in _WORD_START.split(low))
            yield (2 if begins else 3), offer
        else:
            rest.append(offer)
    if not is_found and len(lowered) > 1:
        letters = re.compile(".*?".join(map(re.escape, lowered)), re.DOTALL)
        yield from ((4, offer) for offer in rest if letters.search(offer.name.lower()))


def _order(apart: int, offer: Offer) -> tuple[int, int, float, str, str]:
    return apart, offer.group, -offer.weight, offer.name, offer.insert


def _item(text: str, cursor: Cursor, offer: Offer, rank: int) -> Item:
    span, insert = cursor.span, offer.insert
    behind = text[span.end : span.end + len(insert) + 1]
    insert = _without_what_follows(insert, behind)
    shift = 0
    if cursor.is_joined and insert[:1] not in (".", ",", ")", "%"):
        insert, shift = f" {insert}", 1
    if behind[:1] and insert[-1:] not in ("(", ".") and _would_join(insert[-1:], behind[0]):
        insert += " "
    select = offer.select
    if select is not None:
        select = Span(select.start + shift, select.end + shift)
        if select.end > len(insert):
            select = None
    detail = offer.detail if isinstance(offer.detail, str) else offer.detail()
    return Item(offer.label or offer.insert, offer.kind, detail, span, insert, rank, select)


def _without_what_follows(insert: str, behind: str) -> str:
    """The insertion without its last words or sign where these stand behind already."""
    if not behind:
        return insert
    for cut, character in enumerate(insert):
        if cut and character in " .(" and behind.startswith(insert[cut:]):
            rest = behind[len(insert) - cut :]
            if not (rest[:1].isalnum() and insert[-1].isalnum()):
                return insert[:cut]
    return insert


def _would_join(last: str, following: str) -> bool:
    """Whether two characters side by side read as one token, or nearly."""
    if last.isalnum() or last in '_"':
        return following.isalnum() or following in "_\"'“”.-"
    return last in "<>=!" and following in "=<>-"
