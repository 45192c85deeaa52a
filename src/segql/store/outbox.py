"""What is to be told to destinations, written in the transaction of the flip that it tells of.

A row is known by the number of its flip and its line: told once, however often it is decided. That
of a length of stay has the flip of the entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from attrs import frozen

from segql.model.deliveries import State
from segql.model.instants import Instant
from segql.store import settings
from segql.store.driver import Connection

_ADD: Final = """
    insert or ignore into outbox (flip, subscription, segment, profile, instant, due, state)
    values (:flip, :subscription, :segment, :profile, :instant, :instant, :state)
"""
_LAST: Final = """
    select max(instant)
      from outbox
     where profile = :profile
       and subscription = :subscription
       and state <> 'skipped'
"""
_PENDING: Final = """
    select flip, subscription, segments.name, profiles.external, destination, what,
           nullif(after, ''), instant, outbox.due, state
      from outbox
      join subscriptions
        on subscriptions.id = subscription
      join segments
        on segments.id = outbox.segment
      join profiles
        on profiles.id = outbox.profile
     where state = 'pending'
       and (:segment is null or outbox.segment = :segment)
       and (:destination is null or destination = :destination)
     order by outbox.due, flip, subscription
     limit :limit
"""
_OF_ANY_STATE: Final = """
    select flip, subscription, segments.name, profiles.external, destination, what,
           nullif(after, ''), instant, outbox.due, state
      from outbox
      join subscriptions
        on subscriptions.id = subscription
      join segments
        on segments.id = outbox.segment
      join profiles
        on profiles.id = outbox.profile
     where (:state is null or state = :state)
       and (:segment is null or outbox.segment = :segment)
       and (:destination is null or destination = :destination)
     order by outbox.due, flip, subscription
     limit :limit
"""
_COUNTS: Final = """
    select destination, state, count(*)
      from outbox
      join subscriptions
        on subscriptions.id = subscription
     group by destination, state
     order by destination, state
"""
_OVER: Final = """
    select outbox.due, flip, subscription, instant, state,
           what <> 'stayed' or ended is not null or passed_entered >= instant
      from outbox
      join subscriptions
        on subscriptions.id = subscription
     where state <> 'pending'
       and outbox.due < :before
       and (outbox.due, flip, subscription) > (:due, :flip, :subscription)
     order by outbox.due, flip, subscription
     limit :limit
"""
_ANY_OVER: Final = "select 1 from outbox where state <> 'pending' and due < :before limit 1"
_DROP_ROW: Final = "delete from outbox where flip = ? and subscription = ?"
_RETENTION: Final = "outbox_days"
_MOVE: Final = "update outbox set profile = :to where profile = :profile"
_DROP: Final = "delete from outbox where profile = :profile"


@frozen
class Row:
    """Something to tell a destination, about a profile and a segment."""

    flip: int
    subscription: int
    segment: str
    profile: str
    destination: str
    what: str
    after: str | None
    """The length of stay, as in `3d`."""
    instant: Instant
    """When it happened."""
    due: Instant
    """From when on it may be told."""
    state: str

    @property
    def id(self) -> str:
        """What it is known by, for ever; the destination can tell a repetition by it."""
        return f"{self.flip}-{self.subscription}"


def add(
    connection: Connection,
    *,
    flip: int,
    subscription: int,
    segment: int,
    profile: int,
    at: Instant,
    state: State,
) -> None:
    """Write a row, unless it is there already; inside `immediate`."""
    bound = {
        "flip": flip,
        "subscription": subscription,
        "segment": segment,
        "profile": profile,
        "instant": at,
        "state": state,
    }
    connection.execute(_ADD, bound)


def last(connection: Connection, subscription: int, profile: int) -> Instant | None:
    """When the line last had something to tell of the profile that was not skipped."""
    bound = {"subscription": subscription, "profile": profile}
    [(instant,)] = connection.execute(_LAST, bound)
    return None if instant is None else int(instant)


def listed(
    connection: Connection,
    *,
    state: State | None = State.PENDING,
    segment: int | None = None,
    destination: str | None = None,
    limit: int = 1_000,
) -> list[Row]:
    """The first rows by when they are due, then by flip and line; None for any state."""
    bound = {
        "state": state,
        "segment": segment,
        "destination": destination,
        "limit": limit,
    }
    statement = _PENDING if state is State.PENDING else _OF_ANY_STATE
    return [Row(*row) for row in connection.execute(statement, bound)]


def counts(connection: Connection) -> Mapping[tuple[str, str], int]:
    """Rows by destination and state."""
    return {(where, state): n for where, state, n in connection.execute(_COUNTS)}


Place: TypeAlias = tuple[Instant, int, int]
"""When a row was due, its flip and its line: the order of `forget`."""


def retention(connection: Connection) -> int | None:
    """For how many days rows are kept that are pending no more; None for ever."""
    found = settings.read(connection, _RETENTION)
    return int(found) if found else None


def retain(connection: Connection, days: int | None) -> None:
    """Keep rows that are pending no more for `days`, or for ever; inside `immediate`."""
    settings.put(connection, _RETENTION, "" if days is None else str(days))


def is_any_over(connection: Connection, *, before: Instant) -> bool:
    """Whether `forget` has something to look at."""
    return connection.execute(_ANY_OVER, {"before": before}).fetchone() is not None


def forget(
    connection: Connection,
    after: Place,
    *,
    before: Instant,
    cooling_since: Mapping[int, Instant],
    limit: int,
) -> tuple[int, Place | None]:
    """Take away rows that were due before an instant and are pending no more; inside `immediate`.

    Of the next `limit` of them past `after`: how many are gone, and where to go on, None at the
    end. Rows stay that a cool-down counts from, `cooling_since` an instant by line, and stays that
    the clock has still to pass, which would be told of again.
    """
    due, flip, subscription = after
    bound = {"before": before, "due": due, "flip": flip, "subscription": subscription}
    rows = connection.execute(_OVER, bound | {"limit": limit}).fetchall()
    gone = [
        (flip, line)
        for _, flip, line, instant, state, is_decided in rows
        if is_decided and (state == State.SKIPPED or instant < cooling_since.get(line, before))
    ]
    connection.executemany(_DROP_ROW, gone)
    return len(gone), rows[-1][:3] if len(rows) == limit else None


def move(connection: Connection, absorbed: int, survivor: int) -> None:
    """Have what is told of one profile be told of another one; inside `immediate`."""
    connection.execute(_MOVE, {"profile": absorbed, "to": survivor})


def drop(connection: Connection, profile: int) -> None:
    """Forget what was to be told of a profile, and what was told; inside `immediate`."""
    connection.execute(_DROP, {"profile": profile})
