"""Which rules are to be asked about which profiles in one transaction, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from typing import NamedTuple

from attrs import frozen

from segql.model.flips import Cause


@frozen
class Reason:
    """Why a profile is re-checked; the flips are silent where they are no news."""

    cause: Cause
    cause_id: int | None
    silent: bool = False


class Question(NamedTuple):
    """A rule, by place, to be asked about a profile, by internal id."""

    place: int
    profile: int
    reason: Reason
    is_by_events: bool
    """Whether nothing has changed but that the profile has more events."""


class Questions:
    """What waits to be asked, in order of dependency; each rule once about a profile."""

    def __init__(self) -> None:
        """Begin without any."""
        self._reasons: dict[tuple[int, int], Reason] = {}
        self._order: list[tuple[int, int]] = []
        """Those, and some that were taken away, as a heap."""
        self._by_events: set[tuple[int, int]] = set()

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Place and profile of each."""
        return iter(self._reasons)

    def add(self, profile: int, places: Iterable[int], reason: Reason) -> None:
        """Ask rules about a profile; where they are asked already, this reason counts."""
        for place in places:
            asked = place, profile
            if asked not in self._reasons:
                heappush(self._order, asked)
            self._reasons[asked] = reason
            self._by_events.discard(asked)

    def add_others(self, profile: int, places: Iterable[int], reason: Reason) -> None:
        """Ask rules about a profile; where they are asked already, their own reason counts."""
        for place in places:
            asked = place, profile
            if asked not in self._reasons:
                heappush(self._order, asked)
                self._reasons[asked] = reason
            self._by_events.discard(asked)

    def add_by_event(self, profile: int, places: Iterable[int], reason: Reason) -> None:
        """Ask rules about a profile that has one more event; this reason counts."""
        for place in places:
            asked = place, profile
            if asked not in self._reasons:
                heappush(self._order, asked)
                self._by_events.add(asked)
            self._reasons[asked] = reason

    def forget(self, profile: int) -> None:
        """Ask nothing about a profile."""
        for asked in [asked for asked in self._reasons if asked[1] == profile]:
            del self._reasons[asked]
            self._by_events.discard(asked)

    def taken(self) -> Iterator[Question]:
        """Each of them, taken away, with those that are added meanwhile."""
        while self._order:
            asked = place, profile = heappop(self._order)
            reason = self._reasons.pop(asked, None)
            if reason is not None:
                is_by_events = asked in self._by_events
                self._by_events.discard(asked)
                yield Question(place, profile, reason, is_by_events)
