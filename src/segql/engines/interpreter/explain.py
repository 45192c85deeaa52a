"""The rule as written, facts and a moment → why: a verdict with its evidence for every node.

A condition's verdict is the interpreter's own; that of logic follows from its parts, so the tree
cannot say anything else than `holds` does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import islice
from typing import Final, assert_never

from segql.engines.interpreter.aggregates import aggregate
from segql.engines.interpreter.attributes import value_of
from segql.engines.interpreter.behaviour import (
    bind_filter,
    bind_units,
    days_in,
    matching,
    nth_index,
    timeline_of,
)
from segql.engines.interpreter.facts import Facts, Timeline
from segql.engines.interpreter.holds import compile_rule
from segql.engines.interpreter.sequences import bind_chain
from segql.language import syntax
from segql.language.format import format_rule
from segql.model.fields import TIME_FIELDS
from segql.model.instants import MIN_INSTANT, Moment, iso
from segql.model.sampling import FULL, share
from segql.model.values import Json, is_known
from segql.model.why import EVIDENCE, Why
from segql.model.windows import activity_bounds
from segql.rules import rule as core
from segql.rules.attributes import operand_of
from segql.rules.desugar import desugar

LONGEST: Final = 80
"""How many characters of a value a note shows."""

Segments = Mapping[str, syntax.Rule]


def explain(
    rule: syntax.Rule, facts: Facts, moment: Moment, *, segments: Segments | None = None
) -> Why:
    """Why `rule` holds for the profile behind `facts` at `moment`, or why not.

    With `segments`, the rules of referenced segments are explained below their conditions; the
    verdict on a segment is always that of `facts`.
    """
    return _why(rule, facts, moment, segments or {})


def _why(rule: syntax.Rule, facts: Facts, moment: Moment, segments: Segments) -> Why:
    def group(words: str, items: tuple[syntax.Rule, ...], least: int, *, negated: bool) -> Why:
        parts = tuple(_why(item, facts, moment, segments) for item in items)
        holds = (sum(part.holds for part in parts) >= least) is not negated
        return Why(_text(rule), holds, group=words, parts=parts)

    match rule:
        case syntax.And(items):
            return group("all of", items, len(items), negated=False)
        case syntax.Or(items):
            return group("any of", items, 1, negated=False)
        case syntax.Not(item):
            return group("not", (item,), 1, negated=True)
        case syntax.Group("all", items):
            return group("all of", items, len(items), negated=False)
        case syntax.Group("any", items):
            return group("any of", items, 1, negated=False)
        case syntax.Group("none", items):
            return group("none of", items, 1, negated=True)
        case syntax.Group(_, items, least):
            least = len(items) if least is None else least
            return group(f"at least {least} of", items, least, negated=False)
        case syntax.InSegment(name):
            return _segment(rule, name, facts, moment, segments)
        case _:
            return _condition(rule, facts, moment)


def _text(rule: syntax.Rule) -> str:
    # Strings hold no raw line break, so every one is the formatter's.
    return re.sub(r"\n\s*", " ", format_rule(rule))


def _segment(
    rule: syntax.InSegment, name: str, facts: Facts, moment: Moment, segments: Segments
) -> Why:
    holds = facts.in_segment(name)
    note = "a member" if holds else "not a member"
    if name not in segments:
        return Why(_text(rule), holds, note=note)
    # Without its own name below it, so that a cycle ends.
    others = {other: rule for other, rule in segments.items() if other != name}
    part = _why(segments[name], facts, moment, others)
    return Why(_text(rule), holds, note=note, parts=(part,))


def _condition(rule: syntax.Condition, facts: Facts, moment: Moment) -> Why:
    meaning = desugar(rule)
    holds, text = compile_rule(meaning).at(moment)(facts), _text(rule)
    match rule:
        case syntax.Attribute(operand, test):
            return _attribute(text, holds, operand_of(operand), test, facts, moment)
        case syntax.InSample(_, name):
            percent = share(facts.id, name or "") * 100 / FULL
            return Why(text, holds, note=f"the profile's share begins at {percent:.4f}%")
        case syntax.Teammates(_, mate_rule):
            return _teammates(text, holds, mate_rule, facts, moment)
        case syntax.Constant() | syntax.InSegment():
            return Why(text, holds)
        case syntax.Did() | syntax.SurveyDid() | syntax.Nth() | syntax.Sequence():
            return _behaviour(text, holds, meaning, facts, moment)
        case _:
            assert_never(rule)


def _teammates(text: str, holds: bool, rule: syntax.Rule, facts: Facts, moment: Moment) -> Why:
    team = tuple(facts.teammates())
    if not team:
        return Why(text, holds, missing=True, note="no account")
    holds_for = compile_rule(desugar(rule)).at(moment)
    names = [mate.id for mate in team if holds_for(mate)]
    note = f"{len(names)} of {_number(len(team), 'profile')} of the account"
    if names:
        more = ", …" if len(names) > EVIDENCE else ""
        note += ": " + ", ".join(f"`{name}`" for name in names[:EVIDENCE]) + more
    return Why(text, holds, found=len(names), note=note)


def _attribute(
    text: str,
    holds: bool,
    operand: core.Operand,
    test: syntax.AttributeTest,
    facts: Facts,
    moment: Moment,
) -> Why:
    value = _found(operand, facts, moment)
    if not is_known(value):
        return Why(text, holds, missing=True, note="missing")
    note = f"it is {_said(operand, value)}"
    match test, operand:
        case syntax.CompareWith(_, other), _:
            right = operand_of(other)
            beside = _found(right, facts, moment)
            if not is_known(beside):
                note += ", the right side is missing"
                return Why(text, holds, missing=True, found=value, note=note)
            note += f", the right side is {_said(right, beside)}"
        case syntax.Changed(), core.Trait(path):
            time = facts.changed(path)
            note += ", nothing says since when" if time is None else f" since {iso(time)}"
        case _:
            pass
    return Why(text, holds, found=value, note=note)


def _found(operand: core.Operand, facts: Facts, moment: Moment) -> Json:
    """The value that a test looks at, times as ISO 8601 text."""
    value = value_of(operand, facts, moment.now)
    if isinstance(operand, core.Field) and operand.name in TIME_FIELDS and value is not None:
        assert isinstance(value, float | int)
        return iso(int(value))
    return value


def _said(operand: core.Operand, value: Json) -> str:
    if isinstance(operand, core.Field) and operand.name in TIME_FIELDS:
        return str(value)
    return _shown(value)


def _shown(value: Json) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # counts are doubles inside, and none to people
    said = json.dumps(value, ensure_ascii=False, default=lambda other: dict(other))
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"


def _behaviour(text: str, holds: bool, rule: core.Rule, facts: Facts, moment: Moment) -> Why:
    match rule:
        case core.Did():
            return _did(text, holds, rule, facts, moment)
        case core.Nth(which, activity, where):
            line = facts.events(activity.name)
            index = nth_index(which, line, bind_filter(where)(moment), moment.now)
            if index is None:
                return Why(text, holds, found=0, note="never")
            time = line.times[index]
            return Why(text, holds, found=1, note=f"the {which} is {iso(time)}", times=(time,))
        case core.Sequence():
            chain = bind_chain(rule)(moment)(facts)
            if chain is None:
                return Why(text, holds, note="no events fit")
            end, start = chain
            note = f"from {iso(start)} to {iso(end)}" if end != start else f"at {iso(end)}"
            return Why(text, holds, note=note, times=(end, start) if end != start else (end,))
        case _:
            raise AssertionError(f"{rule} is no behaviour")


def _did(text: str, holds: bool, did: core.Did, facts: Facts, moment: Moment) -> Why:
    if did.units is not None:
        return _in_units(text, holds, did, did.units, facts, moment)
    line = timeline_of(did.activity)(facts)
    low, high = activity_bounds(did.window, moment)
    indexes = matching(line, bind_filter(did.where)(moment), low, high)
    times = tuple(line.times[index] for index in islice(reversed(indexes), EVIDENCE))
    notes = [_times_note(line, len(indexes), moment)]
    if indexes and did.days is not None:
        notes.append(f"on {_number(days_in(line, indexes, moment), 'day')}")
    if did.having is not None:
        result = aggregate(did.having, line, indexes)
        name = f"{did.having.aggregate}({'.'.join(did.having.path)})"
        notes.append(f"{name} is {'missing' if result is None else _shown(result)}")
    if times:
        notes.append(f"last {iso(times[0])}")
    return Why(text, holds, found=len(indexes), note=", ".join(notes), times=times)


def _in_units(
    text: str, holds: bool, did: core.Did, units: core.Units, facts: Facts, moment: Moment
) -> Why:
    fitting = bind_units(did, units)(moment)(facts)
    line, where = timeline_of(did.activity)(facts), bind_filter(did.where)(moment)
    inside = (index for span in fitting[::-1] for index in matching(line, where, *span)[::-1])
    times = tuple(line.times[index] for index in islice(inside, EVIDENCE))
    note = f"in {len(fitting)} of the last {_number(units.last, units.unit)}"
    if times:
        note += f", last {iso(times[0])}"
    return Why(text, holds, found=len(fitting), note=note, times=times)


def _times_note(line: Timeline, number: int, moment: Moment) -> str:
    if number:
        return _number(number, "time")
    ever = len(matching(line, None, MIN_INSTANT, moment.now + 1))
    if not ever:
        return "never"
    return f"none of {ever:,} fits, last {iso(line.times[ever - 1])}"


def _number(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
