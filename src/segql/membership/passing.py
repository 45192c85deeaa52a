"""Time edges gone through in one write transaction, each at its own instant, in order.

At each instant profile after profile, and each in order of dependency: nothing connects profiles,
so it makes no difference in how many transactions an instant is passed. With rules that look at
teammates it is passed in one, profiles without an account first, then team by team. What was
foreseen of an edge is not asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import Final, TypeAlias

from segql.membership.asking import Asking
from segql.membership.questions import Reason
from segql.membership.sitting import Sitting
from segql.model.crossings import NEVER
from segql.model.flips import Cause
from segql.model.instants import Instant, Moment
from segql.store import agenda, profiles

BY_TIME: Final = Reason(Cause.TIME, None)
ASK: Final = -1

Ahead: TypeAlias = tuple[Instant, int, int, int]
"""An instant, a profile, the place of a segment, and whether its rule holds, 0 or 1, or `ASK`."""


def ahead_of_passed(
    sitting: Sitting, rows: Iterable[agenda.Row], passed: Mapping[int, tuple[Instant, int]]
) -> Iterator[Ahead]:
    """The rows of living profiles, those that a profile has passed replaced by what follows it."""
    places, order, due = sitting.catalog.places, sitting.catalog.order, sitting.reach.due
    for at, segment, profile, holds, changed, revision in rows:
        if profile not in passed or segment not in places:
            continue
        place = places[segment]
        instant, change = passed[profile]
        if (
            holds is not None
            and change <= changed
            and revision == order[place].stored.revision
            and segment not in due
            and not order[place].error
        ):
            if at > instant:
                yield at, profile, place, holds
        elif at > instant:
            yield at, profile, place, ASK
        else:
            yield from next_edge(sitting, place, profile, instant)


def next_edge(sitting: Sitting, place: int, profile: int, start: Instant) -> Iterator[Ahead]:
    """The first edge after `start`, if there is one, and the rule can be asked."""
    moment = Moment(start, sitting.moment.zone)
    asking = Asking(sitting.connection, sitting.catalog, moment)
    found = asking.of(place, sitting.facts_of(profile), until=NEVER - 1)
    if found is not None and found[1] != NEVER:
        yield found[1], profile, place, ASK


def go_through(
    sitting: Sitting, edges: Iterable[Ahead], *, until: Instant, pausing: bool = False
) -> Instant:
    """Flip, or ask, at each edge, and at those that follow from them, up to and with `until`.

    Gives the instant that is reached: with `pausing` that of the first edge which the profiles of
    an account are to follow later.
    """
    places, ids = sitting.catalog.places, sitting.catalog.ids
    kept = list(edges)
    ahead = [edge for edge in kept if edge[0] <= until]
    heapify(ahead)
    sitting.look_inside((place, profile) for _, profile, place, _ in ahead)
    put_off = sitting.catalog.together if pausing else frozenset[int]()
    sitting.read_facts(
        profile for _, profile, place, holds in ahead if holds == ASK and place not in put_off
    )
    sitting.look_until = max(sitting.look_until, until)
    sitting.is_passing = True
    noted, sitting.edges = sitting.edges, []
    noted += [
        (at, ids[place], profile)
        for at, profile, place, _ in kept
        if until < at <= sitting.look_until
    ]
    while ahead:
        at = ahead[0][0]
        sitting.move_to(at)
        for together in _groups(sitting, ahead):
            _pass(sitting, _put_off(sitting, together) if put_off else together)
        if sitting.edges:
            for edge in sitting.edges:
                next_at, segment, profile = edge
                if next_at > until:
                    noted.append(edge)
                else:
                    heappush(ahead, (next_at, profile, places[segment], ASK))
            sitting.edges = []
        if pausing and sitting.teams.has_later:
            until = at
            break
    sitting.edges = [*noted, *((at, ids[place], profile) for at, profile, place, _ in ahead)]
    sitting.is_passing = False
    return until


def _groups(sitting: Sitting, ahead: list[Ahead]) -> Iterable[Sequence[Ahead]]:
    """The edges of the first instant, taken away: those of each profile, or of each team."""
    first = heappop(ahead)
    at, profile = first[:2]
    found: dict[int, list[Ahead]] = {profile: [first]}
    while ahead and ahead[0][0] == at:
        edge = heappop(ahead)
        found.setdefault(edge[1], []).append(edge)
    if not sitting.catalog.reads_teammates:
        return found.values()
    teams: dict[tuple[int, int], list[Ahead]] = {}
    accounts = profiles.accounts_of(sitting.connection, found)
    for profile, edges in found.items():
        account = accounts.get(profile)
        teams.setdefault((account or 0, profile if account is None else 0), []).extend(edges)
    return [edges for _, edges in sorted(teams.items())]


def _put_off(sitting: Sitting, edges: Sequence[Ahead]) -> Sequence[Ahead]:
    """Those of a team's edges that are passed now; of many, the others are asked of everybody."""
    places = {place for _, _, place, _ in edges}
    kept = sitting.put_off(edges[0][1], places, BY_TIME)
    return edges if len(kept) == len(places) else [edge for edge in edges if edge[2] in kept]


def _pass(sitting: Sitting, edges: Sequence[Ahead]) -> None:
    """Flip, or ask, at edges of one instant, in order of dependency, with what follows."""
    alone = () if sitting.catalog.reads_teammates else sitting.catalog.alone
    if all(holds != ASK and place in alone for _, _, place, holds in edges):
        for _, profile, place, holds in edges:
            sitting.find(place, profile, BY_TIME, holds=bool(holds))
        return
    for _, profile, place, holds in edges:
        if holds == ASK:
            sitting.recheck(profile, (place,), BY_TIME)
        else:
            sitting.expect(profile, place, BY_TIME, holds=bool(holds))
    sitting.ask()
