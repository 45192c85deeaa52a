"""Text and position → what may be written there, the likeliest first.

The grammar says which words a place takes, the vocabulary which names and values there are. A text
that is wrong before the position is read as well as can be.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import nsmallest
from typing import Final

from attrs import frozen

from segql.editor.cursor import Cursor, behind, cursor_at, is_taken, line_begun
from segql.editor.definition import defined_in
from segql.editor.gather import Names, offers_at, shelves_at
from segql.editor.knowledge import NOTHING
from segql.editor.matching import Found, closest, matching, order, scattered
from segql.editor.offers import ItemKind, Offer
from segql.language.source import Span
from segql.model.vocabulary import Vocabulary

MOST_ITEMS: Final = 100
_LITERALS: Final = frozenset({"operator", "number", "length", "date", "instant"})
"""Pieces behind which what follows is offered too: they may be finished."""


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
    names = Names(
        NOTHING if vocabulary is None else vocabulary,
        tuple(destinations),
        lambda: defined_in(text) if file else (),
    )
    found, left_out = _found(cursor, names, most)
    placed = [(cursor, each) for each in found]
    if cursor.kind in _LITERALS and is_taken(cursor):
        following = behind(cursor, text, at, start=start)
        more, _ = _found(following, names, most)
        placed = [each for each in placed if each[1][1].insert != cursor.typed]
        placed += [
            (following, each)
            for each in more
            if cursor.kind != "number" or each[1].kind is ItemKind.PUNCTUATION
        ]
    line = line_begun(cursor, start=start)
    if line is not None:
        placed = placed if cursor.is_right else []  # `on` alone means nothing here
        placed += [(line, each) for each in matching(offers_at(line, names), line)]
    best = nsmallest(most, placed, key=lambda each: order(each[1]))
    unique: dict[tuple[Span, str], Item] = {}
    for place, (_, offer) in best:
        item = _item(text, place, offer, len(unique))
        unique.setdefault((item.span, item.insert), item)
    return Completions(tuple(unique.values()), left_out + len(placed) - len(best))


def _found(cursor: Cursor, names: Names, most: int) -> tuple[list[Found], int]:
    found, left_out = closest(shelves_at(cursor, names), cursor, most)
    found += matching(offers_at(cursor, names), cursor)
    return found or scattered(shelves_at(cursor, names), cursor, most), left_out


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
        return (
            following.isalnum() or following in "_\"'“”-" or (last.isdigit() and following == ".")
        )
    return last in "<>=!" and following in "=<>-"
