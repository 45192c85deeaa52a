"""What tests of the terminal UI share: how the app is started, and waiting for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias

from textual.pilot import Pilot

NOW = "2026-03-01T12:00:00Z"

Started: TypeAlias = Callable[..., AbstractAsyncContextManager[Pilot[None]]]
Snap: TypeAlias = Callable[[Pilot[None], str], Awaitable[None]]


async def settled(pilot: Pilot[None]) -> None:
    """Wait until nothing has been under way for a while, and tables have measured their rows."""
    quiet = 0
    for _ in range(300):
        await pilot.pause(0.02)
        quiet = 0 if any(not worker.is_finished for worker in pilot.app.workers) else quiet + 1
        if quiet == 6:
            return
    raise AssertionError("the app does not come to rest")


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    """Wait until something is true, and nothing is under way."""
    for _ in range(300):
        if true():
            return await settled(pilot)
        await pilot.pause(0.02)
    raise AssertionError("it does not come true")
