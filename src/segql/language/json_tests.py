"""JSON objects as tests, values, points, windows and counts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, Literal, TypeAlias, cast
from zoneinfo import ZoneInfo

from segql.language.json_operands import OPERANDS, operand
from segql.language.json_place import Place
from segql.language.syntax import (
    PERIODS,
    After,
    Ago,
    At,
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
    During,
    EventWindow,
    Flag,
    FromNow,
    Is,
    MoreThanAgo,
    MoreThanFromNow,
    NamedDay,
    Now,
    Number,
    On,
    OneOf,
    Point,
    Regularity,
    SequenceWindow,
    Since,
    Text,
    TextTest,
    Value,
    Within,
    WithinNext,
)
from segql.model.durations import Duration
from segql.model.instants import read_instant

Op: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">="]
What: TypeAlias = Literal["known", "unknown", "empty", "promoter", "passive", "detractor"]
CountWord: TypeAlias = Literal["at least", "at most", "exactly", "more than", "fewer than"]

_DURATION: Final = re.compile(r"([1-9][0-9]{0,17})(s|min|h|d|w|mo|y)")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})")
_UTC: Final = ZoneInfo("UTC")
_WHATS: Final = ("known", "unknown", "empty", "promoter", "passive", "detractor")
_COUNTS: Final = ("at_least", "at_most", "exactly", "more_than", "fewer_than", "between")


def duration(place: Place) -> Duration:
    """A length such as `30d`."""
    found = _DURATION.fullmatch(place.text())
    if found is None:
        place.refuse("bad-duration", f"is `{place.text()}`, expected a length such as `30d`")
    return Duration(int(found[1]), found[2])


def _day(place: Place) -> Day:
    text = place.text()
    try:
        day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        place.refuse("bad-date", f"is `{text}`, expected a date such as `2026-01-31`")
    return Day(day)


def _at(place: Place) -> At:
    text = place.text()
    instant = read_instant(text, _UTC) if _INSTANT.fullmatch(text) else None
    if instant is None:
        hint = "write `Z` or an offset at the end"
        place.refuse("bad-instant", f"is `{text}`, expected one like `2026-01-31T10:00:00Z`", hint)
    return At(instant)


def _named(place: Place) -> Point:
    name = place.choice(("now", "today", "yesterday"))
    return Now() if name == "now" else NamedDay(cast(Literal["today", "yesterday"], name))


_POINTS: Final[Mapping[str, Callable[[Place], Point]]] = {
    "date": _day,
    "instant": _at,
    "point": _named,
    "ago": lambda place: Ago(duration(place)),
    "from_now": lambda place: FromNow(duration(place)),
}


def point(place: Place) -> Point:
    """A point in time."""
    tag = place.tag(_POINTS)
    return _POINTS[tag](place.keys((tag,))[tag])


def _whole_day(place: Place) -> Day | NamedDay:
    found = point(place)
    if not isinstance(found, Day | NamedDay):
        place.refuse("wrong-type", "is no whole day, expected a date, `today` or `yesterday`")
    return found


def value(place: Place) -> Value:
    """A text, a number, true or false, or a point in time."""
    match place.value:
        case bool() as flag:
            return Flag(flag)
        case str():
            return Text(place.text())
        case int() | float():
            return Number(place.number())
        case Mapping():
            return point(place)
        case _:
            return place.expect("text, a number, true, false or a point in time")


def _bound(place: Place) -> Number | Point:
    found = value(place)
    if isinstance(found, Text | Flag):
        place.expect("a number or a point in time")
    return found


def _values(place: Place) -> tuple[Value, ...]:
    return tuple(value(item) for item in place.items())


def _between_points(place: Place) -> BetweenPoints:
    low, high = place.items(2, 2)
    return BetweenPoints(point(low), point(high))


def _between_ago(place: Place) -> BetweenAgo:
    far, near = place.items(2, 2)
    return BetweenAgo(duration(far), duration(near))


_BOTH: Final[Mapping[str, Callable[[Place], Before | On | During]]] = {
    "before": lambda place: Before(point(place)),
    "on": lambda place: On(_whole_day(place)),
    "during": lambda place: During(place.choice(PERIODS)),
}
_SEQUENCE_WINDOWS: Final[Mapping[str, Callable[[Place], SequenceWindow]]] = {
    "between_ago": _between_ago,
    "since": lambda place: Since(point(place)),
    "between": _between_points,
    **_BOTH,
}
_EVENT_WINDOWS: Final[Mapping[str, Callable[[Place], EventWindow]]] = {
    "within": lambda place: Within(duration(place)),
    **_SEQUENCE_WINDOWS,
}
_DATE_WINDOWS: Final[Mapping[str, Callable[[Place], DateWindow]]] = {
    "within": lambda place: Within(duration(place)),
    "within_next": lambda place: WithinNext(duration(place)),
    "more_than_ago": lambda place: MoreThanAgo(duration(place)),
    "more_than_from_now": lambda place: MoreThanFromNow(duration(place)),
    "after": lambda place: After(point(place)),
    **_BOTH,
}


def event_window(place: Place) -> EventWindow:
    """The window of a behaviour condition."""
    tag = place.tag(_EVENT_WINDOWS)
    return _EVENT_WINDOWS[tag](place.keys((tag,))[tag])


def sequence_window(place: Place) -> SequenceWindow:
    """The window of a sequence's first step."""
    tag = place.tag(_SEQUENCE_WINDOWS)
    return _SEQUENCE_WINDOWS[tag](place.keys((tag,))[tag])


