"""Equal meaning → equal rule: the key that conditions are shared by.

What is done, and no more: negations of logic go inward, then nested logic is flattened, constants
and repeats vanish, parts are sorted, and of a group and its negated opposite the form with fewer
negations is kept. A condition loses defaults and bounds that say nothing, and a count that allows
zero becomes the negation of one that does not. Equal keys mean equal rules; the reverse is a best
effort, as it can only be.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from attrs import evolve, fields, has

from segql.model.sampling import FULL
from segql.rules.conditions import past, plain_did, plain_test
from segql.rules.rule import (
    EVERYONE,
    NO_ONE,
    AllOf,
    AnyOf,
    AtLeast,
    Compares,
    Did,
    Holds,
    InSample,
    Not,
    Nth,
    Rule,
    Sequence,
    Step,
    Teammates,
)

Key: TypeAlias = tuple[object, ...]


def canonical(rule: Rule) -> Rule:
    """The canonical rule that means the same; its own canonical rule is itself."""
    return _fewest_negations(_normal(rule, negated=False))


# Pass 1: negations at the leaves, logic flat, constants folded


def _normal(rule: Rule, *, negated: bool) -> Rule:
    """`rule`, or its negation, with `Not` around conditions only."""
    match rule:
        case Not(part):
            return _normal(part, negated=not negated)
        case AllOf(parts):
            normal = [_normal(part, negated=negated) for part in parts]
            return any_of(normal) if negated else all_of(normal)
        case AnyOf(parts):
            normal = [_normal(part, negated=negated) for part in parts]
            return all_of(normal) if negated else any_of(normal)
        case AtLeast(least, parts):
            # Fewer than `least` of n hold: at least n - least + 1 do not.
            normal = [_normal(part, negated=negated) for part in parts]
            return at_least(len(parts) - least + 1 if negated else least, normal)
        case _:
            leaf = _condition(rule)
            match leaf:
                case Not(part):
                    return part if negated else leaf
                case AllOf() | AnyOf():
                    return opposite(leaf) if negated else leaf
                case _:
                    return Not(leaf) if negated else leaf


def opposite(rule: Rule) -> Rule:
    """The negation of a normal rule, which is normal too."""
    match rule:
        case Not(part):
            return part
        case AllOf(parts):
            return any_of(map(opposite, parts))
        case AnyOf(parts):
            return all_of(map(opposite, parts))
        case AtLeast(least, parts):
            return at_least(len(parts) - least + 1, map(opposite, parts))
        case _:
            return Not(rule)


def all_of(parts: Iterable[Rule]) -> Rule:
    """The conjunction of normal rules, flat, without repeats, sorted."""
    flat: set[Rule] = set()
    for part in parts:
        flat.update(part.parts if isinstance(part, AllOf) else (part,))
    if NO_ONE in flat or any(isinstance(part, Not) and part.part in flat for part in flat):
        return NO_ONE
    return next(iter(flat)) if len(flat) == 1 else AllOf(_sorted(flat))


def any_of(parts: Iterable[Rule]) -> Rule:
    """The disjunction of normal rules, flat, without repeats, sorted."""
    flat: set[Rule] = set()
    for part in parts:
        flat.update(part.parts if isinstance(part, AnyOf) else (part,))
    if EVERYONE in flat or any(isinstance(part, Not) and part.part in flat for part in flat):
        return EVERYONE
    return next(iter(flat)) if len(flat) == 1 else AnyOf(_sorted(flat))


def at_least(least: int, parts: Iterable[Rule]) -> Rule:
    """At least `least` of normal rules; a part written twice counts twice, so repeats stay."""
    left: list[Rule] = []
    for part in parts:
        if part == EVERYONE:
            least -= 1
        elif (other := opposite(part)) in left:
            left.remove(other)  # exactly one of the two holds
            least -= 1
        elif part != NO_ONE:
            left.append(part)
    if least <= 0:
        return EVERYONE
    if least > len(left):
        return NO_ONE
    if least == 1:
        return any_of(left)
    if least == len(left):
        return all_of(left)
    return AtLeast(least, _sorted(left))


# Conditions


def _condition(rule: Rule) -> Rule:
    """A condition without what says nothing; perhaps a constant, or the negation of another."""
    match rule:
        case Holds(operand, test):
            found = plain_test(test)
            return NO_ONE if found is None else Holds(operand, found)
        case Compares(operand, "=", other):
            first, second = sorted((operand, other), key=_key)
            return Compares(first, "=", second)
        case Did(where=where):
            return plain_did(evolve(rule, where=_where(where)))
        case Nth(_, _, where, window):
            return evolve(rule, where=_where(where), window=past(window))
        case Sequence(steps, absent, _, window):
            return evolve(
                rule,
                steps=tuple(map(_step, steps)),
                absent=None if absent is None else _step(absent),
                window=past(window),
            )
        case InSample(threshold, _):
            if threshold <= 0:
                return NO_ONE
            return EVERYONE if threshold >= FULL else rule
        case Teammates(every, part):
            settled = canonical(part)
            if settled == NO_ONE:
                return NO_ONE
            return Teammates(every and settled != EVERYONE, settled)
        case _:
            return rule


def _step(step: Step) -> Step:
    return evolve(step, where=_where(step.where))


def _where(where: Rule | None) -> Rule | None:
    found = None if where is None else canonical(where)
    return None if found == EVERYONE else found


# Pass 2: of a group and its negated opposite, the one with fewer negations


def _fewest_negations(rule: Rule) -> Rule:
    match rule:
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            settled = [_fewest_negations(part) for part in parts]
        case _:
            return rule
    negations = sum(isinstance(part, Not) for part in settled)
    if 2 * negations <= len(settled) + 1:
        return evolve(rule, parts=_sorted(settled))
    turned = _sorted(part.part if isinstance(part, Not) else Not(part) for part in settled)
    match rule:
        case AllOf():
            return Not(AnyOf(turned))
        case AnyOf():
            return Not(AllOf(turned))
        case AtLeast(least):
            return Not(AtLeast(len(turned) - least + 1, turned))


# Order


def _sorted(parts: Iterable[Rule]) -> tuple[Rule, ...]:
    return tuple(sorted(parts, key=sort_key))


def sort_key(rule: Rule) -> Key:
    """A total order of rules that depends on nothing but what they say."""
    return _key(rule)


def _key(value: object) -> Key:
    kind = type(value)
    if has(kind):
        return (kind.__name__, *(_key(getattr(value, one.name)) for one in fields(kind)))
    if isinstance(value, frozenset):
        return ("", *sorted(map(_key, value)))
    if isinstance(value, tuple):
        return ("", *map(_key, value))
    return (kind.__name__, repr(value))
