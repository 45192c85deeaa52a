"""Which rules are to be asked about which profiles in one transaction, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from typing import TypeAlias

from attrs import frozen

from segql.model.flips import Cause


@frozen
class Reason:
    """Why a profile is re-checked; the flips are silent where they are no news."""

    cause: Cause
    cause_id: int | None
    silent: bool = False


Asked: TypeAlias = tuple[int, int]
"""A rule, by place, and a profile, by internal id."""


class Questions:
    """What waits to be asked, in order of dependency; each rule once about a profile."""

    def __init__(self) -> None:
        """Begin without any."""
        self._reasons: dict[Asked, Reason] = {}
        self._by_events: set[Asked] = set()
        """Those for no other reason than that the profile has more events."""
        self._order: list[Asked] | None = None
        """While they are taken: those, and some that were forgotten, as a heap."""

    def __iter__(self) -> Iterator[Asked]:
        """Each of them, in no order."""
        return iter(self._reasons)

    def add(self, profile: int, places: Iterable[int], reason: Reason) -> None:
        """Ask rules about a profile; where they are asked already, this reason counts."""
        for place in places:
            self._add((place, profile), reason)

    def add_others(self, profile: int, places: Iterable[int], reason: Reason) -> None:
        """Ask rules about a profile; where they are asked already, their own reason counts."""
        for place in places:
            asked = place, profile
            self._add(asked, self._reasons.get(asked, reason))

    def _add(self, asked: Asked, reason: Reason) -> None:
        if self._order is not None and asked not in self._reasons:
            heappush(self._order, asked)
        self._reasons[asked] = reason
        self._by_events.discard(asked)

    def add_by_event(self, profile: int, places: Iterable[int], reason: Reason) -> None:
        """Ask rules about a profile that has one more event; this reason counts."""
        reasons = self._reasons
        for place in places:
            asked = place, profile
            if asked not in reasons:
                self._by_events.add(asked)
            reasons[asked] = reason

    def drop_idle(self, inside: Mapping[Asked, bool], turning: Sequence[tuple[bool, bool]]) -> None:
        """Ask nothing that more events alone cannot change.

        `inside` says who is in; `turning`, by place, whether more events can make an outsider
        enter, and a member leave.
        """
        for asked in self._by_events:
            if not turning[asked[0]][inside[asked]]:
                del self._reasons[asked]
        self._by_events.clear()

    def forget(self, profile: int) -> None:
        """Ask nothing about a profile."""
        for asked in [asked for asked in self._reasons if asked[1] == profile]:
            del self._reasons[asked]
            self._by_events.discard(asked)

    def taken(self) -> Iterator[tuple[Asked, Reason]]:
        """Each of them, taken away, with those that are added meanwhile."""
        order = self._order = sorted(self._reasons)
        while order:
            asked = heappop(order)
            reason = self._reasons.pop(asked, None)
            if reason is not None:
                yield asked, reason
        self._order = None
