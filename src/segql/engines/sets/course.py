"""How far an evaluation has come, and whether it should go on."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TypeAlias

from attrs import define, field

from segql.model.errors import SegqlError

Progress: TypeAlias = Callable[[int, int], None]
"""Called with steps done and steps in all."""


class Cancelled(SegqlError):
    """The evaluation was told to stop."""

    default_code = "cancelled"


@define(eq=False)
class Course:
    """How far an evaluation has come, told to whoever asked; may stop it. Shared by threads."""

    on_progress: Progress | None
    cancelled: Callable[[], bool] | None
    done: int = 0
    total: int = 0
    _lock: Lock = field(factory=Lock, init=False)

    def check(self) -> None:
        """Raise `Cancelled` when the evaluation should stop."""
        if self.cancelled is not None and self.cancelled():
            raise Cancelled("the evaluation was cancelled")

    def step(self, count: int = 1) -> None:
        """Say that steps are done; raises `Cancelled` when it should stop."""
        self.check()
        with self._lock:
            self.done += count
            if self.on_progress is not None:
                self.on_progress(self.done, self.total)
