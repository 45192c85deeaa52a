"""The core rule: what a rule means, with every shorthand gone; about a dozen frozen nodes.

Windows are half-open and relative to a moment (`segql.model.windows`); a behaviour window never
reaches past now. Negation is only ever `Not`: every test below is positive, and false on something
missing (§3.1). Nodes are hashable, so that equal conditions are evaluated once.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import frozen

from segql.model.values import Path, Scalar
from segql.model.windows import Window

# What a test looks at


@frozen(cache_hash=True)
class Trait:
    """The trait at `path`."""

    path: Path


@frozen(cache_hash=True)
class AccountTrait:
    """The trait at `path` of the profile's account; missing without one."""

    path: Path


@frozen(cache_hash=True)
class Field:
    """A field kept by the system (§4)."""

    name: str


@frozen(cache_hash=True)
class Answer:
    """The newest non-null answer at `path` to `survey`."""

    survey: str
    path: Path


@frozen(cache_hash=True)
class Property:
    """The property at `path` of the event, or the answer of the response, that `where` tests."""

    path: Path


Operand: TypeAlias = Trait | AccountTrait | Field | Answer | Property


# Tests. On a list they hold when some element passes, except Contains, Known and Empty (§3.3).


@frozen(cache_hash=True)
class Typed:
    """A scalar with its kind, because Python holds `1 == True`. Numbers are doubles."""

    kind: Literal["flag", "number", "text"]
    scalar: Scalar


@frozen(cache_hash=True)
class Equals:
    """Equal to one of `values`, kind and value; `folded`: texts compare case-folded.

    With `folded` the texts in `values` are folded already.
    """

    values: frozenset[Typed]
    folded: bool = False


@frozen(cache_hash=True)
class NumberIn:
    """A number between `low` and `high` (infinite where open-ended), each end included or not."""

    low: float
    high: float
    low_included: bool = True
    high_included: bool = True


@frozen(cache_hash=True)
class DateIn:
    """Reads as a date (§3.5) inside `window`."""

    window: Window


@frozen(cache_hash=True)
class ContainsText:
    """A string with the substring `text`, or a list with an element equal to it.

    With `folded` both sides compare case-folded and `text` is folded already.
    """

    text: str
    folded: bool = False


@frozen(cache_hash=True)
class ContainsElement:
    """A list some element of which passes `test`; never holds on a value outside a list."""

    test: Equals | DateIn


@frozen(cache_hash=True)
class TextMatches:
    """A string that `how` ("starts with", "ends with", "matches") fits `text`.

    With `folded` the comparison is case-folded (text folded already), or for "matches" the
    pattern runs with RE2's `(?i)`.
    """

    how: Literal["starts with", "ends with", "matches"]
    text: str
    folded: bool = False


@frozen(cache_hash=True)
class Known:
    """There is a value: "" and an empty list are known."""


@frozen(cache_hash=True)
class Empty:
    """The empty string or an empty list."""


@frozen(cache_hash=True)
class ChangedIn:
    """The value is known, and the instant at which it last became what it is lies in `window`.

    Only in `Holds` on a `Trait`; false where nothing says when it became so.
    """

    window: Window


@frozen(cache_hash=True)
class Several:
    """Some test passes on the value, or with `every` all do; each by itself. Only in `Having`."""

    every: bool
    tests: tuple[Test, ...]


Test: TypeAlias = (
    Equals
    | NumberIn
    | DateIn
    | ContainsText
    | ContainsElement
    | TextMatches
    | Known
    | Empty
    | ChangedIn
    | Several
)


# Parts of behaviour


@frozen(cache_hash=True)
class Event:
    """Events called `name`."""

    name: str


@frozen(cache_hash=True)
class SurveyAction:
    """Recorded actions on `survey`, or on any survey when it is None."""

    action: Literal["seen", "completed", "dismissed"]
    survey: str | None


Activity: TypeAlias = Event | SurveyAction


@frozen(cache_hash=True)
class Range:
    """A plain number from `least` to `most`, both included; no upper bound when None."""

    least: int
    most: int | None = None


