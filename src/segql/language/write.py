"""How the leaves of a rule are written: names, values, points, windows, tests, counts.

Everything here fits in a line and has one way to be written. `segql.language.write_rules` puts the
leaves together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, assert_never

from segql.language.syntax import (
    AccountTrait,
    After,
    Ago,
    Answer,
    At,
    Attribute,
    AttributeTest,
    Before,
    Between,
    BetweenAgo,
    BetweenPoints,
    Changed,
    Compare,
    CompareWith,
    Contains,
    Counted,
    Dated,
    DateWindow,
    Day,
    Did,
    During,
    EventWindow,
    Field,
    Flag,
    FromNow,
    Having,
    Is,
    MoreThanAgo,
    MoreThanFromNow,
    NamedDay,
    Not,
    Now,
    Number,
    On,
    OneOf,
    Operand,
    Point,
    Property,
    Regularity,
    Rule,
    Since,
    SurveyDid,
    Text,
    TextTest,
    Trait,
    Value,
    Within,
    WithinNext,
)
from segql.model.display import several
from segql.model.instants import iso
from segql.model.values import Path

_WORD: Final = re.compile(r"[^\W\d]\w*")
_LARGEST_WHOLE: Final = 2**53
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def quoted(written: str) -> str:
    r"""A string with its quotes; what cannot be seen is escaped, so no text hides or reorders.

    >>> print(quoted('say "hi"\n\u202e'))
    "say \"hi\"\n\u{202E}"
    """
    return f'"{"".join(_character(character) for character in written)}"'


def _character(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    return character if character.isprintable() else f"\\u{{{ord(character):X}}}"


def number(written: float) -> str:
    """A number without an exponent; one beyond ±2^53 keeps a fraction, as whole ones end there.

    >>> number(10.0), number(2.5), number(1e-7)
    ('10', '2.5', '0.0000001')
    """
    plain = f"{Decimal(repr(written)):f}"
    whole = plain.removesuffix(".0")
    if "." in whole or abs(written) <= _LARGEST_WHOLE:
        return whole
    return f"{whole}.0"


def percent(written: Decimal) -> str:
    """A share without trailing zeros, and its sign."""
    plain = f"{written:f}"
    return f"{plain.rstrip('0').rstrip('.') if '.' in plain else plain}%"


def key(written: str) -> str:
    """A part of a name: bare if it is a word, else quoted."""
    return written if _WORD.fullmatch(written) else quoted(written)


def path(keys: Path) -> str:
    """A name with its parts."""
    return ".".join(key(part) for part in keys)


def property_path(keys: Path) -> str:
    """The name of a property; `not` in front is quoted, as it is the operator there."""
    first, *others = keys
    return ".".join((quoted(first) if first == "not" else key(first), *map(key, others)))


def operand(written: Operand) -> str:
    """What a test looks at."""
    match written:
        case Trait(keys):
            return f"trait.{path(keys)}"
        case AccountTrait(keys):
            return f"account.{path(keys)}"
        case Field(name):
            return name
        case Answer(survey, keys):
            return f"survey {quoted(survey)}.{path(keys)}"
        case Property(keys):
            return property_path(keys)
        case _:
            assert_never(written)


def point(written: Point) -> str:
    """A point in time; instants in UTC."""
    match written:
        case Day(day):
            return day.isoformat()
        case NamedDay(name):
            return name
        case At(instant):
            return iso(instant)
        case Now():
            return "now"
        case Ago(length):
            return f"{length} ago"
        case FromNow(length):
            return f"{length} from now"
        case _:
            assert_never(written)


def value(written: Value) -> str:
    """The right side of a test."""
    match written:
        case Text(characters):
            return quoted(characters)
        case Number(double):
            return number(double)
        case Flag(flag):
            return "true" if flag else "false"
        case _:
            return point(written)


def window(written: EventWindow | DateWindow) -> str:
    """A window clause, or a window test."""
    match written:
        case Within(length):
            return f"within {length}"
        case WithinNext(length):
            return f"within next {length}"
        case MoreThanAgo(length):
            return f"more than {length} ago"
        case MoreThanFromNow(length):
            return f"more than {length} from now"
        case BetweenAgo(far, near):
            return f"between {far} and {near} ago"
        case BetweenPoints(low, high):
            return f"between {point(low)} and {point(high)}"
        case Before(at):
            return f"before {point(at)}"
        case After(at):
            return f"after {point(at)}"
        case Since(at):
            return f"since {point(at)}"
        case On(day):
            return f"on {point(day)}"
        case During(period):
            return f"during {period}"
        case _:
            assert_never(written)


def counted(written: Counted, unit: str) -> str:
    """A count of `unit`, which is singular: `at least 3 times`, `exactly 1 time`."""
    last = written.low if written.high is None else written.high
    return f"{_amount(written)} {several(last, unit)}"


def _amount(written: Counted) -> str:
    high = "" if written.high is None else f" and {written.high}"
    return f"{written.how} {written.low}{high}"


def regularity(written: Regularity) -> str:
    """`in at least 3 of the last 5 weeks`."""
    units = several(written.last, written.unit)
    return f"in {_amount(written.counted)} of the last {written.last} {units}"


def having(written: Having) -> str:
    """The left side of a `having` clause."""
    return f"having {written.aggregate}({property_path(written.path)})"


def simple_test(written: AttributeTest) -> str:
    """A test without a list; for one with a list see `list_test`."""
    match written:
        case Compare(op=op, value=right):
            return f"{op} {value(right)}{ignoring(written)}"
        case CompareWith(op, other):
            return f"{op} {operand(other)}"
        case Changed(length, unchanged):
            words = "unchanged for" if unchanged else "changed within"
            return f"{negation(written)}{words} {length}"
        case Between(low, high):
            return f"{negation(written)}between {value(low)} and {value(high)}"
        case Contains(values=(right,)):
            return f"{negation(written)}contains {value(right)}{ignoring(written)}"
        case TextTest(how=how, text=right):
            return f"{negation(written)}{how} {quoted(right)}{ignoring(written)}"
        case Is(what, negated):
            return f"is not {what}" if negated else f"is {what}"
        case Dated(bounds):
            return f"{negation(written)}{window(bounds)}"
        case _:
            raise AssertionError(f"{written} has a list")


def list_test(written: AttributeTest) -> tuple[str, tuple[Value, ...]] | None:
    """The words before the list of a test, and its values; None for a test without a list."""
    match written:
        case OneOf(values=values):
            return f"{negation(written)}in", values
        case Contains(how="any" | "all" as how, values=values):
            return f"{negation(written)}contains {how} of", values
        case _:
            return None


def negation(test: Between | OneOf | Contains | TextTest | Dated | Changed) -> str:
    """`not` where the test has one."""
    return "not " if test.negated else ""


def ignoring(test: AttributeTest) -> str:
    """`ignoring case` where the test has it."""
    match test:
        case Compare() | OneOf() | Contains() | TextTest():
            return " ignoring case" if test.ignoring_case else ""
        case _:
            return ""


def reads_on(item: Rule, following: Sequence[Rule]) -> bool:
    """Whether what follows, a field, would read like one more test of the `where` of `item`."""
    match item, following:
        case Not(inner), _:
            return reads_on(inner, following)
        case (
            Did(where=Attribute(), having=None, count=None, days=None, window=None, regularity=None)
            | SurveyDid(where=Attribute(), count=None, days=None, window=None),
            [Attribute(operand=Field())],
        ):
            return True
        case _:
            return False
