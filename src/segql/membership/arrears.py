"""Profiles made what they should have been before a transaction: accounts, time, definitions.

What has happened to a profile's account and has not reached it comes first, as of then. Then the
profile goes through every time edge up to now, each at its own instant, in order. Definitions and
imports that have not reached it come last, silently, at the instant of the transaction: until then
nothing happens to it in their segments. Data of the transaction must not be written yet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain

from segql.membership.application import cause_id
from segql.membership.catalog import Entry
from segql.membership.passing import Ahead, ahead_of_passed, go_through, next_edge
from segql.membership.questions import Reason
from segql.membership.sitting import Sitting
from segql.model.flips import Cause
from segql.model.instants import Instant
from segql.store import agenda, followups, profiles, runs


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
    sitting: Sitting, late: Mapping[int, Instant], passed: Mapping[int, tuple[Instant, int]]
) -> Iterator[Ahead]:
    """The first edges of profiles that are not written down, up to now."""
    now, places = sitting.moment.now, sitting.catalog.places
    for segment, listed in late.items():
        for profile, (instant, _) in passed.items():
            start = max(listed, instant)
            if start < now and segment in places:
                yield from next_edge(sitting, places[segment], profile, start)


def _applied(sitting: Sitting, passed: Mapping[int, tuple[Instant, int]]) -> Iterator[Ahead]:
    """The first edges of profiles in segments that are just being applied, and to them already."""
    places = sitting.catalog.places
    for segment, due in sitting.reach.due.items():
        if due.at is not None and segment in places:
            for profile in filter(due.is_applied_to, passed):
                start = max(due.at, passed[profile][0])
                yield from next_edge(sitting, places[segment], profile, start)
