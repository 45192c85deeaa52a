"""Work that waits, done in short transactions: each as long as holds the lock briefly."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from time import perf_counter, thread_time
from typing import Final, TypeAlias

from attrs import define

from segql.store.checkpoints import Checkpoints
from segql.store.driver import Connection

Writing: TypeAlias = Callable[[], AbstractContextManager[Connection]]
"""Begins a write transaction."""

AIM_S: Final = 0.015
"""Processor time that a transaction aims at."""
MOST_S: Final = 0.03
"""One that held the lock longer, on whatever it waited, is followed by one of half the size."""


@define
class Pace:
    """How many of something the next transaction takes, going by the last ones.

    Processor time is what counts, so that a machine that is busy elsewhere does not make for ever
    shorter transactions; but one that held the lock for too long halves the size whatever held it.
    """

    size: int
    least: int = 1

    def note(self, *, held_s: float, worked_s: float) -> None:
        """Take into account how long a transaction held the lock, and how long it worked."""
        fitting = int(self.size * AIM_S / max(worked_s, 1e-6))
        most = self.size // 2 if held_s > MOST_S else 2 * self.size
        self.size = max(self.least, min(fitting, most))


def in_chunks(
    writing: Writing,
    step: Callable[[Connection, int], bool],
    *,
    first: int,
    least: int = 1,
    unsynced: bool = False,
) -> None:
    """Call `step` in write transactions of its own until it says that nothing is left.

    `step` takes up to so many of whatever waits, `first` at first and never less than `least`. A
    kill loses the transaction at hand alone; with `unsynced` a power failure may lose the last of
    them, until the caller commits another.
    """
    pace = Pace(first, least)
    with ExitStack() as stack:
        checkpoints: Checkpoints | None = None
        while True:
            with writing() as connection:
                began, worked = perf_counter(), thread_time()
                is_left = step(connection, pace.size)
            pace.note(held_s=perf_counter() - began, worked_s=thread_time() - worked)
            if not is_left:
                return
            if checkpoints is None:
                checkpoints = stack.enter_context(Checkpoints(connection, unsynced=unsynced))
            checkpoints.between()
