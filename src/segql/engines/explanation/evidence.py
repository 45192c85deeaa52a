"""What a condition found: the value, or what was done, in words and as evidence."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import assert_never

from attrs import frozen

from segql.engines.explanation.wording import number_of, operand_words, shown
from segql.engines.interpreter.aggregates import aggregate
from segql.engines.interpreter.attributes import value_of
from segql.engines.interpreter.behaviour import (
    bind_units,
    days_in,
    matching,
    nth_index,
    timeline_of,
)
from segql.engines.interpreter.behaviour_edges import bound_filter
from segql.engines.interpreter.facts import Facts, Timeline
from segql.engines.interpreter.holds import compiled
from segql.engines.interpreter.sequences import bind_chain
from segql.model.fields import TIME_FIELDS
from segql.model.instants import MIN_INSTANT, Instant, Moment, iso, local_text
from segql.model.sampling import FULL, share
from segql.model.values import Json, is_known
from segql.model.why import EVIDENCE, Evidence
from segql.model.windows import activity_bounds
from segql.rules.rule import (
    Activity,
    AllOf,
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
    Rule,
    Teammates,
    Trait,
    Units,
)
from segql.rules.rule import (
    Sequence as Steps,
)


@frozen
class Found:
    """What a condition found; see `model.why.Why` for the parts."""

    note: str = ""
    value: Json = None
    missing: bool = False
    evidence: tuple[Evidence, ...] = ()


def found_by(rule: Rule, facts: Facts, moment: Moment) -> Found:  # noqa: C901 - one line per node
    """What the condition that `rule` means found; of several about one operand, the first."""
    match rule:
        case Not(part):
            return found_by(part, facts, moment)
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            return found_by(parts[0], facts, moment) if parts else Found()
        case Holds(Trait(path) as operand, ChangedIn()):
            found = _value(operand, facts, moment)
            time = facts.changed(path)
            since = "nothing says since when" if time is None else f"since {_at(time, moment)}"
            return found if found.missing else Found(f"{found.note}, {since}", found.value)
        case Holds(operand, _):
            return _value(operand, facts, moment)
        case Compares(operand, _, other):
            return _values(operand, other, facts, moment)
        case Did(units=Units() as units):
            return _in_units(rule, units, facts, moment)
        case Did():
            return _did(rule, facts, moment)
        case Nth():
            return _nth(rule, facts, moment)
        case Steps():
            return _steps(rule, facts, moment)
        case Teammates():
            return _teammates(rule, facts, moment)
        case InSample(_, name):
            percent = share(facts.id, name) * 100 / FULL
            return Found(f"the profile's share begins at {percent:.4f}%")
        case InSegment(name):
            return Found("a member" if facts.in_segment(name) else "not a member")
        case _:
            assert_never(rule)


def _at(instant: Instant, moment: Moment) -> str:
    return local_text(instant, moment.zone)


# Values


def _value(operand: Operand, facts: Facts, moment: Moment) -> Found:
    value, words = _known(operand, facts, moment)
    return Found("missing", missing=True) if words is None else Found(f"it is {words}", value)


def _values(operand: Operand, other: Operand, facts: Facts, moment: Moment) -> Found:
    value, words = _known(operand, facts, moment)
    _, beside = _known(other, facts, moment)
    note = ", ".join(
        f"{operand_words(side)} is {'missing' if said is None else said}"
        for side, said in ((operand, words), (other, beside))
    )
    return Found(note, value, missing=words is None or beside is None)


def _known(operand: Operand, facts: Facts, moment: Moment) -> tuple[Json, str | None]:
    """The value, times as ISO 8601 text, and how people read it; None when missing."""
    value = value_of(operand, facts, moment.now)
    if not is_known(value):
        return None, None
    if isinstance(operand, Field) and operand.name in TIME_FIELDS:
        assert isinstance(value, float | int)
        return iso(int(value)), _at(int(value), moment)
    return value, shown(value)


def _teammates(teammates: Teammates, facts: Facts, moment: Moment) -> Found:
    team = tuple(facts.teammates())
    if not team:
        return Found("no account", missing=True)
    holds_for = compiled(teammates.part).at(moment)
    names = [mate.id for mate in team if holds_for(mate)]
    note = f"{len(names)} of {number_of(len(team), 'profile')} of the account"
    if names:
        more = ", …" if len(names) > EVIDENCE else ""
        note += ": " + ", ".join(f"`{name}`" for name in names[:EVIDENCE]) + more
    return Found(note, len(names))


# Behaviour


def _did(did: Did, facts: Facts, moment: Moment) -> Found:
    line = timeline_of(did.activity)(facts)
    low, high = activity_bounds(did.window, moment)
    indexes = matching(line, bound_filter(did.where)(moment), low, high)
    notes = [_times_note(line, len(indexes), moment)]
    if indexes and did.days is not None:
        notes.append(f"on {number_of(days_in(line, indexes, moment), 'day')}")
    if did.having is not None:
        result = aggregate(did.having, line, indexes)
        name = f"{did.having.aggregate}({'.'.join(did.having.path)})"
        notes.append(f"{name} is {'missing' if result is None else shown(result)}")
    if indexes:
        notes.append(f"last {_at(line.times[indexes[-1]], moment)}")
    shows = _evidence(did.activity, line, reversed(indexes))
    return Found(", ".join(notes), len(indexes), evidence=shows)


def _times_note(line: Timeline, number: int, moment: Moment) -> str:
    if number:
        return number_of(number, "time")
    ever = len(matching(line, None, MIN_INSTANT, moment.now + 1))
    if not ever:
        return "never"
    return f"none of {ever:,} fits, last {_at(line.times[ever - 1], moment)}"


def _in_units(did: Did, units: Units, facts: Facts, moment: Moment) -> Found:
    fitting = bind_units(did, units)(moment)(facts)
    line, where = timeline_of(did.activity)(facts), bound_filter(did.where)(moment)
    inside = [index for span in fitting for index in matching(line, where, *span)]
    note = f"in {len(fitting)} of the last {number_of(units.last, units.unit)}"
    if inside:
        note += f", last {_at(line.times[inside[-1]], moment)}"
    return Found(note, len(fitting), evidence=_evidence(did.activity, line, reversed(inside)))


def _nth(nth: Nth, facts: Facts, moment: Moment) -> Found:
    line = facts.events(nth.activity.name)
    index = nth_index(nth.which, line, bound_filter(nth.where)(moment), moment.now)
    if index is None:
        return Found("never", 0)
    note = f"the {nth.which} is {_at(line.times[index], moment)}"
    return Found(note, 1, evidence=_evidence(nth.activity, line, [index]))


def _steps(sequence: Steps, facts: Facts, moment: Moment) -> Found:
    chain = bind_chain(sequence)(moment)(facts)
    if chain is None:
        return Found("no events fit")
    end, start = chain
    if end == start:
        note = f"at {_at(end, moment)}"
    else:
        note = f"from {_at(start, moment)} to {_at(end, moment)}"
    first, last = sequence.steps[0], sequence.steps[-1]
    ends = dict.fromkeys(((last.event, end), (first.event, start)))
    shows = tuple(one for name, time in ends for one in _event_at(name, time, facts))
    return Found(note, evidence=shows)


def _event_at(name: str, time: Instant, facts: Facts) -> tuple[Evidence, ...]:
    line = facts.events(name)
    return _evidence(Event(name), line, matching(line, None, time, time + 1)[:1])


def _evidence(activity: Activity, line: Timeline, indexes: Iterable[int]) -> tuple[Evidence, ...]:
    kind, name = (
        ("event", activity.name)
        if isinstance(activity, Event)
        else (activity.action, activity.survey)
    )
    return tuple(
        Evidence(kind, name, line.times[index], index, line.source(index))
        for index in islice(indexes, EVIDENCE)
    )
