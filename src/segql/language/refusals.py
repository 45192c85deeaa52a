"""Messages about what the grammar takes but the language refuses: clauses, counts, lengths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from segql.language.diagnostics import Diagnostic, Fix, error, replace, warning
from segql.language.source import Span
from segql.language.syntax import (
    AccountTrait,
    Answer,
    Between,
    Compare,
    Field,
    Number,
    OneOf,
    Operand,
)
from segql.model.fields import TIME_FIELDS

ZERO: Final = Number(0.0)
_CLAUSES: Final = {
    "window": "a time window",
    "count": "a count",
    "days": "a count of days",
    "regularity": "a count of calendar units",
}


def unquoted_text(word: str, span: Span) -> Diagnostic:
    """A bare word where a value belongs."""
    message = f'text is written in quotes, as in `"{word}"`'
    return error("unquoted-text", span, message, fix=replace(span, f'"{word}"', word))


def trait_in_where(path: Sequence[str], span: Span) -> Diagnostic:
    """`trait.x` inside `where` is the property `x` of an object called `trait`."""
    bare = ".".join(path[1:])
    return warning(
        "trait-in-where",
        span,
        f"names inside `where` are properties: this is `{path[1]}` inside a property `{path[0]}`",
        help="traits are tested outside, after `and`",
        fix=replace(span, bare),
    )


def name_as_value(clause: str, span: Span) -> Diagnostic:
    """Another attribute on the right side of a test of `where` or `having`."""
    message = f"inside `{clause}` the right side is a value, not another name"
    return error(f"value-in-{clause}", span, message)


def folded_attributes(span: Span) -> Diagnostic:
    """`trait.a = trait.b ignoring case`."""
    return error(
        "ignoring-case",
        span,
        "`ignoring case` goes with strings only, not with another attribute",
        fix=Fix("leave it out", span, ""),
    )


def changed_elsewhere(operand: Operand, span: Span) -> Diagnostic:
    """`changed within 7d` of something that is no trait of the profile."""
    help = "as in `trait.plan changed within 7d`"
    match operand:
        case AccountTrait():
            what = "it is not kept when traits of an account change"
        case Field(name):
            what = f"`{name}` is no trait"
            if name in TIME_FIELDS:
                help = f"a time is tested by itself, as in `{name} within 7d`"
        case Answer():
            what, help = "an answer is no trait", 'as in `completed survey "nps" within 7d`'
        case _:
            what, help = "a property of an event never changes", "traits are tested outside `where`"
    return error("changed-on-trait", span, f"only traits change: {what}", help=help)


def no_length(text: str, span: Span) -> Diagnostic:
    """A length of nothing."""
    return error("no-length", span, f"`{text}` is no length", help="lengths are 1 or more")


def too_far(text: str, span: Span) -> Diagnostic:
    """A length that leads out of the calendar."""
    message = f"`{text}` leads out of the years 1 to 9999"
    return error("too-far", span, message)


def quarter_length(amount: int, span: Span) -> Diagnostic:
    """Quarters are no unit of lengths."""
    message = "a quarter is no unit of length"
    return error("expected-duration", span, message, fix=replace(span, f"{amount * 3}mo"))


def no_date(text: str, span: Span) -> Diagnostic:
    """A date that no calendar has."""
    return error("no-date", span, f"there is no day `{text}`", help="dates are year-month-day")


def no_period(text: str, span: Span) -> Diagnostic:
    """`during` with something that is no calendar unit."""
    help = "write today, yesterday, or this or last with week, month, quarter or year"
    fix = None
    if text in ("last day", "this day", "last days", "this days"):
        fix = replace(span, "yesterday" if text.startswith("last") else "today", text)
    return error("no-period", span, f"`{text}` is no calendar period", help=help, fix=fix)


def day_expected(span: Span) -> Diagnostic:
    """`on` with something that is no whole day."""
    return error(
        "expected-day",
        span,
        "`on` takes a whole day",
        help="write a date such as 2026-01-31, `today` or `yesterday`",
    )


def group_count(least: int, items: int, span: Span) -> Diagnostic:
    """`at least n of` with an n that no number of items can make sense of."""
    message = f"`at least {least}` of {items} is always {'true' if least < 1 else 'false'}"
    return error("group-count", span, message, help=f"write a number from 1 to {items}")


def no_percent(text: str, span: Span) -> Diagnostic:
    """A share outside 0 to 100, or of more than 40 decimals."""
    shown = text if len(text) <= 50 else f"{text[:47]}…"
    help = "shares go from 0% to 100%, with 40 decimals at most"
    return error("no-percent", span, f"`{shown}%` is no share", help=help)


def did_not_sequence(start: int, span: Span) -> Diagnostic:
    """`did not` in front of a sequence."""
    help = "`not did … then …` negates the whole"
    fix = Fix("write `not did`", Span(start, span.end), "not did")
    return error(
        "did-not-sequence", span, "`did not` does not start a sequence", help=help, fix=fix
    )


def step_after_absent(span: Span) -> Diagnostic:
    """A step behind `then not`."""
    return error("step-after-absent", span, "`then not` is the last step of a sequence")


def inexact_within(text: str, span: Span) -> Diagnostic:
    """A calendar step as the length of a sequence."""
    return error(
        "inexact-length",
        span,
        f"the length of a sequence is exact, `{text}` is not",
        help="months and years differ in length; write days, such as 30d or 365d",
    )


def clause_twice(kind: str, span: Span) -> Diagnostic:
    """A second clause of one kind."""
    message = f"there is {_CLAUSES.get(kind, f'a `{kind}`')} already"
    return error("clause-twice", span, message, help="each clause comes at most once")


def clause_in_sequence(kind: str, span: Span, *, is_last: bool) -> Diagnostic:
    """A clause that no step of a sequence takes."""
    message = f"a step of a sequence does not take {_CLAUSES.get(kind, f'`{kind}`')}"
    if is_last or kind != "window":
        help = "steps take `where`; after the last one come `within` and one window"
    else:
        help = "put the window behind the last step"
    return error("clause-in-sequence", span, message, help=help)


def late_where(span: Span) -> Diagnostic:
    """`where` of a step behind another clause."""
    help = "write it directly behind the event, before `within` and the window"
    return error("late-where", span, "`where` comes too late in this sequence", help=help)


def where_on_survey(action: str, span: Span) -> Diagnostic:
    """`where` with an action that has no answers."""
    word = {"seen": "saw", "dismissed": "dismissed"}[action]
    message = f"`{word} survey` has no answers to filter by"
    return error("where-on-survey", span, message, help="`where` goes with `completed survey`")


def having_on_survey(span: Span) -> Diagnostic:
    """`having` on a survey."""
    return error("having-on-survey", span, "`having` goes with `did`, not with surveys")


def clause_on_nth(which: str, kind: str, span: Span) -> Diagnostic:
    """A clause that `first did` does not take."""
    what = _CLAUSES.get(kind, f"`{kind}`")
    help = "it takes `where` and one time window"
    return error("clause-on-nth", span, f"`{which} did` does not take {what}", help=help)


def nth_without_window(which: str, span: Span) -> Diagnostic:
    """`first did "x"` alone."""
    return error(
        "missing-window",
        span,
        f"`{which} did` needs a time window",
        help=f'as in `{which} did "signup" within 7d`',
    )


def is_number_test(test: Any) -> bool:
    """Whether a test of `having` is one on numbers."""
    match test:
        case Compare(value=Number(), ignoring_case=False):
            return True
        case Between(Number(), Number()):
            return True
        case OneOf(values, ignoring_case=False):
            return all(isinstance(value, Number) for value in values)
        case _:
            return False


def having_test(span: Span) -> Diagnostic:
    """A test that no aggregate can pass."""
    help = "as in `having sum(amount) >= 500`, or with `between` or `in`"
    return error("having-test", span, "`having` compares with numbers", help=help)


def only_days(unit: str, span: Span) -> Diagnostic:
    """`on at least 5 weeks`."""
    return error("only-days", span, "`on` counts days", fix=replace(span, "days", unit))


def count_faults(how: str, low: int, high: int | None, span: Span) -> list[Diagnostic]:
    """Counts that always or never hold, negative ones, and reversed bounds."""
    if low < 0 or (high is not None and high < 0):
        return [error("negative-count", span, "a count is 0 or more")]
    if how == "between" and high is not None and high < low:
        fix = replace(span, f"{high} and {low}")
        return [error("reversed-bounds", span, "the smaller number comes first", fix=fix)]
    if (how, low) == ("at least", 0):
        help = "`exactly 0` holds for none"
        return [error("constant-count", span, "`at least 0` is always true", help=help)]
    if (how, low) == ("fewer than", 0):
        return [error("constant-count", span, "`fewer than 0` is always false")]
    return []


def reversed_ago(far: str, near: str, span: Span) -> Diagnostic:
    """`between 30d and 60d ago`."""
    fix = replace(span, f"between {near} and {far} ago") if far != near else None
    help = "the point farther back comes first"
    return error("reversed-bounds", span, "this window is empty", help=help, fix=fix)


def line_twice(kind: str, span: Span) -> Diagnostic:
    """A second `description` or `when`."""
    return error("line-twice", span, f"the segment has a `{kind}` already")


def no_rule(name: str, span: Span) -> Diagnostic:
    """A segment without `when`."""
    message = f"segment `{name}` has no rule"
    return error(
        "missing-rule", span, message, help="give it one with `when`, such as `when everyone`"
    )


def no_name(span: Span) -> Diagnostic:
    """A segment called nothing."""
    return error("no-name", span, "a segment needs a name")
