"""What is due, and whom it has reached: segments whose computation is not finished."""

from __future__ import annotations

from collections.abc import Container, Iterable

from segql.store import profiles, runs
from segql.store.driver import Connection


class Reach:
    """The segments that are due when a write transaction begins, and the profiles they reach."""

    def __init__(self, connection: Connection) -> None:
        """Read what is due, inside the transaction."""
        self.due = runs.due(connection)
        """By the internal id of the segment."""
        self.waiting: Container[int] = ()
        """Those that nobody is to be asked about, by internal id."""
        self._connection = connection
        self._here: set[int] = set()
        self._changes: dict[int, int] = {}
        """At which change profiles were brought up to date before, by internal id."""

    def bring(self, wanted: Iterable[int]) -> None:
        """Have all that is due reach profiles, by internal id, in this transaction."""
        if self.due:
            self._here.update(wanted)

    def has(self, segment: int, profile: int) -> bool:
        """Whether a segment has reached a profile, if it is due; both by internal id."""
        due = self.due.get(segment)
        if due is None:
            return True
        if segment in self.waiting:
            return False
        if profile in self._here or due.is_applied_to(profile):
            return True
        if profile not in self._changes:
            self._changes.update(profiles.reached(self._connection, (profile,)))
        return self._changes.get(profile, 0) > due.change

    def write(self, *, change: int) -> None:
        """Say whom it has reached in this transaction, the change of that number."""
        if self.due:
            profiles.mark_reached(self._connection, self._here, change=change)
