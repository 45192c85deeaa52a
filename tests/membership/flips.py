"""Every flip in a store, held against those of the plain model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Final, TypeAlias

from membership.world import TIME, Flip, World, flips
from segql.app.project import Project
from segql.store import profiles

Found: TypeAlias = dict[tuple[int, int], list[tuple[int, bool, str]]]
"""When, whether it is an entry, and its cause; by segment and profile, both by internal id."""

FLIPS: Final = """
    select segment, profile, flip, entered, cause, null, null, null from members
     union all
    select segment, profile, entered_flip, entered, entered_cause, flip, "left", left_cause
      from history
     order by 1, 2, 3
"""


TOLD: Final = """
    select profile, outbox.segment, what, instant
      from outbox
      join subscriptions
        on subscriptions.id = subscription
     where state = 'pending'
     order by instant
"""


def all_flips(project: Project) -> Found:
    """The flips there have ever been; the numbers and instants of each pair only grow."""
    found = defaultdict(list)
    numbers = defaultdict(list)
    for segment, profile, *rest in project.connection.execute(FLIPS):
        first, entered, cause, last, left, left_cause = rest
        found[segment, profile].append((entered, True, cause))
        numbers[segment, profile].append(first)
        if last is not None:
            found[segment, profile].append((left, False, left_cause))
            numbers[segment, profile].append(last)
    for pair, numbered in numbers.items():
        assert all(one < two for one, two in pairwise(numbered)), pair
        assert all(one[0] <= two[0] for one, two in pairwise(found[pair])), found[pair]
    return found


def hold_against(
    project: Project,
    world: World,
    *,
    only: Collection[str] | None = None,
    advanced: int = 0,
) -> None:
    """Raise `AssertionError` where a flip is missing, or one too many.

    With `only`, profiles that it does not name may still be where time was `advanced` to: what time
    has done to them since may be missing.
    """
    people = world.people
    ids = profiles.profile_ids(project.connection, people)
    assert ids.keys() == people.keys()
    for who, person in people.items():
        assert person.id in (None, ids[who]), "ids are never reused"
        person.id = ids[who]
    asked = None if only is None else {people[who] for who in only if who in people}
    numbers = {entry.name: entry.stored.id for entry in project.catalog().order}
    for name, segment in world.segments.items():
        assert name in numbers and segment.id in (None, numbers[name]), "ids are never reused"
        segment.id = numbers[name]
    found = all_flips(project)
    _find_passing(world, found)
    for (segment, person), stays in world.stays.items():
        actual = [] if person.id is None else found.pop((segment.id or 0, person.id), [])
        expected = flips(stays)
        if asked is not None and person not in asked:
            ahead = expected[len(actual) :]
            if all(causes == TIME and when > advanced for when, _, causes in ahead):
                expected = expected[: len(actual)]
        assert are_alike(actual, expected), (segment.rule, person, actual, expected)
    assert not found
    if only is None:
        told_just_once(project, world)


def are_alike(actual: Sequence[tuple[int, bool, str]], expected: Sequence[Flip]) -> bool:
    """Whether flips are those that are expected, each because of something that may cause it."""
    return [flip[:2] for flip in actual] == [flip[:2] for flip in expected] and all(
        cause in causes for (_, _, cause), (_, _, causes) in zip(actual, expected, strict=True)
    )


def told_just_once(project: Project, world: World) -> None:
    """Destinations are told of what is news, and of nothing else."""
    found: defaultdict[tuple[int, int, str], list[int]] = defaultdict(list)
    for profile, segment, what, instant in project.connection.execute(TOLD):
        found[profile, segment, what].append(instant)
    for person in world.people.values():
        maybe = {(segment, line): at for segment, line, at in person.maybe_told}
        for segment, line in {**person.told, **maybe}:
            told = found.pop((person.id or 0, segment.id or 0, line.what), [])
            for at in [at for *pair, at in person.maybe_told if pair == [segment, line]]:
                if at in told:
                    told.remove(at)
            assert told == sorted(person.told.get((segment, line), ())), (line, person)
    assert not any(found.values()), found


def _find_passing(world: World, found: Found) -> None:
    """Know the profiles by their flips that came into being and were absorbed in one batch."""
    known = {person.id for _, person in world.stays}
    for person in {person: None for _, person in world.stays if person.id is None}:
        own = {
            segment.id: flips(stays)
            for (segment, other), stays in world.stays.items()
            if other is person and stays
        }
        for number in sorted({profile for _, profile in found} - known):
            theirs = {segment: kept for (segment, one), kept in found.items() if one == number}
            if own.keys() == theirs.keys() and all(
                are_alike(theirs[segment or 0], own[segment]) for segment in own
            ):
                person.id = number
                known.add(number)
                break