def counted(place: Place) -> Counted:
    """A count of times or days."""
    tag = place.tag(_COUNTS)
    inner = place.keys((tag,))[tag]
    if tag == "between":
        low, high = inner.items(2, 2)
        return Counted("between", low.whole(), high.whole())
    return Counted(cast(CountWord, tag.replace("_", " ")), inner.whole())


def _compare(op: Op) -> Callable[[Place, bool, bool], AttributeTest]:
    def read(place: Place, _: bool, folded: bool) -> AttributeTest:
        if not isinstance(place.value, Mapping) or not set(place.value) & OPERANDS:
            return Compare(op, value(place), ignoring_case=folded)
        if folded:
            place.refuse("unknown-key", "is no text, which `ignoring_case` goes with")
        return CompareWith(op, operand(place))

    return read


def regularity(place: Place) -> Regularity:
    """A count of calendar units."""
    found = place.keys(("count", "last", "unit"))
    unit = cast(Literal["day", "week", "month"], found["unit"].choice(("day", "week", "month")))
    return Regularity(counted(found["count"]), found["last"].whole(), unit)


def _between(place: Place, negated: bool, _: bool) -> AttributeTest:
    low, high = place.items(2, 2)
    return Between(_bound(low), _bound(high), negated)


def _text_test(
    how: Literal["starts with", "ends with", "matches"],
) -> Callable[[Place, bool, bool], AttributeTest]:
    return lambda place, negated, folded: TextTest(how, place.text(), negated, folded)


def _dated(key: str) -> Callable[[Place, bool, bool], AttributeTest]:
    return lambda place, negated, _: Dated(_DATE_WINDOWS[key](place), negated)


_TESTS: Final[Mapping[str, Callable[[Place, bool, bool], AttributeTest]]] = {
    **{op: _compare(op) for op in ("=", "!=", "<", "<=", ">", ">=")},
    "between": _between,
    "in": lambda place, negated, folded: OneOf(_values(place), negated, folded),
    "contains": lambda place, negated, folded: Contains("one", (value(place),), negated, folded),
    "contains_any": lambda place, negated, folded: Contains("any", _values(place), negated, folded),
    "contains_all": lambda place, negated, folded: Contains("all", _values(place), negated, folded),
    "starts_with": _text_test("starts with"),
    "ends_with": _text_test("ends with"),
    "matches": _text_test("matches"),
    "is": lambda place, negated, _: Is(cast(What, place.choice(_WHATS)), negated),
    "changed_within": lambda place, negated, _: Changed(duration(place), False, negated),
    "unchanged_for": lambda place, negated, _: Changed(duration(place), True, negated),
    **{key: _dated(key) for key in _DATE_WINDOWS},
}
_COMPARISONS: Final = frozenset(("=", "!=", "<", "<=", ">", ">="))
_CASELESS: Final = frozenset(
    ("=", "!=", "in", "contains", "contains_any", "contains_all", "starts_with", "ends_with")
) | {"matches"}


def attribute_test(place: Place) -> AttributeTest:
    """The test of an attribute, with `not` and `ignoring_case` where it has them."""
    tag = place.tag(_TESTS)
    allowed = [key for key, known in _ENDS if tag in known]
    found = place.keys((tag,), allowed)
    negated = "not" in found and found["not"].true()
    folded = "ignoring_case" in found and found["ignoring_case"].true()
    return _TESTS[tag](found[tag], negated, folded)


_ENDS: Final = (
    ("not", frozenset(_TESTS) - _COMPARISONS),
    ("ignoring_case", _CASELESS),
)
