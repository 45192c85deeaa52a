"""The profiles of one account, read some at a time, and what was found of all of them together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Generic, TypeVar

from segql.store.driver import Connection

T = TypeVar("T")

_TEAM: Final = """
    select team.id
      from profiles
      join profiles as team
        on team.account = profiles.account
     where profiles.id = ?
     order by team.id
"""
_AT_ONCE: Final = 50
"""Teammates that are read together."""


class Team(Generic[T]):
    """Who has the account of a profile, for all of them to share."""

    def __init__(self, connection: Connection, profile: int) -> None:
        """Read nobody yet but the ids."""
        self._ids = [number for (number,) in connection.execute(_TEAM, (profile,))]
        self._mates: list[T] = []
        """Those who were read: the first of the ids."""
        self._read = 0
        self.found: dict[object, Any] = {}
        """What was found of all of them, by whatever it is known by."""

    def each(self, read: Callable[[Sequence[int]], Mapping[int, T]]) -> Iterator[T]:
        """Everybody by internal id, ascending; `read` gives several, once, when one is reached."""
        place = 0
        while True:
            while place < len(self._mates):
                yield self._mates[place]
                place += 1
            wanted = self._ids[self._read : self._read + _AT_ONCE]
            if not wanted:
                return
            self._read += len(wanted)
            found = read(wanted)
            # Some may be gone since, where the caller holds no transaction.
            self._mates += [found[one] for one in wanted if one in found]


class Teams(Generic[T]):
    """The teams of several profiles, each once for all who are in it."""

    def __init__(self) -> None:
        """None yet."""
        self._teams: dict[str, Team[T]] = {}

    def of(self, connection: Connection, account: str, profile: int) -> Team[T]:
        """The team of a profile, given its account and its internal id."""
        if account not in self._teams:
            self._teams[account] = Team(connection, profile)
        return self._teams[account]

    def forget(self, is_over: Callable[[Any], bool] | None = None) -> None:
        """Read everybody anew; or only find anew what is known by something that `is_over`."""
        if is_over is None:
            self._teams.clear()
        for team in self._teams.values():
            for key in [key for key in team.found if is_over is not None and is_over(key)]:
                del team.found[key]