ONCE = Range(1)


@frozen(cache_hash=True)
class Having:
    """An aggregate over the events that filter and window leave; missing makes `test` false.

    `first` and `last` are the value at `path` of the first and last event that has one, as it is;
    `most frequent` is a scalar, lists counted element by element, ties to the one seen last. These
    three are tested as a property at `path` is, the others, which are numbers, by `Equals` or
    `NumberIn`. `negated` turns the outcome round, so that a negated test is true when missing.
    """

    aggregate: Literal[
        "sum", "avg", "min", "max", "count distinct", "first", "last", "most frequent"
    ]
    path: Path
    test: Test
    negated: bool = False


@frozen(cache_hash=True)
class Units:
    """The last `last` calendar units, the current one, cut at now, included.

    The number of those in which a condition holds lies in `accepted`.
    """

    unit: Literal["day", "week", "month"]
    last: int
    accepted: Range


@frozen(cache_hash=True)
class Step:
    """A step of a sequence."""

    event: str
    where: Rule | None = None


# Rules


@frozen(cache_hash=True)
class AllOf:
    """Every part holds; without parts: everyone."""

    parts: tuple[Rule, ...]


@frozen(cache_hash=True)
class AnyOf:
    """Some part holds; without parts: no one."""

    parts: tuple[Rule, ...]


@frozen(cache_hash=True)
class AtLeast:
    """At least `least` of the parts hold; a part written twice counts twice."""

    least: int
    parts: tuple[Rule, ...]


@frozen(cache_hash=True)
class Not:
    """The part does not hold."""

    part: Rule


@frozen(cache_hash=True)
class Holds:
    """The operand's value passes the test."""

    operand: Operand
    test: Test


@frozen(cache_hash=True)
class Compares:
    """Some element of `operand` is `op` some element of `other`.

    Two that both read as dates (§3.5, each under the last part of its own path; fields of time
    always) compare as instants; else two numbers as numbers; else they are equal at most, kind and
    value. False when either is missing. Never on a Property.
    """

    operand: Operand
    op: Literal["=", "<", "<="]
    other: Operand


@frozen(cache_hash=True)
class Did:
    """The activities inside `window` that `where` leaves: their number, days and aggregate fit.

    `where` is AllOf, AnyOf, Not and Holds over Property. `times` is None where only `days` decides.
    With `units`, all three are asked inside each of them, and `window` is ALWAYS.
    """

    activity: Activity
    where: Rule | None
    times: Range | None
    days: Range | None
    having: Having | None
    window: Window
    units: Units | None = None


@frozen(cache_hash=True)
class Nth:
    """The first or last activity that `where` leaves lies inside `window`."""

    which: Literal["first", "last"]
    activity: Event
    where: Rule | None
    window: Window


@frozen(cache_hash=True)
class Sequence:
    """Some choice of events fits the steps in order, each strictly later than the one before.

    The first lies inside `window`, the last at most `within_ms` after the first. With `absent`:
    the steps fit (unbounded), and no event fits `absent` later than the last one chosen, up to
    `within_ms` after it (without: up to now).
    """

    steps: tuple[Step, ...]
    absent: Step | None
    within_ms: int | None
    window: Window


@frozen(cache_hash=True)
class InSegment:
    """The rule of the segment holds at the same moment."""

    name: str


@frozen(cache_hash=True)
class InSample:
    """The profile's share in the sample `name` is below `threshold` (of 2^32)."""

    threshold: int
    name: str


@frozen(cache_hash=True)
class Teammates:
    """`part` holds for some, or with `every` for each, profile of the account, oneself included.

    False without an account.
    """

    every: bool
    part: Rule


Rule: TypeAlias = (
    AllOf
    | AnyOf
    | AtLeast
    | Not
    | Holds
    | Compares
    | Did
    | Nth
    | Sequence
    | InSegment
    | InSample
    | Teammates
)

EVERYONE = AllOf(())
NO_ONE = AnyOf(())
