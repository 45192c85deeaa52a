"""The only code that knows how core rules nest: children, rebuild, walk.

The `where` of a behaviour condition is no child: it speaks of an event, not of the profile.
`wheres` gives it. The part of `Teammates` is a child, though it speaks of other profiles.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

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


def children(rule: Rule) -> tuple[Rule, ...]:
    """The rules directly inside `rule`; none in a condition."""
    match rule:
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            return parts
        case Not(part) | Teammates(_, part):
            return (part,)
        case Holds() | Compares() | Did() | Nth() | Sequence() | InSegment() | InSample():
            return ()
        case _:
            assert_never(rule)


def walk(rule: Rule) -> Iterator[Rule]:
    """`rule` and every rule inside it, parents first."""
    waiting = [rule]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(reversed(children(found)))


def wheres(rule: Rule) -> tuple[Rule, ...]:
    """The `where` clauses of a condition, those of a sequence in the order of its steps."""
    match rule:
        case Did(where=where) | Nth(where=where):
            return () if where is None else (where,)
        case Sequence(steps=steps, absent=absent):
            every = steps if absent is None else (*steps, absent)
            return tuple(step.where for step in every if step.where is not None)
        case _:
            return ()
