"""The likeliest mistakes in `changed`, in counts of calendar units, and about teammates."""

from __future__ import annotations

from typing import Final

from segql.language.diagnostics import Diagnostic, Fix, error, replace
from segql.language.source import Span
from segql.language.stops import Stop

_UNITS: Final = {"d": "day", "w": "week", "mo": "month"}
_TEAMMATES: Final = frozenset({"teammate", "teammates"})
_QUANTIFIERS: Final = {
    "all": "every teammate", "each": "every teammate", "some": "any teammate",
    "none": "not any teammate", "no": "not any teammate",
}  # fmt: skip

_GROUPS: Final = {
    "any of": "any teammate", "all of": "every teammate", "none of": "not any teammate",
    "everyone": "every teammate", "no one": "not any teammate",
}  # fmt: skip


def change_without_length(stop: Stop) -> Diagnostic | None:
    """`changed since T`, `changed for 7d`, `unchanged within 7d`, `has changed within 7d`."""
    before = stop.before
    if stop.text(0) in ("has", "was", "have") and stop.text(1) in ("changed", "unchanged"):
        fix = Fix("leave it out", stop.span, "")
        message = f"`{stop.text(0)} {stop.text(1)}` is written `{stop.text(1)}`"
        return error("extra-word", stop.span, message, fix=fix)
    if before is None or before.text not in ("changed", "unchanged"):
        return None
    joint, other = ("within", "for") if before.text == "changed" else ("for", "within")
    if stop.accepted != {joint.upper()}:
        return None
    example = "`changed within 7d`" if joint == "within" else "`unchanged for 14d`"
    is_other = stop.text(0) == other
    return error(
        "changed-window",
        stop.span if is_other else before.span,
        f"`{before.text}` goes with `{joint}` and a length of time",
        help=f"as in {example}",
        fix=replace(stop.span, joint, other) if is_other else None,
    )


def attribute_as_value(stop: Stop) -> Diagnostic | None:
    """Another attribute where only a value can stand: `between trait.a and trait.b`."""
    found = stop.found
    if found is None or found.text not in ("trait", "account", "survey"):
        return None
    takes_value = bool({"TRUE", "DATE"} & stop.accepted) or stop.text(-1) in ("with", "matches")
    if not takes_value or "DID" in stop.accepted:
        return None
    last = stop.index + (3 if found.text == "survey" else 2)
    end = stop.tokens[min(last, len(stop.tokens) - 1)].end
    message = "only `= != < <= > >=` compare with another attribute"
    help = "for both bounds write two comparisons with `and`"
    return error(
        "attribute-as-value",
        Span(found.start, end),
        message,
        help=help if "between" in (stop.text(-1), stop.text(-5)) else None,
    )


def units_counted_wrongly(stop: Stop) -> Diagnostic | None:
    """`on at least 3 of the last 5 days`, `at least 3 of the last 5 weeks`, `in 3 of …`."""
    found, before = stop.found, stop.before
    if found is None or before is None:
        return None
    speaks_of_units = stop.text(1) in ("the", "last") or stop.text(2) == "last"
    if found.text == "of" and before.kind == "number" and speaks_of_units:
        start = _begin_of_count(stop)
        if "UNIT" in stop.accepted and stop.text(start - 1) == "on":
            on = stop.tokens[stop.index + start - 1].span
            message = "calendar units are counted with `in`"
            return error("missing-word", on, message, fix=replace(on, "in", "on"))
        if stop.accepted == {"TIMES"}:
            at = stop.tokens[stop.index + start].start
            fix = Fix("put `in` before it", Span(at, at), "in ")
            return error(
                "missing-word", found.span, "calendar units are counted with `in`", fix=fix
            )
    if before.text != "in" or "EXACTLY" not in stop.accepted:
        return None
    help = "begin with `at least`, `at most` or `exactly`"
    if found.kind == "number":
        fix = Fix("write `at least`", Span(found.start, found.start), "at least ")
        return error("bare-count", found.span, "this count says only a number", help=help, fix=fix)
    number = next((stop.text(i) for i in (3, 4) if stop.text(i).isdecimal()), None)
    if found.text in ("all", "every", "each") and number is not None:
        fixed = replace(found.span, f"at least {number}", found.text)
        return error("bare-count", found.span, "a count is a number", help=help, fix=fixed)
    return None


