"""Time edges that are ahead: when time alone may change who is in which segment, and for whom.

A row is a question to be asked at an instant, or says what the answer will be while the profile and
the rule stay as they are. Asking a question too many changes nothing, as long as no later one has
been asked. Rows of a segment that is due wait until it is computed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from segql.model.instants import Instant
from segql.store import settings
from segql.store.driver import Connection

Edge: TypeAlias = tuple[Instant, int, int]
"""The instant, the segment and the profile, by internal ids."""
Row: TypeAlias = tuple[Instant, int, int, int | None, int, int]
"""An edge, and what was foreseen: whether the rule holds from then on, 0 or 1, up to the next row.

Seen at a change number, and of a revision of the segment. None, 0, 0 where nothing was.
"""
EVERYBODY: Final = 1 << 62
"""Greater than the internal id of any profile."""

_UNTIL: Final = "agenda"
_ADD: Final = "insert or ignore into agenda (at, segment, profile) values (?, ?, ?)"
_FORESEE: Final = """
    insert or ignore into agenda (at, segment, profile, holds, changed, revision)
    values (?, ?, ?, ?, ?, ?)
"""
_OF_PROFILES: Final = """
    select at, segment, agenda.profile, holds, changed, revision
      from json_each(:profiles) as wanted
     cross join agenda
        on agenda.profile = wanted.value
       and at <= :until
"""
_FIRST: Final = """
    select at, segment, profile, holds, changed, revision
      from agenda
     where at <= :until
       and segment not in (select id from segments where due is not null and archived is null)
     order by at, profile, segment
     limit :limit
"""
_OF_SEGMENTS: Final = """
    select at, segment, profile, holds, changed, revision
      from agenda
     where at <= :until
       and segment in (select value from json_each(:segments))
     order by at, profile, segment
     limit :limit
"""
_IS_AHEAD_OF: Final = """
    select 1
      from profiles
     cross join agenda
        on agenda.profile = profiles.id
       and at <= :until
     where account = :account
       and segment not in (select id from segments where due is not null and archived is null)
     limit 1
"""
_DROP: Final = "delete from agenda where at = ? and segment = ? and profile = ?"
_DROP_UNTIL: Final = """
    delete from agenda
     where (at, profile) <= (?, ?)
       and segment not in (select id from segments where due is not null and archived is null)
"""
_LATE: Final = """
    select id, listed
      from segments
     where listed < ?
       and due is null
       and archived is null
"""
_LISTED: Final = """
    update segments
       set listed = :until
     where id = :segment
       and listed = :before
"""

_PASSED: Final = """
    select profile, passed, changed
      from json_each(?) as wanted
     cross join activity
        on activity.profile = wanted.value
       and deleted = 0
"""
_PASS: Final = "update activity set passed = :at where profile = :profile"


def until(connection: Connection) -> Instant:
    """Up to which instant edges are written down; 0 at first."""
    return int(settings.read(connection, _UNTIL) or 0)


def look_until(connection: Connection, instant: Instant) -> None:
    """Have edges up to `instant` written down from now on; inside `immediate`."""
    if instant > until(connection):
        settings.put(connection, _UNTIL, str(instant))


def add(connection: Connection, edges: Iterable[Edge]) -> None:
    """Write down edges at which to ask; inside `immediate`."""
    connection.executemany(_ADD, edges)


def foresee(connection: Connection, rows: Iterable[Row]) -> None:
    """Write edges down, with what is foreseen; inside `immediate`."""
    connection.executemany(_FORESEE, rows)


def of_profiles(connection: Connection, profiles: Iterable[int], until: Instant) -> list[Row]:
    """The edges of profiles, by internal id, up to and with `until`."""
    bound = {"profiles": json.dumps(list(profiles)), "until": until}
    return connection.execute(_OF_PROFILES, bound).fetchall()


def first(connection: Connection, until: Instant, *, limit: int) -> list[Row]:
    """The first `limit` edges up to and with `until`, by instant, profile and segment.

    Those that wait are left out.
    """
    return connection.execute(_FIRST, {"until": until, "limit": limit}).fetchall()


def first_of(
    connection: Connection, segments: Iterable[int], until: Instant, *, limit: int
) -> list[Row]:
    """The first `limit` edges of segments, up to and with `until`, waiting or not."""
    bound = {"segments": json.dumps(list(segments)), "until": until, "limit": limit}
    return connection.execute(_OF_SEGMENTS, bound).fetchall()


def is_ahead_of(connection: Connection, account: int, until: Instant) -> bool:
    """Whether profiles of an account have edges up to and with `until` that do not wait.

    Looks at each of the profiles.
    """
    bound = {"account": account, "until": until}
    return connection.execute(_IS_AHEAD_OF, bound).fetchone() is not None


def drop(connection: Connection, rows: Sequence[Row]) -> None:
    """Forget edges; inside `immediate`."""
    connection.executemany(_DROP, [row[:3] for row in rows])


def drop_until(connection: Connection, instant: Instant, profile: int = EVERYBODY) -> None:
    """Forget every edge that does not wait, up to and with that of a profile at `instant`.

    Inside `immediate`.
    """
    connection.execute(_DROP_UNTIL, (instant, profile))


def late(connection: Connection, until: Instant) -> dict[int, Instant]:
    """The segments whose edges are not all written down up to `until`, and up to when they are."""
    return dict(connection.execute(_LATE, (until,)))


def mark_listed(
    connection: Connection, segments: Iterable[int], *, before: Instant, until: Instant
) -> None:
    """Say that edges up to `until` are written down; inside `immediate`.

    Only of segments of which it was `before` until now: others have been computed meanwhile.
    """
    connection.executemany(
        _LISTED,
        [{"segment": segment, "before": before, "until": until} for segment in segments],
    )


def passed(connection: Connection, ids: Iterable[int]) -> dict[int, tuple[Instant, int]]:
    """Up to when profiles, by internal id, have passed every time edge; living ones alone.

    Each with the number of its last change.
    """
    rows = connection.execute(_PASSED, (json.dumps(list(ids)),))
    return {profile: (instant, change) for profile, instant, change in rows}


def mark_passed(connection: Connection, ids: Iterable[int], *, at: Instant) -> None:
    """Say that profiles have passed every time edge up to `at`; inside `immediate`."""
    connection.executemany(_PASS, [{"profile": one, "at": at} for one in ids])
