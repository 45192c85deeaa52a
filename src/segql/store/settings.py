"""The time zone, the clock that never goes back, and the counters of the whole store."""

from __future__ import annotations

from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from segql.model.instants import Instant, zone_named
from segql.store.driver import Connection


class Counter(StrEnum):
    """What is counted up over the whole store."""

    CHANGE = "change"
    """Write transactions that changed facts of profiles; `activity.changed` names one."""
    FLIP = "flip"
    """Entries and exits."""
    ARRIVAL = "arrival"
    """Events."""
    CATALOG = "catalog"
    """Changes of any segment's definition."""


_READ: Final = """
    select value
      from settings
     where name = :name
"""
_WRITE: Final = """
    insert into settings (name, value)
    values (:name, :value)
        on conflict (name) do update
       set value = excluded.value
"""
_TAKE: Final = """
    update settings
       set value = cast(value as integer) + :count
     where name = :name
    returning cast(value as integer)
"""
_ADVANCE: Final = """
    update settings
       set value = max(cast(value as integer), :now)
     where name = 'clock'
    returning cast(value as integer)
"""


def start(connection: Connection, zone: str) -> None:
    """Write the settings of a new store."""
    put(connection, "zone", zone)
    for name in (*Counter, "clock"):
        put(connection, name, "0")


def read(connection: Connection, name: str) -> str | None:
    """The setting called `name`, or None."""
    row = connection.execute(_READ, {"name": name}).fetchone()
    return None if row is None else str(row[0])


def put(connection: Connection, name: str, value: str) -> None:
    """Write the setting called `name`."""
    connection.execute(_WRITE, {"name": name, "value": value})


def zone(connection: Connection) -> ZoneInfo:
    """The project's time zone."""
    return zone_named(read(connection, "zone") or "UTC")


def counted(connection: Connection, counter: Counter) -> int:
    """The number that `counter` has come to."""
    return int(read(connection, counter) or 0)


def take(connection: Connection, counter: Counter, count: int = 1) -> int:
    """Count up by `count`, and give the last number; the first is that less `count` plus 1."""
    [(last,)] = connection.execute(_TAKE, {"name": counter, "count": count}).fetchall()
    return int(last)


def clock(connection: Connection) -> Instant:
    """The latest instant that the store has come to; 0 at first."""
    return int(read(connection, "clock") or 0)


def advance_clock(connection: Connection, now: Instant) -> Instant:
    """Bring the clock to `now`, never back, and give where it stands."""
    [(instant,)] = connection.execute(_ADVANCE, {"now": now}).fetchall()
    return int(instant)
