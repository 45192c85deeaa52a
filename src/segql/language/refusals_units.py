"""Messages about counts of calendar units: `in at least 3 of the last 5 weeks`."""

from __future__ import annotations

from typing import Final

from segql.language.diagnostics import Diagnostic, Fix, error, replace, warning
from segql.language.source import Span
from segql.language.syntax import Counted

MOST_UNITS: Final = 366
"""How many calendar units a rule looks at."""


def regularity_faults(
    counted: Counted, last: int, last_span: Span, unit: str, unit_span: Span
) -> list[Diagnostic]:
    """Units that are none, none of them or too many, and counts that always or never hold."""
    if unit not in ("day", "week", "month"):
        message = f"calendar units are days, weeks or months here, not `{unit}s`"
        return [error("no-unit", unit_span, message)]
    if last < 1:
        return [error("no-units", last_span, f"the last {last} {unit}s are none")]
    if last > MOST_UNITS:
        message = f"a rule looks at the last {MOST_UNITS} calendar units at most"
        help = "count inside a window instead, as in `at least 300 times within 2y`"
        return [error("too-many-units", last_span, message, help=help)]
    low, high = counted.low, counted.low if counted.high is None else counted.high
    least = {"at least": low, "more than": low + 1, "at most": 0, "fewer than": 0}
    most = {"at most": low, "fewer than": low - 1, "at least": last, "more than": last}
    first, final = least.get(counted.how, low), most.get(counted.how, high)
    if first > last or (first <= 0 and final >= last):
        holds = "false" if first > last else "true"
        amount = f"{low}" if counted.high is None else f"{low} and {high}"
        message = f"`{counted.how} {amount}` of {last} is always {holds}"
        return [error("constant-count", counted.span or last_span, message)]
    return []


def other_word(word: str, meant: str, span: Span) -> Diagnostic:
    """A word where only `meant` stands."""
    message = f"`{word}` means nothing here"
    return error("misspelt-word", span, message, fix=replace(span, meant, word))


def small_word(meant: str, before: Span) -> Diagnostic:
    """A small word that is understood though it is missing."""
    place = Span(before.start, before.start)
    fix = Fix(f"put `{meant}` before it", place, f"{meant} ")
    return warning("missing-word", before, f"`{meant}` is missing here", fix=fix)


def window_beside_regularity(span: Span) -> Diagnostic:
    """A window next to `in … of the last 5 weeks`."""
    return error(
        "window-beside-regularity",
        span,
        "`of the last …` is a window already",
        help="leave one of the two out",
        fix=Fix("leave it out", span, ""),
    )


def regularity_on_survey(span: Span) -> Diagnostic:
    """A regularity on a survey."""
    message = "`in … of the last …` goes with `did`, not with surveys"
    return error("regularity-on-survey", span, message)
