"""Words that are nearly the same: which of some known ones was meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable


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


def ranked(
    word: str, known: Iterable[str], *, weight: Callable[[str], float] = lambda _: 0.0
) -> tuple[str, ...]:
    """The words of `known` that `word` may stand for, most likely first, three at most.

    The fewest edits first, among equals the greatest `weight`. Case, blanks, `-` and `_` do not
    count. Close: as for `nearest`, and three edits in words of twelve letters and more.

    >>> ranked("signupat", ("sign_out", "signup_at", "signedUpAt"))
    ('signup_at', 'signedUpAt')
    """
    plain = _plain(word)
    most = 1 if len(plain) < 5 else 2 if len(plain) < 12 else 3
    letters = frozenset(plain)
    found: list[tuple[int, float, str]] = []
    for candidate in known:
        other = _plain(candidate)
        if abs(len(other) - len(plain)) > most or len(letters ^ frozenset(other)) > 2 * most:
            continue  # an edit changes two letters at most: no need to count
        apart = distance(plain, other)
        if candidate != word and apart <= most and apart < min(len(other), len(plain)):
            found.append((apart, -weight(candidate), candidate))
    return tuple(candidate for _, _, candidate in sorted(found)[:3])


def _plain(word: str) -> str:
    return word.lower().replace("_", "").replace("-", "").replace(" ", "")


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
