"""Every form of a condition, with a strategy that writes it, for runs that must meet them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import combinations
from typing import Any, Literal, TypeAlias

from attrs import evolve
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from language.strategies import (
    COUNT_WORDS,
    NUMBER_FIELDS,
    TEXT_FIELDS,
    TIME_FIELDS,
    Pools,
    any_tests,
    attributes,
    behaviours,
    counts,
    date_tests,
    event_windows,
    havings,
    number_tests,
    operands,
    plain_number_tests,
    regularities,
    rules,
    sequence_windows,
    text_tests,
    wheres,
)
from segql.language import syntax as s

Strategy: TypeAlias = SearchStrategy[s.Rule]
Forms: TypeAlias = Mapping[str, Strategy]

COUNTS = COUNT_WORDS


@lru_cache
def forms(pools: Pools) -> Forms:
    """A strategy per form, by what it is called in a report."""
    return {
        **_operands(pools),
        **{f"test {name}": _tested(pools, tests) for name, tests in _tests(pools).items()},
        **_did(pools),
        **_regularities(pools),
        **_surveys(pools),
        **_nth(pools),
        **_sequences(pools),
        **_logic(pools),
        **_changes(pools),
        **_comparisons(pools),
        **_teammates(pools),
    }


def _operand(pools: Pools) -> SearchStrategy[s.Operand]:
    traits = st.sampled_from(pools.traits).map(s.Trait)
    answers = st.builds(s.Answer, st.sampled_from(pools.surveys), st.sampled_from(pools.questions))
    return st.one_of(traits, st.sampled_from(pools.account_traits).map(s.AccountTrait), answers)


def _tested(pools: Pools, tests: SearchStrategy[Any]) -> Strategy:
    return st.builds(s.Attribute, _operand(pools), tests)


def _operands(pools: Pools) -> Forms:
    anything = any_tests(pools)
    answers = st.builds(s.Answer, st.sampled_from(pools.surveys), st.sampled_from(pools.questions))
    found = {
        "a trait": st.builds(s.Attribute, st.sampled_from(pools.traits).map(s.Trait), anything),
        "an account's trait": st.builds(
            s.Attribute, st.sampled_from(pools.account_traits).map(s.AccountTrait), anything
        ),
        "an answer": st.builds(s.Attribute, answers, anything),
    }
    for names, tests in (
        (TEXT_FIELDS, text_tests(pools)),
        (NUMBER_FIELDS, number_tests(pools)),
        (TIME_FIELDS, date_tests(pools)),
    ):
        found |= {
            f"field {name}": st.builds(s.Attribute, st.just(s.Field(name)), tests) for name in names
        }
    return found


def _tests(pools: Pools) -> Mapping[str, SearchStrategy[Any]]:
    """Tests, none of them negated: see `turned`."""
    texts, numbers = [s.Text(one) for one in pools.texts], [s.Number(one) for one in pools.numbers]
    points = _points(pools)
    by_kind: dict[str, list[Any]] = {
        "text": texts, "number": numbers, "flag": [s.Flag(True), s.Flag(False)], "date": points,
    }  # fmt: skip
    anything = st.sampled_from(list(by_kind)).flatmap(lambda kind: st.sampled_from(by_kind[kind]))
    several = st.lists(anything, min_size=1, max_size=3).map(tuple)
    some_texts = st.lists(st.sampled_from(texts), min_size=1, max_size=3).map(tuple)
    found: dict[str, SearchStrategy[Any]] = {}
    for kind, values in by_kind.items():
        found[f"= {kind}"] = st.builds(s.Compare, st.just("="), st.sampled_from(values))
        if kind in ("number", "date"):
            for op in ("<", "<=", ">", ">="):
                found[f"{op} {kind}"] = st.builds(s.Compare, st.just(op), st.sampled_from(values))
    found["= ignoring case"] = st.builds(
        s.Compare, st.just("="), st.sampled_from(texts), st.just(True)
    )
    pairs = list(combinations(numbers, 2))
    found["between number"] = st.builds(
        lambda pair: s.Between(*_sorted(pair)), st.sampled_from(pairs)
    )
    found["between date"] = st.builds(
        lambda pair: s.Between(*pair), st.sampled_from(_bounds(pools))
    )
    found["in"] = st.builds(s.OneOf, several)
    found["in ignoring case"] = st.builds(s.OneOf, some_texts, ignoring_case=st.just(True))
    for how in ("one", "any", "all"):
        many, only_texts = several, some_texts
        if how == "all":
            many = st.tuples(anything) | st.tuples(*[st.sampled_from(texts)] * 2)
        if how == "one":
            many, only_texts = st.tuples(anything), st.tuples(st.sampled_from(texts))
        found[f"contains {how}"] = st.builds(s.Contains, st.just(how), many)
        found[f"contains {how} ignoring case"] = st.builds(
            s.Contains, st.just(how), only_texts, ignoring_case=st.just(True)
        )
    for how in ("starts with", "ends with", "matches"):
        right = st.sampled_from(pools.patterns if how == "matches" else pools.texts)
        for suffix, fold in (("", False), (" ignoring case", True)):
            found[how + suffix] = st.builds(
                s.TextTest, st.just(how), right, ignoring_case=st.just(fold)
            )
    for what in ("known", "empty", "promoter", "passive", "detractor"):
        found[f"is {what}"] = st.just(s.Is(what))
    for window, windows in _windows(pools).items():
        if window not in (s.Since, s.BetweenAgo, s.BetweenPoints):
            found[window.__name__] = st.builds(s.Dated, st.sampled_from(windows))
    return found


def _sorted(pair: tuple[s.Number, s.Number]) -> tuple[s.Number, s.Number]:
    low, high = sorted(pair, key=lambda one: one.number)
    return low, high


def _points(pools: Pools) -> list[s.Point]:
    """Every point in time there is."""
    return [
        *map(s.Day, pools.days),
        *(s.NamedDay("today"), s.NamedDay("yesterday"), s.Now()),
        *map(s.At, pools.instants),
        *map(s.Ago, pools.lengths),
        *map(s.FromNow, pools.lengths),
    ]


def _bounds(pools: Pools) -> list[tuple[s.Point, s.Point]]:
    """Pairs of points that are never reversed."""
    exact = sorted(pools.exact_lengths, key=lambda one: one.ms)
    return [
        *((s.Day(low), s.Day(high)) for low, high in combinations(sorted(pools.days), 2)),
        *((s.At(low), s.At(high)) for low, high in combinations(sorted(pools.instants), 2)),
        *((s.Ago(far), s.Ago(near)) for near, far in combinations(exact, 2)),
        *((s.Ago(far), s.Now()) for far in pools.lengths),
        (s.NamedDay("yesterday"), s.NamedDay("today")),
    ]


def _windows(pools: Pools) -> dict[type, list[Any]]:
    """Every window of each kind."""
    points, lengths = _points(pools), pools.lengths
    exact = sorted(pools.exact_lengths, key=lambda one: one.ms)
    steps = sorted(pools.calendar_lengths, key=lambda one: one.months)
    days: list[s.Day | s.NamedDay] = [s.NamedDay("today"), s.NamedDay("yesterday")]
    days += [*map(s.Day, pools.days)]
    return {
        s.Within: [*map(s.Within, lengths)],
        s.WithinNext: [*map(s.WithinNext, lengths)],
        s.MoreThanAgo: [*map(s.MoreThanAgo, lengths)],
        s.MoreThanFromNow: [*map(s.MoreThanFromNow, lengths)],
        s.Before: [*map(s.Before, points)],
        s.After: [*map(s.After, points)],
        s.Since: [s.Since(one) for one in points if not isinstance(one, s.FromNow)],
        s.BetweenAgo: [
            s.BetweenAgo(far, near)
            for ordered in (exact, steps)
            for near, far in combinations(ordered, 2)
        ],
        s.BetweenPoints: [s.BetweenPoints(*pair) for pair in _bounds(pools)],
        s.On: [*map(s.On, days)],
        s.During: [*map(s.During, s.PERIODS)],
    }


EVENT_WINDOWS = (
    s.Within, s.BetweenAgo, s.Since, s.Before, s.BetweenPoints, s.On, s.During,
)  # fmt: skip


def _event_windows(pools: Pools) -> dict[type, SearchStrategy[Any]]:
    return {kind: st.sampled_from(_windows(pools)[kind]) for kind in EVENT_WINDOWS}


def _counts(how: str) -> SearchStrategy[s.Counted]:
    if how == "between":
        return st.sampled_from([s.Counted("between", *pair) for pair in combinations(range(5), 2)])
    lowest = 1 if how in ("at least", "fewer than") else 0
    return st.builds(s.Counted, st.just(how), st.integers(lowest, 4))


def _clauses(strategy: Callable[..., Strategy], name: str, pools: Pools) -> Forms:
    """The forms of a behaviour with each of the clauses that `did` and surveys share."""
    how_many = {how: _counts(how) for how in COUNTS}
    windows = {kind.__name__: one for kind, one in _event_windows(pools).items()}
    return {
        name: strategy(),
        **{f"{name} {how} … times": strategy(count=one) for how, one in how_many.items()},
        **{f"{name} on {how} … days": strategy(days=one) for how, one in how_many.items()},
        **{f"{name} {kind}": strategy(window=one) for kind, one in windows.items()},
    }


def _did(pools: Pools) -> Forms:
    def did(**clauses: SearchStrategy[Any]) -> Strategy:
        return st.builds(s.Did, st.sampled_from(pools.events), **clauses)

    aggregates = ("sum", "avg", "min", "max", "count distinct")
    having = {
        f"having {how}": did(
            having=st.builds(
                s.Having,
                st.just(how),
                st.sampled_from(pools.properties),
                plain_number_tests(pools),
            )
        )
        for how in aggregates
    } | {
        f"having {how}": did(
            having=st.builds(
                s.Having, st.just(how), st.sampled_from(pools.properties), any_tests(pools)
            )
        )
        for how in s.VALUE_AGGREGATES
    }
    return {**_clauses(did, "did", pools), "did where": did(where=wheres(pools)), **having}


def _regularities(pools: Pools) -> Forms:
    def did(regularity: SearchStrategy[s.Regularity], **clauses: SearchStrategy[Any]) -> Strategy:
        events = st.sampled_from(pools.events)
        return st.builds(s.Did, events, regularity=regularity, **clauses)

    units: tuple[Literal["day", "week", "month"], ...] = ("day", "week", "month")
    every = regularities()
    return {
        **{f"did in {how} … units": did(regularities(hows=(how,))) for how in COUNTS},
        **{f"did in … {unit}s": did(regularities(units=(unit,))) for unit in units},
        "did … times in … units": did(every, count=counts()),
        "did on … days in … units": did(every, days=counts()),
        "did having … in … units": did(every, having=havings(pools)),
        "did where … in … units": did(every, where=wheres(pools)),
    }


def _changes(pools: Pools) -> Forms:
    traits, lengths = st.sampled_from(pools.traits).map(s.Trait), st.sampled_from(pools.lengths)
    return {
        "changed within": st.builds(s.Attribute, traits, st.builds(s.Changed, lengths)),
        "unchanged for": st.builds(
            s.Attribute, traits, st.builds(s.Changed, lengths, st.just(True))
        ),
    }


def _comparisons(pools: Pools) -> Forms:
    plain = operands(pools)
    paths = (*pools.traits, *[("email",)] * 3)  # which are texts more often than others
    traits = st.sampled_from([*map(s.Trait, paths), *map(s.AccountTrait, pools.account_traits)])
    found = {
        f"{op} another": st.builds(s.Attribute, plain, st.builds(s.CompareWith, st.just(op), plain))
        for op in ("=", "<", "<=", ">", ">=")
    }
    texts = ("account", "email", "account", "email", "id")
    kinds = (("string", texts, "="), ("number", NUMBER_FIELDS, "<="), ("time", TIME_FIELDS, ">"))
    for what, names, op in kinds:
        fields = st.sampled_from(names).map(s.Field)
        right = st.builds(s.CompareWith, st.just(op), fields)
        other = traits if op == "=" else plain
        left = st.builds(s.CompareWith, st.just(op), other)
        found[f"{op} a {what} field"] = st.builds(s.Attribute, other, right)
        found[f"a {what} field {op} another"] = st.builds(s.Attribute, fields, left)
    times = st.sampled_from(TIME_FIELDS).map(s.Field)
    found["two fields"] = st.builds(
        s.Attribute, times, st.builds(s.CompareWith, st.just("<"), times)
    )
    return found


def _teammates(pools: Pools) -> Forms:
    """The rule about them turned round half of the time, so that every one of them may fit."""

    def mates(how: str, inner: Strategy) -> Strategy:
        return st.builds(s.Teammates, st.just(how), inner | inner.map(s.Not))

    inner = {
        "teammate": attributes(pools) | behaviours(pools),
        "teammate in a segment": st.sampled_from(pools.segments).map(s.InSegment),
        "teammate of a teammate": st.builds(
            s.Teammates, st.sampled_from(("any", "every")), attributes(pools)
        ),
    }
    return {
        f"{how} {name}": mates(how, rule)
        for how in ("any", "every")
        for name, rule in inner.items()
    }


def _surveys(pools: Pools) -> Forms:
    names = st.none() | st.sampled_from(pools.surveys)
    kinds = st.sampled_from(("seen", "completed", "dismissed"))

    def survey(action: Any = kinds, name: Any = names, **clauses: Any) -> Strategy:
        return st.builds(s.SurveyDid, action, name, **clauses)

    where = wheres(pools, pools.questions)
    return {
        **_clauses(survey, "survey", pools),
        **{f"survey {kind}": survey(st.just(kind)) for kind in ("seen", "completed", "dismissed")},
        "any survey": survey(name=st.none()),
        "survey where": survey(st.just("completed"), where=where),
    }


def _nth(pools: Pools) -> Forms:
    found: dict[str, Strategy] = {}
    events, every = st.sampled_from(pools.events), event_windows(pools)
    for which in ("first", "last"):
        which_one = st.just(which)
        found[f"{which} did where"] = st.builds(s.Nth, which_one, events, every, wheres(pools))
        for kind, windows in _event_windows(pools).items():
            found[f"{which} did {kind.__name__}"] = st.builds(s.Nth, which_one, events, windows)
    return found


def _sequences(pools: Pools) -> Forms:
    events = st.sampled_from(pools.events)
    plain = st.lists(st.builds(s.Step, events), min_size=2, max_size=2).map(tuple)
    three = st.lists(st.builds(s.Step, events), min_size=3, max_size=3).map(tuple)
    where = st.none() | wheres(pools)
    wheres_too = st.lists(st.builds(s.Step, events, where), min_size=2, max_size=3).map(tuple)
    within, windows = st.sampled_from(pools.exact_lengths), sequence_windows(pools)
    found: dict[str, Strategy] = {}
    for absent, name in ((False, "sequence"), (True, "sequence without")):
        last = st.just(absent)
        found |= {
            name: st.builds(s.Sequence, plain, last),
            f"{name} of three": st.builds(s.Sequence, three, last),
            f"{name} where": st.builds(s.Sequence, wheres_too, last),
            f"{name} within": st.builds(s.Sequence, plain, last, within),
            f"{name} in a window": st.builds(s.Sequence, plain, last, st.none() | within, windows),
        }
    for kind, some in _event_windows(pools).items():
        if kind is not s.Within:
            found[f"sequence {kind.__name__}"] = st.builds(s.Sequence, plain, window=some)
    return found


def _logic(pools: Pools) -> Forms:
    leaves = st.lists(
        _tested(pools, any_tests(pools)) | behaviours(pools), min_size=2, max_size=2
    ).map(tuple)
    percents = st.sampled_from([one for one in pools.percents if 5 < one < 95])
    groups = {
        f"{how} of": st.builds(s.Group, st.just(how), leaves) for how in ("all", "any", "none")
    }
    return {
        "and": st.builds(s.And, leaves),
        "or": st.builds(s.Or, leaves),
        "not": st.builds(s.Not, leaves.map(s.And)),
        **groups,
        "at least n of": st.builds(s.Group, st.just("at least"), leaves, st.just(2)),
        "in segment": st.sampled_from(pools.segments).map(s.InSegment),
        "in sample": st.builds(s.InSample, percents),
        "in sample of a name": st.builds(s.InSample, percents, st.sampled_from(pools.samples)),
        "any rule": rules(pools),
    }


def turned(rule: s.Rule) -> Iterator[s.Rule]:
    """The rule, its negation, and the same test negated inside where there is such a form."""
    yield rule
    yield s.Not(rule)
    if isinstance(rule, s.Attribute):
        match rule.test:
            case s.Compare("=") as test:
                yield evolve(rule, test=evolve(test, op="!="))
            case s.Compare() | s.CompareWith():
                pass
            case test:
                yield evolve(rule, test=evolve(test, negated=not test.negated))


FORM_NAMES = tuple(forms(Pools()))
"""The names of all forms; the pools make no difference."""
