"""What was read of a store, kept until the store changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

from segql.store import settings
from segql.store.driver import Connection

Name = TypeVar("Name")
Said = TypeVar("Said")
Found = TypeVar("Found")

_PATIENCE: Final = 1_000
"""What comes from a sample is read again when the change number has moved by more."""
_COUNTERS: Final = (settings.Counter.CHANGE, settings.Counter.CATALOG, settings.Counter.FLIP)


class Lazy(Mapping[Name, Said]):
    """Names that are known, with what is said of each, read when it is asked for."""

    def __init__(self, numbers: Mapping[Name, Any], read: Callable[[Any], Said]) -> None:
        """Take what `read` needs to know of each name."""
        self._numbers = numbers
        self._read = read
        self._found: dict[Name, Said] = {}

    def __getitem__(self, name: Name) -> Said:
        """What is said of the name."""
        if name not in self._found:
            self._found[name] = self._read(self._numbers[name])
        return self._found[name]

    def __contains__(self, name: object) -> bool:
        """Whether the name is known; nothing is read for it."""
        return name in self._numbers

    def __iter__(self) -> Iterator[Name]:
        """The names."""
        return iter(self._numbers)

    def __len__(self) -> int:
        """How many names there are."""
        return len(self._numbers)


class Kept:
    """Answers by key, each for as long as it stands."""

    def __init__(self, connection: Connection) -> None:
        """Take an open connection; nothing is kept yet."""
        self._connection = connection
        self._now: tuple[int, ...] = ()
        self._exact: dict[object, Any] = {}
        self._samples: dict[object, Any] = {}
        self._sampled_at = 0

    def exact(self, key: object, read: Callable[[], Found]) -> Found:
        """What `read` gives, kept until anything in the store changes."""
        self._forget()
        if key not in self._exact:
            self._exact[key] = read()
        found: Found = self._exact[key]
        return found

    def sampled(self, key: object, read: Callable[[], tuple[Found, bool]]) -> Found:
        """What `read` gives, with whether it is exact; kept for a while longer if it is not."""
        self._forget()
        for kept in (self._samples, self._exact):
            if key in kept:
                before: Found = kept[key]
                return before
        found, is_exact = read()
        (self._exact if is_exact else self._samples)[key] = found
        return found

    def _forget(self) -> None:
        numbers = tuple(settings.counted(self._connection, counter) for counter in _COUNTERS)
        if numbers == self._now:
            return
        self._now = numbers
        self._exact.clear()
        if abs(numbers[0] - self._sampled_at) > _PATIENCE:
            self._sampled_at = numbers[0]
            self._samples.clear()
