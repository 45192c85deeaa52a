"""Words that are nearly the same: which of some known ones was meant."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The word of `known` that `word` most likely stands for, or None if none is close.

    Close: one edit in words of up to four letters, two in longer ones, where swapping neighbours is
    one edit and case does not count. Of equally close words the first is taken.

    >>> nearest("adn", ("or", "and")), nearest("median", ("min", "max"))
    ('and', None)
    """
    best, least = None, 3 if len(word) > 4 else 2
    lowered = word.lower()
    for candidate in known:
        if abs(len(candidate) - len(word)) < least:
            apart = distance(lowered, candidate.lower())
            if apart < min(least, len(candidate), len(word)):
                best, least = candidate, apart
    return best


def distance(one: str, other: str) -> int:
    """How many letters to add, leave out, change or swap with a neighbour between two words.

    >>> distance("adn", "and"), distance("segmnt", "segment"), distance("in", "in")
    (1, 1, 0)
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, against in enumerate(other, 1):
            edits = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                edits = min(edits, last[j - 2] + 1)
            row.append(edits)
    return row[-1]
