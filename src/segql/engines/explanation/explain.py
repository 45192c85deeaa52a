"""The rule as written, facts and a moment → why: a verdict with its evidence for every node.

A condition's verdict is the interpreter's own; that of logic follows from its parts, so the tree
cannot say anything else than `holds` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from attrs import evolve, frozen

from segql.engines.explanation.evidence import found_by
from segql.engines.explanation.flips import Flips, stuck_words
from segql.engines.interpreter.edges import next_flip
from segql.engines.interpreter.facts import Facts
from segql.engines.interpreter.holds import compiled
from segql.language import syntax
from segql.language.format import format_line
from segql.model.instants import MAX_INSTANT, Moment
from segql.model.why import Why
from segql.rules.desugar import desugar
from segql.rules.reads import segments_of
from segql.rules.rule import Rule

MOST_EDGES: Final = 200
"""After how many edges the search for the instant at which time flips a verdict is given up."""

Segments = Mapping[str, syntax.Rule]

# A rule is explained for one profile after the other: without these, most of the time goes there.
_text = lru_cache(maxsize=4096)(format_line)
_meaning = lru_cache(maxsize=4096)(desugar)


def explain(
    rule: syntax.Rule,
    facts: Facts,
    moment: Moment,
    *,
    segments: Segments | None = None,
    flips: bool = True,
) -> Why:
    """Why `rule` holds for the profile behind `facts` at `moment`, or why not.

    With `segments`, the rules of referenced segments are explained below their conditions; the
    verdict on a segment is always that of `facts`. Without `flips` it is not looked for what would
    flip each verdict and when time will, which takes some ten times as long as all the rest.
    """
    segments = segments or {}
    ahead = None
    if flips:
        rules = _core_rules(rule, segments)
        ahead = Flips(facts, moment, rules)
    return _Explaining(facts, moment, ahead).why(rule, segments)


def _core_rules(rule: syntax.Rule, segments: Segments) -> dict[str, Rule]:
    """The meaning of the segments that `rule` leads to."""
    found: dict[str, Rule] = {}
    waiting = [_meaning(rule)]
    while waiting:
        for name in segments_of(waiting.pop()):
            if name in segments and name not in found:
                found[name] = _meaning(segments[name])
                waiting.append(found[name])
    return found


@frozen
class _Explaining:
    """One profile at one moment."""

    facts: Facts
    moment: Moment
    ahead: Flips | None
    """What would flip a rule, where that is asked for."""

    def why(self, rule: syntax.Rule, segments: Segments) -> Why:
        """The verdict on a node; `segments` are those to look into."""
        match rule:
            case syntax.And(items):
                why = self._group(rule, "all of", items, len(items), segments)
            case syntax.Or(items):
                why = self._group(rule, "any of", items, 1, segments)
            case syntax.Not(item):
                why = self._group(rule, "not", (item,), 1, segments)
            case syntax.Group("all", items):
                why = self._group(rule, "all of", items, len(items), segments)
            case syntax.Group("any", items):
                why = self._group(rule, "any of", items, 1, segments)
            case syntax.Group("none", items):
                why = self._group(rule, "none of", items, 1, segments)
            case syntax.Group(_, items, least):
                least = len(items) if least is None else least
                why = self._group(rule, f"at least {least} of", items, least, segments)
            case _:
                why = self._condition(rule, segments)
        return why if self.ahead is None else self._with_flips(why, _meaning(rule), self.ahead)

    def _group(
        self,
        rule: syntax.Rule,
        words: str,
        items: tuple[syntax.Rule, ...],
        least: int,
        segments: Segments,
    ) -> Why:
        parts = tuple(self.why(item, segments) for item in items)
        negated = words in ("not", "none of")
        holds = (sum(part.holds for part in parts) >= least) is not negated
        return Why(_text(rule), holds, group=words, parts=parts, zone=self.moment.zone)

    def _condition(self, rule: syntax.Condition, segments: Segments) -> Why:
        meaning, parts = _meaning(rule), tuple[Why, ...]()
        holds = compiled(meaning).at(self.moment)(self.facts)
        found = found_by(meaning, self.facts, self.moment)
        if isinstance(rule, syntax.InSegment) and rule.name in segments:
            # Without its own name below it, so that a cycle ends.
            others = {name: one for name, one in segments.items() if name != rule.name}
            parts = (self.why(segments[rule.name], others),)
        return Why(
            _text(rule),
            holds,
            missing=found.missing,
            found=found.value,
            note=found.note,
            evidence=found.evidence,
            parts=parts,
            zone=self.moment.zone,
        )

    def _with_flips(self, why: Why, rule: Rule, ahead: Flips) -> Why:
        if ahead.holds(rule) != why.holds:
            # The facts answer for a segment otherwise than its rule does: a document's own list.
            return why
        plans = ahead.plans(rule)
        outlook = next_flip(rule, self.facts, self.moment, rules=ahead.rules, limit=MOST_EDGES)
        gave_up = outlook.flips is None and outlook.sure_until < MAX_INSTANT
        return evolve(
            why,
            plans=plans,
            stuck="" if plans else stuck_words(rule),
            until=outlook.flips,
            sure_until=outlook.sure_until if gave_up else None,
        )
