"""What the language refuses although its grammar takes it, and what does not fit the data.

A clause comes once, a test belongs to a kind of value: see §2 of grammar/README.md.
"""

from __future__ import annotations

from typing import Final

from segql.editor.cursor import Cursor
from segql.editor.phrases import Phrase
from segql.editor.scopes import Root
from segql.editor.stand import Stand

_CLAUSE_BY_WORDS: Final = (
    ("on at", "days"), ("on exactly", "days"), ("on more", "days"), ("on fewer", "days"),
    ("on between", "days"), ("in at", "regularity"), ("between 60d", "window"),
    ("between", "count"), ("within", "within"), ("where", "where"), ("having", "having"),
    ("at ", "count"), ("exactly", "count"), ("more", "count"), ("fewer", "count"),
    ("since", "window"), ("before", "window"), ("on", "window"), ("during", "window"),
)  # fmt: skip
_ONLY_EVENTS: Final = frozenset({"having", "regularity"})
_WINDOWS: Final = frozenset({"window", "within"})
_NTH: Final = _WINDOWS | {"where"}
_KINDS_BY_WORD: Final = {
    "<": "number date", "<=": "number date", ">": "number date", ">=": "number date",
    "contains": "text list", "starts": "text", "ends": "text", "matches": "text",
    "is empty": "text list", "is promoter": "number", "is passive": "number",
    "is detractor": "number", "before": "date", "after": "date", "on": "date", "within": "date",
    "more": "date", "during": "date", "between 1": "number", "between": "date",
    "empty": "text list", "promoter": "number", "passive": "number", "detractor": "number",
}  # fmt: skip
_OF_AGGREGATES: Final = frozenset({"=", "!=", "<", "<=", ">", ">=", "between 1", "in", "not"})
_DATES: Final = frozenset({"TODAY", "YESTERDAY", "NOW", "DURATION", "DATE", "INSTANT"})
_ORDERS: Final = frozenset({"<", "<=", ">", ">="})
_OTHER_OPERANDS: Final = frozenset({"TRAIT", "ACCOUNT", "SURVEY"})
_PERIOD_UNITS: Final = ("week", "month", "quarter", "year")


def fits(phrase: Phrase, cursor: Cursor, kinds: frozenset[str]) -> bool:
    """Whether a phrase that the grammar takes makes sense; `kinds` are those of the operand."""
    stand, first = cursor.stand, phrase.terminals[0]
    following = stand.after(first)
    if following is None:
        return False
    if following.is_clause:
        return _clause_fits(phrase, following)
    match first:
        case "THEN":
            return _then_fits(following)
        case "UNIT":
            return False  # `units_at` has them all, in the right number
        case "INT" if phrase.terminals[1] == "UNIT":
            units = ("weeks",) if stand.last == "LAST" else ("days",)
            return phrase.text.endswith(units) and not stand.takes("DURATION")
        case "AFTER" if phrase.text == "after":
            return stand.takes("CONTAINS")
        case "BETWEEN" if phrase.text.startswith(("between 1 ", "between 60d ago")):
            return stand.takes("CONTAINS") and _test_fits(phrase, cursor, kinds)
        case "DURATION" if len(phrase.terminals) == 1:
            return stand.through(("DURATION", "AGO")) is None
        case "DESCRIPTION" | "WHEN":
            return all(token.text != phrase.text for token in cursor.head)
        case "IGNORING":
            return _compares_texts(cursor)
        case _ if stand.takes("CONTAINS"):
            return _test_fits(phrase, cursor, kinds)
        case _:
            return _value_fits(first, cursor, kinds)


def orders(cursor: Cursor) -> bool:
    """Whether the value that comes next is put in order: a number or a point in time."""
    return cursor.says(-1) in _ORDERS or cursor.stand.last in ("BETWEEN", "AND")


def units_at(cursor: Cursor) -> tuple[str, ...]:
    """The units of time that may stand behind `last` or behind a number."""
    if cursor.says(-1) in ("this", "last"):
        return _PERIOD_UNITS
    ending = "" if cursor.says(-1) == "1" else "s"
    if cursor.says(-2) == "last":
        units: tuple[str, ...] = ("day", "week", "month")
    elif _counts_days(cursor):
        units = ("day",)
    else:
        units = ("second", "minute", "hour", "day", "week", "month", "year")
    return tuple(unit + ending for unit in units)


def _counts_days(cursor: Cursor) -> bool:
    said = [token.text for token in cursor.head[-5:]]
    return "on" in said[-4:-1] or (said[:1] == ["on"] and said[1:2] == ["between"])


def _clause_fits(phrase: Phrase, following: Stand) -> bool:
    kind = next((kind for words, kind in _CLAUSE_BY_WORDS if phrase.text.startswith(words)), "")
    lead, done = following.lead, following.clauses
    if not kind or kind in done or phrase.text.startswith(("between 1 ", "between 60d ago")):
        return False
    if "THEN" in lead:
        return kind in _WINDOWS or (kind == "where" and not done)
    if kind in _WINDOWS and done & (_WINDOWS | {"regularity"}):
        return False
    if lead[0] in ("FIRST", "LAST"):
        return kind in _NTH
    if lead[0] in ("SAW", "COMPLETED", "DISMISSED"):
        return kind not in _ONLY_EVENTS and (kind != "where" or lead[0] == "COMPLETED")
    return not (kind == "regularity" and done & _WINDOWS)


def _then_fits(following: Stand) -> bool:
    """Whether a step may follow: not behind other clauses, `did not`, or `then not`."""
    is_plain = following.lead[0] == "DID" and "NOT" not in following.lead
    return is_plain and following.ended <= {"where"}


def _compares_texts(cursor: Cursor) -> bool:
    if cursor.says(-1) != ")":
        return bool(cursor.head) and cursor.head[-1].kind in ("text", "single", "curly")
    for token in reversed(cursor.head[:-1]):
        if token.text == "(":
            return True
        if token.kind not in ("text", "single", "curly") and token.text != ",":
            return False
    return False


def _test_fits(phrase: Phrase, cursor: Cursor, kinds: frozenset[str]) -> bool:
    words = phrase.text.removeprefix("not ")
    if phrase.terminals[0] in ("CHANGED", "UNCHANGED"):
        name = cursor.roles.name
        return name is not None and name.root is Root.TRAIT
    key = " ".join(words.split()[:2])
    key = key if key in _KINDS_BY_WORD or key == "between 1" else words.split(" ")[0]
    if cursor.roles.aggregate not in ("", "first", "last", "most frequent"):
        return key in _OF_AGGREGATES
    wanted = _KINDS_BY_WORD.get(key)
    return not kinds or wanted is None or bool(kinds & set(wanted.split()))


def _value_fits(first: str, cursor: Cursor, kinds: frozenset[str]) -> bool:
    stand = cursor.stand
    if first in _OTHER_OPERANDS and stand.last == "OP":
        return not cursor.roles.is_property
    if stand.last == "ON":
        return first not in ("NOW", "DURATION", "INSTANT")
    if not stand.takes("TRUE"):
        return True
    if first in ("TRUE", "FALSE"):
        return not orders(cursor) and (not kinds or "flag" in kinds)
    return first not in _DATES or not kinds or "date" in kinds
