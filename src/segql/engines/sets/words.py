"""A list of texts as one run of bytes, and which of them pass a test, each looked at once.

Texts lie in UTF-8 with the byte 0xFF before, between and after them, which no text holds; so an
exact, a leading and a trailing text are all found by one search for bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal, TypeAlias

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


class Words:
    """A list of texts; what `pack_words` gave."""

    def __init__(self, packed: Packed) -> None:
        """Open `packed`; no array is read yet."""
        self.count = packed.number("count")
        self._arrays = packed.arrays
        self._bytes: Bytes | None = None
        self._ends: Index | None = None
        self._folded: Words | None = None

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
        if not self.count:
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
            return np.ones(self.count, np.bool_)
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

    def _passing(self, test: Callable[[str], bool]) -> Bools:
        return np.fromiter(map(test, self.texts()), np.bool_, self.count)

    def _fold(self) -> Packed:
        run = self.run
        if not np.any((run >= 0x80) & (run != _END[0])):
            capital = (run >= ord("A")) & (run <= ord("Z"))
            return Packed({"count": self.count}, {"bytes": run + np.uint8(32) * capital})
        return pack_words([fold(text) for text in self.texts()])

    def _holding(self, wanted: bytes) -> Bools:
        """Which texts, with the end bytes around them, hold `wanted`; not an end byte alone."""
        found = np.zeros(self.count, np.bool_)
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
