"""Packed snapshots for the set engine: named NumPy arrays per source and range of internal ids.

A snapshot is derived from rows, true as of a change number, and may vanish at any time. Its head
row holds its facts and its small arrays; each large array has a row of its own, read only when
asked for. Nothing but numbers, text and raw little-endian arrays is ever read back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from struct import Struct
from typing import Any, Final, TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from segql.model.errors import Broken
from segql.model.values import Json
from segql.store.driver import Connection

Array: TypeAlias = NDArray[Any]

INLINE_BYTES: Final = 8_192
"""Arrays up to this size lie in the head row."""
FORMAT: Final = 3
"""Raised when packed arrays change in meaning; snapshots of another format count as absent."""

_PREFIX: Final = Struct("<4sII")
_MAGIC: Final = b"SgQc"
_ALIGNMENT: Final = 16

_HEAD: Final = """
    select changed, data
      from columns
     where source = :source
       and part = :part
"""
_CHANGED: Final = """
    select changed
      from columns
     where source = :source
       and part = :part
"""
_STORED: Final = """
    select source
      from columns
     where source >= :prefix
       and source < :prefix || char(1114111)
       and part = :part
"""
_DROP: Final = """
    delete from columns
     where (source = :source or (source > :source || '#' and source < :source || '$'))
       and part = :part
"""
_ADD: Final = """
    insert into columns (source, part, changed, data)
    values (:source, :part, :changed, :data)
