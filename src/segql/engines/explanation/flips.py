"""What would flip a rule for one profile: plans, each tried before it is offered.

A plan is proposed by what kind of condition it is for, made on the facts, and the interpreter asked
again; only plans that flip the verdict are given. A group is flipped by the cheapest parts that do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, combinations, islice, product
from typing import Final, assert_never

from attrs import evolve, field, frozen

from segql.engines.explanation.altered import Altered, CannotTell
from segql.engines.explanation.behaviour_changes import did_plans, nth_plans
from segql.engines.explanation.sequence_changes import sequence_plans
from segql.engines.explanation.value_changes import compare_plans, value_plans
from segql.engines.explanation.wording import shown
from segql.engines.interpreter.behaviour import unit_spans
from segql.engines.interpreter.facts import Facts
from segql.engines.interpreter.holds import compiled
from segql.model.changes import Belong, Change, Plan, Remove, cost
from segql.model.instants import Instant, Moment
from segql.model.windows import Edge, Exact, UnitEdge, Window, resolve
from segql.rules.rule import (
    AllOf,
    AnyOf,
    AtLeast,
    ChangedIn,
    Compares,
    DateIn,
    Did,
    Field,
    Holds,
    InSample,
    InSegment,
    Not,
    Nth,
    Rule,
    Sequence,
    Teammates,
    TextMatches,
    Units,
)

MOST_PLANS: Final = 3
"""How many ways of flipping a rule are given."""
MOST_TRIED: Final = 40
"""How many plans for one rule are tried."""


@frozen
class Flips:
    """One profile at one moment, asked what would flip one rule after another."""

    facts: Facts
    moment: Moment
    rules: Mapping[str, Rule]
    """The rules of segments; others are lists."""
    _plans: dict[Rule, tuple[Plan, ...]] = field(factory=dict, init=False)
    _asked: list[str] = field(factory=list, init=False)
    """The segments whose verdict is being found, so that a cycle ends."""

    def plans(self, rule: Rule) -> tuple[Plan, ...]:
        """Plans that flip the verdict of `rule`, cheapest first, at most `MOST_PLANS`, or none."""
        found = self._plans.get(rule)
        if found is None:
            self._plans[rule] = ()  # for segments in a cycle
            found = self._plans[rule] = self._tried(rule, self._proposed(rule))
        return found

    def holds(self, rule: Rule, plan: Plan = ()) -> bool:
        """The verdict after `plan`; raises `CannotTell`."""
        return compiled(rule).at(self.moment)(
            Altered(self.facts, plan, self.moment.now, self._in_segment)
        )

    def _in_segment(self, name: str, facts: Facts) -> bool | None:
        rule = self.rules.get(name)
        if rule is None or name in self._asked:
            return None
        self._asked.append(name)
        try:
            return compiled(rule).at(self.moment)(facts)
        finally:
            self._asked.pop()

    def _tried(self, rule: Rule, proposed: Iterable[Plan]) -> tuple[Plan, ...]:
        holds, found = self.holds(rule), list[Plan]()
        for plan in islice(proposed, MOST_TRIED):
            if plan not in found and self._flips(rule, holds, plan):
                found.append(plan)
                if len(found) == MOST_PLANS:
                    break
        return tuple(sorted(found, key=cost))

    def _flips(self, rule: Rule, holds: bool, plan: Plan) -> bool:
        try:
            return self.holds(rule, plan) != holds
        except CannotTell:
            return False

    def _proposed(self, rule: Rule) -> Iterator[Plan]:  # noqa: C901 - one line per node
        match rule:
            case AllOf(parts):
                return self._group(len(parts), parts)
            case AnyOf(parts):
                return self._group(1, parts)
            case AtLeast(least, parts):
                return self._group(least, parts)
            case Not(part):
                return iter(self.plans(part))
            case Holds():
                return value_plans(rule, self.holds(rule), self.facts, self.moment)
            case Did(units=Units() as units):
                return self._in_units(rule, units)
            case Did():
                return did_plans(rule, self.holds(rule), self.facts, self.moment)
            case Nth():
                return nth_plans(rule, self.facts, self.moment)
            case Sequence():
                return sequence_plans(rule, self.holds(rule), self.facts, self.moment)
            case InSegment(name):
                return iter(self._segment(name))
            case Compares():
                return compare_plans(rule, self.holds(rule), self.facts, self.moment)
            case Teammates(_, part):
                return iter(self.plans(part))  # oneself is one of them
            case InSample():
                return iter(())
            case _:
                assert_never(rule)

    def _segment(self, name: str) -> tuple[Plan, ...]:
        if name in self.rules:
            return self.plans(self.rules[name])
        member = self.facts.in_segment(name)
        words = f"{'take off' if member else 'put on'} the list of segment {shown(name)}"
        return ((Belong(name, not member, words),),)

    def _group(self, least: int, parts: tuple[Rule, ...]) -> Iterator[Plan]:
        """Flip as many parts that do not hold, or that do, as it takes, the cheapest first."""
        holding = [part for part in parts if self.holds(part)]
        missing = least - len(holding)
        number = missing if missing > 0 else 1 - missing
        turning = [part for part in parts if (part in holding) is (missing <= 0)]
        yield from self._turned(turning, number)
        if number > 1:
            yield self._one_after_the_other(turning, number)

    def _turned(self, parts: Iterable[Rule], number: int) -> Iterator[Plan]:
        """So many of the parts are flipped, the cheapest first."""
        plans = [found for part in parts if (found := self.plans(part))]
        plans.sort(key=lambda found: cost(found[0]))
        choices = (product(*some) for some in combinations(plans, number))
        yield from map(together, islice(chain.from_iterable(choices), MOST_TRIED - 1))

    def _in_units(self, did: Did, units: Units) -> Iterator[Plan]:
        """Flip what happened in some of the units, each looked at as a window of its own."""
        inside = [
            evolve(did, units=None, window=Window(Edge(Exact(low)), Edge(Exact(high))))
            for low, high in reversed(self._unit_spans(units))
        ]
        holding = [part for part in inside if self.holds(part)]
        failing = [part for part in inside if part not in holding]
        least, most = units.accepted.least, units.accepted.most
        number = len(holding)
        if number < least:
            yield from self._turned(failing, least - number)
        elif most is not None and number > most:
            yield from self._turned(holding, number - most)
        else:
            if most is not None:
                yield from self._turned(failing, most - number + 1)
            yield from self._turned(holding, number - least + 1)

    def _unit_spans(self, units: Units) -> list[tuple[Instant, Instant]]:
        """The units as they are on the calendar: the current one goes on after now."""
        *before, (current, _) = unit_spans(units, self.moment)
        return [*before, (current, resolve(Edge(UnitEdge(units.unit, 1)), self.moment))]

    def _one_after_the_other(self, parts: list[Rule], number: int) -> Plan:
        """Flip one part, then the next as things are then: parts may speak of the same value."""
        plan: Plan = ()
        for part in parts:
            then = Flips(
                Altered(self.facts, plan, self.moment.now, self._in_segment),
                self.moment,
                self.rules,
            )
            try:
                if then.holds(part) != self.holds(part):
                    number -= 1
                elif found := then.plans(part):
                    plan, number = together((plan, found[0])), number - 1
            except CannotTell:
                continue
            if not number:
                break
        return plan


def stuck_words(rule: Rule) -> str:
    """Why nothing is said to flip `rule`."""
    match rule:
        case Not(part):
            return stuck_words(part)
        case InSample():
            return "nothing changes the share of a profile in a sample"
        case Holds(Field("id")):
            return "nothing changes the id of a profile"
        case Holds(_, TextMatches("matches")):
            return "no text that the pattern fits can be named"
        case Holds(_, ChangedIn()) | Nth() | Holds(Field(), DateIn()):
            return "only time can change this"
        case AllOf(()) | AnyOf(()):
            return "it is always so"
        case _:
            return "no change that flips this can be named"


def together(plans: Iterable[Plan]) -> Plan:
    """The plans as one: what is taken back comes first, as its places count what there is now."""
    removes: list[Remove] = []
    others: list[Change] = []
    for change in chain.from_iterable(plans):
        if not isinstance(change, Remove):
            if change not in others:
                others.append(change)
            continue
        same = [one for one in removes if (one.kind, one.name) == (change.kind, change.name)]
        for one in same:
            removes.remove(one)
            change = _both(one, change)
        removes.append(change)
    return (*removes, *others)


def _both(one: Remove, other: Remove) -> Remove:
    times = {
        **dict(zip(one.places, one.times, strict=True)),
        **dict(zip(other.places, other.times, strict=True)),
    }
    places = tuple(sorted(times))
    words = one.words if one.words == other.words else f"{one.words}, and {other.words}"
    return Remove(one.kind, one.name, places, tuple(times[place] for place in places), words)
