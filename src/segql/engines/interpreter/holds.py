"""Core rule → closures, built once per rule; bound to a moment, then called with facts."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import assert_never

from attrs import frozen

from segql.engines.interpreter.attributes import bind_holds
from segql.engines.interpreter.behaviour import bind_did, bind_nth
from segql.engines.interpreter.comparisons import bind_compares
from segql.engines.interpreter.facts import Facts
from segql.engines.interpreter.predicates import (
    Bind,
    Predicate,
    all_of,
    any_of,
    at_least,
    fixed,
    negated,
)
from segql.engines.interpreter.sequences import bind_sequence
from segql.model.instants import Moment
from segql.model.sampling import share
from segql.rules.rule import (
    AllOf,
    AnyOf,
    AtLeast,
    Compares,
    Did,
    Holds,
    InSample,
    InSegment,
    Not,
    Nth,
    Rule,
    Sequence,
    Teammates,
    Trait,
)


@frozen
class Compiled:
    """A rule ready to be asked: bind it to a moment once, then ask it about many profiles."""

    rule: Rule
    _bind: Bind[Facts]

    def at(self, moment: Moment) -> Predicate[Facts]:
        """The rule at `moment`, every window resolved: a function from facts to yes or no."""
        return self._bind(moment)


def compile_rule(rule: Rule) -> Compiled:
    """The closures of `rule`.

    Raises `Refused`: `bad-pattern` for a pattern that RE2 refuses, and for conditions in places
    where the language has none (a rule built by hand).
    """
    return Compiled(rule, _bind(rule))


compiled = lru_cache(maxsize=4096)(compile_rule)
"""`compile_rule` that keeps what it made, for those who meet the same rules again and again."""


def _bind(rule: Rule) -> Bind[Facts]:  # noqa: C901 - one line per node
    match rule:
        case AllOf(parts):
            return _bind_parts(parts, all_of)
        case AnyOf(parts):
            return _bind_parts(parts, any_of)
        case AtLeast(least, parts):
            return _bind_parts(parts, lambda asked: at_least(least, asked))
        case Not(part):
            inner = _bind(part)
            return lambda moment: negated(inner(moment))
        case Holds():
            return bind_holds(rule)
        case Compares():
            return bind_compares(rule)
        case Did():
            return bind_did(rule)
        case Nth():
            return bind_nth(rule)
        case Sequence():
            return bind_sequence(rule)
        case InSegment(name):
            return fixed(lambda facts: facts.in_segment(name))
        case InSample(threshold, name):
            return fixed(lambda facts: share(facts.id, name) < threshold)
        case Teammates():
            return _bind_teammates(rule)
        case _:
            assert_never(rule)


def _bind_teammates(teammates: Teammates) -> Bind[Facts]:
    inner, every = _bind(teammates.part), teammates.every

    def bind(moment: Moment) -> Predicate[Facts]:
        holds = inner(moment)
        key = teammates, moment, "holds"

        def found_of_team(facts: Facts) -> bool:
            known = facts.of_team()
            if key not in known:
                known[key] = found(facts)
            return bool(known[key])

        def found(facts: Facts) -> bool:
            verdicts = map(holds, facts.teammates())
            if every:
                first = next(verdicts, None)
                return first is True and all(verdicts)
            return any(verdicts)

        return found_of_team

    return bind


def _bind_parts(
    parts: tuple[Rule, ...], combined: Callable[[list[Predicate[Facts]]], Predicate[Facts]]
) -> Bind[Facts]:
    # The cheapest question first: the order of the parts decides more than anything inside them,
    # and cannot be seen, as no question has an effect.
    binds = tuple(_bind(part) for part in sorted(parts, key=_cost))
    return lambda moment: combined([bind(moment) for bind in binds])


def _cost(rule: Rule) -> int:
    """Roughly what asking costs, in tenths of a microsecond over a plain document."""
    match rule:
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            return 1 + sum(map(_cost, parts))
        case Not(part):
            return 1 + _cost(part)
        case Holds(Trait(), _):
            return 1
        case Holds():
            return 3
        case InSegment():
            return 1
        case InSample():
            return 12
        case Compares():
            return 6
        case Teammates(_, part):
            return 10 * _cost(part)
        case Did(where=None, having=None, days=None):
            return 3
        case Did() | Nth():
            return 30
        case Sequence():
            return 100
        case _:
            assert_never(rule)
