"""What one more event of the profile can do to a rule, so that most need not be asked again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, assert_never

from attrs import frozen

from segql.model.fields import EVENT_FIELDS
from segql.rules.reads import reads_of
from segql.rules.rule import (
    AllOf,
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
    Operand,
    Range,
    Rule,
    Sequence,
    Teammates,
)
from segql.rules.shape import walk


@frozen
class Turns:
    """Whether one more event can make a rule hold, and whether it can make it hold no more."""

    on: bool
    off: bool


_NEITHER: Final = Turns(on=False, off=False)
_EITHER: Final = Turns(on=True, off=True)
_ON: Final = Turns(on=True, off=False)


def turns_of(rule: Rule) -> Turns:
    """What one more event of the profile can do to `rule`, all else and now being the same.

    The segments that it reads count as all else.
    """
    match rule:
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            return _together(map(turns_of, parts))
        case Not(part):
            return _reversed(turns_of(part))
        case Teammates(_, part):
            return turns_of(part)
        case Holds(operand, _):
            return _of_operands((operand,))
        case Compares(operand, _, other):
            return _of_operands((operand, other))
        case Did():
            return _of_did(rule)
        case Nth():
            return _EITHER
        case Sequence(absent=absent):
            return _ON if absent is None else _EITHER
        case InSegment() | InSample():
            return _NEITHER
        case _:
            assert_never(rule)


def selecting(rule: Rule, name: str) -> frozenset[Rule] | None:
    """The `where` clauses by one of which an event called `name` must pass to matter to `rule`.

    None where it always may: a condition looks at all of them, a field of the profile follows from
    every event, or time alone can make an event pass.
    """
    found = set[Rule]()
    for part in walk(rule):
        for where in _wheres(part, name):
            if where is None or reads_of(where).changes_with_time:
                return None
            found.add(where)
    return None if reads_of(rule).fields & EVENT_FIELDS else frozenset(found)


def _wheres(part: Rule, name: str) -> list[Rule | None]:
    match part:
        case Did(activity=Event(read), where=where) | Nth(activity=Event(read), where=where):
            return [where] if read == name else []
        case Sequence(steps=steps, absent=absent):
            every = steps if absent is None else (*steps, absent)
            return [step.where for step in every if step.event == name]
        case _:
            return []


def _together(parts: Iterable[Turns]) -> Turns:
    found = tuple(parts)
    return Turns(on=any(one.on for one in found), off=any(one.off for one in found))


def _reversed(turns: Turns) -> Turns:
    return Turns(on=turns.off, off=turns.on)


def _of_operands(operands: Iterable[Operand]) -> Turns:
    reads_events = any(isinstance(one, Field) and one.name in EVENT_FIELDS for one in operands)
    return _EITHER if reads_events else _NEITHER


def _of_did(did: Did) -> Turns:
    if not isinstance(did.activity, Event):
        return _NEITHER
    if did.having is not None:
        return _EITHER
    fits = _together(_of_range(one) for one in (did.times, did.days) if one is not None)
    if did.units is None:
        return fits
    # More days, weeks or months in which it fits, or fewer.
    accepted = _of_range(did.units.accepted)
    return Turns(
        on=(fits.on and accepted.on) or (fits.off and accepted.off),
        off=(fits.on and accepted.off) or (fits.off and accepted.on),
    )


def _of_range(accepted: Range) -> Turns:
    """What a number that grows does."""
    return Turns(on=accepted.least > 0, off=accepted.most is not None)
