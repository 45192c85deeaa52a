"""What people write as they would in SQL, Python or plain English, where no slip covers it."""

from __future__ import annotations

from typing import Final

from segql.language.diagnostics import Diagnostic, Fix, error, replace
from segql.language.places import expected_in
from segql.language.source import Span
from segql.language.stops import Stop

_COUNTS_BY_SIGN: Final = {
    ">=": "at least", "<=": "at most", ">": "more than", "<": "fewer than", "=": "exactly",
}  # fmt: skip
_TEST_WORDS: Final = {
    "exists": "is known", "exist": "is known", "missing": "is unknown", "includes": "contains",
    "include": "contains", "has": "contains", "startswith": "starts with",
    "endswith": "ends with", "begins": "starts", "since": "after",
}  # fmt: skip
_SIGNS: Final = frozenset({"=", "!=", "<", "<=", ">", ">="})
_ENDS: Final = frozenset({"and", "or", ")", ","})


def _between(stop: Stop, first: int, last: int) -> Span:
    """From the token `first` places from the refused one to the token `last` places from it."""
    tokens, at = stop.tokens, stop.index
    return Span(tokens[at + first].start, tokens[at + last].end)


def _insert(stop: Stop, word: str) -> Fix:
    at = stop.span.start
    return Fix(f"put `{word}` before it", Span(at, at), f"{word} ")


def function(stop: Stop) -> Diagnostic | None:
    """`lower(trait.plan)`, `trait.tags.includes("x")`, `did("x")`."""
    before = stop.before
    if stop.text(0) != "(" or before is None or before.kind != "word":
        return None
    if before.text == "did":
        is_whole = stop.text(2) == ")"
        fix = Fix("leave them out", _between(stop, 0, 2), f" {stop.text(1)}") if is_whole else None
        message = "an event stands behind `did` without parentheses"
        return error("extra-parentheses", stop.span, message, fix=fix)
    if "OP" not in stop.accepted or before.text in ("and", "or"):
        return None
    help = 'tests are words and signs, as in `starts with "a"` or `>= 5`'
    return error("no-functions", before.span, f"there is no function `{before.text}`", help=help)


def no_test(stop: Stop) -> Diagnostic | None:
    """`trait.is_admin` alone."""
    found, before = stop.found, stop.before
    if before is None or "OP" not in stop.accepted or stop.text(-2) != ".":
        return None
    if found is not None and found.text not in _ENDS:
        return None
    end = Span(before.end, before.end)
    return error(
        "expected-test",
        before.span,
        f"`{before.text}` has no test",
        help="write `= true`, or `is known` for any value",
        fix=Fix("write `= true`", end, " = true"),
    )


def bare_value(stop: Stop) -> Diagnostic | None:
    """`trait.x = "a" or "b"`, `did "a" or "b"`, `"a" in trait.x`."""
    if stop.kind() not in ("text", "number") or not {"DID", "TRAIT"} <= stop.accepted:
        return None
    fix = help = None
    if stop.text(-1) == "or" and stop.text(-3) in ("=", "is", "contains"):
        values, step = [stop.text(-2), stop.text(0)], 0
        while stop.text(step + 1) == "or" and stop.text(step + 2)[:1] == '"':
            step += 2
            values.append(stop.text(step))
        before = "contains any of" if stop.text(-3) == "contains" else "in"
        meant = f"{before} ({', '.join(values)})"
        fix = Fix(f"write `{meant}`", _between(stop, -3, step), meant)
        help = f"one of several values is tested with `{before} (…)`"
    elif stop.text(-1) in ("and", "or") and stop.text(-3) == "did":
        fix = _insert(stop, "did")
    else:
        help = 'a condition begins with what is tested, as in `trait.plan = "pro"`'
    return error("bare-value", stop.span, "a value alone is no condition", help=help, fix=fix)


def sign_for_count(stop: Stop) -> Diagnostic | None:
    """`did "a" >= 3 times`."""
    words = _COUNTS_BY_SIGN.get(stop.text(0))
    if words is None or not {"EXACTLY", "WITHIN"} <= stop.accepted or "OP" in stop.accepted:
        return None
    meant, last = words, 0
    if stop.text(1).isdecimal():
        last = 2 if stop.text(2) in ("time", "times") else 1
        meant = f"{words} {stop.text(1)} {'time' if stop.text(1) == '1' else 'times'}"
    span = _between(stop, 0, last)
    fix = Fix(f"write `{meant}`", span, meant)
    return error("count-in-signs", stop.span, "counts are written in words", fix=fix)


