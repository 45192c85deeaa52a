"""Profiles made what they should have been before a transaction: accounts, time, definitions.

What has happened to a profile's account and has not reached it comes first, as of then. Then the
profile goes through every time edge up to now, each at its own instant, in order. Definitions and
imports that have not reached it come last, silently, at the instant of the transaction: until then
nothing happens to it in their segments. Data of the transaction must not be written yet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from heapq import heapify, heappop, heappush
from itertools import chain

from segql.engines.interpreter.edges import spell
from segql.membership.application import cause_id
from segql.membership.catalog import Entry
from segql.membership.questions import Reason
from segql.membership.sitting import Sitting
from segql.model.crossings import NEVER
from segql.model.flips import Cause
from segql.model.instants import Instant, Moment
from segql.store import agenda, followups, profiles, runs

BY_TIME = Reason(Cause.TIME, None)


def bring_up_to_date(sitting: Sitting, wanted: Collection[int]) -> None:
    """Make each profile, by internal id, what it should have been before this transaction.

    `wanted` has the teammates of each (`with_teams`).
    """
    if not wanted:
        return
    waiting = followups.ahead_of(sitting.connection, wanted)
    for ahead, ids in waiting:
        follow(sitting, ahead, [one for one in ids if not ids[one]])
    pass_time(sitting, wanted)
    if sitting.reach.due:
        # Of all who have passed time now: edges that they have passed are not asked again.
        apply_due(sitting, wanted)
    for ahead, ids in waiting:
        ask_later(sitting, ahead, [one for one in ids if ids[one]])
    sitting.ask()


def follow(sitting: Sitting, ahead: followups.Followup, ids: Collection[int]) -> None:
    """Ask profiles what they have still to follow, as of when it was; they are as they were then.

    The time edges that come of it are written down.
    """
    now = sitting.moment.now
    sitting.move_to(ahead.at)
    ask_later(sitting, ahead, ids)
    sitting.ask()
    if sitting.moment.now != now:
        sitting.write()
        sitting.move_to(now)


def ask_later(
    sitting: Sitting,
    ahead: followups.Followup,
    ids: Iterable[int],
    places: Collection[int] | None = None,
) -> None:
    """Have profiles asked what they have still to follow; with `places` no more than those."""
    order, known = sitting.catalog.order, sitting.catalog.places
    for segment, (cause, own, silent) in ahead.asked.items():
        place = known.get(segment)
        if place is None or order[place].error or (places is not None and place not in places):
            continue
        for profile in ids:
            sitting.recheck(profile, (place,), Reason(Cause(cause), own, silent))


def apply_due(sitting: Sitting, wanted: Collection[int]) -> None:
    """Apply to profiles the computations that are due and have not reached them."""
    places = sitting.catalog.places
    due = [
        (places[segment], one, _reason(sitting.catalog.order[places[segment]], one))
        for segment, one in sitting.reach.due.items()
        if segment in places
    ]
    for profile in wanted:
        for place, one, reason in due:
            if not sitting.reach.has(one.segment, profile):
                sitting.recheck(profile, (place,), reason)
    sitting.reach.bring(wanted)
    sitting.ask()


def _reason(entry: Entry, due: runs.Due) -> Reason:
    return Reason(Cause(due.cause), cause_id(entry, due), silent=not due.tells)


def with_teams(sitting: Sitting, wanted: Collection[int]) -> Collection[int]:
    """The profiles and, where rules look at them, everybody of the same accounts, if few.

    What time does to one of them it may do to the others at the same instant. Many must not be
    behind (`accounts.are_behind`).
    """
    if not sitting.catalog.reads_teammates:
        return wanted
    accounts = set(profiles.accounts_of(sitting.connection, wanted).values()) - {None}
    teams = (sitting.teams.few_of(account or 0) for account in accounts)
    return dict.fromkeys(chain(wanted, *teams))


def pass_time(sitting: Sitting, wanted: Collection[int]) -> None:
    """Bring profiles through every time edge up to now."""
    connection, now = sitting.connection, sitting.moment.now
    rows = agenda.of_profiles(connection, wanted, now)
    late = agenda.late(connection, now)
    if not (rows or late or sitting.reach.due):
        return
    passed = agenda.passed(connection, wanted)
    agenda.drop(connection, rows)
    edges = [
        *ahead_of_passed(sitting, rows, passed),
        *_unwritten(sitting, late, passed),
        *_applied(sitting, passed),
    ]
    go_through(sitting, edges, until=now)
    sitting.move_to(now)
    if late or sitting.reach.due:
        agenda.mark_passed(connection, wanted, at=now)


def _unwritten(
    sitting: Sitting, late: Mapping[int, Instant], passed: Mapping[int, Instant]
) -> Iterable[agenda.Row]:
    """The first edges of profiles that are not written down, up to now."""
    now = sitting.moment.now
    for segment, listed in late.items():
        for profile, instant in passed.items():
            start = max(listed, instant)
            if start < now:
                yield from _next_edge(sitting, segment, profile, start)


def _applied(sitting: Sitting, passed: Mapping[int, Instant]) -> Iterable[agenda.Row]:
    """The first edges of profiles in segments that are just being applied, and to them already."""
    for segment, due in sitting.reach.due.items():
        if due.at is not None:
            for profile in filter(due.is_applied_to, passed):
                yield from _next_edge(sitting, segment, profile, max(due.at, passed[profile]))


def ahead_of_passed(
    sitting: Sitting, rows: Iterable[agenda.Row], passed: Mapping[int, Instant]
) -> Iterator[agenda.Row]:
    """The rows of living profiles, those that a profile has passed replaced by what follows it."""
    for row in rows:
        at, segment, profile = row
        if profile in passed:
            if at > passed[profile]:
                yield row
            else:
                yield from _next_edge(sitting, segment, profile, passed[profile])


def _next_edge(
    sitting: Sitting, segment: int, profile: int, start: Instant
) -> Iterator[agenda.Row]:
    """The first edge after `start`, if there is one."""
    place = sitting.catalog.places.get(segment)
    rule = None if place is None else sitting.catalog.order[place].rule
    if rule is not None:
        end = spell(rule, sitting.facts_of(profile), Moment(start, sitting.moment.zone))[1]
        if end != NEVER:
            yield end, segment, profile


def go_through(
    sitting: Sitting, edges: Iterable[agenda.Row], *, until: Instant, pausing: bool = False
) -> Instant:
    """Ask at each edge, in order of time, then of dependency, then of profiles.

    Also at those that follow from them, up to and with `until`. Gives the instant that is reached:
    with `pausing` that of the first edge which the profiles of an account are to follow later.
    """
    places = sitting.catalog.places
    kept = [row for row in edges if row[1] in places]
    ahead = [row for row in kept if row[0] <= until]
    heapify(ahead)
    sitting.look_until = max(sitting.look_until, until)
    sitting.is_passing = True
    noted, sitting.edges = sitting.edges, []
    noted += [row for row in kept if until < row[0] <= sitting.look_until]
    while ahead:
        at = ahead[0][0]
        sitting.move_to(at)
        while ahead and ahead[0][0] == at:
            _, segment, profile = heappop(ahead)
            sitting.recheck(profile, (places[segment],), BY_TIME)
        sitting.ask()
        for row in sitting.edges:
            if row[0] > until:
                noted.append(row)
            else:
                heappush(ahead, row)
        sitting.edges = []
        if pausing and sitting.teams.has_later:
            until = at
            break
    sitting.edges = [*noted, *ahead]
    sitting.is_passing = False
    return until
