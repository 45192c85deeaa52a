"""What is typed against names: which may be meant, and how far each is from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from heapq import nsmallest
from typing import Any

from segql.editor.cursor import Cursor
from segql.editor.offers import Offer, Shelf

_FAR = 4


def apart(typed: str, lowered: str, name: str) -> int | None:
    """How far a name is from what is typed, 0 for a beginning; None if that is not part of it.

    >>> [apart("pl", "pl", name) for name in ("plan", "Plan", "my plan", "apply", "pal")]
    [0, 1, 2, 3, None]
    """
    low = name.lower()
    at = low.find(lowered)
    if at == 0:
        return 0 if name.startswith(typed) else 1
    if at < 0:
        return None
    return 3 if low[at - 1].isalnum() else 2


def closest(shelves: Iterable[Shelf], cursor: Cursor, most: int) -> tuple[list[Found], int]:
    """The `most` likeliest offers of each shelf, and how many more there are."""
    found: list[Found] = []
    left_out = 0
    for shelf in shelves:
        near = list(_entries(shelf, cursor))
        best = nsmallest(most, near)
        left_out += len(near) - len(best)
        found += [(far, shelf.offer(name, shelf.entries[at][2])) for far, _, name, at in best]
    return found, left_out


def _entries(shelf: Shelf, cursor: Cursor) -> Iterator[tuple[int, float, str, int]]:
    typed, lowered = cursor.typed, cursor.typed.lower()
    if not typed:
        for at, (name, weight, _) in enumerate(shelf.entries):
            yield 0, -weight, name, at
    elif cursor.kind in ("word", "text"):
        for at, (name, weight, _) in enumerate(shelf.entries):
            if lowered in name.lower():  # most are not: a call for each would double the time
                yield apart(typed, lowered, name) or 0, -weight, name, at


def matching(offers: Iterable[Offer], cursor: Cursor) -> list[Found]:
    """The offers that what is typed may stand for, each with how far it is from that."""
    typed, lowered = cursor.typed, cursor.typed.lower()
    if not typed:
        return [(0, offer) for offer in offers]
    if cursor.kind not in ("word", "text"):
        return [(0, offer) for offer in offers if offer.insert.startswith(typed)]
    near = ((apart(typed, lowered, offer.name), offer) for offer in offers)
    return [(far, offer) for far, offer in near if far is not None]


def scattered(shelves: Iterable[Shelf], cursor: Cursor, most: int) -> list[Found]:
    """Names that have the letters of what is typed in their order, for want of closer ones."""
    if cursor.kind not in ("word", "text") or len(cursor.typed) < 2:
        return []
    letters = re.compile(".*?".join(map(re.escape, cursor.typed.lower())), re.DOTALL)
    found: list[Found] = []
    for shelf in shelves:
        near: list[tuple[float, str, Any]] = [
            (-weight, name, about)
            for name, weight, about in shelf.entries
            if letters.search(name.lower())
        ]
        best = nsmallest(most, near, key=lambda each: each[:2])
        found += [(_FAR, shelf.offer(name, about)) for _, name, about in best]
    return found


Found = tuple[int, Offer]
"""An offer, and how far it is from what is typed."""


def order(found: Found) -> tuple[int, int, float, str, str]:
    """The key by which offers are put in order, the likeliest first."""
    far, offer = found
    return far, offer.group, -offer.weight, offer.name, offer.insert
