"""Time edges: the instants at which time alone, the data unchanged, could change a verdict.

Edges are never missing and never late; some change nothing. A rule is asked for its spell (a
verdict, and how long it lasts at least) at now, then at the spell's end, and so on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias, assert_never

from attrs import evolve, field, frozen

from segql.engines.interpreter.behaviour_edges import end_of_did, end_of_nth
from segql.engines.interpreter.facts import Facts
from segql.engines.interpreter.holds import compiled
from segql.engines.interpreter.predicates import Predicate
from segql.engines.interpreter.sequence_edges import end_of_sequence
from segql.engines.interpreter.spells import Spell, at_least
from segql.engines.interpreter.value_edges import end_of_test, end_of_value
from segql.model.crossings import NEVER
from segql.model.instants import MAX_INSTANT, Instant, Moment
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
)

MOST_EDGES: Final = 1_000
"""After how many edges that change nothing `next_flip` gives up."""

Rules: TypeAlias = Mapping[str, Rule]
"""The rules of segments by name."""


@frozen
class Outlook:
    """Whether a rule holds, and when time alone changes that."""

    holds: bool
    flips: Instant | None
    """The first instant at which the verdict is another one; None when there is none in sight."""
    sure_until: Instant
    """Up to here the verdict is known: `flips`, or how far the search went."""


def edges(
    rule: Rule, facts: Facts, moment: Moment, *, until: Instant, rules: Rules | None = None
) -> Iterator[Instant]:
    """The edges of `rule` for one profile after now, up to and with `until`, ascending.

    Between two of them the verdict is constant. A referenced segment is followed into `rules`;
    without its rule there, its verdict counts as one that time does not change, so the edges are
    good only until it does change.
    """
    end = moment.now
    while (end := spell(rule, facts, Moment(end, moment.zone), rules=rules)[1]) <= until:
        yield end


def next_edge(
    rule: Rule, facts: Facts, moment: Moment, *, rules: Rules | None = None
) -> Instant | None:
    """The first of the `edges`, or None: time alone never changes the verdict."""
    end = spell(rule, facts, moment, rules=rules)[1]
    return None if end == NEVER else end


def next_flip(
    rule: Rule,
    facts: Facts,
    moment: Moment,
    *,
    until: Instant = MAX_INSTANT,
    rules: Rules | None = None,
    limit: int = MOST_EDGES,
) -> Outlook:
    """When the verdict of `rule` really changes, looking up to `until` and at most `limit` edges.

    A segment without a rule in `rules` counts as constant.
    """
    holds, end = spell(rule, facts, moment, rules=rules)
    for _ in range(limit):
        if end > until:
            return Outlook(holds, None, until)
        now = end
        then, end = spell(rule, facts, Moment(now, moment.zone), rules=rules)
        if then != holds:
            return Outlook(holds, now, now)
    return Outlook(holds, None, min(end - 1, until))


def spell(rule: Rule, facts: Facts, moment: Moment, *, rules: Rules | None = None) -> Spell:
    """Whether `rule` holds now, and the first later instant at which time may change that.

    `NEVER` when time alone never does. The verdict is the interpreter's own.
    """
    return Spells(moment, rules=rules).of(rule, facts)


class Spells:
    """Spells of many profiles at one moment, to which each condition is bound once."""

    def __init__(self, moment: Moment, *, rules: Rules | None = None) -> None:
        """Take the rules into which referenced segments are followed, if there are any."""
        self._moment = moment
        self._rules = rules or {}
        self._bound: dict[Rule, Predicate[Facts]] = {}

    def of(self, rule: Rule, facts: Facts) -> Spell:
        """As `spell`."""
        return _spell(rule, _Asked(facts, self._moment, self._rules, self._bound))


@frozen
class _Asked:
    """One profile at one moment; each segment is looked at once."""

    facts: Facts
    moment: Moment
    rules: Rules
    bound: dict[Rule, Predicate[Facts]]
    """Conditions that are bound to the moment."""
    spells_by_segment: dict[str, Spell] = field(factory=dict)


def _spell(rule: Rule, asked: _Asked) -> Spell:  # noqa: C901 - one line per node
    match rule:
        case AllOf(parts):
            return _spell_of_parts(len(parts), parts, asked)
        case AnyOf(parts):
            return _spell_of_parts(1, parts, asked)
        case AtLeast(least, parts):
            return _spell_of_parts(least, parts, asked)
        case Not(part):
            holds, end = _spell(part, asked)
            return not holds, end
        case InSegment(name):
            return _spell_of_segment(name, asked)
        case Teammates():
            return _spell_of_team(rule, asked)
        case Holds():
            end = end_of_test(rule, asked.facts, asked.moment)
        case Did():
            end = end_of_did(rule, asked.facts, asked.moment)
        case Nth():
            end = end_of_nth(rule, asked.facts, asked.moment)
        case Sequence():
            end = end_of_sequence(rule, asked.facts, asked.moment)
        case Compares(operand, _, other):
            now = asked.moment.now
            end = min(end_of_value(one, asked.facts, now) for one in (operand, other))
        case InSample():
            end = NEVER
        case _:
            assert_never(rule)
    holds_for = asked.bound.get(rule)
    if holds_for is None:
        holds_for = asked.bound[rule] = compiled(rule).at(asked.moment)
    return holds_for(asked.facts), end


def _spell_of_parts(least: int, parts: tuple[Rule, ...], asked: _Asked) -> Spell:
    return at_least(least, len(parts), (_spell(part, asked) for part in parts))


def _spell_of_segment(name: str, asked: _Asked) -> Spell:
    found = asked.spells_by_segment.get(name)
    if found is None:
        found = asked.facts.in_segment(name), NEVER
        if name in asked.rules:
            asked.spells_by_segment[name] = found  # so that a cycle ends
            found = _spell(asked.rules[name], asked)
        asked.spells_by_segment[name] = found
    return found


def _spell_of_team(rule: Teammates, asked: _Asked) -> Spell:
    if asked.rules:  # each teammate's segments are followed, which are nobody else's
        return _spell_of_teammates(rule.part, asked, every=rule.every)
    known, key = asked.facts.of_team(), (rule, asked.moment, "spell")
    if key not in known:
        known[key] = _spell_of_teammates(rule.part, asked, every=rule.every)
    found: Spell = known[key]
    return found


def _spell_of_teammates(part: Rule, asked: _Asked, *, every: bool) -> Spell:
    """Over the spells of everybody, each of whom is asked about segments of his own."""
    team = [evolve(asked, facts=mate, spells_by_segment={}) for mate in asked.facts.teammates()]
    if not team:
        return False, NEVER
    return at_least(len(team) if every else 1, len(team), (_spell(part, mate) for mate in team))
