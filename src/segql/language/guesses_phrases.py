"""Phrases of plain English and other languages, with what is written in their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from segql.language.diagnostics import Diagnostic, Fix, error
from segql.language.source import Span
from segql.language.stops import Stop

Phrases: TypeAlias = Mapping[tuple[str, ...], str]

_CONDITIONS: Final[Phrases] = {
    ("has", "not", "done"): "did not", ("have", "not", "done"): "did not",
    ("did", "not", "do"): "did not", ("does", "not", "do"): "did not",
    ("has", "never", "done"): "never did", ("has", "done"): "did", ("have", "done"): "did",
    ("answered", "survey"): "completed survey", ("finished", "survey"): "completed survey",
    ("viewed", "survey"): "saw survey", ("seen", "survey"): "saw survey",
    ("member", "of"): "in segment", ("member", "of", "segment"): "in segment",
    ("is", "member", "of"): "in segment",
    ("last", "seen"): "last_seen", ("first", "seen"): "first_seen", ("sample",): "in sample",
}  # fmt: skip
_TESTS: Final[Phrases] = {
    ("is", "one", "of"): "in", ("one", "of"): "in", ("is", "any", "of"): "in",
    ("is", "not", "one", "of"): "not in", ("is", "at", "least"): ">=", ("at", "least"): ">=",
    ("is", "at", "most"): "<=", ("at", "most"): "<=", ("is", "more", "than"): ">",
    ("is", "exactly"): "=", ("eq",): "=", ("ne",): "!=", ("neq",): "!=", ("gt",): ">",
    ("gte",): ">=", ("ge",): ">=", ("lt",): "<", ("lte",): "<=", ("le",): "<=",
    ("=~",): "matches",
}  # fmt: skip
_UNITS: Final = {"day": "1d", "week": "1w", "month": "1mo", "year": "1y"}
_WINDOWS: Final[Phrases] = {
    ("within", *words, unit): f"within {length}"
    for unit, length in _UNITS.items()
    for words in (("a",), ("one",), ("the", "last"), ("the", "past"), ("last",), ("the",))
}
_CLAUSES: Final[Phrases] = {("with",): "where", ("whose",): "where"}
_DIGITS: Final = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
)  # fmt: skip
_NUMBERS: Final = {word: number for number, word in enumerate(_DIGITS, 1)}
_METHODS: Final = {
    "includes": "contains", "contains": "contains", "startswith": "starts with",
    "endswith": "ends with", "equals": "=",
}  # fmt: skip
_GROUPS: Final = {"and": "all of", "or": "any of"}
_LEADING: Final = frozenset({"when", "if", "where"})


def leading_word(stop: Stop) -> Diagnostic | None:
    """`when trait.plan = "pro"` as a rule."""
    if stop.index != 1 or stop.text(-1).lower() not in _LEADING or stop.kind() == "operator":
        return None
    word = stop.tokens[0]
    fix = Fix("leave it out", Span(word.start, stop.span.start), "")
    message = f"a rule by itself has no `{word.text}` before it"
    return error("leading-word", word.span, message, fix=fix)


def phrase(stop: Stop) -> Diagnostic | None:
    """`is one of`, `has done`, `within a month`, `with format = "csv"`."""
    for phrases, is_here in (
        (_WINDOWS, "DURATION" in stop.accepted),
        (_TESTS, "OP" in stop.accepted or stop.text(-1) in ("is", "not")),
        (_CONDITIONS, True),
        (_CLAUSES, {"WITHIN", "WHERE"} <= stop.accepted and "OP" not in stop.accepted),
    ):
        if is_here:
            for span, meant in _found(stop, phrases):
                return error(
                    "other-words",
                    span,
                    f"this is written `{meant}`",
                    fix=Fix(f"write `{meant}`", span, meant),
                )
    return None


def _found(stop: Stop, phrases: Phrases) -> Iterator[tuple[Span, str]]:
    """The phrases that the refused token is in or right behind, the longest first."""
    for length in (4, 3, 2, 1):
        for first in range(stop.index - length, stop.index + 1):
            taken = stop.tokens[max(first, 0) : max(first, 0) + length]
            meant = phrases.get(tuple(token.text.lower() for token in taken))
            if first >= 0 and meant is not None:
                yield taken[0].span.to(taken[-1].span), meant


def _call(stop: Stop, first: int, last: int, meant: str) -> Diagnostic:
    """From the token `first` places from the refused one to the token `last` places from it."""
    span = stop.tokens[stop.index + first].span.to(stop.tokens[stop.index + last].span)
    fix = Fix(f"write `{meant.strip()}`", span, meant)
    return error("other-words", span, f"this is written `{meant.strip()}`", fix=fix)


def method(stop: Stop) -> Diagnostic | None:
    """`trait.tags.includes("vip")`, `"vip" in trait.tags`, `AND(…)`."""
    words = _METHODS.get(stop.text(-1).lower())
    if words is not None and (stop.text(-2), stop.text(0), stop.text(2)) == (".", "(", ")"):
        return _call(stop, -2, 2, f" {words} {stop.text(1)}")
    group = _GROUPS.get(stop.text(-1).lower())
    starts = stop.index < 2 or stop.text(-2) in ("(", ",", "when")
    if group is not None and starts and stop.text(0) == "(":
        return _call(stop, -1, -1, f"{group} ")
    if stop.kind() == "text" and (stop.text(1), stop.text(3)) == ("in", "."):
        operand = f"{stop.text(2)}.{stop.text(4)}"
        is_trait = stop.text(2) in ("trait", "account") and stop.text(4).isidentifier()
        is_start = {"DID", "TRAIT"} <= stop.accepted
        return _call(stop, 0, 4, f"{operand} contains {stop.text(0)}") if (
            is_trait and is_start and stop.text(5) != "."
        ) else None  # fmt: skip
    return None


def empty_list(stop: Stop) -> Diagnostic | None:
    """`trait.plan in ()`."""
    is_list = stop.text(-2) == "in" or (stop.text(-2), stop.text(-4)) == ("of", "contains")
    if (stop.text(-1), stop.text(0)) != ("(", ")") or not is_list:
        return None
    span = stop.tokens[stop.index - 1].span.to(stop.span)
    help = "nothing is in an empty list; write one value at least"
    return error("empty-list", span, "this list is empty, so the test never holds", help=help)


def bare_filter(stop: Stop) -> Diagnostic | None:
    """`did "export" (format = "csv")`."""
    if stop.text(0) != "(" or "WHERE" not in stop.accepted or stop.text(-2) != "did":
        return None
    fix = Fix("put `where` before it", Span(stop.span.start, stop.span.start), "where ")
    return error("missing-word", stop.span, "`where` is missing here", fix=fix)


def number_word(stop: Stop) -> Diagnostic | None:
    """`at least three times`."""
    number = _NUMBERS.get(stop.text(0).lower())
    if number is None or "INT" not in stop.accepted or "STRING" in stop.accepted:
        return None
    fix = Fix(f"write `{number}`", stop.span, str(number))
    return error("other-words", stop.span, "numbers are written in digits", fix=fix)


PHRASE_GUESSES: Final = (leading_word, number_word, method, bare_filter, empty_list, phrase)