"""


@frozen(eq=False)
class Packed:
    """Facts and arrays by name; arrays of a snapshot are read when first asked for."""

    facts: Mapping[str, Json]
    arrays: Mapping[str, Array]

    def part(self, name: str) -> Packed:
        """What was joined under `name`."""
        facts = self.facts[name]
        assert isinstance(facts, Mapping)
        return Packed(facts, _Under(self.arrays, name + "."))

    def release(self) -> None:
        """Forget the arrays that can be read again."""
        if isinstance(self.arrays, _Stored):
            self.arrays.release()

    def number(self, fact: str) -> int:
        """The fact called `fact`, a whole number."""
        found = self.facts[fact]
        assert isinstance(found, int)
        return found


def joined(
    parts: Mapping[str, Packed],
    facts: Mapping[str, Json] | None = None,
    arrays: Mapping[str, Array] | None = None,
) -> Packed:
    """One value that holds `parts` under their names, beside `facts` and `arrays` of its own."""
    return Packed(
        {**(facts or {}), **{name: part.facts for name, part in parts.items()}},
        {
            **(arrays or {}),
            **{
                f"{name}.{inner}": array
                for name, part in parts.items()
                for inner, array in part.arrays.items()
            },
        },
    )


class _Under(Mapping[str, Array]):
    """The arrays whose names begin with `prefix`, without it."""

    def __init__(self, arrays: Mapping[str, Array], prefix: str) -> None:
        self._arrays = arrays
        self._prefix = prefix

    def __getitem__(self, name: str) -> Array:
        return self._arrays[self._prefix + name]

    def __iter__(self) -> Iterator[str]:
        start = len(self._prefix)
        return (name[start:] for name in self._arrays if name.startswith(self._prefix))

    def __len__(self) -> int:
        return sum(1 for _ in self)


@frozen(eq=False)
class Snapshot:
    """What is kept of a source for one range of ids, true as of the change number `changed`."""

    changed: int
    packed: Packed


class _Stored(Mapping[str, Array]):
    """Arrays of a snapshot: small ones from its head, large ones from their rows when asked for."""

    def __init__(
        self,
        connection: Connection,
        key: tuple[str, int, int],
        small: dict[str, Array],
        large: Mapping[str, tuple[str, int]],
    ) -> None:
        self._connection = connection
        self._key = key
        self._read = small
        self._large = large

    def __getitem__(self, name: str) -> Array:
        found = self._read.get(name)
        if found is None:
            found = self._read[name] = self._load(name)
        return found

    def release(self) -> None:
        """Forget the large arrays; they are read again when asked for."""
        for name in self._large:
            self._read.pop(name, None)

    def _load(self, name: str) -> Array:
        kind, count = self._large[name]
        source, part, changed = self._key
        row = self._connection.execute(
            _HEAD, {"source": f"{source}#{name}", "part": part}
        ).fetchone()
        if row is None or row[0] != changed or len(row[1]) != count * np.dtype(kind).itemsize:
            raise Broken(
                f"the column `{source}` is damaged",
                code="damaged",
                hint="`segql recompute` after deleting the rows of the table `columns`",
            )
        return np.frombuffer(row[1], dtype=kind)

    def __iter__(self) -> Iterator[str]:
        yield from self._read.keys() | self._large.keys()

    def __len__(self) -> int:
        return len(self._read.keys() | self._large.keys())


def changed_of(connection: Connection, source: str, part: int) -> int | None:
    """The change number that the snapshot is true as of, or None where there is none."""
    row = connection.execute(_CHANGED, {"source": source, "part": part}).fetchone()
    return None if row is None else int(row[0])


def stored(connection: Connection, prefix: str, part: int) -> list[str]:
    """The sources of the range `part` whose names begin with `prefix` and end in `]`."""
    rows = connection.execute(_STORED, {"prefix": prefix, "part": part})
    return [source for (source,) in rows if source.endswith("]")]


def read(connection: Connection, source: str, part: int) -> Snapshot | None:
    """The snapshot of `source` for the range `part`, or None where there is none that can be read.

    Its large arrays are read through `connection`, in the transaction that it has open then.
    """
    row = connection.execute(_HEAD, {"source": source, "part": part}).fetchone()
    if row is None:
        return None
    changed, data = row
    if len(data) < _PREFIX.size:
        return None
    magic, version, length = _PREFIX.unpack_from(data)
    if magic != _MAGIC or version != FORMAT:
        return None
    try:
        head = json.loads(data[_PREFIX.size : _PREFIX.size + length])
    except ValueError as error:
        raise Broken(
            f"the database is damaged: its snapshot `{source}` cannot be read",
            code="damaged",
            hint="restore it from a backup",
        ) from error
    small = {
        name: np.frombuffer(data, dtype=kind, count=count, offset=offset)
        for name, (kind, count, offset) in head["small"].items()
    }
    large = {name: (kind, count) for name, (kind, count) in head["large"].items()}
    arrays = _Stored(connection, (source, part, changed), small, large)
    return Snapshot(changed, Packed(head["facts"], arrays))


def write(
    connection: Connection, changed: int, snapshots: Iterable[tuple[str, int, Packed]]
) -> None:
    """Keep snapshots by source and range, true as of `changed`; inside `immediate`.

    One that is newer already stays.
    """
    for source, part, packed in snapshots:
        newest = changed_of(connection, source, part)
        if newest is not None and newest > changed:
            continue
        connection.execute(_DROP, {"source": source, "part": part})
        for key, data in _rows(source, packed):
            connection.execute(
                _ADD, {"source": key, "part": part, "changed": changed, "data": data}
            )


def _rows(source: str, packed: Packed) -> Iterator[tuple[str, bytes]]:
    """The rows of a snapshot, its head first."""
    small: dict[str, tuple[str, int, int]] = {}
    large: dict[str, tuple[str, int]] = {}
    texts: dict[str, bytes] = {}
    apart: list[tuple[str, bytes]] = []
    for name, array in packed.arrays.items():
        kind = array.dtype.newbyteorder("<")
        data = np.ascontiguousarray(array, dtype=kind).tobytes()
        if len(data) <= INLINE_BYTES:
            small[name] = (kind.str, len(array), 0)
            texts[name] = data
        else:
            large[name] = (kind.str, len(array))
            apart.append((f"{source}#{name}", data))
    yield source, _head(packed.facts, small, large, texts)
    yield from apart


def _head(
    facts: Mapping[str, Json],
    small: dict[str, tuple[str, int, int]],
    large: dict[str, tuple[str, int]],
    texts: dict[str, bytes],
) -> bytes:
    # Offsets count from the start of the row and hold places for the widest header.
    room = _PREFIX.size + len(json.dumps([facts, small, large])) + 20 * len(small) + 64
    offset = -(-room // _ALIGNMENT) * _ALIGNMENT
    start = offset
    for name, data in texts.items():
        small[name] = (*small[name][:2], offset)
        offset += -(-len(data) // _ALIGNMENT) * _ALIGNMENT
    text = json.dumps({"facts": facts, "small": small, "large": large}).encode()
    head = _PREFIX.pack(_MAGIC, FORMAT, len(text)) + text
    body = b"".join(
        data.ljust(-(-len(data) // _ALIGNMENT) * _ALIGNMENT, b"\0") for data in texts.values()
    )
    return head.ljust(start, b"\0") + body
