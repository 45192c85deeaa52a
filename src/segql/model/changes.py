"""What would flip a verdict: changes to a profile, as values that a tool can apply, and in words.

A plan is a few changes that together flip a condition. Whether anybody can carry it out is another
question: what was done can be taken back in a document, and not in life.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias, assert_never

from attrs import frozen

from segql.model.instants import Instant, iso
from segql.model.values import Json, Path

Kind: TypeAlias = Literal["event", "seen", "completed", "dismissed", "partial"]
"""An event, or what is done with a survey; `partial` gives answers and no more."""


@frozen
class SetValue:
    """The value at `path` becomes `value`; None takes it away.

    `of` says whose it is: a trait, a trait of the account, or the field `email` or `account`.
    """

    of: Literal["trait", "account trait", "field"]
    path: Path
    value: Json
    words: str


@frozen
class Add:
    """Something is done at each of `times`, ascending, each with its properties or answers."""

    kind: Kind
    name: str
    """Of the event or the survey."""
    times: tuple[Instant, ...]
    values: tuple[Mapping[str, Json], ...]
    words: str


@frozen
class Remove:
    """Some of what was done never was.

    `places` count, from 0, what the profile did of that kind and name, in order of time, then
    arrival; `name` is None for all surveys together.
    """

    kind: Kind
    name: str | None
    places: tuple[int, ...]
    times: tuple[Instant, ...]
    words: str


@frozen
class Belong:
    """The profile is put on the list of a segment, or taken off it."""

    segment: str
    member: bool
    words: str


Change: TypeAlias = SetValue | Add | Remove | Belong
Plan: TypeAlias = tuple[Change, ...]


def cost(plan: Plan) -> int:
    """How much a plan asks for, so that the cheapest comes first; nothing is as dear as undoing."""
    return sum(map(_cost, plan))


def _cost(change: Change) -> int:
    match change:
        case SetValue() | Belong():
            return 2
        case Add(times=times):
            return 1 + len(times)
        case Remove(places=places):
            return 100 + len(places)
        case _:
            assert_never(change)


def in_words(plan: Plan) -> str:
    """The plan as one line."""
    return "; ".join(change.words for change in plan)


def takes_back(plan: Plan) -> bool:
    """Whether the plan undoes something, as a document can be edited, and life cannot."""
    return any(isinstance(change, Remove) for change in plan)


def change_to_dict(change: Change) -> dict[str, Json]:
    """The change as JSON; times as ISO 8601."""
    match change:
        case SetValue(of, path, value, words):
            return {"change": "set", "of": of, "path": list(path), "value": value, "words": words}
        case Add(kind, name, times, values, words):
            done: list[Json] = [
                {"time": iso(time), "values": dict(given)}
                for time, given in zip(times, values, strict=True)
            ]
            return {"change": "add", "kind": kind, "name": name, "done": done, "words": words}
        case Remove(kind, name, places, times, words):
            return {
                "change": "remove",
                "kind": kind,
                "name": name,
                "places": list(places),
                "times": list(map(iso, times)),
                "words": words,
            }
        case Belong(segment, member, words):
            return {"change": "member", "segment": segment, "member": member, "words": words}
        case _:
            assert_never(change)
