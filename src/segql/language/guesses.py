"""What was probably meant where the grammar does not go on: the likeliest mistakes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from segql.language import refusals
from segql.language.diagnostics import Diagnostic, Fix, error, replace
from segql.language.guesses_clauses import CLAUSE_GUESSES
from segql.language.guesses_forms import FORM_GUESSES
from segql.language.guesses_habits import HABIT_GUESSES
from segql.language.guesses_phrases import PHRASE_GUESSES
from segql.language.guesses_sides import SIDE_GUESSES
from segql.language.near import nearest
from segql.language.places import KEYWORDS, expected_in
from segql.language.scan import Token
from segql.language.source import Span
from segql.language.stops import STARTS, Stop
from segql.model.fields import FIELDS

Guess = Callable[[Stop], Diagnostic | None]

SILENT: Final = frozenset({"STRING", "NAME", "INT", "DECIMAL", "DATE", "INSTANT", "DURATION"})
_JOINING: Final = frozenset({"and", "or", "then", "where", "within", "having"})
_TRAITS: Final = frozenset({"user", "users", "profile", "traits", "person", "people", "customer"})
_LINES: Final = frozenset({"segment", "description", "when", "on", "after"})


def nothing(stop: Stop) -> Diagnostic | None:
    """An empty text."""
    if stop.tokens:
        return None
    help = 'write one such as `trait.plan = "pro"`, or `everyone`'
    return error("empty-rule", stop.span, "there is no rule here", help=help)


def no_condition(stop: Stop) -> Diagnostic | None:
    """A bare word that was taken for a field, and no test behind it."""
    word, at = stop.before, stop.index - 1
    if word is None or word.kind != "word" or "OP" not in stop.accepted or stop.text(-2) == ".":
        return None
    if at in expected_in(stop.tokens).names:
        return _in_filter(stop, word)
    if word.text in FIELDS:
        return None
    if word.text in ("and", "or"):
        message = f"expected a condition before `{word.text}`"
        fix = Fix(f"leave `{word.text}` out", Span(word.start, stop.span.start), "")
        fixed = fix if stop.text(-2) in ("", "and", "or", "(", "when") else None
        return error("expected-condition", word.span, message, fix=fixed)
    if stop.text(0) == "." and word.text in _TRAITS:
        last = 2 if stop.text(1) in ("trait", "traits") and stop.text(2) == "." else 0
        written = Span(word.start, stop.tokens[stop.index + 1].end) if last else word.span
        fix = Fix("write `trait`", written, "trait")
        message = f"traits are written `trait.{stop.text(1 + last)}`"
        return error("expected-condition", written, message, fix=fix)
    near = nearest(word.text, STARTS)
    is_name = near is None and word.text not in _JOINING and stop.kind() != "text"
    help = f"a trait is written `trait.{word.text}`, with a test behind it" if is_name else None
    return error(
        "misspelt-word" if near else "expected-condition",
        word.span,
        f"no condition begins with `{word.text}`",
        help=f"did you mean `{near}`?" if near else help,
        fix=replace(word.span, near, word.text) if near else None,
    )


def _in_filter(stop: Stop, word: Token) -> Diagnostic | None:
    if word.text == "not" and stop.kind() == "word":
        help = "put it in parentheses, as in `where (not x = 1)`"
        return error("not-in-where", word.span, "`not` needs parentheses here", help=help)
    if word.text in STARTS and stop.kind() in ("text", "word"):
        help = "other conditions are joined behind it with `and`"
        message = "inside `where` stand tests of properties"
        return error("condition-in-where", word.span, message, help=help)
    return None


def parenthesis(stop: Stop) -> Diagnostic | None:
    """One that is never closed, or closes nothing."""
    opened: list[Token] = []
    for index, token in enumerate(stop.tokens[: stop.index]):
        if token.text == "(":
            opened.append(token)
        elif token.text == ")" and opened:
            opened.pop()
        elif token.text == "when" and stop.tokens[index - 1].text != ".":
            opened.clear()
    found, taken = stop.found, stop.before
    ends = found is None or (found.text in _LINES and "AND" in stop.accepted)
    if ends and opened and taken is not None and "RPAR" in stop.accepted:
        end = Span(taken.end, taken.end)
        message = "this parenthesis is never closed"
        return error(
            "unclosed-parenthesis", opened[-1].span, message, fix=Fix("close it", end, ")")
        )
    if found is not None and found.text == ")" and not opened:
        fix = Fix("leave it out", found.span, "")
        message = "this parenthesis closes nothing"
        return error("unopened-parenthesis", found.span, message, fix=fix)
    return None


def unjoined(stop: Stop) -> Diagnostic | None:
    """Two conditions with nothing, or a comma, between them."""
    found = stop.found
    if found is None or not {"AND", "OR"} <= stop.accepted:
        return None
    help = "conditions are joined with `and` or `or`"
    if found.text == "," and stop.text(1) in STARTS:
        fix = Fix("write `and`", found.span, " and")
        message = "a comma does not join conditions"
        return error("missing-and", found.span, message, help=help, fix=fix)
    if found.text == "," and stop.kind() and stop.tokens[stop.index - 1].kind == "number":
        if stop.index + 1 < len(stop.tokens) and stop.tokens[stop.index + 1].kind == "number":
            fix = replace(found.span, "_", ",")
            message = "digits are grouped with `_`, not with commas"
            return error("bad-number", found.span, message, fix=fix)
        return None
    if found.text not in STARTS:
        return None
    place = Span(found.start, found.start)
    fix = Fix("put `and` before it", place, "and ")
    return error("missing-and", found.span, "a new condition begins here", help=help, fix=fix)


_INSERTED: Final = (
    ({"OF", "TEAMMATE"}, "mark", "of"),
    ({"OF"}, "mark", "of"),
    ({"ANY", "SURVEY"}, "text", "survey"),
    ({"SAMPLE", "SEGMENT"}, "text", "segment"),
    ({"NOTIFY"}, "text", "notify"),
)


def left_out(stop: Stop) -> Diagnostic | None:
    """A small word, a dot, a percent sign or parentheses that are missing."""
    for accepted, kind, word in _INSERTED:
        if stop.accepted == accepted and stop.kind() == kind:
            fix = Fix(f"put `{word}` before it", Span(stop.span.start, stop.span.start), f"{word} ")
            return error("missing-word", stop.span, f"`{word}` is missing here", fix=fix)
    before = stop.before
    if before is None:
        return None
    end = Span(before.end, before.end)
    if stop.accepted == {"PERCENT"}:
        fix = Fix(f"write `{before.text}%`", end, "%")
        return error("expected-percent", before.span, "a share ends with `%`", fix=fix)
    if stop.accepted == {"DOT"}:
        shown = f"{stop.text(-2)} {before.text}.score" if before.kind == "text" else None
        help = f"as in `{shown or before.text + '.plan'}`"
        fixed = Fix("write a dot", Span(before.end, stop.span.start), ".")
        is_name = stop.kind() in ("word", "text")
        message = "a name with a dot before it is missing here"
        return error(
            "expected-name", before.span, message, help=help, fix=fixed if is_name else None
        )
    if stop.accepted == {"LPAR"} and before.text in ("in", "of") and stop.kind() in (
        "text", "number", "date", "instant",
    ):  # fmt: skip
        span = stop.span
        fix = Fix("put it in parentheses", span, f"({stop.text(0)})")
        return error("expected-list", span, "a list stands in parentheses", fix=fix)
    return None


_COMPARISONS: Final = {
    "greater": ">", "bigger": ">", "larger": ">", "higher": ">", "over": ">", "above": ">",
    "less": "<", "fewer": "<", "smaller": "<", "lower": "<", "under": "<", "below": "<",
    "equals": "=", "equal": "=",
}  # fmt: skip


def comparison_in_words(stop: Stop) -> Diagnostic | None:
    """`greater than 5`, `equals 5`."""
    found = stop.found
    is_start = found is not None and (
        "OP" in stop.accepted or (stop.text(-1) == "is" and "KNOWN" in stop.accepted)
    )
    if found is None or not is_start:
        return None
    sign = _COMPARISONS.get(found.text)
    if sign is None:
        return None
    last = 1 if stop.text(1) in ("than", "to") else 0
    first = -1 if stop.text(-1) == "is" else 0
    span = stop.tokens[stop.index + first].span.to(stop.tokens[stop.index + last].span)
    message = f"comparisons are written with signs, here `{sign}`"
    return error("unknown-test", span, message, fix=Fix(f"write `{sign}`", span, sign))


def line_head(stop: Stop) -> Diagnostic | None:
    """`on entry notify`, where `on enter` belongs."""
    if stop.text(0) != "on" or "ON_ENTER" not in stop.accepted or stop.text(2) != "notify":
        return None
    word = stop.tokens[stop.index + 1]
    near = {"entry": "enter", "exit": "leave", "leaving": "leave", "entering": "enter"}.get(
        word.text, nearest(word.text, ("enter", "leave"))
    )
    help = "lines with `notify` begin with `on enter`, `on leave` or `after 3d`"
    fix = None if near is None else replace(word.span, near, word.text)
    message = f"`on {word.text}` is no line of a segment"
    return error("unknown-line", stop.span.to(word.span), message, help=help, fix=fix)


def misspelt(stop: Stop) -> Diagnostic | None:
    """Nearly a word that may stand here."""
    found = stop.found
    if found is None or found.kind != "word" or found.text in (*_JOINING, *STARTS):
        return None
    known = [name.lower() for name in sorted(stop.accepted - SILENT) if name.isalpha()]
    near = nearest(found.text, [name for name in known if name not in ("op", "unit")])
    if near is None:
        return None
    return error(
        "misspelt-word",
        found.span,
        f"`{found.text}` means nothing here",
        help=f"did you mean `{near}`?",
        fix=replace(found.span, near, found.text),
    )


def unquoted(stop: Stop) -> Diagnostic | None:
    """A bare word in the place of a text, or a date in quotes."""
    found = stop.found
    if found is None:
        return None
    if found.kind == "text" and "DATE" in stop.accepted and "STRING" not in stop.accepted:
        inside = found.text[1:-1]
        fix = replace(found.span, inside, found.text) if inside[:4].isdecimal() else None
        help = "write a date such as 2026-01-31 without quotes"
        return error(
            "expected-point", found.span, "a point in time has no quotes", help=help, fix=fix
        )
    if found.kind != "word" or "STRING" not in stop.accepted:
        return None
    if found.text == "did" and stop.text(-1) == "then":
        fix = Fix("leave `did` out", Span(found.start, found.end + 1), "")
        message = "the steps of a sequence say `did` once, at the beginning"
        return error("did-in-sequence", found.span, message, fix=fix)
    if found.text in _JOINING or ("NAME" in stop.accepted and "TRUE" not in stop.accepted):
        return None
    words = [found]
    for token in stop.tokens[stop.index + 1 :]:
        if token.kind != "word" or token.text in KEYWORDS or token.start > words[-1].end + 1:
            break
        words.append(token)
    text = " ".join(word.text for word in words)
    return refusals.unquoted_text(text, found.span.to(words[-1].span))


GUESSES: Final[tuple[Guess, ...]] = (
    nothing,
    *PHRASE_GUESSES,
    *FORM_GUESSES,
    *SIDE_GUESSES,
    *HABIT_GUESSES,
    no_condition,
    *CLAUSE_GUESSES,
    parenthesis,
    unjoined,
    left_out,
    comparison_in_words,
    line_head,
    misspelt,
    unquoted,
)
"""The first that has something to say is right."""
