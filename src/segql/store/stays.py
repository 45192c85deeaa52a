"""Who is in a segment since when, and which flips are new: as the outbox asks for it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from segql.model.instants import Instant
from segql.store.driver import Connection

_STAYS: Final = """
    select profile, entered, flip
      from json_each(:profiles) as wanted
     cross join members
        on segment = :segment
       and profile = wanted.value
"""
_ENTERED_AFTER: Final = """
    select profile, entered, flip
      from members
     where segment = :segment
       and (entered, profile) > (:entered, :profile)
       and entered <= :until
     order by entered, profile
     limit :limit
"""
_ENTERED_SINCE: Final = """
    select profile, flip
      from json_each(:profiles) as wanted
     cross join members
        on segment = :segment
       and profile = wanted.value
     where flip >= :flip
     order by flip
"""
_LEFT_SINCE: Final = """
    select profile, flip
      from history
     where flip >= :flip
       and segment = :segment
     order by flip
"""


def of_profiles(
    connection: Connection, segment: int, profiles: Iterable[int]
) -> list[tuple[int, Instant, int]]:
    """Of `profiles` those who are in: who, since when, and the number of the entry's flip."""
    bound = {"segment": segment, "profiles": json.dumps([*profiles])}
    return connection.execute(_STAYS, bound).fetchall()


def entered_after(
    connection: Connection,
    segment: int,
    after: tuple[Instant, int],
    *,
    until: Instant,
    limit: int,
) -> list[tuple[int, Instant, int]]:
    """As `of_profiles`, by entry, then profile: those past (entered, profile), up to `until`."""
    bound = {
        "segment": segment,
        "entered": after[0],
        "profile": after[1],
        "until": until,
        "limit": limit,
    }
    return connection.execute(_ENTERED_AFTER, bound).fetchall()


def entered_since(
    connection: Connection, segment: int, profiles: Iterable[int], flip: int
) -> list[tuple[int, int]]:
    """Of `profiles` those who entered with the flip numbered `flip` or later, and its number."""
    bound = {"segment": segment, "profiles": json.dumps([*profiles]), "flip": flip}
    return connection.execute(_ENTERED_SINCE, bound).fetchall()


def left_since(connection: Connection, segment: int, flip: int) -> list[tuple[int, int]]:
    """Who left the segment with the flip numbered `flip` or later, and its number."""
    return connection.execute(_LEFT_SINCE, {"segment": segment, "flip": flip}).fetchall()
