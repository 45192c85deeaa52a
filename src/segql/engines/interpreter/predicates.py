"""Predicates over a subject, bound to a moment, and how they combine; two-valued throughout.

A condition is compiled once into a `Bind`; binding it to a moment resolves its windows and gives
the `Predicate` that is called for every subject. The subject is a profile's `Facts`, or inside
`where` the properties of one event.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar

from segql.model.instants import Moment

S = TypeVar("S")
Predicate: TypeAlias = Callable[[S], bool]
Bind: TypeAlias = Callable[[Moment], Predicate[S]]


def fixed(predicate: Predicate[S]) -> Bind[S]:
    """The bind of a predicate that no moment changes."""
    return lambda _moment: predicate


def always(_subject: object) -> bool:
    """Holds for every subject."""
    return True


def never(_subject: object) -> bool:
    """Holds for no subject."""
    return False


def negated(part: Predicate[S]) -> Predicate[S]:
    """Holds when `part` does not."""
    return lambda subject: not part(subject)


def all_of(parts: Sequence[Predicate[S]]) -> Predicate[S]:
    """Holds when every part does, asked in their order; always without parts."""
    match parts:
        case []:
            return always
        case [only]:
            return only
        # Two to four parts without a loop: 0.05 µs less a call, and most rules are that short.
        case [a, b]:
            return lambda subject: a(subject) and b(subject)
        case [a, b, c]:
            return lambda subject: a(subject) and b(subject) and c(subject)
        case [a, b, c, d]:
            return lambda subject: a(subject) and b(subject) and c(subject) and d(subject)
        case _:
            return _all_of_many(tuple(parts))


def _all_of_many(parts: tuple[Predicate[S], ...]) -> Predicate[S]:
    def all_hold(subject: S) -> bool:
        for part in parts:  # noqa: SIM110 - a generator costs twice as much here
            if not part(subject):
                return False
        return True

    return all_hold


def any_of(parts: Sequence[Predicate[S]]) -> Predicate[S]:
    """Holds when some part does, asked in their order; never without parts."""
    match parts:
        case []:
            return never
        case [only]:
            return only
        case [a, b]:
            return lambda subject: a(subject) or b(subject)
        case [a, b, c]:
            return lambda subject: a(subject) or b(subject) or c(subject)
        case _:
            return _any_of_many(tuple(parts))


def _any_of_many(parts: tuple[Predicate[S], ...]) -> Predicate[S]:
    def some_holds(subject: S) -> bool:
        for part in parts:  # noqa: SIM110 - a generator costs twice as much here
            if part(subject):
                return True
        return False

    return some_holds


def at_least(least: int, parts: Sequence[Predicate[S]]) -> Predicate[S]:
    """Holds when `least` of the parts do; stops as soon as the answer is certain."""
    asked = tuple(parts)
    if least > len(asked):
        return never

    def enough_hold(subject: S) -> bool:
        missing = least
        for left, part in zip(range(len(asked), 0, -1), asked, strict=True):
            if missing <= 0 or missing > left:
                break
            if part(subject):
                missing -= 1
        return missing <= 0

    return enough_hold
