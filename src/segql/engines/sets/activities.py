"""What a condition looks at: a stream, the activities of it that count, and columns beside it."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from segql.engines.sets.column import Column
from segql.engines.sets.scaled import Bools
from segql.engines.sets.stream import Stream
from segql.model.values import Path


@frozen(eq=False)
class Activities:
    """The activities of one kind, of many owners."""

    stream: Stream
    only: Bools | None
    """Which activities of the stream count; None when all do."""
    column: Callable[[Path], Column]
    """The properties, or answers, at a path; owners are places of the stream."""
