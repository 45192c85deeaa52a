"""Intervals of membership that are over."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from segql.model.instants import Instant
from segql.store.driver import Connection

_HISTORY: Final = """
    select profile, entered, entered_cause, entered_cause_id, "left", left_cause, left_cause_id
      from history
     where segment = ?
     order by flip
"""
_STAYS: Final = """
    select segment, entered, entered_cause, entered_cause_id, "left", left_cause, left_cause_id
      from history
     where profile = ?
     order by flip
"""


@frozen
class Closed:
    """An interval that is over; `owner` is the profile, or the segment, that was not asked for."""

    owner: int
    entered: Instant
    entered_cause: str
    entered_cause_id: int | None
    left: Instant
    left_cause: str
    left_cause_id: int | None


def of_segment(connection: Connection, segment: int) -> list[Closed]:
    """The closed intervals of a segment in the order of their exits; `owner` is the profile."""
    return [Closed(*row) for row in connection.execute(_HISTORY, (segment,))]


def of_profile(connection: Connection, profile: int) -> list[Closed]:
    """The closed intervals of a profile in the order of their exits; `owner` is the segment."""
    return [Closed(*row) for row in connection.execute(_STAYS, (profile,))]
