"""What was said of an account reaches its profiles: a few at once, many in chunks.

Where there are many, the account is written down with a cursor in the transaction that changed it,
and its profiles follow in transactions of their own, by internal id. A kill between two of them
loses nothing: whoever writes next goes on. A call on a profile that is still ahead of the cursor
brings it up to date first (`sitting.bring_up_to_date`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from time import perf_counter
from typing import Final

from segql.membership.affected import Affected
from segql.membership.arrears import bring_up_to_date
from segql.membership.catalog import Catalog
from segql.membership.questions import Reason
from segql.membership.sitting import Sitting
from segql.membership.sitting import begin as sit_down
from segql.model.flips import Cause
from segql.model.instants import Moment
from segql.model.values import Path
from segql.store import followups, profiles
from segql.store.driver import Connection

CHUNK: Final = 50
"""Profiles of the first chunk, and of the smallest."""
LOCK_S: Final = 0.01
"""How long a chunk aims to hold the lock, going by the last one."""

Writing = Callable[[], AbstractContextManager[Connection]]


def begin(sitting: Sitting, changed: Mapping[int, frozenset[Path]]) -> None:
    """Have the profiles of accounts follow, given the trait paths that changed of each."""
    for account, paths in changed.items():
        places = sitting.catalog.readers.of_affected(Affected(account_traits=paths))
        if places:
            sitting.affect_account(account, places, Reason(Cause.ACCOUNT, sitting.change))


def with_teammates(sitting: Sitting, wanted: Iterable[int]) -> Collection[int]:
    """Profiles, and those that must be up to date with them: teammates, where rules read any."""
    together = dict.fromkeys(wanted)
    if sitting.catalog.reads_teammates:
        for team in set(profiles.accounts_of(sitting.connection, together).values()) - {None}:
            together |= dict.fromkeys(sitting.few_of(team or 0))
    return together


def catch_up(
    connection: Connection, writing: Writing, catalog: Callable[[], Catalog], moment: Moment
) -> None:
    """Let every profile follow that has still to, chunk by chunk.

    `writing` begins a write transaction on `connection`, `catalog` gives the newest catalogue. The
    flips have the instant of `moment`, or of the project's clock where that is later.
    """
    size = CHUNK
    while followups.first(connection) is not None:
        started = perf_counter()
        with writing():
            ahead = followups.first(connection)
            if ahead is None:  # another process was faster
                return
            _follow(sit_down(connection, catalog(), moment), ahead, size)
        took = perf_counter() - started
        size = max(CHUNK, min(2 * size, int(size * LOCK_S / took)))


def _follow(sitting: Sitting, ahead: followups.Followup, size: int) -> None:
    connection = sitting.connection
    members = profiles.of_account(connection, ahead.account, after=ahead.cursor, limit=size)
    bring_up_to_date(sitting, members)
    sitting.settle()
    if len(members) < size:
        followups.drop(connection, ahead.account)
    else:
        followups.move(connection, ahead.account, members[-1])
