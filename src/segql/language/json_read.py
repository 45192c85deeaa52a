"""JSON objects as rules, strictly: no unknown key, no other type (see `json`).

What takes a parser to refuse (reversed bounds, counts that always hold) passes here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, Literal, TypeAlias, cast

from segql.language.json_operands import operand, path
from segql.language.json_place import Place
from segql.language.json_tests import (
    attribute_test,
    counted,
    duration,
    event_window,
    regularity,
    sequence_window,
)
from segql.language.json_write import VERB_BY_ACTION
from segql.language.syntax import (
    VALUE_AGGREGATES,
    Aggregate,
    And,
    Attribute,
    Between,
    Changed,
    Compare,
    CompareWith,
    Constant,
    Did,
    Group,
    Having,
    InSample,
    InSegment,
    Not,
    Nth,
    OneOf,
    Or,
    Property,
    Rule,
    Sequence,
    Step,
    SurveyDid,
    Teammates,
)

Action: TypeAlias = Literal["seen", "completed", "dismissed"]

_PERCENT: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,40})?)%")
_AGGREGATES: Final = (
    "sum",
    "avg",
    "min",
    "max",
    "count_distinct",
    "first",
    "last",
    "most_frequent",
)
_ACTION_BY_VERB: Final = {verb: action for action, verb in VERB_BY_ACTION.items()}
_CONSTANTS: Final = ("everyone", "no one")


def rule(place: Place) -> Rule:
    """The rule that an object says."""
    tag = place.tag(_RULES)
    return _RULES[tag](place)


def _where(place: Place) -> Rule:
    tag = place.tag(_WHERE)
    return _WHERE[tag](place)


Reader: TypeAlias = Callable[[Place], Rule]


def _rules(place: Place, read: Reader, least: int = 1) -> tuple[Rule, ...]:
    return tuple(read(item) for item in place.items(least))


def _and(place: Place, read: Reader) -> Rule:
    items = _rules(place.keys(("and",))["and"], read, 2)
    flat = (inner for item in items for inner in (item.items if isinstance(item, And) else (item,)))
    return And(tuple(flat))


def _or(place: Place, read: Reader) -> Rule:
    items = _rules(place.keys(("or",))["or"], read, 2)
    flat = (inner for item in items for inner in (item.items if isinstance(item, Or) else (item,)))
    return Or(tuple(flat))


def _not(place: Place, read: Reader) -> Rule:
    return Not(read(place.keys(("not",))["not"]))


def _group(how: Literal["all", "any", "none"]) -> Reader:
    return lambda place: Group(how, _rules(place.keys((how,))[how], rule))


def _at_least(place: Place) -> Rule:
    found = place.keys(("at_least", "of"))
    return Group("at least", _rules(found["of"], rule), found["at_least"].whole())


def _attribute(place: Place) -> Rule:
    found = operand(place, ("test",))
    return Attribute(found, attribute_test(place.entries()["test"]))


def _property(place: Place) -> Rule:
    found = place.keys(("property", "test"))
    return Attribute(Property(path(found["property"])), attribute_test(found["test"]))


def _did(place: Place) -> Rule:
    found = place.keys(("did",), ("where", "having", "count", "days", "window", "regularity"))
    return Did(
        found["did"].text(),
        where=_where(found["where"]) if "where" in found else None,
        having=_having(found["having"]) if "having" in found else None,
        count=counted(found["count"]) if "count" in found else None,
        days=counted(found["days"]) if "days" in found else None,
        window=event_window(found["window"]) if "window" in found else None,
        regularity=regularity(found["regularity"]) if "regularity" in found else None,
    )


def _having(place: Place) -> Having:
    tag = place.tag(_AGGREGATES)
    found = place.keys((tag, "test"))
    aggregate, test = cast(Aggregate, tag.replace("_", " ")), attribute_test(found["test"])
    if isinstance(test, Changed | CompareWith):
        found["test"].expect("a test of a value")
    if aggregate not in VALUE_AGGREGATES and not isinstance(test, Compare | Between | OneOf):
        found["test"].expect("a comparison, `between` or `in` with numbers")
    return Having(aggregate, path(found[tag]), test)


def _survey_did(verb: str) -> Reader:
    def read(place: Place) -> Rule:
        where = ("where",) if verb == "completed" else ()
        found = place.keys((verb,), (*where, "count", "days", "window"))
        survey = None
        if isinstance(found[verb].value, Mapping):
            found[verb].keys(("any_survey",))["any_survey"].true()
        else:
            survey = found[verb].text()
        return SurveyDid(
            cast(Action, _ACTION_BY_VERB[verb]),
            survey,
            where=_where(found["where"]) if "where" in found else None,
            count=counted(found["count"]) if "count" in found else None,
            days=counted(found["days"]) if "days" in found else None,
            window=event_window(found["window"]) if "window" in found else None,
        )

    return read


def _nth(which: Literal["first", "last"]) -> Reader:
    def read(place: Place) -> Rule:
        key = f"{which}_did"
        found = place.keys((key, "window"), ("where",))
        where = _where(found["where"]) if "where" in found else None
        return Nth(which, found[key].text(), event_window(found["window"]), where)

    return read


def _step(place: Place) -> Step:
    found = place.keys(("did",), ("where",))
    where = _where(found["where"]) if "where" in found else None
    return Step(found["did"].text(), where)


def _sequence(place: Place) -> Rule:
    found = place.keys(("sequence",), ("then_not", "within", "window"))
    absent = "then_not" in found
    steps = [_step(item) for item in found["sequence"].items(1 if absent else 2)]
    if absent:
        steps.append(_step(found["then_not"]))
    return Sequence(
        tuple(steps),
        absent=absent,
        within=duration(found["within"]) if "within" in found else None,
        window=sequence_window(found["window"]) if "window" in found else None,
    )


def _in_segment(place: Place) -> Rule:
    return InSegment(place.keys(("in_segment",))["in_segment"].text())


def _in_sample(place: Place) -> Rule:
    found = place.keys(("in_sample",), ("of",))
    share = _PERCENT.fullmatch(found["in_sample"].text())
    if share is None:
        found["in_sample"].refuse("bad-percent", "is no share such as `10%`")
    return InSample(Decimal(share[1]), found["of"].text() if "of" in found else None)


def _teammates(how: Literal["any", "every"]) -> Reader:
    key = f"{how}_teammate"
    return lambda place: Teammates(how, rule(place.keys((key,))[key]))


def _constant(place: Place) -> Rule:
    return Constant(place.keys(("constant",))["constant"].choice(_CONSTANTS) == "everyone")


_RULES: Final[Mapping[str, Reader]] = {
    "and": lambda place: _and(place, rule),
    "or": lambda place: _or(place, rule),
    "not": lambda place: _not(place, rule),
    "all": _group("all"),
    "any": _group("any"),
    "none": _group("none"),
    "at_least": _at_least,
    **dict.fromkeys(("trait", "account", "field", "survey"), _attribute),
    "did": _did,
    **{verb: _survey_did(verb) for verb in _ACTION_BY_VERB},
    "first_did": _nth("first"),
    "last_did": _nth("last"),
    "sequence": _sequence,
    "in_segment": _in_segment,
    "in_sample": _in_sample,
    "any_teammate": _teammates("any"),
    "every_teammate": _teammates("every"),
    "constant": _constant,
}
_WHERE: Final[Mapping[str, Reader]] = {
    "and": lambda place: _and(place, _where),
    "or": lambda place: _or(place, _where),
    "not": lambda place: _not(place, _where),
    "property": _property,
}
