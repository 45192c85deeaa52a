"""What a run of the `segql` command leaves behind, for tests of the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

from attrs import frozen


@frozen
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """Standard output as JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def one(self) -> Any:
        """Standard output as one JSON object."""
        return json.loads(self.out)


Segql: TypeAlias = Callable[..., Ran]