def window_word(stop: Stop) -> Diagnostic | None:
    """`did "a" yesterday`, `did "a" last month`, `did "a" last 30 days`, `followed by`."""
    if not {"SINCE", "DURING"} <= stop.accepted or "OP" in stop.accepted:
        return None
    word, then = stop.text(0), stop.text(1)
    if word in ("today", "yesterday"):
        message = "`on` is missing here"
        return error("missing-word", stop.span, message, fix=_insert(stop, "on"))
    if word in ("this", "last") and then in ("week", "month", "quarter", "year"):
        message = "`during` is missing here"
        span = _between(stop, 0, 1)
        return error("missing-word", span, message, fix=_insert(stop, "during"))
    if word in ("last", "past") and then[:1].isdecimal():
        message = f"`{word}` is written `within`"
        return error("unexpected-word", stop.span, message, fix=replace(stop.span, "within", word))
    if word == "followed" and then == "by":
        span = _between(stop, 0, 1)
        message = "`followed by` is written `then`"
        return error("unexpected-word", span, message, fix=replace(span, "then", "followed by"))
    return None


def not_before_sign(stop: Stop) -> Diagnostic | None:
    """`trait.x not = 1`."""
    if stop.text(-1) != "not" or "CONTAINS" not in stop.accepted or stop.text(0) not in _SIGNS:
        return None
    span = _between(stop, -1, 0)
    is_equal = stop.text(0) == "="
    fix = Fix("write `!=`", span, "!=") if is_equal else None
    help = None if is_equal else "put `not` before the whole condition"
    return error("unknown-test", span, "`not` stands before words, not before signs",
                 help=help, fix=fix)  # fmt: skip


def test_word(stop: Stop) -> Diagnostic | None:
    """`trait.x exists`, `trait.x like "a%"`."""
    found = stop.found
    if found is None or "CONTAINS" not in stop.accepted or found.kind != "word":
        return None
    word = found.text.lower()
    message = f"there is no test `{found.text}`"
    if word in ("like", "ilike", "regexp", "rlike"):
        help = "write `contains`, `starts with`, `ends with` or `matches`"
        return error("unknown-test", found.span, message, help=help)
    if word == "older" and stop.text(1) == "than" and stop.text(2)[:1].isdecimal():
        ago = Fix("write `more than … ago`", _between(stop, 0, 2), f"more than {stop.text(2)} ago")
        return error("unknown-test", _between(stop, 0, 1), "there is no test `older than`", fix=ago)
    meant = _TEST_WORDS.get(word)
    if meant is None:
        return None
    fix = replace(found.span, meant, found.text) if "OP" in stop.accepted else None
    return error("unknown-test", found.span, message, fix=fix)


def name_with_blank(stop: Stop) -> Diagnostic | None:
    """`trait.Plan name = "pro"`, `survey.nps.score`."""
    before = stop.before
    if before is None:
        return None
    if before.text == "survey" and stop.text(0) == "." and stop.accepted == {"STRING"}:
        name = stop.text(1)
        if not name.isidentifier():
            return None
        fix = Fix(f'write `survey "{name}"`', Span(before.end, _between(stop, 1, 1).end),
                  f' "{name}"')  # fmt: skip
        message = f'a survey\'s name is quoted, as in `survey "{name}"`'
        return error("unquoted-text", _between(stop, 1, 1), message, fix=fix)
    if stop.kind() != "word" or "OP" not in stop.accepted or stop.text(-2) != ".":
        return None
    if stop.text(1) not in (*_SIGNS, "is"):
        return None
    span = _between(stop, -1, 0)
    quoted = f'"{before.text} {stop.text(0)}"'
    fix = replace(span, quoted, f"{before.text} {stop.text(0)}")
    return error("unquoted-name", span, "names with blanks are quoted", fix=fix)


def other_places(stop: Stop) -> Diagnostic | None:
    """`segment "x"`, `did any of (…)`, a comma inside `where (…)`."""
    before = stop.before
    if stop.text(-1) == "segment" and stop.kind() == "text" and "OP" in stop.accepted:
        span = _between(stop, -1, -1)
        fix = Fix("put `in` before it", Span(span.start, span.start), "in ")
        return error("missing-word", span, "`in` is missing here", fix=fix)
    if stop.text(-1) == "did" and stop.text(0) in ("any", "all") and stop.text(1) == "of":
        help = f'write `{stop.text(0)} of (did "a", did "b")`'
        return error("one-event", _between(stop, 0, 1), "`did` takes one event", help=help)
    if stop.text(0) != "," or not {"AND", "RPAR"} <= stop.accepted or before is None:
        return None
    if stop.index + 1 not in expected_in(stop.tokens).names and (
        stop.index - 1 in expected_in(stop.tokens).names or stop.text(2) not in _SIGNS
    ):
        return None
    fix = Fix("write `and`", stop.span, " and")
    message = "a comma does not join conditions"
    help = "conditions are joined with `and` or `or`"
    return error("missing-and", stop.span, message, help=help, fix=fix)


HABIT_GUESSES: Final = (
    function,
    no_test,
    bare_value,
    sign_for_count,
    window_word,
    not_before_sign,
    test_word,
    name_with_blank,
    other_places,
)
