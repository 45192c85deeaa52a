"""What flips of a profile were caused by, looked up by the ids that flips carry."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Final

from attrs import frozen

from segql.model.instants import Instant
from segql.store.driver import Connection

_EVENTS: Final = """
    select arrival, names.name, time
      from rollups
      join names
        on names.id = rollups.name
      join events
        on events.name = rollups.name
       and events.profile = rollups.profile
     where rollups.profile = :profile
       and arrival in (select value from json_each(:wanted))
"""
_RESPONSES: Final = """
    select responses.id, surveys.key, action, time
      from json_each(?) as wanted
     cross join responses
        on responses.id = wanted.value
      join surveys
        on surveys.id = responses.survey
"""


@frozen
class Done:
    """An event, or a survey action, that a flip was caused by."""

    name: str
    """The event's name, or the survey's key."""
    time: Instant
    action: str | None = None
    """`seen`, `completed`, `dismissed` or `partial`; None for an event."""


def events_of(connection: Connection, profile: int, arrivals: Collection[int]) -> dict[int, Done]:
    """The events of a profile, by internal id, with the numbers `arrivals`; those there are.

    The cost follows the events of the profile.
    """
    if not arrivals:
        return {}
    bound = {"profile": profile, "wanted": json.dumps(list(arrivals))}
    rows = connection.execute(_EVENTS, bound)
    return {arrival: Done(name, time) for arrival, name, time in rows}


def responses(connection: Connection, ids: Collection[int]) -> dict[int, Done]:
    """The survey actions with these ids; those that a later answer replaced are left out."""
    rows = connection.execute(_RESPONSES, (json.dumps(list(ids)),))
    return {number: Done(key, time, action) for number, key, action, time in rows}
