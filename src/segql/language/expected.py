"""Where the grammar does not go on: parser state → what was expected, in plain words."""

from __future__ import annotations

from typing import Final

from segql.language.diagnostics import Diagnostic, error
from segql.language.guesses import GUESSES, SILENT
from segql.language.scan import Token
from segql.language.stops import Stop

_END: Final = "$END"

# Expected terminals that together are one thing to people; the first that fits goes first.
_THINGS: Final[tuple[tuple[frozenset[str], str], ...]] = (
    (frozenset({"TRAIT", "DID", "SURVEY"}), "a condition"),
    (frozenset({"STRING", "TRUE", "DATE"}), "a value"),
    (frozenset({"DATE", "TODAY", "DURATION"}), "a point in time such as 2026-01-31 or 30d ago"),
    (frozenset({"OP", "CONTAINS", "IN"}), 'a test such as `= "pro"` or `is known`'),
    (frozenset({"DURATION", "INT"}), "a length of time such as 30d"),
    (frozenset({"SUM", "AVG"}), "`sum`, `avg`, `min`, `max` or `count distinct`"),
    (frozenset({"WITHIN", "SINCE", "WHERE"}), "a clause such as `within 30d`"),
    (frozenset({"WHEN", "DESCRIPTION"}), "`description`, `when` or a line with `notify`"),
    (frozenset({"STRING"}), "text in double quotes"),
    (frozenset({"INT"}), "a whole number"),
    (frozenset({"INT", "DECIMAL"}), "a number"),
)
_SPELLED: Final = {
    "LPAR": "`(`", "RPAR": "`)`", "COMMA": "`,`", "DOT": "`.`", "PERCENT": "`%`",
    "ON_ENTER": "`on enter`", "ON_LEAVE": "`on leave`", "TIMES": "`times`",
    "UNIT": "a unit of time", "OP": "a comparison such as `=`", _END: "the end",
}  # fmt: skip
_MINOR: Final = frozenset({"IGNORING", "UNIT", "DOT", "AGO", "FROM", "COMMA"})
"""What may follow, but is not worth saying where a rule may end."""
_MOST_NAMED: Final = 6


def expected(stop: Stop) -> Diagnostic:
    """The diagnostic for a place where no rule goes on."""
    for guess in GUESSES:
        diagnostic = guess(stop)
        if diagnostic is not None:
            return diagnostic
    return _plain(stop)


def _plain(stop: Stop) -> Diagnostic:
    found = stop.found
    wanted = _in_words(stop.accepted)
    if found is None:
        return error("ends-too-early", stop.span, f"the text ends too early: expected {wanted}")
    return error("unexpected-word", stop.span, f"expected {wanted}, found `{_shown(found)}`")


def _shown(token: Token) -> str:
    return token.text if len(token.text) <= 30 else f"{token.text[:27]}…"


def _in_words(accepted: frozenset[str]) -> str:
    """What may follow, in few words."""
    if accepted >= {"NAME", "STRING"} and not accepted & {"TRUE", "DID"}:
        return "a name"
    ends = bool({_END, "AND", "OP"} & accepted)
    rest = set(accepted) - (_MINOR if ends else set())
    words = []
    for names, thing in _THINGS:
        if names <= rest:
            words.append(thing)
            rest -= _covered(thing, names, rest)
    words += [
        _SPELLED.get(name, f"`{name.lower().replace('_', ' ')}`")
        for name in sorted(rest - SILENT, key=_by_use)
    ]
    named = words[:_MOST_NAMED]
    if not named:
        return "something else"
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} or {named[-1]}"


def _covered(thing: str, names: frozenset[str], rest: set[str]) -> set[str]:
    """The terminals that a thing speaks for: its own, and those that only belong to its kin."""
    kin = {
        "a condition": set(rest),
        "a value": {"FALSE", "INT", "DECIMAL", "INSTANT", "NOW", "TODAY", "YESTERDAY", "DURATION",
                    "FIELD", "TRAIT", "ACCOUNT", "SURVEY"},
        'a test such as `= "pro"` or `is known`': rest - {_END},
        "a clause such as `within 30d`": rest - {_END, "AND", "OR", "RPAR", "COMMA", "THEN"},
    }  # fmt: skip
    return set(names) | kin.get(thing, {"INSTANT", "NOW", "YESTERDAY"})


def _by_use(name: str) -> tuple[int, str]:
    first = ("AND", "OR", _END, "RPAR", "COMMA")
    return (first.index(name) if name in first else len(first), name)
