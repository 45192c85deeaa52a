"""What people write the other way round, or from the middle: values first, events as times."""

from __future__ import annotations

from typing import Final

from segql.language.diagnostics import Diagnostic, Fix, error
from segql.language.source import Span
from segql.language.stops import Stop
from segql.model.fields import FIELDS

_MIRRORED: Final = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_VALUES: Final = frozenset({"text", "number", "date", "instant"})
_CLAUSES: Final = frozenset({"within", "since", "during", "where", "having", "at", "exactly"})
_PEOPLE: Final = frozenset({"users", "people", "profiles", "customers", "user", "anyone"})
_WHO: Final = frozenset({"who", "that", "with", "where"})
_UNITS: Final = frozenset({"day", "week", "month"})


def _between(stop: Stop, first: int, last: int) -> Span:
    """From the token `first` places from the refused one to the token `last` places from it."""
    tokens, at = stop.tokens, stop.index
    return Span(tokens[at + first].start, tokens[at + last].end)


def _kind(stop: Stop, step: int) -> str:
    index = stop.index + step
    return stop.tokens[index].kind if 0 <= index < len(stop.tokens) else ""


def _name_from(stop: Stop, step: int) -> int:
    """The place of the last token of an attribute that begins at `step`; before it for none."""
    last = step
    while stop.text(last + 1) == "." and _kind(stop, last + 2) in ("word", "text"):
        last += 2
    is_path = stop.text(step) in ("trait", "account") and last > step
    is_field = stop.text(step) in FIELDS and last == step
    return last if is_path or is_field else step - 1


def _name_until(stop: Stop, step: int) -> int:
    """The place of the first token of an attribute that ends at `step`; behind it for none."""
    first = step
    while stop.text(first - 1) == "." and _kind(stop, first - 2) in ("word", "text"):
        first -= 2
    is_name = stop.text(first) in ("trait", "account") and first < step
    return first if is_name or stop.text(step) in FIELDS else step + 1


def _said(stop: Stop, first: int, last: int) -> str:
    return "".join(stop.text(step) for step in range(first, last + 1))


def value_first(stop: Stop) -> Diagnostic | None:
    """`1 < trait.x`, `5 <= trait.x <= 9`."""
    sign = _MIRRORED.get(stop.text(1))
    if sign is None or stop.kind() not in _VALUES or "TRAIT" not in stop.accepted:
        return None
    last = _name_from(stop, 2)
    if last < 2:
        return None
    name, value = _said(stop, 2, last), stop.text(0)
    meant = f"{name} {sign} {value}"
    second = stop.text(last + 1)
    if second in _MIRRORED and _kind(stop, last + 2) in _VALUES:
        other = stop.text(last + 2)
        is_closed = (sign, second) == (">=", "<=")
        meant = f"{name} between {value} and {other}" if is_closed else (
            f"{meant} and {name} {second} {other}"
        )  # fmt: skip
        last += 2
    span = _between(stop, 0, last)
    help = "a condition begins with what is tested"
    fix = Fix(f"write `{meant}`", span, meant)
    return error("value-first", span, "the value stands behind the sign", help=help, fix=fix)


def sign_alone(stop: Stop) -> Diagnostic | None:
    """`trait.x > 5 and < 9`."""
    if stop.text(0) not in _MIRRORED or stop.text(-1) not in ("and", "or"):
        return None
    if stop.text(-3) not in _MIRRORED or "TRAIT" not in stop.accepted:
        return None
    first = _name_until(stop, -4)
    if first > -4:
        return None
    name = _said(stop, first, -4)
    start = stop.span.start
    fix = Fix(f"put `{name}` before it", Span(start, start), f"{name} ")
    message = f"`{stop.text(0)}` does not say what it compares"
    return error("expected-condition", stop.span, message, fix=fix)


def either(stop: Stop) -> Diagnostic | None:
    """`trait.plan is either "a" or "b"`."""
    if stop.text(0) != "either" or stop.text(-1) not in ("is", "="):
        return None
    values, last = [stop.text(1)], 1
    while stop.text(last + 1) in ("or", ",") and _kind(stop, last + 2) in _VALUES:
        values.append(stop.text(last + 2))
        last += 2
    help = "one of several values is tested with `in (…)`"
    fix = None
    if _kind(stop, 1) in _VALUES:
        meant = f"in ({', '.join(values)})"
        fix = Fix(f"write `{meant}`", _between(stop, -1, last), meant)
    return error("unknown-test", stop.span, "there is no `either`", help=help, fix=fix)


def share_first(stop: Stop) -> Diagnostic | None:
    """`in 10% sample`."""
    if stop.text(-1) != "in" or (stop.text(1), stop.text(2)) != ("%", "sample"):
        return None
    meant = f"sample {stop.text(0)}%"
    span = _between(stop, 0, 2)
    fix = Fix(f"write `{meant}`", span, meant)
    return error("share-first", span, "the share stands behind `sample`", fix=fix)


