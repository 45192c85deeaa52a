"""The rule as written: a frozen node per form, with its span.

Spans take no part in equality, so the same rule at another place is the same rule. `And` and `Or`
are flat (no `And` directly inside an `And`), parentheses leave no trace; `did not "x"` and
`never did "x"` are `Not(Did("x"))`, `is v` and `is not v` are `=` and `!=`. Everything else keeps
the form it was written in; `segql.rules.desugar` takes the shorthand away.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from attrs import field, frozen

from segql.language.source import Span
from segql.model.durations import Duration
from segql.model.instants import Instant
from segql.model.values import Path


def _span() -> Span | None:
    return field(default=None, kw_only=True, eq=False, repr=False)  # type: ignore[no-any-return]


# Points in time (§1 Literals)


@frozen
class Day:
    """A date literal: the whole local day."""

    day: date
    span: Span | None = _span()


@frozen
class NamedDay:
    """`today` or `yesterday`: the whole local day."""

    name: Literal["today", "yesterday"]
    span: Span | None = _span()


@frozen
class At:
    """An instant literal."""

    instant: Instant
    span: Span | None = _span()


@frozen
class Now:
    """`now`."""

    span: Span | None = _span()


@frozen
class Ago:
    """`30d ago`."""

    length: Duration
    span: Span | None = _span()


@frozen
class FromNow:
    """`7d from now`."""

    length: Duration
    span: Span | None = _span()


Point: TypeAlias = Day | NamedDay | At | Now | Ago | FromNow


# Values. A class per kind, because Python holds `1 == True`.


@frozen
class Text:
    """A string."""

    text: str
    span: Span | None = _span()


@frozen
class Number:
    """A number, a finite IEEE double; never -0.0."""

    number: float
    span: Span | None = _span()


@frozen
class Flag:
    """`true` or `false`."""

    flag: bool
    span: Span | None = _span()


Value: TypeAlias = Text | Number | Flag | Point


# Windows


@frozen
class Within:
    """`within 30d`: (now - 30d, now]. In a sequence: the length of a step or of the whole."""

    length: Duration
    span: Span | None = _span()


@frozen
class WithinNext:
    """`within next 7d`: (now, now + 7d]; dates only."""

    length: Duration
    span: Span | None = _span()


@frozen
class MoreThanAgo:
    """`more than 30d ago`: before 30d ago; dates only."""

    length: Duration
    span: Span | None = _span()


@frozen
class MoreThanFromNow:
    """`more than 7d from now`: (now + 7d, inf); dates only."""

    length: Duration
    span: Span | None = _span()


@frozen
class Before:
    """`before T`: (-inf, T)."""

    point: Point
    span: Span | None = _span()


@frozen
class After:
    """`after T`: (T, inf); dates only."""

    point: Point
    span: Span | None = _span()


@frozen
class Since:
    """`since T`: [T, now]; behaviour only."""

    point: Point
    span: Span | None = _span()


@frozen
class BetweenPoints:
    """`between T and T`: both included; behaviour only (attributes: `Between`)."""

    low: Point
    high: Point
    span: Span | None = _span()


@frozen
class BetweenAgo:
    """`between 60d and 30d ago`: (now - 60d, now - 30d]; behaviour only."""

    far: Duration
    near: Duration
    span: Span | None = _span()


@frozen
class On:
    """`on D`: the whole local day."""

    day: Day | NamedDay
    span: Span | None = _span()


@frozen
class During:
    """`during P`: `today`, `yesterday`, or `this`/`last` and a calendar unit, one blank between."""

    period: str
    span: Span | None = _span()


PERIODS = (
    "today",
    "yesterday",
    *(
        f"{which} {unit}"
        for which in ("this", "last")
        for unit in ("week", "month", "quarter", "year")
    ),
)

DateWindow: TypeAlias = (
    Before | After | On | Within | WithinNext | MoreThanAgo | MoreThanFromNow | During
)
"""What tests a date attribute."""

EventWindow: TypeAlias = Within | BetweenAgo | Since | Before | BetweenPoints | On | During
"""What bounds the events of a behaviour condition."""

SequenceWindow: TypeAlias = Since | Before | BetweenPoints | BetweenAgo | On | During
"""What bounds the first step of a sequence."""


# Tests of an attribute


@frozen
class Compare:
    """`= v`, `!= v`, `< v`, `<= v`, `> v`, `>= v`."""

    op: Literal["=", "!=", "<", "<=", ">", ">="]
    value: Value
    ignoring_case: bool = False
    span: Span | None = _span()


@frozen
class Between:
    """`between a and b`, both included: two numbers, or two points in time."""

    low: Number | Point
    high: Number | Point
    negated: bool = False
    span: Span | None = _span()


@frozen
class OneOf:
    """`in (a, b)`; at least one value."""

    values: tuple[Value, ...]
    negated: bool = False
    ignoring_case: bool = False
    span: Span | None = _span()


@frozen
class Contains:
    """`contains v`, `contains any of (…)`, `contains all of (…)`; exactly one value for `one`."""

    how: Literal["one", "any", "all"]
    values: tuple[Value, ...]
    negated: bool = False
    ignoring_case: bool = False
    span: Span | None = _span()


@frozen
class TextTest:
    """`starts with "x"`, `ends with "x"`, `matches "re"`."""

    how: Literal["starts with", "ends with", "matches"]
    text: str
    negated: bool = False
    ignoring_case: bool = False
    span: Span | None = _span()


@frozen
class Is:
    """`is known`, `unknown`, `empty`, `promoter`, `passive`, `detractor`; `is not …`."""

    what: Literal["known", "unknown", "empty", "promoter", "passive", "detractor"]
    negated: bool = False
    span: Span | None = _span()


@frozen
class Dated:
    """A window test on a date: `before T`, `within 30d`, `not during last month`, …"""

    window: DateWindow
    negated: bool = False
    span: Span | None = _span()


@frozen
class Changed:
    """`changed within 7d`, or `unchanged for 14d`: when the stored value last became what it is.

    On a `Trait` only.
    """

    length: Duration
    unchanged: bool = False
    negated: bool = False
    span: Span | None = _span()


# Operands


@frozen
class Trait:
    """`trait.a.b`."""

    path: Path
    span: Span | None = _span()


@frozen
class AccountTrait:
    """`account.a.b`: a trait of the account that the profile belongs to."""

    path: Path
    span: Span | None = _span()


@frozen
class Field:
    """A field kept by the system (§4), such as `last_seen`."""

    name: str
    span: Span | None = _span()


@frozen
class Answer:
    """`survey "nps".score`: the newest non-null answer at `path`."""

    survey: str
    path: Path
    span: Span | None = _span()


@frozen
class Property:
    """A bare name inside `where`: a property of the event, or an answer of the response."""

    path: Path
    span: Span | None = _span()


Operand: TypeAlias = Trait | AccountTrait | Field | Answer | Property


@frozen
class CompareWith:
    """`= != < <= > >=` with another attribute on the right: never a `Property`, nor on one."""

    op: Literal["=", "!=", "<", "<=", ">", ">="]
    other: Operand
    span: Span | None = _span()


ValueTest: TypeAlias = Compare | Between | OneOf | Contains | TextTest | Is | Dated
"""What tests a value by itself."""

AttributeTest: TypeAlias = ValueTest | Changed | CompareWith


# Clauses of behaviour


@frozen
class Counted:
    """`at least 3 times`, `between 2 and 5 times`; in a `Days` node: the same over days.

    `high` is set for `between` only.
    """

    how: Literal["at least", "at most", "exactly", "more than", "fewer than", "between"]
    low: int
    high: int | None = None
    span: Span | None = _span()


Aggregate: TypeAlias = Literal[
    "sum", "avg", "min", "max", "count distinct", "first", "last", "most frequent"
]


VALUE_AGGREGATES: Final = ("first", "last", "most frequent")
"""The aggregates that are values of the property, whatever their kind; the others are numbers."""


@frozen
class Having:
    """`having sum(amount) >= 500`, `having last(plan) = "pro"`.

    The test is a `Compare`, `Between` or `OneOf` with numbers; any for `first`, `last` and
    `most frequent`.
    """

    aggregate: Aggregate
    path: Path
    test: ValueTest
    span: Span | None = _span()


@frozen
class Regularity:
    """`in at least 3 of the last 5 weeks`: calendar units, the current one included.

    `last` from 1 to 366.
    """

    counted: Counted
    last: int
    unit: Literal["day", "week", "month"]
    span: Span | None = _span()


@frozen
class Step:
    """A step of a sequence: an event and what `where` asks of its properties."""

    event: str
    where: Rule | None = None
    span: Span | None = _span()


# Conditions


@frozen
class Attribute:
    """An operand and its test."""

    operand: Operand
    test: AttributeTest
    span: Span | None = _span()


@frozen
class Did:
    """`did "EVENT"` with clauses; `where` holds And, Or, Not and Attribute over Property only.

    At most one of `window` and `regularity` is set.
    """

    event: str
    where: Rule | None = None
    having: Having | None = None
    count: Counted | None = None
    days: Counted | None = None
    window: EventWindow | None = None
    regularity: Regularity | None = None
    span: Span | None = _span()


@frozen
class SurveyDid:
    """`saw survey "nps"` and the like; `survey` is None for `any survey`.

    `where` only with `completed`.
    """

    action: Literal["seen", "completed", "dismissed"]
    survey: str | None
    where: Rule | None = None
    count: Counted | None = None
    days: Counted | None = None
    window: EventWindow | None = None
    span: Span | None = _span()


@frozen
class Nth:
    """`first did "x" within 7d`, `last did "x" before 14d ago`."""

    which: Literal["first", "last"]
    event: str
    window: EventWindow
    where: Rule | None = None
    span: Span | None = _span()


@frozen
class Sequence:
    """`did "a" then "b" …`: two steps at least; with `absent` the last one is `then not`.

    `within` bounds the whole, or with `absent` the wait for the last step; `window` the first step.
    """

    steps: tuple[Step, ...]
    absent: bool = False
    within: Duration | None = None
    window: SequenceWindow | None = None
    span: Span | None = _span()


@frozen
class InSegment:
    """`in segment "x"`; `not in segment "x"` is `Not(InSegment("x"))`."""

    name: str
    span: Span | None = _span()


@frozen
class Teammates:
    """`any teammate (…)`, `every teammate (…)`: the profiles of the account, oneself included."""

    how: Literal["any", "every"]
    rule: Rule
    span: Span | None = _span()


@frozen
class InSample:
    """`in sample 10%`, `in sample 10% of "q3"`; percent from 0 to 100."""

    percent: Decimal
    name: str | None = None
    span: Span | None = _span()


@frozen
class Constant:
    """`everyone` (holds) or `no one`."""

    holds: bool
    span: Span | None = _span()


# Logic


@frozen
class And:
    """Two or more items, none of them an `And`."""

    items: tuple[Rule, ...]
    span: Span | None = _span()


@frozen
class Or:
    """Two or more items, none of them an `Or`."""

    items: tuple[Rule, ...]
    span: Span | None = _span()


@frozen
class Not:
    """`not a`."""

    item: Rule
    span: Span | None = _span()


@frozen
class Group:
    """`all of (…)`, `any of`, `none of`, or `at least 2 of (…)`, where `least` is the number."""

    how: Literal["all", "any", "none", "at least"]
    items: tuple[Rule, ...]
    least: int | None = None
    span: Span | None = _span()


Condition: TypeAlias = (
    Attribute | Did | SurveyDid | Nth | Sequence | InSegment | InSample | Constant | Teammates
)
Rule: TypeAlias = And | Or | Not | Group | Condition


# Segment files (§5)


@frozen
class Notify:
    """A line that fires: `on enter`, `on leave`, or `after` a length of stay.

    `cooldown` is the length after `at most once every`.
    """

    when: Literal["enter", "leave", "after"]
    destinations: tuple[str, ...]
    after: Duration | None = None
    cooldown: Duration | None = None
    span: Span | None = _span()


@frozen
class Segment:
    """A named rule with its description and the lines that fire, in the order written."""

    name: str
    rule: Rule
    description: str | None = None
    notify: tuple[Notify, ...] = ()
    span: Span | None = _span()
    name_span: Span | None = _span()
