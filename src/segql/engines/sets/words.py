"""A list of texts as one run of bytes, and which of them pass a test, each looked at once.

Texts lie in UTF-8 with the byte 0xFF before, between and after them, which no text holds; so an
exact, a leading and a trailing text are all found by one search for bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, Literal, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from segql.engines.sets.scaled import Bools, Index
from segql.model.casefold import fold
from segql.model.patterns import pattern
from segql.store.columns import Packed

Bytes: TypeAlias = NDArray[np.uint8]
How: TypeAlias = Literal["is", "contains", "starts with", "ends with"]

_END: Final = b"\xff"
_SAMPLE: Final = 4096


def pack_words(texts: Sequence[str]) -> Packed:
    """`texts` in their order, for `Words`."""
    joined = _END + b"".join([text.encode("utf-8", "surrogatepass") + _END for text in texts])
    return Packed({"count": len(texts)}, {"bytes": np.frombuffer(joined, np.uint8)})


class Words(Sequence[str]):
    """A list of texts; what `pack_words` gave."""

    def __init__(self, packed: Packed) -> None:
        """Open `packed`; no array is read yet."""
        self._count = packed.number("count")
        self._arrays = packed.arrays
        self._bytes: Bytes | None = None
        self._ends: Index | None = None
        self._folded: Words | None = None
        self._texts: list[str] | None = None

    def __len__(self) -> int:
        """The number of texts."""
        return self._count

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        """The text at a place; all are read for the first."""
        if self._texts is None:
            self._texts = self.texts()
        return self._texts[place]

    def __iter__(self) -> Iterator[str]:
        """The texts."""
        return iter(self[:])

    @property
    def run(self) -> Bytes:
        """All texts with their ends."""
        if self._bytes is None:
            self._bytes = self._arrays["bytes"]
        return self._bytes

    @property
    def ends(self) -> Index:
        """Where the byte before the first text and the bytes after each text lie."""
        if self._ends is None:
            self._ends = np.flatnonzero(self.run == _END[0])
        return self._ends

    def texts(self) -> list[str]:
        """The texts."""
        whole = self.run.tobytes()[1:-1]
        if not self._count:
            return []
        return [text.decode("utf-8", "surrogatepass") for text in whole.split(_END)]

    def folded(self) -> Words:
        """The same texts, case-folded."""
        if self._folded is None:
            self._folded = Words(self._fold())
        return self._folded

    def fitting(self, how: How, text: str) -> Bools:
        """Which texts are `text`, contain it, or start or end with it; the empty text is in all."""
        wanted = text.encode("utf-8", "surrogatepass")
        if not wanted and how != "is":
            return np.ones(self._count, np.bool_)
        match how:
            case "is":
                return self._holding(_END + wanted + _END)
            case "starts with":
                return self._holding(_END + wanted)
            case "ends with":
                return self._holding(wanted + _END)
            case _:
                return self._holding(wanted)

    def empty(self) -> Bools:
        """Which texts are empty."""
        return np.equal(np.diff(self.ends), 1)

    def matching(self, expression: str, *, folded: bool) -> Bools:
        """In which texts RE2 finds `expression`; raises `Refused` when it is no such pattern."""
        search = pattern(expression, folded=folded).search
        return self._passing(lambda text: search(text) is not None)

    def same(self, places: Index, other: Words, other_places: Index) -> Bools:
        """Whether the text at each of `places` is the one at that of `other_places` in `other`."""
        starts, ends = self.ends[places] + 1, self.ends[places + 1]
        other_starts, other_ends = other.ends[other_places] + 1, other.ends[other_places + 1]
        sizes = ends - starts
        same: Bools = sizes == other_ends - other_starts
        eights, other_eights = self._by_eight(), other._by_eight()
        left = np.flatnonzero(same)
        done = 0
        while len(left := left[sizes[left] > done]):
            rest = np.minimum(sizes[left] - done, 8).astype(np.uint64)
            ignored = np.uint64(64) - np.uint64(8) * rest
            differ = eights[starts[left] + done] ^ other_eights[other_starts[left] + done]
            equal = (differ << ignored) == 0  # the first byte is the lowest
            same[left[~equal]] = False
            left = left[equal]
            done += 8
        return same

    def _by_eight(self) -> NDArray[np.uint64]:
        """The eight bytes from each byte on."""
        padded = np.concatenate([self.run, np.zeros(8, np.uint8)])
        return np.ndarray((len(self.run),), np.dtype("<u8"), padded, strides=(1,))

    def _passing(self, test: Callable[[str], bool]) -> Bools:
        return np.fromiter(map(test, self.texts()), np.bool_, self._count)

    def _fold(self) -> Packed:
        run = self.run
        if not np.any((run >= 0x80) & (run != _END[0])):
            capital = (run >= ord("A")) & (run <= ord("Z"))
            return Packed({"count": self._count}, {"bytes": run + np.uint8(32) * capital})
        return pack_words([fold(text) for text in self.texts()])

    def _holding(self, wanted: bytes) -> Bools:
        """Which texts, with the end bytes around them, hold `wanted`; not an end byte alone."""
        found = np.zeros(self._count, np.bool_)
        places = occurrences(self.run, wanted)
        # A hit at an end byte belongs to the text after it, any other to the text around it.
        index = np.searchsorted(self.ends, places, side="right") - 1
        found[index] = True
        return found


def occurrences(run: Bytes, wanted: bytes) -> Index:
    """Where `wanted`, not empty, begins in `run`, overlapping ones too; ascending."""
    size = len(wanted)
    if len(run) < size:
        return np.zeros(0, np.intp)
    # Look for the rarest byte first, then compare eight bytes at a time where it is.
    sample = run[:: max(1, len(run) // _SAMPLE)]
    common = np.bincount(sample, minlength=256)
    rarest = min(range(size), key=lambda place: common[wanted[place]])
    room = len(run) - size
    places = np.flatnonzero(run[rarest : rarest + room + 1] == wanted[rarest])
    step = next(width for width in (8, 4, 2, 1) if width <= size)
    kind = np.dtype(f"<u{step}")
    windows = np.ndarray((len(run) - step + 1,), kind, run, strides=(1,))
    for start in {*range(0, size - step + 1, step), size - step}:
        value = int.from_bytes(wanted[start : start + step], "little")
        places = places[windows[places + start] == value]
    return places
