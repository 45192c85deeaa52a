"""The 16 bytes that events and responses are known by, so that none is stored twice."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import Final

from segql.model.instants import Instant

SIZE: Final = 16
_BUCKET_BITS: Final = 22
"""Some 70 minutes of milliseconds."""
_BUCKET_BYTES: Final = 4

Content = Callable[[str, str, Instant, str], bytes]
"""Takes the profile's id, the name, the time and the rest as text."""


def message_digest(name: str, source: str | None = None) -> bytes:
    """What a message is known by that carries an id of its own; sources are independent."""
    text = name if source is None else f"{source}\0{name}"
    return blake2b(text.encode(), digest_size=SIZE).digest()


def response_digest(survey: str, name: str, source: str | None = None) -> bytes:
    """What a response is known by that carries an id of its own; ids are unique in a survey."""
    return message_digest(f"{survey}\0{name}", source)


def content(kind: str, source: str | None) -> Content:
    """A digest of what rows of a `kind` hold, for those without an id; sources are independent.

    The first bytes tell the hour, so that rows that are near in time are near in the index: a file
    in order of time then touches few pages of it.
    """
    start = blake2b(f"{source or ''}\0{kind}\0".encode(), digest_size=SIZE - _BUCKET_BYTES)

    def digest(profile: str, name: str, time: Instant, rest: str) -> bytes:
        # No id or name holds a NUL, so no two rows make the same text.
        hashed = start.copy()
        hashed.update(f"{profile}\0{name}\0{time}\0{rest}".encode())
        return (time >> _BUCKET_BITS).to_bytes(_BUCKET_BYTES, "big") + hashed.digest()

    return digest


def repeated(digest: bytes, number: int) -> bytes:
    """The digest of a row that was met `number` times before in its file."""
    if number == 0:
        return digest
    text = digest + number.to_bytes(8, "big")
    return digest[:_BUCKET_BYTES] + blake2b(text, digest_size=SIZE - _BUCKET_BYTES).digest()