def _begin_of_count(stop: Stop) -> int:
    """The step to the first word of the count that ends before the refused token."""
    steps = range(-6, -1)
    return next(
        (i for i in steps if stop.text(i) in ("at", "exactly", "more", "fewer", "between")), -1
    )


def units_without_name(stop: Stop) -> Diagnostic | None:
    """`of the last 5`, `of the last 5w`."""
    found, before = stop.found, stop.before
    if stop.kind() == "length" and stop.text(-1) == "last" and found is not None:
        amount = found.text.rstrip("abcdefghijklmnopqrstuvwxyz")
        unit = _UNITS.get(found.text[len(amount) :])
        fix = None
        if unit is not None:
            written = f"{amount} {unit}" if amount == "1" else f"{amount} {unit}s"
            fix = replace(found.span, written, found.text)
        message = "calendar units are written out: days, weeks or months"
        return error("expected-unit", found.span, message, fix=fix)
    if before is None or before.kind != "number" or stop.text(-2) != "last":
        return None
    if "UNIT" not in stop.accepted:
        return None
    help = f"write `{before.text} days`, `{before.text} weeks` or `{before.text} months`"
    return error("expected-unit", before.span, "the last … of what is missing here", help=help)


def teammates_in_other_words(stop: Stop) -> Diagnostic | None:
    """`all teammates (…)`, `some teammate (…)`, and the rule about them without parentheses."""
    found, before = stop.found, stop.before
    if before is None:
        return None
    if before.text == "teammate" and stop.accepted == {"LPAR"}:
        help = 'as in `any teammate (did "login")`'
        message = "the rule about teammates stands in parentheses"
        return error("teammates-without-parentheses", before.span, message, help=help)
    if before.text in _TEAMMATES and stop.text(0) == "(" and "OP" in stop.accepted:
        fix = replace(before.span, "any teammate", before.text)
        message = f"`{before.text}` begins with `any` or `every`"
        return error("teammates-without-number", before.span, message, fix=fix)
    meant = _QUANTIFIERS.get(before.text)
    last = 1 if stop.text(0) == "of" else 0
    if found is None or meant is None or stop.text(last) not in _TEAMMATES:
        return None
    span = before.span.to(stop.tokens[stop.index + last].span)
    written = f"{before.text} {stop.text(last)}"
    message = f"`{written}` is written `{meant}`"
    return error("misspelt-word", span, message, fix=replace(span, meant, written))


def teammates_in_a_group(stop: Stop) -> Diagnostic | None:
    """`any of teammates (…)`, `everyone teammate (…)`, `at least 2 teammates (…)`."""
    found, before = stop.found, stop.before
    if found is None or before is None or found.text not in _TEAMMATES:
        return None
    back = -2 if before.text in ("of", "one") else -1
    words = " ".join(stop.text(i) for i in range(back, 0))
    meant = _GROUPS.get(words)
    is_count = stop.tokens[stop.index + back].kind == "number"
    if meant is None and not is_count:
        return None
    if is_count:
        help = "as in `any teammate (…)` or `every teammate (…)`"
        return error("teammates-counted", found.span, "teammates are not counted", help=help)
    span = stop.tokens[stop.index + back].span.to(found.span)
    written = f"{words} {found.text}"
    message = f"`{written}` is written `{meant}`"
    return error("misspelt-word", span, message, fix=replace(span, str(meant), written))


FORM_GUESSES: Final = (
    change_without_length,
    attribute_as_value,
    units_counted_wrongly,
    units_without_name,
    teammates_in_other_words,
    teammates_in_a_group,
)
