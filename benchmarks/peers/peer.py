"""What the runner asks of an engine: its name, its statements, and to run one of them."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from benchmarks.peers.statements import Statement
from benchmarks.population import Population


class Peer(Protocol):
    """An engine with the population in it."""

    title: str
    statements: tuple[Statement, ...]

    def count(self, sql: str) -> int:
        """Run one statement that gives one number."""

    def close(self) -> None:
        """Let the engine go."""


class Loader(Protocol):
    """Opens an engine, loading the population into `path` when it is not there yet."""

    def __call__(self, people: Population, path: Path) -> Peer:
        """Give the open engine."""
