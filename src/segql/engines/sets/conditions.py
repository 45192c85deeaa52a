"""The distinct conditions of a catalogue, and what each of them reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias, assert_never

from segql.engines.sets.fields import source_of
from segql.engines.sets.slices import Terms
from segql.engines.sets.sources import (
    ACCOUNT,
    RESPONSES,
    Family,
    Source,
    changed_at,
    events,
    share_of,
    trait,
    values,
)
from segql.model.errors import Refused
from segql.model.values import Path
from segql.rules.rule import (
    AccountTrait,
    Activity,
    AllOf,
    Answer,
    AnyOf,
    AtLeast,
    ChangedIn,
    Compares,
    Did,
    Event,
    Field,
    Holds,
    InSample,
    InSegment,
    Not,
    Nth,
    Operand,
    Property,
    Rule,
    Sequence,
    Step,
    SurveyAction,
    Teammates,
    Trait,
)

Condition: TypeAlias = Holds | Compares | Did | Nth | Sequence | InSegment | InSample | Teammates
"""A part of a rule without logic; `InSegment` of a manual segment only."""


def conditions_of(
    names: Iterable[str], catalog: Mapping[str, Rule], manual: Iterable[str]
) -> tuple[Condition, ...]:
    """Every condition that the segments `names` come down to, once, those they refer to included.

    What is asked of teammates comes before the condition that asks it.
    Raises `Refused` for a segment that is neither in the catalogue nor manual, or refers to itself.
    """
    found: dict[Condition, None] = {}
    done: set[str] = set()
    manual = set(manual)

    def enter(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            cycle = " → ".join(f"`{step}`" for step in (*path[path.index(name) :], name))
            raise Refused(
                f"segments refer to each other in a circle: {cycle}", code="segment-cycle"
            )
        if name not in catalog:
            raise Refused(f"there is no segment `{name}`", code="unknown-segment")
        if name not in done:
            take(catalog[name], (*path, name))
            done.add(name)

    def take(rule: Rule, path: tuple[str, ...]) -> None:
        for condition in _leaves(rule):
            if isinstance(condition, InSegment) and condition.name not in manual:
                enter(condition.name, path)
                continue
            if isinstance(condition, Teammates):
                take(condition.part, path)
            found[condition] = None

    for name in names:
        enter(name, ())
    return tuple(found)


def conditions_in(rule: Rule, catalog: Mapping[str, Rule]) -> Iterator[Condition]:
    """The conditions of `rule` and of the rules it refers to; not those asked of teammates."""
    waiting, entered = [rule], set[str]()
    while waiting:
        for condition in _leaves(waiting.pop()):
            if not isinstance(condition, InSegment) or condition.name not in catalog:
                yield condition
            elif condition.name not in entered:
                entered.add(condition.name)
                waiting.append(catalog[condition.name])


def _leaves(rule: Rule) -> Iterator[Condition]:
    match rule:
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            for part in parts:
                yield from _leaves(part)
        case Not(part):
            yield from _leaves(part)
        case _:
            yield rule


def sources_of(condition: Condition, terms: Terms) -> frozenset[Source]:
    """What a condition reads about profiles."""
    match condition:
        case Holds(Trait(path), ChangedIn()):
            return frozenset({changed_at(path)})
        case Holds(operand):
            return _operand(operand)
        case Compares(operand, _, other):
            return _operand(operand) | _operand(other)
        case Teammates():
            return frozenset({ACCOUNT})
        case Did(activity, where, having=having):
            paths = {*_paths(where), *(() if having is None else (having.path,))}
            return _behaviour(activity, paths, terms)
        case Nth(activity=activity, where=where):
            return _behaviour(activity, _paths(where), terms)
        case Sequence(steps, absent):
            every = (*steps, *(() if absent is None else (absent,)))
            return frozenset().union(*(_step(step, terms) for step in every))
        case InSample(_, name):
            return frozenset({share_of(name)})
        case InSegment():
            return frozenset()
        case _:
            assert_never(condition)


def _operand(operand: Operand) -> frozenset[Source]:
    match operand:
        case Trait(path):
            return frozenset({trait(path)})
        case AccountTrait():
            return frozenset({ACCOUNT})
        case Field(name):
            return frozenset({source_of(name)})
        case Answer(_, path):
            return frozenset({RESPONSES, values("responses", path)})
        case Property():
            return frozenset()
        case _:
            assert_never(operand)


def account_paths_of(condition: Condition) -> frozenset[Path]:
    """The traits of accounts that a condition looks at."""
    match condition:
        case Holds(operand):
            operands = [operand]
        case Compares(operand, _, other):
            operands = [operand, other]
        case _:
            operands = []
    return frozenset(one.path for one in operands if isinstance(one, AccountTrait))


def _step(step: Step, terms: Terms) -> frozenset[Source]:
    return _behaviour(Event(step.event), _paths(step.where), terms)


def _behaviour(
    activity: Activity, paths: Iterable[tuple[str, ...]], terms: Terms
) -> frozenset[Source]:
    match activity:
        case Event(name):
            number = terms.event_ids.get(name)
            if number is None:
                return frozenset()
            return frozenset({events(number), *(values(number, path) for path in paths)})
        case SurveyAction():
            return frozenset({RESPONSES, *(values("responses", path) for path in paths)})
        case _:
            assert_never(activity)


def _paths(where: Rule | None) -> set[tuple[str, ...]]:
    """The properties that a `where` reads."""
    if where is None:
        return set()
    return {
        leaf.operand.path
        for leaf in _leaves(where)
        if isinstance(leaf, Holds) and isinstance(leaf.operand, Property)
    }


def in_order(
    conditions: Iterable[Condition], terms: Terms
) -> tuple[tuple[Condition, frozenset[Family]], ...]:
    """Conditions with the families that may be released after each: nothing later reads them.

    Those that read the same families stand together, those that read several come last.
    """
    read = {
        condition: frozenset(source.family for source in sources_of(condition, terms))
        for condition in conditions
    }
    order = sorted(read, key=lambda one: (len(read[one]), sorted(map(str, read[one]))))
    last_use = {family: place for place, one in enumerate(order) for family in read[one]}
    return tuple(
        (one, frozenset(family for family in read[one] if last_use[family] == place))
        for place, one in enumerate(order)
    )
