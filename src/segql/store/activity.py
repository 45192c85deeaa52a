"""What profiles did in all: the row that every call rewrites, so that most questions need no more.

It may answer only where `last_event`, `last_action` and `last_call` are not after now.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from attrs import frozen

from segql.model.instants import Instant
from segql.store.driver import Connection

_READ: Final = """
    select profile, first_call, last_call, events, first_event, last_event, first_action,
           last_action,
           max(coalesce(last_call, 0), coalesce(last_event, 0), coalesce(last_action, 0))
      from json_each(?) as wanted
     cross join activity
        on activity.profile = wanted.value
"""


@frozen
class Activity:
    """Of one profile: instants are None where there was nothing; actions are those on surveys."""

    first_call: Instant | None
    last_call: Instant | None
    events: int
    first_event: Instant | None
    last_event: Instant | None
    first_action: Instant | None
    last_action: Instant | None
    last: Instant
    """The last of all; 0 where there was nothing."""


def read(connection: Connection, ids: Iterable[int]) -> dict[int, Activity]:
    """The activity of profiles by internal id; those that do not exist are left out."""
    rows = connection.execute(_READ, (json.dumps(list(ids)),))
    return {profile: Activity(*row) for profile, *row in rows}
