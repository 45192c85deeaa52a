"""Hypothesis strategies for every form of a rule, and of a segment, that the parser accepts.

Names, values and lengths come from small pools, so that rules meet the profiles of a test; other
tests replace the pools.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias, TypeVar

from attrs import evolve, frozen
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from segql.language.syntax import (
    PERIODS,
    VALUE_AGGREGATES,
    AccountTrait,
    After,
    Ago,
    And,
    Answer,
    At,
    Attribute,
    Before,
    Between,
    BetweenAgo,
    BetweenPoints,
    Changed,
    Compare,
    CompareWith,
    Constant,
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
    Group,
    Having,
    InSample,
    InSegment,
    Is,
    MoreThanAgo,
    MoreThanFromNow,
    NamedDay,
    Not,
    Notify,
    Now,
    Nth,
    Number,
    On,
    OneOf,
    Operand,
    Or,
    Point,
    Property,
    Regularity,
    Rule,
    Segment,
    Sequence,
    SequenceWindow,
    Since,
    Step,
    SurveyDid,
    Teammates,
    Text,
    TextTest,
    Trait,
    Value,
    ValueTest,
    Within,
    WithinNext,
)
from segql.model.durations import Duration
from segql.model.values import Path


@frozen(repr=False)
class Pools:
    """What names and values are drawn from; each holds at least one."""

    traits: tuple[Path, ...] = (
        ("plan",), ("seats",), ("tags",), ("renews_at",), ("company", "size"), ("Plan name",),
        ("company.size",), ("and",), ("when",), ("größe",), ('a"b\\c', "not"), ("",),
    )  # fmt: skip
    account_traits: tuple[Path, ...] = (("plan",), ("seats",), ("created_at",), ("id", "not"))
    events: tuple[str, ...] = ("export", "signup", "purchase", "ticket # 1", "\u202edone\n")
    surveys: tuple[str, ...] = ("nps", "csat 2026")
    questions: tuple[Path, ...] = (("score",), ("why not",), ("when",), ("a", "b"))
    properties: tuple[Path, ...] = (
        ("amount",), ("format",), ("currency",), ("paid_at",), ("item", "kind"), ("not",),
        ("and",), ("Net amount",), ("where",), ("trait", "x"), ("within",),
    )  # fmt: skip
    segments: tuple[str, ...] = ("power users", "new")
    destinations: tuple[str, ...] = ("crm", "growth-slack")
    samples: tuple[str, ...] = ("q3", "june mailing")
    texts: tuple[str, ...] = ("pro", "free", "", "Zoë", "# no comment", 'say "hi"\t', "a\u0000b")
    numbers: tuple[float, ...] = (0.0, 1.0, -3.0, 2.5, 10.0, 1e-7, 123456.789, 2.0**53)
    patterns: tuple[str, ...] = ("^p", "o$", r"a.*b\d+", "(x|y)+", r"\bpro\b")
    exact_lengths: tuple[Duration, ...] = (
        Duration(30, "s"), Duration(15, "min"), Duration(12, "h"), Duration(1, "d"),
        Duration(7, "d"), Duration(30, "d"), Duration(2, "w"),
    )  # fmt: skip
    calendar_lengths: tuple[Duration, ...] = (
        Duration(1, "mo"),
        Duration(3, "mo"),
        Duration(1, "y"),
    )
    days: tuple[date, ...] = (date(2026, 1, 31), date(2026, 2, 28), date(2024, 2, 29))
    instants: tuple[int, ...] = (1_769_853_600_000, 1_772_236_800_123, 0, -1_000)
    percents: tuple[Decimal, ...] = tuple(
        Decimal(text) for text in ("0", "0.5", "10", "33.333", "50", "99.99", "100")
    )

    @property
    def lengths(self) -> tuple[Duration, ...]:
        """Lengths of both kinds."""
        return (*self.exact_lengths, *self.calendar_lengths)


POOLS = Pools()

T = TypeVar("T")
CountWord: TypeAlias = Literal[
    "at least", "at most", "exactly", "more than", "fewer than", "between"
]
GroupWord: TypeAlias = Literal["all", "any", "none", "at least"]

NAMED_DAYS = (NamedDay("today"), NamedDay("yesterday"))
COUNT_WORDS: tuple[CountWord, ...] = (
    "at least", "at most", "exactly", "more than", "fewer than", "between",
)  # fmt: skip
GROUP_WORDS: tuple[GroupWord, ...] = ("all", "any", "none", "at least")

TEXT_FIELDS = ("id", "email", "account")
TIME_FIELDS = (
    "first_seen", "last_seen", "last_event", "last_survey_seen", "last_survey_completed",
    "last_survey_dismissed", "last_survey",
)  # fmt: skip
NUMBER_FIELDS = ("events", "surveys_seen", "surveys_completed", "surveys_dismissed")


def _points(pools: Pools, *, future: bool = True) -> SearchStrategy[Point]:
    lengths = st.sampled_from(pools.lengths)
    past: list[SearchStrategy[Point]] = [
        st.sampled_from(pools.days).map(Day),
        st.sampled_from(NAMED_DAYS),
        st.sampled_from(pools.instants).map(At),
        st.just(Now()),
        lengths.map(Ago),
    ]
    return st.one_of(*past, lengths.map(FromNow)) if future else st.one_of(*past)


def _whole_days(pools: Pools) -> SearchStrategy[Day | NamedDay]:
    named = st.sampled_from(NAMED_DAYS)
    return st.one_of(st.sampled_from(pools.days).map(Day), named)


@st.composite
def _lengths_down(draw: st.DrawFn, pools: Pools) -> tuple[Duration, Duration]:
    """Two lengths of one kind, the longer one first."""
    exact = draw(st.booleans()) or len(pools.calendar_lengths) < 2
    pool = pools.exact_lengths if exact else pools.calendar_lengths
    sizes = sorted({length.ms if exact else length.months: length for length in pool}.items())
    near = draw(st.integers(0, len(sizes) - 2))
    far = draw(st.integers(near + 1, len(sizes) - 1))
    return sizes[far][1], sizes[near][1]


@st.composite
def _bounds(draw: st.DrawFn, pools: Pools, future: bool = True) -> tuple[Point, Point]:
    """Two points that are not reversed, whenever the rule is evaluated."""
    days = sorted(draw(st.tuples(*[st.sampled_from(pools.days)] * 2)))
    instants = sorted(draw(st.tuples(*[st.sampled_from(pools.instants)] * 2)))
    far, near = draw(_lengths_down(pools))
    pairs: list[tuple[Point, Point]] = [
        (Day(days[0]), Day(days[1])),
        (At(instants[0]), At(instants[1])),
        (Ago(far), Ago(near)),
        (Ago(far), Now()),
        (NamedDay("yesterday"), NamedDay("today")),
    ]
    if future:
        pairs += [(FromNow(near), FromNow(far)), (Ago(near), FromNow(far)), (Now(), FromNow(far))]
    return draw(st.sampled_from(pairs))


def values(pools: Pools = POOLS) -> SearchStrategy[Value]:
    """The right side of an equality."""
    return st.one_of(_texts(pools), _numbers(pools), st.booleans().map(Flag), _points(pools))


def _texts(pools: Pools) -> SearchStrategy[Text]:
    return st.sampled_from(pools.texts).map(Text)


def _numbers(pools: Pools) -> SearchStrategy[Number]:
    return st.sampled_from(pools.numbers).map(Number)


def _several(items: SearchStrategy[T]) -> SearchStrategy[tuple[T, ...]]:
    return st.lists(items, min_size=1, max_size=3).map(tuple)


def event_windows(pools: Pools = POOLS) -> SearchStrategy[EventWindow]:
    """What bounds the events of a behaviour condition."""
    return st.one_of(st.sampled_from(pools.lengths).map(Within), sequence_windows(pools))


def sequence_windows(pools: Pools = POOLS) -> SearchStrategy[SequenceWindow]:
    """What bounds the first step of a sequence."""
    points = _points(pools, future=False)
    return st.one_of(
        _lengths_down(pools).map(lambda pair: BetweenAgo(*pair)),
        _bounds(pools, future=False).map(lambda pair: BetweenPoints(*pair)),
        points.map(Since),
        points.map(Before),
        _whole_days(pools).map(On),
        st.sampled_from(PERIODS).map(During),
    )


def date_windows(pools: Pools = POOLS) -> SearchStrategy[DateWindow]:
    """What tests a date."""
    lengths, points = st.sampled_from(pools.lengths), _points(pools)
    return st.one_of(
        points.map(Before),
        points.map(After),
        _whole_days(pools).map(On),
        lengths.map(Within),
        lengths.map(WithinNext),
        lengths.map(MoreThanAgo),
        lengths.map(MoreThanFromNow),
        st.sampled_from(PERIODS).map(During),
    )


def changes(pools: Pools = POOLS) -> SearchStrategy[Changed]:
    """When a trait last became what it is."""
    return st.builds(Changed, st.sampled_from(pools.lengths), st.booleans(), st.booleans())


def operands(pools: Pools = POOLS) -> SearchStrategy[Operand]:
    """What is tested, fields apart."""
    return st.one_of(
        st.sampled_from(pools.traits).map(Trait),
        st.sampled_from(pools.account_traits).map(AccountTrait),
        st.builds(Answer, st.sampled_from(pools.surveys), st.sampled_from(pools.questions)),
    )


@st.composite
def comparisons(draw: st.DrawFn, pools: Pools = POOLS) -> Attribute:
    """Two attributes beside each other, fields with what they may be compared with."""
    names = draw(st.sampled_from(((), TEXT_FIELDS, NUMBER_FIELDS, TIME_FIELDS)))
    ops = ("=", "!=") if names == TEXT_FIELDS else ("=", "!=", "<", "<=", ">", ">=")
    sides = [draw(operands(pools)), draw(operands(pools))]
    if names:
        sides[0] = Field(draw(st.sampled_from(names)))
        if draw(st.booleans()):
            sides[1] = Field(draw(st.sampled_from(names)))
    left, right = draw(st.permutations(sides))
    return Attribute(left, CompareWith(draw(st.sampled_from(ops)), right))


def _known() -> SearchStrategy[Is]:
    return st.builds(Is, st.sampled_from(("known", "unknown", "empty")), st.booleans())


def text_tests(pools: Pools = POOLS) -> SearchStrategy[ValueTest]:
    """Tests of texts, and of lists of texts."""
    flags, texts = st.booleans(), _texts(pools)
    hows = st.sampled_from(("starts with", "ends with"))
    characters, patterns = st.sampled_from(pools.texts), st.sampled_from(pools.patterns)
    return st.one_of(
        _known(),
        st.builds(Compare, st.sampled_from(("=", "!=")), texts, flags),
        st.builds(OneOf, _several(texts), flags, flags),
        st.builds(Contains, st.just("one"), st.tuples(texts), flags, flags),
        st.builds(Contains, st.sampled_from(("any", "all")), _several(texts), flags, flags),
        st.builds(TextTest, hows, characters, flags, flags),
        st.builds(TextTest, st.just("matches"), patterns, flags, flags),
    )


def number_tests(pools: Pools = POOLS) -> SearchStrategy[ValueTest]:
    """Tests of numbers."""
    scores = st.sampled_from(("promoter", "passive", "detractor"))
    return st.one_of(_known(), plain_number_tests(pools), st.builds(Is, scores, st.booleans()))


@st.composite
def plain_number_tests(draw: st.DrawFn, pools: Pools = POOLS) -> Compare | Between | OneOf:
    """Tests of numbers that `having` takes too."""
    numbers = _numbers(pools)
    match draw(st.integers(0, 2)):
        case 0:
            return Compare(draw(st.sampled_from(("=", "!=", "<", "<=", ">", ">="))), draw(numbers))
        case 1:
            low, high = sorted(draw(st.tuples(numbers, numbers)), key=lambda each: each.number)
            return Between(low, high, draw(st.booleans()))
        case _:
            return OneOf(draw(_several(numbers)), draw(st.booleans()))


def date_tests(pools: Pools = POOLS) -> SearchStrategy[ValueTest]:
    """Tests of dates."""
    ops, points = st.sampled_from(("=", "!=", "<", "<=", ">", ">=")), _points(pools)
    return st.one_of(
        _known(),
        st.builds(Compare, ops, points),
        st.builds(OneOf, _several(points), st.booleans()),
        st.builds(
            lambda pair, flag: Between(pair[0], pair[1], flag), _bounds(pools), st.booleans()
        ),
        st.builds(Dated, date_windows(pools), st.booleans()),
    )


@st.composite
def any_tests(draw: st.DrawFn, pools: Pools = POOLS) -> ValueTest:
    """Tests of anything, mixed kinds among them; drawn, so that no report writes them all out."""
    flags, anything = st.booleans(), values(pools)
    mixed = st.one_of(
        st.builds(Compare, st.sampled_from(("=", "!=")), anything),
        st.builds(OneOf, _several(anything), flags),
        st.builds(Contains, st.just("one"), st.tuples(anything), flags),
        st.builds(Contains, st.sampled_from(("any", "all")), _several(anything), flags),
    )
    return draw(st.one_of(text_tests(pools), number_tests(pools), date_tests(pools), mixed))


@st.composite
def attributes(draw: st.DrawFn, pools: Pools = POOLS) -> Attribute:
    """Conditions on traits, answers and fields, the fields with tests of their own kind."""
    fields = (
        st.builds(Attribute, st.sampled_from(names).map(Field), tests)
        for names, tests in (
            (TEXT_FIELDS, text_tests(pools)),
            (NUMBER_FIELDS, number_tests(pools)),
            (TIME_FIELDS, date_tests(pools)),
        )
    )
    some: SearchStrategy[Attribute] = st.one_of(
        st.builds(Attribute, operands(pools), any_tests(pools)),
        *fields,
        st.builds(Attribute, st.sampled_from(pools.traits).map(Trait), changes(pools)),
        comparisons(pools),
    )
    return draw(some)


def wheres(pools: Pools = POOLS, names: tuple[Path, ...] | None = None) -> SearchStrategy[Rule]:
    """What `where` asks: `and`, `or` and `not` over properties, or over answers with `names`."""
    paths = st.sampled_from(names or pools.properties)
    tests = st.builds(Attribute, paths.map(Property), any_tests(pools))
    return st.recursive(tests, _logic, max_leaves=4)


def _logic(inner: SearchStrategy[Rule]) -> SearchStrategy[Rule]:
    return st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(all_of),
        st.lists(inner, min_size=2, max_size=3).map(any_of),
        inner.map(Not),
    )


def all_of(items: list[Rule]) -> And:
    """`and` between items, flat."""
    return And(
        tuple(x for item in items for x in (item.items if isinstance(item, And) else (item,)))
    )


def any_of(items: list[Rule]) -> Or:
    """`or` between items, flat."""
    return Or(tuple(x for item in items for x in (item.items if isinstance(item, Or) else (item,))))


@st.composite
def counts(draw: st.DrawFn) -> Counted:
    """A count that is neither always true nor always false."""
    how = draw(st.sampled_from(COUNT_WORDS))
    low = draw(st.integers(1 if how in ("at least", "fewer than") else 0, 4))
    if how == "between":
        return Counted("between", low, draw(st.integers(max(low, 1), 6)))
    return Counted(how, low)


def havings(pools: Pools = POOLS) -> SearchStrategy[Having]:
    """Tests of an aggregate."""
    aggregates = st.sampled_from(("sum", "avg", "min", "max", "count distinct"))
    valued, names = st.sampled_from(VALUE_AGGREGATES), st.sampled_from(pools.properties)
    return st.one_of(
        st.builds(Having, aggregates, names, plain_number_tests(pools)),
        st.builds(Having, valued, names, any_tests(pools)),
    )


@st.composite
def regularities(
    draw: st.DrawFn,
    hows: tuple[CountWord, ...] = COUNT_WORDS,
    units: tuple[Literal["day", "week", "month"], ...] = ("day", "week", "month"),
) -> Regularity:
    """A count of calendar units that is neither always true nor always false."""
    how, unit = draw(st.sampled_from(hows)), draw(st.sampled_from(units))
    last = draw(
        st.integers(2 if how == "between" else 1, {"day": 40, "week": 9, "month": 14}[unit])
    )
    low = draw(
        st.integers(
            1 if how in ("at least", "fewer than", "between") else 0,
            last - 1 if how in ("at most", "more than", "between") else last,
        )
    )
    high = draw(st.integers(low, last)) if how == "between" else None
    return Regularity(Counted(how, low, high), last, unit)


def behaviours(pools: Pools = POOLS) -> SearchStrategy[Rule]:
    """Conditions on events and surveys, sequences among them."""
    events, maybe_where = st.sampled_from(pools.events), st.none() | wheres(pools)
    maybe_count, maybe_window = st.none() | counts(), st.none() | event_windows(pools)
    answers = st.none() | wheres(pools, pools.questions)
    survey = st.none() | st.sampled_from(pools.surveys)
    did = {
        "where": maybe_where,
        "having": st.none() | havings(pools),
        "count": maybe_count,
        "days": maybe_count,
    }
    return st.one_of(
        st.builds(Did, events, **did, window=maybe_window),
        st.builds(Did, events, **did, regularity=regularities()),
        st.builds(
            lambda did, where: evolve(did, where=where) if did.action == "completed" else did,
            st.builds(
                SurveyDid,
                st.sampled_from(("seen", "completed", "dismissed")),
                survey,
                count=maybe_count,
                days=maybe_count,
                window=maybe_window,
            ),
            answers,
        ),
        st.builds(
            Nth, st.sampled_from(("first", "last")), events, event_windows(pools), maybe_where
        ),
        st.builds(
            Sequence,
            st.lists(st.builds(Step, events, maybe_where), min_size=2, max_size=3).map(tuple),
            st.booleans(),
            st.none() | st.sampled_from(pools.exact_lengths),
            st.none() | sequence_windows(pools),
        ),
    )


def conditions(pools: Pools = POOLS) -> SearchStrategy[Rule]:
    """Every leaf of a rule."""
    samples = st.none() | st.sampled_from(pools.samples)
    return st.one_of(
        attributes(pools),
        behaviours(pools),
        st.one_of(
            st.sampled_from(pools.segments).map(InSegment),
            st.builds(InSample, st.sampled_from(pools.percents), samples),
            st.booleans().map(Constant),
        ),
    )


def rules(pools: Pools = POOLS, *, max_leaves: int = 6) -> SearchStrategy[Rule]:
    """Rules over the whole grammar, a few levels deep."""
    return st.recursive(conditions(pools), _logic_and_groups, max_leaves=max_leaves)


def _logic_and_groups(inner: SearchStrategy[Rule]) -> SearchStrategy[Rule]:
    teammates = st.builds(Teammates, st.sampled_from(("any", "every")), inner)
    return st.one_of(_logic(inner), _groups(inner), teammates)


@st.composite
def _groups(draw: st.DrawFn, inner: SearchStrategy[Rule]) -> Group:
    how = draw(st.sampled_from(GROUP_WORDS))
    items = tuple(draw(st.lists(inner, min_size=1, max_size=3)))
    return Group(how, items, draw(st.integers(1, len(items))) if how == "at least" else None)


def notifies(pools: Pools = POOLS) -> SearchStrategy[Notify]:
    """Lines that fire."""
    lengths, names = st.sampled_from(pools.lengths), st.sampled_from(pools.destinations)
    several = st.lists(names, min_size=1, max_size=len(pools.destinations), unique=True).map(tuple)
    cooldown = st.none() | lengths
    return st.one_of(
        st.builds(
            Notify, st.sampled_from(("enter", "leave")), several, st.none(), cooldown=cooldown
        ),
        st.builds(Notify, st.just("after"), several, lengths, cooldown),
    )


def segments(pools: Pools = POOLS) -> SearchStrategy[Segment]:
    """Segments with any of their lines."""
    return st.builds(
        Segment,
        st.sampled_from(pools.segments),
        rules(pools),
        st.none() | st.sampled_from(pools.texts),
        st.lists(notifies(pools), max_size=3).map(tuple),
    )


def files(pools: Pools = POOLS) -> SearchStrategy[tuple[Segment, ...]]:
    """Segments with names of their own."""
    several = st.lists(
        segments(pools), max_size=len(pools.segments), unique_by=lambda each: each.name
    )
    return several.map(tuple)
