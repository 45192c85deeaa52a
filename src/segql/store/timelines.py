"""What one profile did of one kind, in the shape the interpreter asks for (`Timeline`).

Profiles differ: a few have most of the events. So events are read from the newest on, no more than
are asked for, and the roll-up answers how many there are, the first and the last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, overload

from segql.model.instants import Instant
from segql.model.values import Json
from segql.store.driver import Connection
from segql.store.plain import values_of

FEW: Final = 32
"""Events that are read at once; reading one takes 0.5 µs, asking for it 5."""

_ROLLUP: Final = """
    select name, count, first, last
      from rollups
     where profile = ?
       and name = (select id from names where names.name = ?)
"""
_NEWEST: Final = """
    select time, arrival, properties
      from events
     where name = ?
       and profile = ?
     order by time desc, arrival desc
     limit ?
"""
_OLDER: Final = """
    select time, arrival, properties
      from events
     where name = ?
       and profile = ?
       and (time, arrival) < (?, ?)
     order by time desc, arrival desc
     limit ?
"""
_MESSAGE: Final = """
    select lower(hex(message))
      from events
     where name = ?
       and profile = ?
       and time = ?
       and arrival = ?
"""


class StoredTimeline:
    """Activities in order of time, then arrival; properties are read when asked for."""

    def __init__(
        self,
        rows: Sequence[tuple[Instant, str | None]],
        sources: Callable[[], Sequence[str]],
    ) -> None:
        """Take times with JSON texts, in order, and how to ask what identifies each."""
        self._rows = rows
        self._sources = sources
        self._times = [time for time, _ in rows]
        self._properties: dict[int, dict[str, Json]] = {}

    @property
    def times(self) -> Sequence[Instant]:
        """The instants, ascending."""
        return self._times

    def properties(self, index: int) -> dict[str, Json]:
        """The properties, or answers, of the activity at `index` of `times`."""
        found = self._properties.get(index)
        if found is None:
            found = self._properties[index] = values_of(self._rows[index][1])
        return found

    def source(self, index: int) -> str | None:
        """The digest of the response or message in hexadecimal digits; read for each call."""
        return self._sources()[index] or None


class StoredEvents:
    """A profile's events of one name; must not outlive a change of theirs."""

    def __init__(self, connection: Connection, name: str, profile: int) -> None:
        """Read the roll-up; `profile` is an internal id."""
        row = connection.execute(_ROLLUP, (profile, name)).fetchone()
        self._connection = connection
        span: tuple[int, int, Instant, Instant] = row or (0, 0, 0, 0)
        number, self.count, self.first, self.last = span
        self._key = (number, profile)
        self._newest: list[tuple[Instant, int, str | None]] = []
        self._properties: dict[int, dict[str, Json]] = {}

    @property
    def times(self) -> Sequence[Instant]:
        """The instants, ascending."""
        return _Times(self)

    def properties(self, index: int) -> dict[str, Json]:
        """The properties of the event at `index` of `times`."""
        found = self._properties.get(index)
        if found is None:
            found = self._properties[index] = values_of(self._row(index)[2])
        return found

    def source(self, index: int) -> str | None:
        """The digest of the message in hexadecimal digits; read for each call."""
        time, arrival, _ = self._row(index)
        (digest,) = self._connection.execute(_MESSAGE, (*self._key, time, arrival)).fetchone()
        return digest or None

    def time(self, index: int) -> Instant:
        """The instant of the event at `index`."""
        if index == self.count - 1:
            return self.last
        return self._row(index)[0] if index else self.first

    def _row(self, index: int) -> tuple[Instant, int, str | None]:
        back = self.count - 1 - index
        newest = self._newest
        while back >= len(newest):
            limit = max(back + 1 - len(newest), len(newest), FEW)
            if newest:
                time, arrival, _ = newest[-1]
                bound = (*self._key, time, arrival, limit)
                newest += self._connection.execute(_OLDER, bound)
            else:
                newest += self._connection.execute(_NEWEST, (*self._key, limit))
        return newest[back]


class _Times(Sequence[Instant]):
    """The times of events, each read when it is asked for."""

    __slots__ = ("_events",)

    def __init__(self, events: StoredEvents) -> None:
        self._events = events

    def __len__(self) -> int:
        return self._events.count

    @overload
    def __getitem__(self, index: int) -> Instant: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Instant]: ...

    def __getitem__(self, index: int | slice) -> Instant | Sequence[Instant]:
        count = self._events.count
        if isinstance(index, slice):
            return [self._events.time(place) for place in range(*index.indices(count))]
        place = index + count if index < 0 else index
        if not 0 <= place < count:
            raise IndexError(index)
        return self._events.time(place)
