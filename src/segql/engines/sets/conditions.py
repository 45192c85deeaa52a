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
    account_trait,
    events,
    share_of,
    trait,
    values,
)
from segql.model.errors import Refused
from segql.rules.rule import (
    AccountTrait,
    Activity,
    AllOf,
    Answer,
    AnyOf,
    AtLeast,
    Compares,
    Did,
    Event,
    Field,
    Holds,
    InSample,
    InSegment,
    Not,
    Nth,
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
            for condition in _leaves(catalog[name]):
                if isinstance(condition, InSegment) and condition.name not in manual:
                    enter(condition.name, (*path, name))
                else:
                    found[condition] = None
            done.add(name)

    for name in names:
        enter(name, ())
    return tuple(found)


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
        case Holds(Trait(path)):
            return frozenset({trait(path)})
        case Holds(AccountTrait()):
            return frozenset({ACCOUNT})
        case Holds(Field(name)):
            return frozenset({source_of(name)})
        case Holds(Answer(_, path)):
            return frozenset({RESPONSES, values("responses", path)})
        case Holds():
            return frozenset()
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
        case Compares() | Teammates():
            raise Refused("the set engine does not know this condition yet", code="not-yet")
        case _:
            assert_never(condition)


def account_sources_of(condition: Condition) -> frozenset[Source]:
    """What a condition reads about accounts."""
    match condition:
        case Holds(AccountTrait(path)):
            return frozenset({account_trait(path)})
        case _:
            return frozenset()


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
