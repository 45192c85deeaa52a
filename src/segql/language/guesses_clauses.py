"""What was probably meant where a clause does not go on: lengths, counts, windows, `having`."""

from __future__ import annotations

from typing import Final

from segql.language import refusals
from segql.language.diagnostics import Diagnostic, Fix, error, replace
from segql.language.near import nearest
from segql.language.places import expected_in
from segql.language.scan import Token
from segql.language.source import Span
from segql.language.stops import STARTS, Stop
from segql.model.fields import FIELDS

_CLAUSES: Final = frozenset({"within", "since", "before", "between", "having", "at", "exactly"})
_AGGREGATES: Final = {
    "average": "avg", "mean": "avg", "total": "sum", "minimum": "min", "maximum": "max",
    "earliest": "first", "oldest": "first", "latest": "last", "newest": "last",
    "mode": "most frequent", "commonest": "most frequent",
}  # fmt: skip


def length_without_unit(stop: Stop) -> Diagnostic | None:
    """`within 30`; `on at least 5 times`."""
    before = stop.before
    if before is None or before.kind != "number" or "UNIT" not in stop.accepted:
        return None
    if not stop.accepted <= {"UNIT", "AND"}:
        return None
    if stop.text(0) in ("time", "times"):
        return refusals.only_days(stop.text(0), stop.span)
    amount = before.text
    return error(
        "expected-duration",
        before.span,
        "a length of time needs a unit",
        help=f"write {amount}d (days), {amount}min (minutes) or {amount}mo (months)",
    )


def length_without_direction(stop: Stop) -> Diagnostic | None:
    """`since 30d`, `= 3 days`."""
    before = stop.before
    if before is None or not {"AGO", "FROM"} <= stop.accepted or len(stop.accepted) > 2:
        return None
    span, written = before.span, before.text
    if before.kind == "word":
        span = stop.tokens[stop.index - 2].span.to(span)
        written = f"{stop.text(-2)} {written}"
    return error(
        "expected-direction",
        span,
        f"`{written}` is a length, not a point in time",
        help=f"write `{written} ago` or `{written} from now`",
        fix=Fix(f"write `{written} ago`", span, f"{written} ago"),
    )


def count_without_times(stop: Stop) -> Diagnostic | None:
    """`at least 3`, `at least 3 days`."""
    before = stop.before
    if before is None or before.kind != "number" or stop.accepted != {"TIMES"}:
        return None
    if nearest(stop.text(0), ("times", "time")) is not None and stop.kind() == "word":
        return None
    if stop.text(0) in ("day", "days"):
        steps = (-4, -3, -2)
        first = next((i for i in steps if stop.text(i) in ("at", "exactly", "more", "fewer")), -3)
        start = stop.tokens[stop.index + first].start
        fix = Fix("put `on` before it", Span(start, start), "on ")
        return error("days-without-on", stop.span, "a count of days begins with `on`", fix=fix)
    word = "time" if before.text == "1" else "times"
    fix = Fix(f"write `{before.text} {word}`", before.span, f"{before.text} {word}")
    return error("expected-times", before.span, "a count ends with `times`", fix=fix)


def bare_count(stop: Stop) -> Diagnostic | None:
    """`did "x" 3 times`."""
    if stop.kind() != "number" or not {"EXACTLY", "AND"} <= stop.accepted:
        return None
    if stop.text(1) not in ("time", "times"):
        return None
    fix = Fix("write `exactly`", Span(stop.span.start, stop.span.start), "exactly ")
    help = "begin with `exactly`, `at least` or `at most`"
    return error("bare-count", stop.span, "this count says only a number", help=help, fix=fix)


def _after(stop: Stop) -> Token | None:
    """The `after` of a behaviour condition; in a file it was taken for a line with `notify`."""
    if stop.text(0) == "after" and "SINCE" in stop.accepted:
        return stop.found
    is_point = stop.kind() in ("date", "instant") or stop.text(0) in ("now", "today", "yesterday")
    if stop.text(-1) == "after" and is_point and "DURATION" in stop.accepted:
        return stop.tokens[stop.index - 1]
    if stop.text(-2) == "after" and stop.text(0) in ("ago", "from") and "NOTIFY" in stop.accepted:
        return stop.tokens[stop.index - 2]
    return None


def after_in_behaviour(stop: Stop) -> Diagnostic | None:
    """`did "x" after T`; `within next 7d` and `more than 30d ago` of events."""
    found = stop.found
    if found is None:
        return None
    after = _after(stop)
    if after is not None:
        return error(
            "after-in-behaviour",
            after.span,
            "events have no window `after`",
            help="`since` begins with the point itself",
            fix=replace(after.span, "since", "after"),
        )
    if found.text == "next" and stop.text(-1) == "within":
        help = "`within` looks back, as in `within 7d`"
        return error("future-window", found.span, "events do not lie in the future", help=help)
    if found.kind == "length" and (stop.text(-2), stop.text(-1)) == ("more", "than"):
        more, than = stop.tokens[stop.index - 2], stop.tokens[stop.index - 1]
        fix = replace(more.span.to(than.span), "before", "more than")
        message = "events have no window `more than … ago`"
        return error("after-in-behaviour", more.span.to(found.span), message, fix=fix)
    return None


def filter_without_parentheses(stop: Stop) -> Diagnostic | None:
    """`where a = 1 and b = 2 within 30d`."""
    if stop.text(0) not in _CLAUSES or not {"AND", "OR"} <= stop.accepted:
        return None
    names = expected_in(stop.tokens).names
    joint = next((i for i in range(stop.index - 1, 0, -1) if stop.tokens[i].text == "and"), 0)
    filters = [i for i in names if stop.tokens[i - 1].text == "where" and i < joint]
    if not filters or stop.tokens[joint + 1].kind != "word":
        return None
    if stop.tokens[joint + 1].text in (*STARTS, *FIELDS, "in") or stop.text(-1) == ")":
        return None
    help = "put the tests of `where` in parentheses"
    name = stop.tokens[joint + 1]
    message = f"`where` ended before this `and`, so `{name.text}` is no property"
    return error("where-without-parentheses", name.span, message, help=help)


def unknown_aggregate(stop: Stop) -> Diagnostic | None:
    """`having average(…)`."""
    found = stop.found
    if found is not None and stop.accepted == {"FREQUENT"}:
        message = f"`having` knows no `most {found.text}`"
        meant = replace(found.span, "frequent", found.text)
        return error("unknown-aggregate", found.span, message, fix=meant)
    if found is None or not {"SUM", "AVG"} <= stop.accepted:
        return None
    near = _AGGREGATES.get(found.text)
    help = "write `sum`, `avg`, `min`, `max`, `count distinct`, `first`, `last` or `most frequent`"
    fix = None if near is None else replace(found.span, near, found.text)
    message = f"`having` knows no `{found.text}`"
    return error("unknown-aggregate", found.span, message, help=help, fix=fix)


CLAUSE_GUESSES: Final = (
    length_without_unit,
    length_without_direction,
    count_without_times,
    bare_count,
    after_in_behaviour,
    filter_without_parentheses,
    unknown_aggregate,
)
