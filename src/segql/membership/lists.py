"""Profiles are put on a fixed list, or taken off it, and what reads the list follows.

A few do so in the transaction that says it. Many are written down in that transaction, and move in
transactions of their own, each with what follows from it, so that membership is exact at every
instant between them. A kill between two of them loses nothing: the next bulk computation, or change
of a list, goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from segql.membership import accounts
from segql.membership.arrears import bring_up_to_date, with_teams
from segql.membership.catalog import Catalog
from segql.membership.pace import Writing, in_chunks
from segql.membership.questions import Reason
from segql.membership.sitting import Sitting, begin
from segql.model.flips import Cause
from segql.model.instants import Moment
from segql.store import list_changes, members, profiles
from segql.store.driver import Connection

FEW: Final = 200
"""Profiles that move in the transaction that says it."""
FEW_TEAMS: Final = 4
"""The same where rules look at teammates, of whom each may have `teams.FEW`."""
CHUNK: Final = 50
"""Profiles of the first chunk."""


def are_behind(sitting: Sitting, wanted: Sequence[int]) -> bool:
    """Whether others must be brought up to date before a few move (`accounts.are_behind`)."""
    if not sitting.catalog.reads_teammates or len(wanted) > FEW_TEAMS:
        return False
    owners = profiles.accounts_of(sitting.connection, wanted).values()
    return accounts.are_behind(sitting, [owner for owner in owners if owner is not None])


def put(sitting: Sitting, segment: int, wanted: Sequence[int], *, enters: bool) -> None:
    """Put profiles on a list, or take them off, all by internal id; many follow in `catch_up`.

    So do a few, while others wait before them.
    """
    connection = sitting.connection
    few = FEW_TEAMS if sitting.catalog.reads_teammates else FEW
    if len(wanted) > few or list_changes.first(connection) is not None:
        list_changes.add(connection, segment, wanted, enters=enters)
    else:
        _move(sitting, sitting.catalog.places[segment], wanted, enters=enters)


def catch_up(
    connection: Connection, writing: Writing, catalog: Callable[[], Catalog], moment: Moment
) -> None:
    """Let every profile move that waits, chunk by chunk.

    `writing` begins a write transaction on `connection`, `catalog` gives the newest catalogue. The
    flips have the instant of `moment`, or of the project's clock where that is later.
    """
    if list_changes.first(connection) is not None:
        in_chunks(
            writing,
            lambda connection, size: _move_some(connection, catalog(), moment, size),
            first=FEW_TEAMS if catalog().reads_teammates else CHUNK,
        )


def _move_some(connection: Connection, catalog: Catalog, moment: Moment, size: int) -> bool:
    """Move the first `size` of those who have waited longest; whether anybody still waits."""
    waiting = list_changes.first(connection)
    if waiting is None:  # another process was faster
        return False
    _go_on(begin(connection, catalog, moment), waiting, size)
    return list_changes.first(connection) is not None


def _go_on(sitting: Sitting, waiting: list_changes.Waiting, size: int) -> None:
    connection = sitting.connection
    place = sitting.catalog.places.get(waiting.segment)
    if place is None:  # archived meanwhile
        list_changes.drop(connection, waiting.id)
        return
    chunk, rest = waiting.profiles[:size], waiting.profiles[size:]
    _move(sitting, place, chunk, enters=waiting.enters)
    if rest:
        list_changes.shorten(connection, waiting.id, rest)
    else:
        list_changes.drop(connection, waiting.id)


def _move(sitting: Sitting, place: int, asked: Sequence[int], *, enters: bool) -> None:
    """Move those of `asked` that live, or what they became, and let what reads the list follow."""
    catalog = sitting.catalog
    became = profiles.became(sitting.connection, asked)
    living = profiles.accounts_of(sitting.connection, [became.get(one, one) for one in asked])
    wanted = sorted(living)
    if not (catalog.followers[place] or catalog.team_followers[place]):
        members.apply(
            sitting.connection,
            catalog.order[place].stored.id,
            wanted if enters else (),
            () if enters else wanted,
            at=sitting.moment.now,
            cause=Cause.DEFINITION,
        )
        return
    together = with_teams(sitting, wanted)
    bring_up_to_date(sitting, together)
    sitting.teams.remember(together)
    reason = Reason(Cause.DEFINITION, None, silent=True)
    for profile in wanted:
        if enters != sitting.is_inside(place, profile):
            sitting.flip(profile, place, reason, enters=enters)
    sitting.settle()
