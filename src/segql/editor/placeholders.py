"""Things of the right kind to write over, where no name or value is known; lengths half typed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from segql.editor.cursor import Cursor
from segql.editor.fitting import orders
from segql.editor.offers import ItemKind, Offer
from segql.editor.scopes import Scope
from segql.language.source import Span

_UNITS: Final = {
    "d": "days of 24 hours", "w": "weeks", "mo": "calendar months", "y": "calendar years",
    "h": "hours", "min": "minutes", "s": "seconds",
}  # fmt: skip
_LENGTHS: Final = ("30d", "7d", "90d", "24h", "1mo", "1y")
_INEXACT: Final = frozenset({"mo", "y"})
_TEXT_WORDS: Final = {
    Scope.EVENT: "the name of an event",
    Scope.SURVEY: "the name of a survey",
    Scope.SEGMENT: "the name of a segment",
    Scope.SAMPLE: "the name of a sample",
    Scope.DESTINATION: "the name of a destination",
    Scope.DESCRIPTION: "what the segment is, in a sentence",
    Scope.PATTERN: "an RE2 pattern",
}


def placeholders_at(cursor: Cursor, kinds: frozenset[str]) -> Iterator[Offer]:
    """A text, a name, a number, a length or a day, where one may stand."""
    if cursor.typed:
        return
    stand = cursor.stand
    if not stand.takes("TRUE"):  # no value: whatever the grammar takes fits
        kinds = frozenset()
    yield from _texts(cursor, kinds)
    if stand.takes("INT") and (not kinds or "number" in kinds):
        if stand.last in ("BETWEEN", "AND") or stand.takes("DECIMAL"):
            yield _placeholder("10", "number", "a number", Span(0, 2))
        elif not stand.takes("DURATION"):
            yield _placeholder("3", "number", "a whole number", Span(0, 1))
    if stand.takes("DURATION") and stand.through(("DURATION", "AGO")) is None:
        for place, length in enumerate(_LENGTHS):
            if not (_is_exact(cursor) and length.endswith(("mo", "y"))):
                yield Offer(length, ItemKind.UNIT, length, "", 0, -place, length)
    if stand.takes("DATE") and (not kinds or "date" in kinds):
        yield _placeholder("2026-01-31", "date", "a day", Span(0, 10))
        if stand.last != "ON":
            instant = "2026-01-31T10:00:00Z"
            yield _placeholder(instant, "instant", "an instant, here in UTC", Span(0, 20))


def _texts(cursor: Cursor, kinds: frozenset[str]) -> Iterator[Offer]:
    stand, roles = cursor.stand, cursor.roles
    is_name = roles.before == "." or roles.begins_property
    fits = not kinds or bool(kinds & {"text", "list"})
    if stand.takes("STRING") and fits and not (stand.takes("TRUE") and orders(cursor)):
        words = "a name" if is_name else _TEXT_WORDS.get(roles.takes, "a text")
        yield _placeholder('""', "quoted name" if is_name else "text", words, Span(1, 1))
    if is_name and stand.takes("NAME"):
        yield _placeholder("name", "name", "a name", Span(0, 4))


def _placeholder(insert: str, label: str, words: str, select: Span) -> Offer:
    return Offer(insert, ItemKind.PLACEHOLDER, insert, words, 3, -700, label, select)


def _is_exact(cursor: Cursor) -> bool:
    """Whether calendar steps are refused: the length of a sequence is exact (§2)."""
    return "THEN" in cursor.stand.lead and cursor.stand.last == "WITHIN"


def lengths_typed(cursor: Cursor) -> Iterator[Offer]:
    """What the digits that are being typed may become: a length, a count, a share."""
    digits = cursor.typed.rstrip("abcdefghijklmnopqrstuvwxyz")
    if not digits.isdecimal() or not digits.isascii():
        return
    stand = cursor.stand
    if stand.takes("DURATION") and int(digits[:20]) > 0:
        exact = _is_exact(cursor)
        ends: tuple[tuple[str, ...], ...] = ((), ("AGO",), ("FROM", "NOW"))
        for place, (unit, words) in enumerate(_UNITS.items()):
            if exact and unit in _INEXACT:
                continue
            for end in ends:
                if stand.through(("DURATION", *end)) is None:
                    continue
                if not end and stand.through(("DURATION", "AGO")) is not None:
                    continue
                text = " ".join((f"{digits}{unit}", *map(str.lower, end)))
                yield Offer(text, ItemKind.UNIT, text, words, 0, -place - len(end), text)
    for end, word in ((("TIMES",), "times"), (("PERCENT",), "%"), (("OF", "LPAR"), "of (")):
        if stand.through(("INT", *end)) is not None:
            word = "time" if (word, digits) == ("times", "1") else word
            text = f"{digits}%" if word == "%" else f"{digits} {word}"
            yield Offer(text, ItemKind.KEYWORD, text, "", 1, 0, text)