def percent(stop: Stop) -> Diagnostic | None:
    """`trait.x > 50%`."""
    if stop.text(0) != "%" or _kind(stop, -1) != "number" or "AND" not in stop.accepted:
        return None
    help = "compare with the number as it is stored, such as 50 or 0.5"
    return error("percent-value", stop.span, "values have no percent sign", help=help)


def event_as_time(stop: Stop) -> Diagnostic | None:
    """`did "a" before "b"`, `did "a" after "b"`, `did "a" within 30d of "b"`."""
    message = "an event is no point in time"
    if stop.kind() == "text" and stop.text(-1) == "before" and stop.text(-3) == "did":
        fix = Fix("write `then`", stop.tokens[stop.index - 1].span, "then")
        return error("event-as-time", stop.span, message, help="a sequence says `then`", fix=fix)
    if stop.text(0) == "after" and _kind(stop, 1) == "text" and stop.text(-2) == "did":
        meant = f"{stop.text(1)} then {stop.text(-1)}"
        span = _between(stop, 1, 1)
        fix = Fix(f"write `{meant}`", _between(stop, -1, 1), meant)
        return error("event-as-time", span, message, help="a sequence says `then`", fix=fix)
    if stop.text(0) == "of" and _kind(stop, 1) == "text" and stop.text(-2) == "within":
        length = stop.text(-1)
        help = f'a sequence says in what time, as in `did "a" then "b" within {length}`'
        return error("event-as-time", _between(stop, 0, 1), message, help=help)
    return None


def exclusive(stop: Stop) -> Diagnostic | None:
    """`a xor b`."""
    if stop.text(0).lower() != "xor" or "AND" not in stop.accepted:
        return None
    help = "one of the two and not both: `(a or b) and not (a and b)`"
    return error("no-xor", stop.span, "there is no `xor`", help=help)


def clause_outside(stop: Stop) -> Diagnostic | None:
    """`not (did "x") within 30d`."""
    if stop.text(-1) != ")" or stop.text(0) not in _CLAUSES or "AND" not in stop.accepted:
        return None
    help = 'write it inside the parentheses, as in `not (did "a" within 30d)`'
    message = f"`{stop.text(0)}` belongs to one condition, not to what is in parentheses"
    return error("clause-outside", stop.span, message, help=help)


def every_unit(stop: Stop) -> Diagnostic | None:
    """`did "x" every day`."""
    unit = stop.text(1).removesuffix("s")
    if stop.text(0) not in ("every", "each") or unit not in _UNITS or "WITHIN" not in stop.accepted:
        return None
    span = _between(stop, 0, 1)
    help = f"say in how many, as in `in at least 4 of the last 4 {unit}s`"
    message = f"`{stop.text(0)} {stop.text(1)}` does not say how far back"
    return error("every-unit", span, message, help=help)


def several_segments(stop: Stop) -> Diagnostic | None:
    """`in segments ("a", "b")`, `in segment "a" or "b"`."""
    if stop.text(-1) == "in" and stop.text(0) in ("segments", "segment") and stop.text(1) == "(":
        names, last = [stop.text(2)], 2
        while stop.text(last + 1) == "," and _kind(stop, last + 2) == "text":
            names.append(stop.text(last + 2))
            last += 2
        fix = None
        if stop.text(last + 1) == ")" and _kind(stop, 2) == "text":
            inside = ", ".join(f"in segment {name}" for name in names)
            span = _between(stop, -1, last + 1)
            fix = Fix("write a condition for each", span, f"any of ({inside})")
        message = "`in segment` takes one name"
        return error("one-segment", _between(stop, 0, 1), message, fix=fix)
    if stop.kind() == "text" and stop.text(-1) in ("and", "or") and stop.text(-3) == "segment":
        start = stop.span.start
        fix = Fix("put `in segment` before it", Span(start, start), "in segment ")
        return error("one-segment", stop.span, "`in segment` takes one name", fix=fix)
    return None


def people_who(stop: Stop) -> Diagnostic | None:
    """`users who did "x"`."""
    at = next((i for i, token in enumerate(stop.tokens) if token.text in _PEOPLE), None)
    if at is None or abs(at - stop.index) > 1 or at + 1 >= len(stop.tokens):
        return None
    who = stop.tokens[at + 1]
    if who.text not in _WHO or (at and stop.tokens[at - 1].text not in ("when", "and", "or", "(")):
        return None
    following = stop.tokens[at + 2].start if at + 2 < len(stop.tokens) else who.end
    span = stop.tokens[at].span.to(who.span)
    fix = Fix("leave it out", Span(span.start, following), "")
    message = "a rule is about profiles without saying so"
    return error("leading-word", span, message, fix=fix)


SIDE_GUESSES: Final = (
    value_first,
    sign_alone,
    either,
    share_first,
    percent,
    event_as_time,
    exclusive,
    clause_outside,
    every_unit,
    several_segments,
    people_who,
)
"""The first that has something to say is right."""
